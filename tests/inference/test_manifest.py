"""A manifest has a line for each result, whatever is killed, and its check finds what changed."""

import dataclasses
import hashlib
import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from colorlab.errors import InputError
from colorlab.inference import batch, single
from colorlab.inference import manifest as manifest_module
from colorlab.inference.archive import Archive, ArchiveJob
from colorlab.inference.job_settings import made_with
from colorlab.inference.manifest import Manifest, read_lines
from colorlab.inference.manifest_check import PROBLEMS, check_manifest, latest_facts
from colorlab.inference.shards import Shard


@pytest.fixture
def album(tmp_path, write_photographs):
    """Return a folder of five photographs, one of which is broken."""
    place = tmp_path / "album"
    write_photographs(place, "a.png", "b.jpg", "deep/c.tif", "d.gif")
    (place / "e.png").write_text("text")
    return place


def color(album, out, colorizer, path, **settings):
    settings = batch.Settings(**settings)
    archive = Archive(album, out, overwrite=settings.overwrite)
    with Manifest(path, made_with(colorizer, settings)) as manifest:
        return list(batch.colorize_all(archive, colorizer, settings, manifest=manifest))


def lines(path):
    return [line for _, line in read_lines(path)]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def problems(out, *manifests, archive=None, **expected):
    expected = {**latest_facts(manifests), **expected}
    return {
        each.result: each.problem
        for each in check_manifest(out, manifests, expected, archive)
        if each.problem
    }


FACTS = {"model_sha256": "12", "settings": {"size": 48}}
JOB = ArchiveJob(Path("in"), Path("out"), "a.gif", "a.png")


# --- lines ---------------------------------------------------------------------------------------


def test_each_photograph_has_a_line(album, colorizer, tmp_path, chroma_file):
    out, path = tmp_path / "out", tmp_path / "out" / "all.jsonl"
    color(album, out, colorizer, path, size=40)
    found = {line["source"]: line for line in lines(path)}
    assert {name: line["result"] for name, line in found.items()} == {
        **{name: name for name in ("a.png", "b.jpg", "deep/c.tif", "e.png")},
        "d.gif": "d.png",
    }
    assert "is not a picture" in found.pop("e.png")["error"]
    for name, line in found.items():
        assert line["source_sha256"] == sha256(album / name)
        assert line["result_sha256"] == sha256(out / line["result"])
        assert line["model_sha256"] == sha256(chroma_file)
        assert line["settings"]["size"] == 40 and line["settings"]["saturation"] == 0.8
        assert line["error"] is None and line["seconds"] > 0
    assert os.listdir(path.parent) and not list(out.glob(".*"))
    # What exists is not coloured, and has its line already; what failed is tried again.
    assert len(color(album, out, colorizer, path, size=40)) == 1
    assert len(lines(path)) == 6


def test_the_line_is_written_before_the_result_appears(album, colorizer, tmp_path, monkeypatch):
    out, seen = tmp_path / "out", []
    plain = Manifest.add

    def add(self, job, facts):
        seen.append(os.path.exists(job.target))
        plain(self, job, facts)

    monkeypatch.setattr(Manifest, "add", add)
    color(album, out, colorizer, tmp_path / "m.jsonl")
    assert seen == [False] * 5 and len(list(out.rglob("*.*"))) == 4


def test_without_room_for_its_line_there_is_no_result(album, colorizer, tmp_path, monkeypatch):
    def add(self, job, facts):
        raise InputError(f"{self.path}: cannot be written (No space left on device)")

    monkeypatch.setattr(Manifest, "add", add)
    with pytest.raises(InputError, match="No space left"):
        color(album, tmp_path / "out", colorizer, tmp_path / "m.jsonl")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "content", [b'{"a": "my only copy"}', b"\xff\xd8\xff\xe0 a photograph", b"a\nb\n", b"\n"]
)
def test_a_file_that_is_no_manifest_is_left_alone(tmp_path, content):
    path = tmp_path / "notes.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is no manifest"), Manifest(path, {}):
        pass
    assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["notes.jsonl"]


