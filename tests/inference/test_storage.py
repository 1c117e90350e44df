"""Photographs and results in object storage; fsspec's storage in memory stands for all of them."""

import io

import numpy as np
import pytest
from command import colorlab, contents, refusal
from PIL import Image

from colorlab.errors import InputError
from colorlab.inference.archive import Archive
from colorlab.inference.storage import RemotePath, to_path

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def memory():
    """Return the storage in memory, empty before and after."""
    storage = fsspec.filesystem("memory")
    storage.store.clear()
    storage.pseudo_dirs[:] = [""]
    yield storage
    storage.store.clear()
    storage.pseudo_dirs[:] = [""]


@pytest.fixture
def album(memory, tmp_path):
    """Return a folder of photographs, which lie in the storage too."""
    random = np.random.default_rng(0)
    for name in ("a.png", "deep/b.jpg", "deep/er/x.gif", "deep/er/x.png", "deep/.c.png"):
        content = io.BytesIO()
        picture = Image.fromarray(random.integers(0, 256, (20, 30)).astype("uint8"))
        picture.save(content, format=Image.registered_extensions()["." + name.rpartition(".")[2]])
        (tmp_path / "album" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "album" / name).write_bytes(content.getvalue())
        memory.pipe_file(f"/bucket/album/{name}", content.getvalue())
    memory.pipe_file("/bucket/album/notes.txt", b"no picture")
    return tmp_path / "album"


def stored(memory, folder):
    return {path.removeprefix(folder): memory.cat_file(path) for path in memory.find(folder)}


def test_an_archive_in_a_storage_has_the_jobs_of_a_folder(album, memory, tmp_path):
    local = Archive(album, tmp_path / "out")
    remote = Archive("memory://bucket/album/", "memory://out")
    expected = sorted((job.path, job.result) for job in local)
    assert len(expected) == 4
    assert sorted((job.path, job.result) for job in remote) == expected
    memory.pipe_file("/out/deep/b.jpg", b"mine")
    assert len(list(remote)) == 3 and remote.existing == 1
    names = ["a.png", "memory://bucket/album/deep/../deep/b.jpg", "memory://c/d.png", "../e.png"]
    listed = Archive("memory://bucket/album", tmp_path / "out", names)
    assert [job.path for job in listed] == ["a.png", "deep/b.jpg"]
    assert len(listed.unreadable) == 2
    with pytest.raises(InputError, match="holds the photographs"):
        Archive("memory://bucket/album", "memory://bucket")
    memory.pipe_file("/bucket/album/coloured/a.png", b"")
    assert len(list(Archive("memory://bucket/album", "memory://bucket/album/coloured"))) == 3


def test_the_command_colours_from_storage_to_storage(album, memory, tmp_path, chroma_file):
    model, manifest = ["--model", chroma_file], tmp_path / "m.jsonl"
    assert colorlab("colorize", album, "-o", tmp_path / "out", *model).code == 0
    result = colorlab(
        *("colorize", "memory://bucket/album", "-o", "memory://bucket/out", *model),
        *("--manifest", manifest),
    )
    assert (result.code, result.errors) == (0, "")
    assert "memory://bucket/out/deep/er/x.gif.png" in result.out.splitlines()
    expected = {f"/{name}": each for name, each in contents(tmp_path / "out").items() if each}
    assert stored(memory, "/bucket/out") == expected
    check = ["manifest", "check", "memory://bucket/out", "--manifest", manifest]
    assert colorlab(*check, "--photos", "memory://bucket/album").code == 0
    memory.pipe_file("/bucket/out/a.png", b"damaged")
    memory.rm("/bucket/out/deep/b.jpg")
    memory.pipe_file("/bucket/out/deep/new.png", b"")
    damaged, missing, unrecorded = sorted(colorlab(*check).out.splitlines())
    assert damaged.startswith("damaged: a.png (SHA-256 ")
    assert (missing, unrecorded) == ("missing: deep/b.jpg", "unrecorded: deep/new.png")
    again = colorlab("colorize", "memory://bucket/album", "-o", "memory://bucket/out", *model)
    assert again.code == 0 and "were kept: 3" in again.out


