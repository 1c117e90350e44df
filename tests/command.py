"""The command line in this process, and what it leaves in a folder."""

import contextlib
import io
import sys
from dataclasses import dataclass

from PIL import Image

from colorlab.cli import main


@dataclass
class Result:
    code: int
    out: str
    errors: str


def colorlab(*arguments):
    """Run the command in this process, as the installed script would."""
    out, errors = io.StringIO(), io.StringIO()
    before, code = sys.argv, 0
    sys.argv = ["colorlab", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            main()
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.argv = before
    assert "Traceback" not in out.getvalue() + errors.getvalue()
    return Result(code, out.getvalue(), errors.getvalue())


def refusal(*arguments, code=1):
    """Run a command that must fail with one line; return the line."""
    result = colorlab(*arguments)
    assert result.code == code, result
    (line,) = result.errors.splitlines()
    assert line.startswith("colorlab: ")
    return line


def contents(folder):
    """Everything below a folder, hidden files too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def opened(path):
    """Open a picture, read it whole, and leave no file open behind it."""
    with Image.open(path) as picture:
        picture.load()
        return picture
