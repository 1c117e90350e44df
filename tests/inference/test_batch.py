"""Plans and batches from Python: what the command does, a script can do; nobody waits for ever."""

import os
import threading

import numpy as np
import pytest
from PIL import Image

from colorlab import load_pretrained
from colorlab.errors import InputError
from colorlab.inference import batch
from colorlab.inference.jobs import Job, Plan, plan
from colorlab.inference.room import Room
from colorlab.inference.workers import workers_for


@pytest.fixture
def album(tmp_path, write_photographs):
    """Return a folder of four photographs, one of which is broken."""
    place = tmp_path / "album"
    write_photographs(place, "a.png", "b.jpg", "deep/c.tif")
    (place / "d.png").write_text("text")
    return place


def test_a_script_colours_an_album(album, colorizer, tmp_path):
    out, done = tmp_path / "out", []
    planned = plan([album], out)
    assert [job.target.relative_to(out).as_posix() for job in planned.jobs] == [
        *("a.png", "b.jpg", "d.png", "deep/c.tif")
    ]
    settings = batch.Settings(saturation=0.5, compare=True)
    results = list(batch.colorize_all(planned, colorizer, settings, callback=done.append))
    assert [job for job, _ in results] == list(planned.jobs)
    assert done == [1, 2, 3, 4]
    facts = {job.source.name: each for job, each in results}
    assert "is not a picture" in facts["d.png"]["error"]
    assert facts["c.tif"]["saturation"] == 0.5
    with Image.open(out / "deep" / "c.tif") as picture:
        assert (picture.format, picture.size, picture.mode) == ("TIFF", (80, 30), "RGB")
    # The same again finds all but the broken one done.
    planned = plan([album], out)
    assert [job.source.name for job in planned.jobs] == ["d.png"]
    assert [job.source.name for job in planned.existing] == ["a.png", "b.jpg", "c.tif"]
    assert len(plan([album], out, overwrite=True).jobs) == 4
    assert list(batch.colorize_all(Plan(()), colorizer)) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("saturation", 11),
        ("size", 0),
        ("temperature", 0),
        ("quality", 0),
        ("quality", 95.5),
        ("image_format", "jpeg"),
        ("variants", -1),
    ],
)
def test_settings_out_of_range_are_refused_before_the_first_photograph(setting, value):
    with pytest.raises(InputError, match=f"^{setting} must be .*, got {value!r}$"):
        batch.Settings(**{setting: value})


def test_a_place_that_cannot_be_written_to_is_refused_before_the_first(album, colorizer, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="below: cannot be made a folder"):
        next(batch.colorize_all(plan([album], tmp_path / "file" / "below"), colorizer))


