"""What the commands print is the same line in a terminal, in a file and through a pipe."""

import io
import os
import subprocess
import sys

import pytest
from rich.console import Console

from colorlab.cli.shared import say


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.png", "a.png\n"),
        ("[red]x[/red].png", "[red]x[/red].png\n"),
        (":smile: C:\\new\\", ":smile: C:\\new\\\n"),
        ("a\tb\nc\x1b[2J.png", "a\\tb\\nc\\x1b[2J.png\n"),
        (f"{'long ' * 60}.png  ", f"{'long ' * 60}.png  \n"),
        ("Großmutter 祖母 👨‍👩‍👧.jpg", "Großmutter 祖母 👨‍👩‍👧.jpg\n"),
        ("", "\n"),
    ],
)
@pytest.mark.parametrize("terminal", [False, True])
def test_a_line_is_printed_as_it_stands(text, expected, terminal, monkeypatch):
    monkeypatch.delenv("TTY_COMPATIBLE", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    file = io.StringIO()
    say(text, Console(file=file, highlight=False, force_terminal=terminal, color_system=None))
    assert file.getvalue() == expected


SAYING = """
from colorlab.cli.shared import say
for number in range(100_000):
    say(str(number))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are other there")
def test_who_reads_the_first_lines_alone_hears_no_complaint():
    environment = {**os.environ, "TTY_COMPATIBLE": "0"}
    with subprocess.Popen(
        [sys.executable, "-c", SAYING],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        assert process.stdout.readline() == b"0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_nothing_is_printed_where_nothing_is_to_be_said():
    file = io.StringIO()
    say("a.png", Console(file=file, quiet=True))
    assert file.getvalue() == ""
