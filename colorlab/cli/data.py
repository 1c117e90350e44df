"""``colorlab data``: get, show, check and remove the public data sets."""

import contextlib
import pathlib
import shlex
import sys
from typing import Annotated

import typer
from rich import progress as bars
from rich.filesize import decimal

from colorlab.cli.shared import as_options, errors, say
from colorlab.errors import InputError

__all__ = ["check", "data", "get", "remove", "show"]

data = typer.Typer(
    name="data",
    help="Get the public data sets `scenes` and `faces`, look at them, check and remove them.",
    no_args_is_help=True,
)

_In = Annotated[
    pathlib.Path | None,
    typer.Option("--in", "--to", help="The folder given to `get --to`.", show_default=False),
]
_NAMES_SHOWN = 20


@data.command()
def get(
    name: Annotated[str, typer.Argument(help="`scenes` or `faces`.", metavar="NAME")],
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
    from colorlab.datasets import public

    data_set = public.find(name)
    say(f"{name}: {data_set.title}")
    say(f"terms: {data_set.terms}")
    say(f"home: {data_set.home}")
    with _Progress() as progress:
        report = public.get(data_set, to, source, limit, accept_terms, say, progress)
    say(str(report))
    if not report.whole:
        _name_files(report, to, everything=False)
        raise InputError(
            f"{name}: {len(report.missing) + len(report.wrong):,} pictures could not be taken from "
            f"{source}; the others can be used. "
            f"`{_command(data_set, to, report.expected)}` fetches the rest"
        )
    photographs = public.data_folder(to).absolute() / "photographs"
    assign = "$env:COLORLAB_DATA = " if sys.platform == "win32" else "export COLORLAB_DATA="
    say(f"to use them: {assign}{shlex.quote(str(photographs))}")


@data.command()
def show(to: _In = None):
    """List what is there: counts, sizes, terms, and where it lies."""
    from colorlab.datasets import public
    from colorlab.datasets.public.disk import free_bytes

    folder = public.data_folder(to)
    say(f"{folder} ({decimal(free_bytes(folder))} free)")
    for data_set in public.DATA_SETS.values():
        say("")
        say(f"{data_set.name}: {data_set.title}")
        try:
            status = public.status(data_set, to)
        except InputError as error:
            say(f"  {as_options(error)}")
            continue
        if status.counts:
            sample = status.requested < data_set.count
            say(
                f"  {sum(status.counts.values()):,} of {status.requested:,} pictures"
                f"{f' (a sample of {data_set.count:,})' if sample else ''}, {decimal(status.size)}"
            )
            say(f"  from {status.source}")
            for place, count in status.counts.items():
                say(f"    {folder / place}  {count:,}")
        else:
            say(f"  not here; get it with: {_command(data_set, to)}")
        if status.unfinished:
            say(f"  {decimal(status.unfinished)} of an interrupted `get`; the same command goes on")
        say(f"  terms: {data_set.terms}")
        say(f"  home: {data_set.home}")


@data.command()
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="`scenes` or `faces`; by default what is there.", metavar="NAME..."),
    ] = None,
    to: _In = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Name every missing or wrong file, not only the first.")
    ] = False,
):
    """Read every picture again, and name those that are missing or wrong.

    Scenes are compared with the checksums of the published files, faces with those of the files
    as they were put into place. The exit code is 1 if one is missing or wrong.
    """
    from colorlab.datasets import public

    if names:
        chosen = [public.find(name) for name in names]
    else:
        chosen = [each for each in public.DATA_SETS.values() if public.status(each, to).requested]
    for each in chosen:
        if not public.status(each, to).requested:
            folder = public.data_folder(to)
            command = _command(each, to)
            raise InputError(f"{each.name}: is not in {folder}; get it with: {command}")
    if not chosen:
        command = _command(public.find("scenes"), to)
        raise InputError(f"there is no data set to check; get one with: {command}")
    repairs = []
    for data_set in chosen:
        with _Progress() as progress:
            report = public.check(data_set, to, progress)
        say(str(report))
        _name_files(report, to, everything)
        if not report.whole:
            repairs.append(_command(data_set, to, report.expected))
    if repairs:
        commands = " && ".join(repairs)
        raise InputError(f"files are missing or wrong, see above; to fix them: {commands}")


@data.command()
def remove(
    names: Annotated[list[str], typer.Argument(help="`scenes`, `faces`.", metavar="NAME...")],
    to: _In = None,
):
    """Delete data sets and what an interrupted `get` left, and nothing else."""
    from colorlab.datasets import public

    failed = []
    for data_set in [public.find(name) for name in names]:
        try:
            say(f"{data_set.name}: removed, {decimal(public.remove(data_set, to, say))} freed")
        except InputError as error:
            failed.append(str(error))
    if failed:
        raise InputError("; ".join(failed))


def _command(data_set, to, count=None):
    """Return the command that gets so many pictures of a set into a data folder."""
    words = ["colorlab", "data", "get", data_set.name]
    words += ["--accept-terms"] if data_set.must_accept else []
    if count not in (None, data_set.usual_count or data_set.count):
        words += ["--limit", "0" if count == data_set.count else str(count)]
    return shlex.join(words + (["--to", str(to)] if to else []))


def _name_files(report, to, everything):
    for word in ("missing", "wrong", "unexpected"):
        names = getattr(report, word)
        shown = names if everything else names[:_NAMES_SHOWN]
        for name in shown:
            say(f"  {word}: {name}")
        if len(shown) < len(names):
            place = ("--in", str(to)) if to else ()
            command = shlex.join(("colorlab", "data", "check", report.name, *place, "--all"))
            say(f"  {word}: and {len(names) - len(shown):,} more; `{command}` names all")


class _Progress(contextlib.ExitStack):
    """A bar for each step: bytes with speed, files with a count; and time left."""

    _step = None

    def __call__(self, step, done, total):
        if not errors.is_terminal:
            return
        if step != self._step:
            self.close()
            self._step = step
            facts = [bars.MofNCompleteColumn()]
            if step == "fetched":
                facts = [bars.DownloadColumn(), bars.TransferSpeedColumn()]
            self._bar = bars.Progress(
                bars.TextColumn("{task.description}"),
                bars.BarColumn(bar_width=24),
                *facts,
                bars.TimeRemainingColumn(),
                console=errors,
                transient=True,
            )
            self._task = self.enter_context(self._bar).add_task(step, completed=done, total=total)
        self._bar.update(self._task, completed=done, total=total)