def test_jobs_with_nothing_in_common_are_coloured(album, colorizer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = album / "a.png"
    targets = [tmp_path / "one" / "a.png", tmp_path.relative_to(tmp_path) / "two" / "a.png"]
    planned = Plan(tuple(Job(source, target) for target in targets))
    assert all("error" not in facts for _, facts in batch.colorize_all(planned, colorizer))
    assert (tmp_path / "one" / "a.png").exists() and (tmp_path / "two" / "a.png").exists()


def test_a_result_that_somebody_else_wrote_meanwhile_is_not_taken_for_ours(
    album, colorizer, tmp_path
):
    """Of an archive, several processes write the same results; of a Plan, one does."""
    planned = plan([album / "a.png"], tmp_path / "out")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.png").write_text("mine")
    [(_, facts)] = batch.colorize_all(planned, colorizer)
    assert "a.png: exists already" in facts["error"]
    assert (tmp_path / "out" / "a.png").read_text() == "mine"


def test_it_works_in_a_thread_which_may_not_touch_signals(album, colorizer, tmp_path):
    results = []

    def work():
        results.extend(batch.colorize_all(plan([album / "a.png"], tmp_path / "out"), colorizer))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(results) == 1 and "error" not in results[0][1]


def test_workers_where_the_system_does_not_say_which_cores(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    for cores, count, expected in ((8, 3, (3, 2)), (None, 3, (1, 1)), (32, 99, (8, 4))):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        assert workers_for(count) == expected


class Queue:
    """Photographs that ask for room in threads of their own; each leaves when it is told to."""

    def __init__(self, room):
        self.room, self.inside, self.threads = room, [], {}

    def ask(self, name, pixels):
        """Start a thread, and return when it waits or is inside."""
        leave = threading.Event()

        def work():
            with self.room.take(pixels):
                self.inside.append(name)
                leave.wait()

        waiting = len(self.room._queue)
        thread = threading.Thread(target=work, daemon=True)
        self.threads[name] = (thread, leave)
        thread.start()
        while name not in self.inside and len(self.room._queue) == waiting:
            thread.join(0.001)

    def end(self, name):
        thread, leave = self.threads[name]
        leave.set()
        thread.join()

    def wait_for(self, name):
        while name not in self.inside:
            self.threads[name][0].join(0.001)


def test_small_photographs_do_not_overtake_a_large_one():
    queue = Queue(Room(10))
    queue.ask("first", 4)
    queue.ask("second", 4)
    queue.ask("large", 50)
    queue.ask("third", 4)
    assert queue.inside == ["first", "second"], "a small one overtook the large one"
    queue.end("first")
    queue.end("second")
    queue.wait_for("large")
    assert queue.inside == ["first", "second", "large"]
    queue.end("large")
    queue.wait_for("third")
    queue.end("third")


def test_small_photographs_share_the_room():
    queue = Queue(Room(10))
    for name in "abc":
        queue.ask(name, 4)
    assert queue.inside == ["a", "b"]
    queue.end("b")
    queue.wait_for("c")
    for name in "ac":
        queue.end(name)


def test_photographs_that_fill_the_room_exactly_are_there_together():
    queue = Queue(Room(10))
    queue.ask("a", 4)
    queue.ask("b", 6)
    assert queue.inside == ["a", "b"]
    for name in "ab":
        queue.end(name)


def test_variants_take_room_too(hinted_file, tmp_path, write_photographs, monkeypatch):
    asked, take = [], Room.take
    monkeypatch.setattr(Room, "take", lambda room, size: asked.append(size) or take(room, size))
    write_photographs(tmp_path / "in", "a.png")
    for name, settings in (("one", None), ("several", batch.Settings(variants=3))):
        planned = plan([tmp_path / "in"], tmp_path / name)
        results = list(batch.colorize_all(planned, load_pretrained(hinted_file), settings))
        assert "error" not in results[0][1]
    assert asked[1] == 4 * asked[0]


# --- names, and what is not taken ----------------------------------------------------------------


def targets(planned, out):
    return {
        job.source.name: job.target.relative_to(out).as_posix()
        for job in (*planned.jobs, *planned.existing)
    }


def test_a_clash_of_names_stops_nothing(tmp_path):
    place, out = tmp_path / "in", tmp_path / "out"
    place.mkdir()
    for name in ("x.gif", "x.png", "x.pgm", "good.jpg"):
        Image.new("L", (4, 4)).save(place / name)
    planned = plan([place], out)
    assert targets(planned, out) == {
        "good.jpg": "good.jpg",
        "x.png": "x.png",
        "x.gif": "x.gif.png",
        "x.pgm": "x.pgm.png",
    }
    assert planned.unreadable == ()
    names = targets(plan([place], out, suffix="_c", image_format=".jpg"), out)
    assert len(set(names.values())) == 4 and all(name.endswith("_c.jpg") for name in names.values())
    # Named again in a file each, all but one of those with one name are coloured.
    (tmp_path / "other").mkdir()
    Image.new("L", (4, 4)).save(tmp_path / "other" / "x.png")
    planned = plan([place / "x.png", tmp_path / "other" / "x.png", place / "good.jpg"], out)
    assert targets(planned, out) == {"x.png": "x.png", "good.jpg": "good.jpg"}
    (line,) = planned.unreadable
    assert f"{tmp_path / 'other' / 'x.png'}: has the same name as {place / 'x.png'}" in line


def test_every_ending_that_can_be_read_is_planned_and_the_rest_is_named(tmp_path):
    place, out = tmp_path / "in", tmp_path / "out"
    place.mkdir()
    content = b"\xff\xd8\xff\xe0"
    names = ("a.jpg", "b.jfif", "c.jpe", "d.jp2", "e.pgm", "f.avif", "g.mpo", "h.apng", "i.HEIC")
    for name in (*names, "raw.nef", "drawing.svg", "no ending", "notes.txt"):
        (place / name).write_bytes(b"text" if name == "notes.txt" else content)
    planned = plan([place], out)
    assert targets(planned, out) == {
        **{name: name for name in ("a.jpg", "b.jfif", "c.jpe", "f.avif", "g.mpo", "h.apng")},
        **{"d.jp2": "d.png", "e.pgm": "e.png", "i.HEIC": "i.jpg"},
    }
    assert [path.name for path, _ in planned.passed_over] == ["drawing.svg", "no ending", "raw.nef"]
    assert planned.unreadable == ()


def test_a_file_named_by_itself_gets_an_ending_that_fits(tmp_path):
    planned = plan(
        [tmp_path / "scan.dng", tmp_path / "plain", tmp_path / "a.JPE"], tmp_path / "out"
    )
    assert [job.target.name for job in planned.jobs] == ["scan.png", "plain", "a.JPE"]


def test_the_time_of_a_file_without_a_date_is_kept(album, colorizer, tmp_path):
    os.utime(album / "a.png", (1e9, 5e8))
    list(batch.colorize_all(plan([album / "a.png"], tmp_path / "out"), colorizer))
    assert os.stat(tmp_path / "out" / "a.png").st_mtime == 5e8


def test_a_link_to_a_folder_is_coloured_once(album, tmp_path):
    (album / "link").symlink_to(album / "deep")
    (album / "deep" / "round").symlink_to(album)
    assert len(plan([album], tmp_path / "out").jobs) == 4


@pytest.mark.parametrize(
    ("name", "module", "result"),
    [("a.heic", "pillow_heif", "JPEG"), ("a.jxl", "pillow_jxl", "PNG")],
)
def test_formats_that_are_only_read_are_written_as_others(
    name, module, result, colorizer, tmp_path
):
    """The name says what is in the file: a JPEG file is never called ``.heic``."""
    plugin = pytest.importorskip(module)
    if module == "pillow_heif":
        plugin.register_heif_opener()
    grey = np.add.outer(np.arange(48), np.arange(64)).astype("uint8")
    Image.fromarray(np.stack([grey] * 3, axis=-1)).save(tmp_path / name)
    planned = plan([tmp_path / name], tmp_path / "out")
    [(job, facts)] = batch.colorize_all(planned, colorizer, batch.Settings(saturation=0))
    assert (
        facts["format"] == result and job.target.suffix == {"JPEG": ".jpg", "PNG": ".png"}[result]
    )
    with Image.open(job.target) as picture:
        assert picture.format == result
        assert np.abs(np.asarray(picture.convert("L")).astype(int) - grey).mean() < 4


def test_no_photograph_for_the_name_of_one_is_said():
    """Such as a pattern that fits nothing."""
    with pytest.raises(InputError, match=r"^out\.png: is the place of one picture, but no "):
        plan([], "out.png")
