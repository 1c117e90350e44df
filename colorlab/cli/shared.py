"""Output, progress and data options of all commands."""

import contextlib
import itertools
import os
import pathlib
import re
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperCommand

from colorlab.errors import InputError

__all__ = [
    "DataOption",
    "RestoreCommand",
    "Stopped",
    "WrongUse",
    "as_options",
    "console",
    "count_progress",
    "errors",
    "named_paths",
    "require_place",
    "say",
    "say_left_out",
    "say_training_only",
    "scan",
]

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

DataOption = Annotated[
    pathlib.Path,
    typer.Option(
        "--data",
        envvar="COLORLAB_DATA",
        readable=False,  # checked by colorlab, with a message of one line
        help="Folder of pictures with one sub-folder per category.",
        show_default=False,
    ),
]


#: An option or argument is wrong or missing. Typer gives the class no public name.
WrongUse: Any = typer.BadParameter.__base__


class Stopped(Exception):
    """A command was interrupted from the keyboard; the message says how far it got."""


def say(text, to=console):
    """Print a line without markup and without line breaks.

    Line breaks and control characters in file names are escaped.
    """
    text = "".join(
        each if each.isprintable() or each in _JOINERS else _spell(each) for each in text
    )
    if to.is_terminal:
        to.print(text, markup=False, soft_wrap=True, emoji=False)
    elif not to.quiet:  # the same line, in an eighth of the time
        try:
            print(text, file=to.file, flush=True)
        except BrokenPipeError:
            to.on_broken_pipe()


# What the library calls an argument, and the command an option.
_OPTIONS = {
    r"allow overwriting": "say --overwrite",
    r"accept_terms=True": "--accept-terms",
    r"colorlab\.images\.large\.allow_pixels\((\w+)\)": r"--largest \1",
    r"\bsource=": "--from ",
    r"\bto=": "--to ",
    r"\bruntime=": "--runtime ",
}


def as_options(message):
    """Return a message of the library in the words of the command.

    Parameters
    ----------
    message : str or Exception

    Returns
    -------
    str

    Examples
    --------
    >>> as_options("a.png: exists already; choose another name or allow overwriting")
    'a.png: exists already; choose another name or say --overwrite'
    """
    name, colon, rest = str(message).partition(": ")
    for argument, option in _OPTIONS.items():
        rest = re.sub(argument, option, rest)
    return f"{name}{colon}{rest}"


# Invisible parts of some emoji.
_JOINERS = "\u200d\ufe0f"


def _spell(character):
    return character.encode("unicode_escape").decode()


def named_paths(values, taken=()):
    """Give each path that a command got a name in its table.

    Parameters
    ----------
    values : iterable of str
        ``NAME=PATH``, or a path, whose last part without ``.onnx`` is its name. What exists is a
        path, such as the run ``rate=0.1``.
    taken : iterable of str
        Names that the table has already.

    Returns
    -------
    dict of str to str

    Raises
    ------
    InputError
        If two have one name.
    """
    named = {}
    for value in values:
        name, equals, path = value.partition("=")
        if not equals or os.path.lexists(value):
            name, path = pathlib.Path(value).resolve().name.removesuffix(".onnx"), value
        if name in named or name in taken:
            raise InputError(
                f"{path}: the name {name!r} is taken; say NAME={path} to choose another"
            )
        named[name] = path
    return named


def require_place(path):
    """Refuse a file that could not be written after the work, before the work.

    Parameters
    ----------
    path : pathlib.Path

    Raises
    ------
    InputError
        If it is a folder, or its folder is missing.
    """
    if path.is_dir():
        raise InputError(f"{path}: is a folder, expected the name of a file")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it first")


def say_left_out(word, files):
    """Name the files that are not used, those of one reason in one line.

    Parameters
    ----------
    word : str
        What happened to them.
    files : iterable of (path-like, str)
        Each with the reason.
    """
    paths = {}
    for path, reason in files:
        paths.setdefault(reason, []).append(str(path))
    for reason, those in paths.items():
        more = f" (and {len(those) - 1} more)" if len(those) > 1 else ""
        say(f"{word} {those[0]}{more}: {reason}", errors)


def say_training_only(parts):
    """Name the categories of a split that are too small to be validated and tested."""
    if parts.training_only:
        names = ", ".join(parts.training_only)
        say(f"for training only: {names} (fewer than three different scenes of its own)", errors)


def scan(data):
    """Read a folder of pictures into a table, and list the skipped files."""
    from colorlab.datasets import folder

    table = folder.scan(data).without_grey()
    say_left_out("skipped", table.skipped)
    if len(table.skipped) > 1:
        say(f"left out: {len(table.skipped)} of {len(table) + len(table.skipped)}", errors)
    return table


@contextlib.contextmanager
def count_progress(console, description, total):
    """Show a progress bar; yields a function that takes the number of finished items.

    Parameters
    ----------
    console : rich.console.Console
    description : str
    total : int
    """
    from rich import progress  # colouring shows none

    with progress.Progress(
        progress.TextColumn(description),
        progress.BarColumn(bar_width=24),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(description, total=total)
        yield lambda done: bar.update(task, completed=done)


def _is_place(word):
    from colorlab.restoration.steps import names_steps

    # A photograph or folder called as a step is written ./cast.
    return not names_steps(word) and ("://" in word or os.path.lexists(word))


class RestoreCommand(TyperCommand):
    """Take ``--restore`` with or without the names of steps behind it."""

    def parse_args(self, ctx, args):
        """Parse the command line, after ``--restore`` alone became ``--restore=all``."""
        alone = [
            word == "--restore" and (not following or following[0] == "-" or _is_place(following))
            for word, following in itertools.zip_longest(args, args[1:], fillvalue="")
        ]
        args = [each + "=all" if all_of else each for each, all_of in zip(args, alone, strict=True)]
        return super().parse_args(ctx, args)
