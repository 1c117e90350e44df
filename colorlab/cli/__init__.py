"""The command ``colorlab``: train, evaluate, export, colorize, check, data, manifest, course.

Taught in :doc:`/notebooks/04_training` and :doc:`/notebooks/05_results`.
"""

import errno
import importlib
import os
import sys
import warnings
from typing import Annotated

import typer
from typer.core import TyperGroup

from colorlab import __version__
from colorlab.cli.shared import RestoreCommand, Stopped, WrongUse, as_options, errors, say
from colorlab.errors import InputError
from colorlab.extras import MissingExtra

__all__ = ["app", "main"]

# In the order of the help; each is a module with a function, or a Typer, of the same name.
_COMMANDS = ("train", "evaluate", "export", "colorize", "check", "data", "manifest", "course")


class _Commands(TyperGroup):
    """Import a command when it is first asked for: colouring does not wait for training's."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.commands = dict.fromkeys(_COMMANDS)

    def get_command(self, ctx, cmd_name):
        if cmd_name in self.commands and self.commands[cmd_name] is None:
            self.commands[cmd_name] = _build(cmd_name)
        return self.commands.get(cmd_name)


def _build(name):
    command = getattr(importlib.import_module(f"colorlab.cli.{name}"), name)
    parent = typer.Typer(rich_markup_mode="markdown")
    if isinstance(command, typer.Typer):
        parent.add_typer(command)
    else:
        parent.command(cls=RestoreCommand if name == "colorize" else None)(command)
    return typer.main.get_group(parent).commands[name]


app = typer.Typer(
    cls=_Commands,
    name="colorlab",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _say_version(wanted):
    if wanted:
        say(f"colorlab {__version__}")
        raise typer.Exit


@app.callback()
def _colorlab(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_say_version, is_eager=True),
    ] = False,
):
    """Put the colour back into grey photographs."""


def _refuse(error):
    """Print one line about a wrong option; a command without arguments prints its help."""
    name = error.ctx.command_path if error.ctx else "colorlab"
    message = " ".join(error.format_message().split()).rstrip(".")
    if message:  # else the help was printed
        say(f"colorlab: {message[0].lower()}{message[1:]}; see {name} --help", errors)
    sys.exit(error.exit_code)


def _goes_on(arguments):
    """Tell whether a command that was stopped finds what it has done when it is typed again."""
    return arguments[:1] in (["train"], ["colorize"]) or arguments[:2] == ["data", "get"]


def _less_memory(arguments):
    """Tell what a command can do with less memory."""
    if arguments[:1] == ["train"]:
        return "use a smaller --batch-size or --image-size"
    return "close other programs and notebooks"


def main():
    """Run the command line; every error is one line, and sets the exit code."""
    if not os.environ.get("COLORLAB_DEBUG"):
        warnings.simplefilter("ignore")  # problems of files are reported by the commands
    try:
        # Without standalone_mode, Typer prints no box around errors of options.
        sys.exit(app(prog_name="colorlab", standalone_mode=False))
    except WrongUse as error:
        _refuse(error)
    except InputError as error:
        say(f"colorlab: {as_options(error)}", errors)
        sys.exit(1)
    except ModuleNotFoundError as error:
        missing = MissingExtra.of(error)
        if missing is None:
            raise
        say(f"colorlab: {missing}", errors)
        sys.exit(1)
    except Stopped as stop:
        say(f"colorlab: {stop}", errors)
        sys.exit(130)
    except SystemExit as end:
        # Typer's exit code for Ctrl-C, without a message.
        if end.code == 130:
            goes_on = "; the same command goes on from there" if _goes_on(sys.argv[1:]) else ""
            say(f"colorlab: stopped{goes_on}", errors)
        raise
    except MemoryError:
        say(f"colorlab: out of memory; {_less_memory(sys.argv[1:])}", errors)
        sys.exit(1)
    except Exception as error:
        if os.environ.get("COLORLAB_DEBUG"):
            raise
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            reason = os.strerror(error.errno)
            say(f"colorlab: what it prints or keeps finds no room ({reason}); make some", errors)
            sys.exit(1)
        reason = (str(error).splitlines() or [""])[0]
        say(
            f"colorlab: unexpected {type(error).__name__}: {reason}; "
            "set COLORLAB_DEBUG=1 to see where",
            errors,
        )
        sys.exit(70)
