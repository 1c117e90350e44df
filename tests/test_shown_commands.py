"""Each command that the README and the pages show can be typed: its options exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from colorlab.cli import app

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "book").rglob("*.md"))]


def shown(text):
    """Return the words of each command, without what the shell takes."""
    blocks = re.findall(r"^```(?:console|bash|text)?\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    blocks += re.findall(r"(?:^ {4}.*\n)+", text, re.MULTILINE)  # as in the README
    for block in blocks:
        # A line goes on behind a backslash.
        for found in re.findall(r"^(?:\$ | {4})?colorlab ((?:.*\\\n)*.*)$", block, re.MULTILINE):
            words = shlex.split(found.replace("\\\n", " "), comments=True)
            ends = [place for place, word in enumerate(words) if word in ("|", "<", ">", "&&")]
            yield words[: min(ends, default=len(words))]


COMMANDS = {
    shlex.join(words): words for page in PAGES for words in shown(page.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_shown_can_be_typed(command):
    group, words = typer.main.get_command(app), COMMANDS[command]
    while hasattr(group, "commands"):
        context = typer.Context(group)
        group, words = group.get_command(context, words[0]), words[1:]
        assert group is not None
    parsed = group.make_context(group.name, list(words)).params
    if "out" in parsed and group.name == "colorize":
        assert parsed["out"] is not None or parsed["photos"] == ["-"], "says no place for results"


def test_commands_are_found():
    assert {"check", "colorize PHOTO... -o OUT", "export runs/first --web page"} <= set(COMMANDS)
    assert len(COMMANDS) > 40
