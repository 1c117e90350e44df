"""``colorlab data``: get, show, check and remove the public data sets."""

import contextlib
import os
import pathlib
import shlex
from typing import Annotated

import typer
from rich import progress as bars
from rich.filesize import decimal

from colorlab.cli.shared import errors, say
from colorlab.errors import InputError

__all__ = ["check", "data", "get", "remove", "show"]

data = typer.Typer(
    name="data",
    help="Get the public data sets `scenes` and `faces`, look at them, check and remove them.",
    no_args_is_help=True,
)

_Name = Annotated[str, typer.Argument(help="`scenes` or `faces`.", metavar="NAME")]
_Names = Annotated[
    list[str] | None,
    typer.Argument(help="`scenes` or `faces`; by default what is there.", metavar="NAME..."),
]
_In = Annotated[
    pathlib.Path | None,
    typer.Option("--in", "--to", help="The folder given to `get --to`.", show_default=False),
]
_NAMES_SHOWN = 20


@data.command()
def get(
    name: _Name,
    source: Annotated[
        pathlib.Path | None,
        typer.Option(
            "--from",
            help="Zip archive or folder that you have already; nothing is fetched then.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        pathlib.Path | None,
        typer.Option(
            "--to", help="Folder for all data; by default in your cache folder.", show_default=False
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            help="Take so many pictures, always the same ones; 0 for all. "
            "By default all scenes and 3,000 faces.",
            show_default=False,
        ),
    ] = None,
    accept_terms: Annotated[
        bool, typer.Option("--accept-terms", help="I have read the terms and accept them.")
    ] = False,
):
    """Fetch a data set, unpack and check it.

    If it breaks off, the same command goes on where it was. The environment variables
    COLORLAB_SCENES_URL and COLORLAB_FACES_URL name addresses of your own, HTTPS_PROXY a proxy.

    Example: colorlab data get scenes --to pictures
    """
    from colorlab.datasets import acquire, catalog, receipts

    data_set = catalog.find(name)
    say(f"{data_set.name}: {data_set.title}")
    say(f"terms: {data_set.terms}")
    say(f"home: {data_set.home}")
    with _Progress() as progress:
        report = acquire.get(data_set, to, source, limit, accept_terms, say, progress)
    say(str(report))
    if not report.whole:
        _name_files(report, to, everything=False)
        raise InputError(
            f"{name}: {len(report.missing) + len(report.wrong):,} pictures could not be taken from "
            f"{source}; the others can be used. "
            f"`{_command('get', name, to, report.expected)}` fetches the rest"
        )
    photographs = receipts.data_folder(to).absolute() / "photographs"
    say(f"to use them: export COLORLAB_DATA={shlex.quote(str(photographs))}")


@data.command()
def show(to: _In = None):
    """List what is there: counts, sizes, terms, and where it lies."""
    from colorlab.datasets import catalog, disk, receipts, store

    folder = receipts.data_folder(to)
    say(f"{folder} ({decimal(disk.free_bytes(folder))} free)")
    for data_set in catalog.DATA_SETS.values():
        say("")
        say(f"{data_set.name}: {data_set.title}")
        try:
            holding = store.look(data_set, to)
        except InputError as error:
            say(f"  {error}")
            continue
        if holding.counts:
            here = sum(holding.counts.values())
            sample = f" (a sample of {holding.total:,})" if holding.asked < holding.total else ""
            size = decimal(holding.size)
            say(f"  {here:,} of {holding.asked:,} pictures{sample}, {size}")
            say(f"  from {holding.source}")
            for place, count in holding.counts.items():
                say(f"    {folder / place}  {count:,}")
        else:
            say(f"  not here; get it with: {_command('get', data_set.name, to)}")
        if holding.unfinished:
            say(
                f"  {decimal(holding.unfinished)} of an interrupted `get`; the same command goes on"
            )
        say(f"  terms: {data_set.terms}")
        say(f"  home: {data_set.home}")


@data.command()
def check(
    names: _Names = None,
    to: _In = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Name every missing or wrong file, not only the first.")
    ] = False,
):
    """Read every picture again, and name those that are missing or wrong.

    Scenes are compared with the checksums of the published files, faces with those of the files
    as they were put into place. The exit code is 1 if one is missing or wrong.
    """
    from colorlab.datasets import catalog, store

    mend = []
    chosen = [catalog.find(name) for name in names or _here(to)]
    if not chosen:
        command = _command("get", "scenes", to)
        raise InputError(f"there is no data set to check; get one with: {command}")
    for data_set in chosen:
        with _Progress() as progress:
            report = store.check(data_set, to, progress)
        say(str(report))
        _name_files(report, to, everything)
        if not report.whole:
            mend.append(_command("get", data_set.name, to, report.expected))
    if mend:
        raise InputError(f"files are missing or wrong, see above; to mend it: {' && '.join(mend)}")


@data.command()
def remove(
    names: Annotated[list[str], typer.Argument(help="`scenes`, `faces`.", metavar="NAME...")],
    to: _In = None,
):
    """Delete data sets and what an interrupted `get` left, and nothing else."""
    from colorlab.datasets import catalog, store

    failed = []
    for data_set in [catalog.find(name) for name in names]:
        try:
            freed = store.remove(data_set, to, say)
            say(f"{data_set.name}: removed, {decimal(freed)} freed")
        except InputError as error:
            failed.append(str(error))
    if failed:
        raise InputError("; ".join(failed))


def _here(to):
    from colorlab.datasets import catalog, receipts

    folder = receipts.data_folder(to)
    return [
        name
        for name, data_set in catalog.DATA_SETS.items()
        if os.path.exists(receipts.receipt_path(data_set, folder))
    ]


def _command(verb, name, to, count=None):
    """Return the command to type, with what is not usual: the folder, the number of pictures."""
    from colorlab.datasets import catalog

    data_set = catalog.find(name)
    usual = data_set.usual_count or data_set.count
    words = ["colorlab", "data", verb, name]
    if verb == "get" and data_set.must_accept:
        words += ["--accept-terms"]
    if count not in (None, usual):
        words += ["--limit", "0" if count == data_set.count else str(count)]
    if to:
        words += ["--to" if verb == "get" else "--in", str(to)]
    return shlex.join(words)


def _name_files(report, to, everything):
    for word, names in (
        ("missing", report.missing),
        ("wrong", report.wrong),
        ("not part of the set", report.strangers),
    ):
        shown = names if everything else names[:_NAMES_SHOWN]
        for name in shown:
            say(f"  {word}: {name}")
        if len(shown) < len(names):
            more = len(names) - len(shown)
            command = f"{_command('check', report.name, to)} --all"
            say(f"  {word}: and {more:,} more; `{command}` names all")


class _Progress(contextlib.ExitStack):
    """A bar for each thing that is done: bytes with speed, files with a count; and time left."""

    _word = None

    def __call__(self, word, done, total):
        if not errors.is_terminal:
            return
        if word != self._word:
            self.close()
            self._word = word
            self._bar = self.enter_context(self._make(word))
            self._task = self._bar.add_task(word, completed=done, total=total)
        self._bar.update(self._task, completed=done, total=total)

    @staticmethod
    def _make(word):
        facts = [bars.MofNCompleteColumn()]
        if word == "fetched":
            facts = [bars.DownloadColumn(), bars.TransferSpeedColumn()]
        return bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(bar_width=24),
            *facts,
            bars.TimeRemainingColumn(),
            console=errors,
            transient=True,
        )
