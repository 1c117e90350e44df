"""``colorlab data`` from end to end, with small sets and a server on loopback."""

import dataclasses
import io

import made_sets
import misbehaving_server as behaviour
import pytest
from command import colorlab, refusal
from made_sets import contents, require_whole, write
from misbehaving_server import Server
from rich.console import Console

from colorlab.cli import data as data_module
from colorlab.datasets import public
from colorlab.datasets.public import catalog, fetch


@pytest.fixture
def place(tmp_path):
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def server(monkeypatch):
    """A server with both sets, and a catalogue that knows its addresses only."""
    for name in ("HTTP_PROXY", "ALL_PROXY", "COLORLAB_SCENES_URL", "COLORLAB_FACES_URL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(fetch, "_wait", lambda seconds: None)
    with Server() as server:
        sets = {}
        for name in catalog.DATA_SETS:
            data_set, _, packed = made_sets.make(name)

            def send(handler, packed=packed):
                handler.content = packed
                behaviour.good()(handler)

            address = server.plan(f"/{name}.zip", send)
            sets[name] = dataclasses.replace(data_set, addresses=(address,))
        for module in (catalog, public):
            monkeypatch.setattr(module, "DATA_SETS", sets)
        yield server


def test_scenes_from_nothing_to_a_folder_for_the_course(place):
    result = colorlab("data", "get", "scenes", "--to", place)
    assert result.code == 0 and result.errors == ""
    lines = result.out.splitlines()
    assert lines[0] == "scenes: eight outdoor scene categories, MIT CVCL"
    assert lines[1].startswith("terms: Offered for research")
    assert "to fetch, about" in lines[3] and "free in" in lines[3]
    assert lines[4:] == [
        "scenes: 16 of 16 pictures are here and right",
        f"to use them: export COLORLAB_DATA={place / 'photographs'}",
    ]
    require_whole(made_sets.make("scenes"), place)
    again = colorlab("data", "get", "scenes", "--to", place)
    assert again.code == 0 and again.out.splitlines()[3:] == lines[4:]
    assert colorlab("check", "--data", place / "photographs").out.count("categories") == 1


def test_the_terms_of_the_faces_are_shown_and_must_be_accepted(place, server):
    result = colorlab("data", "get", "faces", "--to", place)
    assert result.code == 1 and server.log == [] and not place.exists()
    assert "non-commercial research only" in result.out
    assert result.errors.startswith("colorlab: faces: has an agreement that must be accepted")
    assert colorlab("data", "get", "faces", "--to", place, "--accept-terms").code == 0
    require_whole(made_sets.make("faces"), place)


def test_limit(place):
    colorlab("data", "get", "faces", "--to", place, "--accept-terms", "--limit", 12)
    require_whole(made_sets.make("faces"), place, 12)


def test_a_file_by_hand(place, tmp_path, server):
    source = write(tmp_path / "by hand.zip", made_sets.make("scenes")[2])
    assert colorlab("data", "get", "scenes", "--from", source, "--to", place).code == 0
    assert server.log == []
    require_whole(made_sets.make("scenes"), place)


def test_an_incomplete_folder(place, tmp_path):
    data_set, files, _ = made_sets.make("scenes")
    names = sorted(files)
    for name in names[2:]:
        write(tmp_path / name, files[name])
    result = colorlab("data", "get", "scenes", "--from", tmp_path, "--to", place)
    assert result.code == 1
    assert "scenes: 14 of 16 pictures are here and right, 2 missing" in result.out
    assert [line for line in result.out.splitlines() if line.startswith("  ")] == [
        f"  missing: {name}" for name in names[:2]
    ]
    (line,) = result.errors.splitlines()
    assert line.startswith("colorlab: scenes: 2 pictures could not be taken from")
    checked = colorlab("data", "check", "--in", place)
    assert checked.code == 1 and f"  missing: {names[0]}" in checked.out
    shown = colorlab("data", "show", "--in", place).out
    assert "  14 of 16 pictures" in shown


def test_all_the_missing_files_are_named_on_demand(place, tmp_path):
    data_set, files, _ = made_sets.make("faces")
    sample = data_set.sample(40)
    for name in sample[:3]:
        write(tmp_path / name, files[name])
    result = colorlab(
        *("data", "get", "faces", "--accept-terms", "--from", tmp_path, "--to", place)
    )
    assert result.code == 1 and result.out.count("  missing: ") == 21
    assert f"  missing: and 17 more; `colorlab data check faces --in {place} --all`" in result.out
    assert f"`colorlab data get faces --accept-terms --to {place}` fetches the" in result.errors
    checked = colorlab("data", "check", "faces", "--in", place, "--all").out
    named = [line.removeprefix("  missing: ") for line in checked.splitlines()[1:]]
    assert named == sample[3:]


def test_check(place):
    for name in ("scenes", "faces"):
        colorlab("data", "get", name, "--to", place, "--accept-terms")
    result = colorlab("data", "check", "--in", place)
    assert result.code == 0
    assert result.out.splitlines() == [
        "scenes: 16 of 16 pictures are here and right",
        "faces: 40 of 40 pictures are here and right",
    ]
    path = min(place.rglob("coast_*.jpg"))
    path.write_bytes(b"x")
    write(path.with_name("holiday.jpg"), b"mine")
    result = colorlab("data", "check", "scenes", "--in", place)
    assert result.code == 1
    assert result.out.splitlines() == [
        "scenes: 15 of 16 pictures are here and right, 1 wrong",
        f"  wrong: {path.name}",
        "  unexpected: photographs/coast/holiday.jpg",
    ]
    assert "are missing or wrong, see above" in result.errors
    assert result.errors.endswith(f"to fix them: colorlab data get scenes --to {place}\n")


def test_show(place):
    before = colorlab("data", "show", "--in", place).out
    assert before.count("not here; get it with: colorlab data get") == 2 and not place.exists()
    colorlab("data", "get", "faces", "--to", place, "--accept-terms")
    shown = colorlab("data", "show", "--in", place).out
    assert f"{place} (" in shown and "  40 of 40 pictures (a sample of 300), " in shown
    assert f"    {place / 'photographs' / 'faces'}  40" in shown
    assert "  terms: The agreement" in shown and "  home: http://mmlab" in shown


def test_remove(place):
    colorlab("data", "get", "faces", "--to", place, "--accept-terms")
    result = colorlab("data", "remove", "faces", "--in", place)
    assert result.code == 0 and result.out.startswith("faces: removed, ") and "freed" in result.out
    assert not place.exists()
    assert "nothing to remove" in refusal("data", "remove", "faces", "--in", place)


def test_a_dead_link_is_one_line_that_says_what_to_do(place, server):
    server.plan("/scenes.zip", behaviour.page(403))
    result = colorlab("data", "get", "scenes", "--to", place)
    (line,) = result.errors.splitlines()
    assert result.code == 1
    for part in ("answers 403 (Forbidden)", "--from FILE", "COLORLAB_SCENES_URL", "https://people"):
        assert part in line
    assert contents(place) == {}, "not even a lock"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("get", "cats"), "'cats' is not a data set; expected one of scenes, faces"),
        (("check", "cats"), "'cats' is not a data set"),
        (("remove", "cats"), "'cats' is not a data set"),
        (("check", "scenes"), "scenes: is not in"),
        (("check",), "there is no data set to check"),
    ],
)
def test_refusals(arguments, reason, place, monkeypatch):
    monkeypatch.setenv("COLORLAB_CACHE", str(place))
    assert reason in refusal("data", *arguments)