def test_a_file_that_cannot_be_mended_is_closed(tmp_path, monkeypatch):
    """A drive that fails between the opening and the end of it leaves no file open, and no lock."""
    path = tmp_path / "m.jsonl"
    path.write_bytes(b'{"source": "')
    opened = []

    def fail(stream):
        opened.append(stream)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(manifest_module, "_remove_torn_line", fail)
    with (
        pytest.raises(InputError, match=r"m.jsonl: cannot be written \(Input/output error\)"),
        Manifest(path, FACTS),
    ):
        pass
    assert opened[0].closed
    assert [each.name for each in tmp_path.iterdir()] == ["m.jsonl"]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_line_is_healed(tmp_path, cut):
    path = tmp_path / "m.jsonl"
    for _ in range(2):
        with Manifest(path, FACTS) as manifest:
            manifest.add(JOB, {"error": "x" * 100_000})
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert lines(path)[1] is None or cut == 1  # a line of which only its end is missing can be read
    with Manifest(path, FACTS) as manifest:
        manifest.add(JOB, {"error": "y"})
    assert [line["error"][0] for line in lines(path)] == ["x", "y"]
    path.write_bytes(b"\0" * 200_000)  # what a power failure may leave
    with Manifest(path, FACTS) as manifest:
        manifest.add(JOB, {"error": "z"})
    assert [line["error"] for line in lines(path)] == ["z"]


def test_a_write_that_stops_in_the_middle_leaves_whole_lines(tmp_path):
    path = tmp_path / "m.jsonl"

    class Full:
        """A disk that takes a hundred bytes more."""

        def __init__(self, stream):
            self._stream, self.room = stream, 100

        def __getattr__(self, name):
            return getattr(self._stream, name)

        def write(self, content):
            if not self.room:
                raise OSError(28, "No space left on device")
            written = self._stream.write(content[: self.room])
            self.room -= written
            return written

    with Manifest(path, FACTS) as manifest:
        manifest.add(JOB, {"error": "x"})
        plain, manifest._stream = manifest._stream, Full(manifest._stream)
        with pytest.raises(InputError, match=r"m.jsonl: cannot be written \(No space left"):
            manifest.add(JOB, {"error": "y" * 200})
        manifest._stream = plain
        manifest.add(JOB, {"error": "z"})
    assert [line["error"] for line in lines(path)] == ["x", "z"]


