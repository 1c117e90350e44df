"""``colorlab manifest``: verify what `colorlab colorize --manifest` recorded."""

import collections
import json
import os
import pathlib
import sys
from typing import Annotated

import typer

from colorlab.cli.shared import console, errors, say
from colorlab.errors import InputError

__all__ = ["check", "manifest"]

manifest = typer.Typer(
    name="manifest",
    help="Verify the results of an archive with the manifests of `colorize --manifest`.",
    no_args_is_help=True,
)


@manifest.callback()
def _group():
    """Keep `check` a command of its own."""


@manifest.command()
def check(
    out: Annotated[str, typer.Argument(help="Folder of the results.", metavar="OUT")],
    manifests: Annotated[
        list[pathlib.Path] | None,
        typer.Option(
            "--manifest",
            help="A manifest; can be repeated. By default OUT/*.jsonl.",
            show_default=False,
        ),
    ] = None,
    photos: Annotated[
        str | None,
        typer.Option(help="Folder of the archive: find what was never coloured, too."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Expected model.", show_default="that of the latest line")
    ] = None,
    saturation: Annotated[
        float | None, typer.Option(help="Expected saturation.", show_default="of the latest line")
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Expected size.", show_default="of the latest line")
    ] = None,
    quality: Annotated[
        int | None, typer.Option(help="Expected quality.", show_default="of the latest line")
    ] = None,
    print0: Annotated[
        bool,
        typer.Option(
            "--print0",
            help="Print only the photographs to be coloured again, for `colorize --list -`.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON per problem.")
    ] = False,
):
    """Verify every result: find what is missing, damaged, or made with other settings.

    Of a photograph that stands in several lines, the latest one counts. The exit code is 0 if all
    is as recorded, and 1 otherwise.

    Example: colorlab manifest check OUT --photos archive
    """
    from colorlab.inference.archive import Archive
    from colorlab.inference.manifest_check import check_manifest, latest_facts
    from colorlab.inference.storage import to_path

    folder, paths = to_path(out), manifests or []
    if isinstance(folder, pathlib.Path):
        if not folder.is_dir():
            raise InputError(f"{out}: is no folder; name the folder of the results")
        paths = paths or sorted(folder.glob("*.jsonl"))
    if not paths:
        raise InputError(f"{out}: holds no manifest (*.jsonl); name one with --manifest")
    expected = latest_facts(paths)
    given = {"saturation": saturation, "size": size, "quality": quality}
    given["model_sha256"] = None if model is None else _sha256_of(model)
    expected |= {name: value for name, value in given.items() if value is not None}
    archive = None
    if photos is not None:
        suffix, ending = expected.get("suffix", ""), expected.get("format")
        archive = Archive(photos, out, None, None, suffix, ending, overwrite=True)
    found: collections.Counter = collections.Counter()
    for each in check_manifest(out, paths, expected, archive):
        found[each.problem] += 1
        if each.problem is not None:
            _print(each, print0, as_json)
    problems = ", ".join(f"{count} {name}" for name, count in found.items() if name)
    whole = f"{found[None]} of {found.total() - found['unrecorded']} photographs are as recorded"
    if problems:
        raise InputError(f"{out}: {whole}; {problems}")
    say(f"{out}: {whole}", errors if print0 or as_json else console)


def _print(each, print0, as_json):
    if print0:
        if each.source is not None:
            sys.stdout.buffer.write(os.fsencode(each.source) + b"\0")
            sys.stdout.buffer.flush()
    elif as_json:
        facts = {"problem": each.problem, "source": each.source, "result": each.result}
        say(json.dumps({**facts, "detail": each.detail}))
    else:
        detail = f" ({each.detail})" if each.detail else ""
        say(f"{each.problem}: {each.source or each.result}{detail}")


def _sha256_of(model):
    from colorlab.inference.job_settings import Settings, made_with
    from colorlab.inference.pretrained import load_pretrained

    return made_with(load_pretrained(model), Settings())["model_sha256"]