def test_refusals_of_a_source(place, tmp_path):
    command = ("data", "get", "scenes", "--to", place, "--from")
    assert "no such file or folder" in refusal_after_terms(*command, tmp_path / "none")
    page = write(tmp_path / "a.zip", behaviour.PAGE)
    assert "is a web page, not a zip archive" in refusal_after_terms(*command, page)
    assert "limit must be" in refusal_after_terms(*command, page, "--limit", "-3")


def refusal_after_terms(*arguments):
    result = colorlab(*arguments)
    (line,) = result.errors.splitlines()
    assert result.code == 1 and line.startswith("colorlab: ")
    return line


def test_a_terminal_sees_bars_with_speed_and_time_left(place, monkeypatch):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr(data_module, "errors", console)
    colorlab("data", "get", "scenes", "--to", place)
    text = screen.getvalue()
    assert "fetched" in text and "/s" in text and "kB" in text and "-:--:--" in text
    assert "unpacked" in text and "16/16" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h"), "the cursor comes back"


def test_stopped_by_hand(place, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(public, "get", stop)
    result = colorlab("data", "get", "scenes", "--to", place)
    assert result.code == 130
    assert (
        result.errors.splitlines()[-1] == "colorlab: stopped; the same command goes on from there"
    )


def test_help_names_every_option():
    text = colorlab("data", "get", "--help").out
    for option in ("--from", "--to", "--limit", "--accept-terms"):
        assert option in text
    assert all(
        word in colorlab("data", "--help").out for word in ("get", "show", "check", "remove")
    )


def test_the_commands_that_are_suggested_are_the_ones_to_type(place):
    odd = place.with_name("a folder")
    line = refusal("data", "check", "--in", odd)
    assert f"colorlab data get scenes --to '{odd}'" in line
    line = refusal("data", "check", "faces", "--in", odd)
    assert f"colorlab data get faces --accept-terms --to '{odd}'" in line
    result = colorlab("data", "get", "faces", "--to", odd, "--accept-terms", "--limit", "5")
    assert f"export COLORLAB_DATA='{odd / 'photographs'}'" in result.out
    min(odd.rglob("*.jpg")).unlink()
    line = colorlab("data", "check", "--in", odd).errors
    assert line.endswith(
        f"to fix them: colorlab data get faces --accept-terms --limit 5 --to '{odd}'\n"
    )


def test_one_damaged_set_does_not_hide_the_other(place):
    for name in ("scenes", "faces"):
        colorlab("data", "get", name, "--to", place, "--accept-terms")
    (place / "scenes.json").write_text('{"count": Infinity, "source": "", "digests": {}}')
    shown = colorlab("data", "show", "--in", place)
    assert shown.code == 0
    assert "scenes.json: is damaged" in shown.out and "40 of 40 pictures" in shown.out
    (place / "faces.json").unlink()
    result = colorlab("data", "remove", "faces", "scenes", "--in", place)
    assert result.code == 1
    assert "scenes: removed" in result.out and "faces: is not in" in result.errors