def test_threads_do_not_mix_their_lines(tmp_path):
    with Manifest(tmp_path / "m.jsonl", FACTS) as manifest:
        threads = [
            threading.Thread(target=manifest.add, args=(JOB, {"error": letter * 50_000}))
            for letter in "abcdefgh"
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(line["error"][0] for line in lines(tmp_path / "m.jsonl")) == list("abcdefgh")


def test_two_processes_need_two_manifests(tmp_path):
    path = tmp_path / "m.jsonl"
    with (
        Manifest(path, FACTS),
        pytest.raises(InputError, match="m.jsonl: another process writes to it"),
    ):
        Manifest(path, FACTS).__enter__()
    with Manifest(path, FACTS):
        pass
    (tmp_path / "file").write_text("")
    for place, reason in ((tmp_path, "is a folder"), (tmp_path / "file" / "m.jsonl", "cannot be")):
        with pytest.raises(InputError, match=reason):
            Manifest(place, FACTS).__enter__()


@pytest.mark.parametrize(
    "content", ["[]", "{}", '{"source": 1}', "text", '{"source": "a"', "\udcff"]
)
def test_what_is_no_line_is_none(tmp_path, content):
    path = tmp_path / "m.jsonl"
    path.write_bytes(os.fsencode(content) + b"\n")
    assert lines(path) == [None]
    with pytest.raises(InputError, match="holds no line of a manifest"):
        latest_facts([path])


# --- the check -----------------------------------------------------------------------------------


def test_the_check_finds_each_problem(album, colorizer, tmp_path):
    out, first, second = (tmp_path / name for name in ("out", "1.jsonl", "2.jsonl"))
    color(album, out, colorizer, first)
    assert problems(out, first) == {"e.png": "failed"}
    (out / "a.png").unlink()
    (out / "b.jpg").write_bytes((out / "b.jpg").read_bytes()[:-1])
    (out / "mine.png").write_bytes(b"")
    (album / "new.png").write_bytes(b"")
    archive = Archive(album, out, overwrite=True)
    found = problems(out, first, archive=archive)
    assert found == {
        "a.png": "missing",
        "b.jpg": "damaged",
        "e.png": "failed",
        "mine.png": "unrecorded",
        "new.png": "not done",
    }
    assert {*found.values(), "other settings"} == PROBLEMS.keys()
    # The same again makes what is missing, in a manifest of its own.
    color(album, out, colorizer, second)
    assert problems(out, first, second, archive=archive) == {
        "b.jpg": "damaged",
        "e.png": "failed",
        "mine.png": "unrecorded",
        "new.png": "failed",
    }


def test_the_latest_line_counts_wherever_it_stands(album, colorizer, tmp_path):
    out, first, second = (tmp_path / name for name in ("out", "1.jsonl", "2.jsonl"))
    color(album, out, colorizer, second, size=40)
    color(album, out, colorizer, first, size=48, overwrite=True)
    assert problems(out, first, second) == problems(out, second, first) == {"e.png": "failed"}
    assert latest_facts([first, second])["size"] == 48


def test_of_two_lines_of_one_moment_the_one_that_stands_behind_counts(tmp_path):
    manifest, out = tmp_path / "m.jsonl", tmp_path / "out"
    out.mkdir()
    (out / "a.png").write_bytes(b"new")
    line = {"source": "a.png", "result": "a.png", "model_sha256": "1", "settings": {"size": 1}}
    line |= {"finished": "2026-01-01T00:00:00.000+00:00", "error": None}
    digests = [hashlib.sha256(content).hexdigest() for content in (b"old", b"new")]
    lines = [json.dumps({**line, "result_sha256": digest}) + "\n" for digest in digests]
    manifest.write_text("".join(lines))
    (checked,) = check_manifest(out, [manifest], latest_facts([manifest]))
    assert checked.problem is None


def test_other_settings_and_other_models_are_found(album, colorizer, tmp_path):
    out, path = tmp_path / "out", tmp_path / "m.jsonl"
    color(album, out, colorizer, path)
    assert problems(out, path, saturation=0.8) == {"e.png": "failed"}
    for other in ({"saturation": 0.7}, {"model_sha256": "12"}, {"quality": 90}):
        (name,) = other
        found = problems(out, path, **other)
        assert [found[each] for each in ("a.png", "b.jpg", "d.png")] == ["other settings"] * 3, name
    (out / "a.png").unlink()
    color(album, out, colorizer, path, saturation=0.5)
    found = problems(out, path)
    assert "a.png" not in found and found["b.jpg"] == "other settings"


# --- several processes ---------------------------------------------------------------------------


CHANGES = {
    "saturation": 0.5,
    "size": 64,
    "quality": 80,
    "compare": True,
    "temperature": 0.7,
    "palette": np.ones(227) / 227,
    "mark": False,
    "restore": ("fading",),
    "all_pages": True,
}
# Of one photograph, on files beside the result or on which results are made; the ending of the
# names says the format.
ON_NO_BYTES_OF_AN_ARCHIVE = {
    *("hints", "hints_file", "variants", "doubt", "overwrite", "image_format"),
}


def test_each_setting_that_changes_a_result_stands_in_its_line(colorizer):
    """Or `manifest check` would take results of different settings for one archive."""
    names = {field.name for field in dataclasses.fields(batch.Settings)}
    assert names - ON_NO_BYTES_OF_AN_ARCHIVE == CHANGES.keys()
    lines = [made_with(colorizer, batch.Settings(**{name: CHANGES[name]})) for name in CHANGES]
    lines += [made_with(colorizer, batch.Settings(), *each) for each in ((), ("_c",), ("", ".png"))]
    assert len({json.dumps(line) for line in lines}) == len(CHANGES) + 3


def test_a_photograph_that_another_process_coloured_meanwhile_is_kept(
    album, colorizer, tmp_path, monkeypatch
):
    out, path = tmp_path / "out", tmp_path / "m.jsonl"
    plain = single.write_photograph

    def faster(stream, image, photograph, *arguments):
        Path(out, Path(photograph.name).relative_to(album)).write_bytes(b"theirs")
        return plain(stream, image, photograph, *arguments)

    monkeypatch.setattr(single, "write_photograph", faster)
    (facts,) = [facts for job, facts in color(album, out, colorizer, path) if job.path == "a.png"]
    assert facts == {"kept": str(out / "a.png")}
    assert (out / "a.png").read_bytes() == b"theirs"


def test_results_do_not_depend_on_the_parts(album, colorizer, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    list(batch.colorize_all(Archive(album, whole), colorizer, workers=1))
    for index in (1, 2, 3):
        list(batch.colorize_all(Archive(album, parts, shard=Shard(index, 3)), colorizer))

    def contents(folder):
        return {path.name: path.read_bytes() for path in folder.rglob("*.*")}

    assert len(contents(whole)) == 4 and contents(whole) == contents(parts)


def test_a_line_can_be_read_with_any_tool(tmp_path):
    job = ArchiveJob(Path("a"), Path("a"), os.fsdecode(b"\xff\n.png"), "ü.png")
    with Manifest(tmp_path / "m.jsonl", FACTS) as manifest:
        manifest.add(job, {"error": "x"})
    content = (tmp_path / "m.jsonl").read_bytes()
    assert content.isascii() and content.count(b"\n") == 1
    assert os.fsencode(json.loads(content)["source"]) == b"\xff\n.png"