def test_hints_beside_photographs_are_refused_since_nobody_would_read_them(
    album, memory, tmp_path, hinted_file
):
    out = ["-o", tmp_path / "out", "--model", hinted_file, "--hints", "auto"]
    line = refusal("colorize", "memory://bucket/album", *out)
    assert "photographs in a storage have no files of hints beside them" in line
    assert not (tmp_path / "out").exists()


def test_what_is_not_there_is_one_line(memory, tmp_path, chroma_file):
    out = ["-o", tmp_path / "out", "--model", chroma_file]
    assert "memory://none: is no folder" in refusal("colorize", "memory://none", *out)
    assert "nothing://x: " in refusal("colorize", "nothing://x", *out)
    with pytest.raises(InputError, match="memory://none/a.png: no such file"):
        RemotePath("memory://none/a.png").read()


@pytest.fixture
def failing(memory, monkeypatch):
    """Return a function that makes a request of the storage fail, where its path ends so."""

    def fail(request, ending):
        plain = getattr(type(memory), request)

        def failing(self, path, *arguments, **options):
            if path.endswith(ending):
                raise ConnectionError("connection reset\nby peer")
            return plain(self, path, *arguments, **options)

        monkeypatch.setattr(type(memory), request, failing)

    return fail


def test_a_photograph_that_the_storage_does_not_deliver_stops_no_other_one(
    album, memory, tmp_path, chroma_file, failing
):
    places = ["memory://bucket/album", "-o", "memory://bucket/out", "--model", chroma_file]
    failing("cat_file", "deep/b.jpg")
    failing("info", "out/a.png")
    failing("pipe_file", "out/deep/er/x.png")
    result = colorlab("colorize", *places, "--manifest", tmp_path / "m.jsonl")
    assert result.code == 1
    assert sorted(result.errors.splitlines()) == [
        "colorlab: 3 of 4 pictures could not be coloured",
        "colorlab: memory://bucket/album/deep/b.jpg: cannot be reached (connection reset)",
        "colorlab: memory://bucket/out/a.png: cannot be reached (connection reset)",
        "colorlab: memory://bucket/out/deep/er/x.png: cannot be reached (connection reset)",
    ]
    assert list(stored(memory, "/bucket/out")) == ["/deep/er/x.gif.png"]


def test_a_listing_that_fails_on_its_way_ends_with_one_line(
    album, memory, chroma_file, failing, tmp_path
):
    places = ["memory://bucket/album", "-o", tmp_path / "out", "--model", chroma_file]
    failing("ls", "deep/er")
    result = colorlab("colorize", *places)
    assert result.code == 1
    assert result.errors == (
        "colorlab: memory://bucket/album: cannot be reached (connection reset)\n"
    )
    # What was listed before is coloured, and said.
    assert set(contents(tmp_path / "out")) == {"a.png", "deep", "deep/b.jpg"}
    assert len(result.out.splitlines()) == 2


def test_results_that_cannot_be_listed_are_not_made_again(album, memory, chroma_file, failing):
    """Not knowing what is there must not look as if nothing were there."""
    memory.pipe_file("/bucket/out/deep/b.jpg", b"mine")
    failing("ls", "out/deep")
    places = ["memory://bucket/album", "-o", "memory://bucket/out", "--model", chroma_file]
    result = colorlab("colorize", *places)
    assert result.code == 1
    assert result.errors == (
        "colorlab: memory://bucket/out/deep: cannot be reached (connection reset)\n"
    )
    found = stored(memory, "/bucket/out")
    assert set(found) == {"/a.png", "/deep/b.jpg"} and found["/deep/b.jpg"] == b"mine"


def test_a_file_url_is_a_path_of_this_machine(tmp_path):
    assert to_path(tmp_path.as_uri()) == tmp_path
    assert to_path("memory://a/b/").parent == to_path("memory://a")
    assert to_path("memory://a/b").name == "b"
