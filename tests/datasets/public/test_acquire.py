"""From nothing to a checked set, whatever happens on the way; then the same command again."""

import dataclasses
import os

import made_sets
import misbehaving_server as behaviour
import pytest
from made_sets import contents, get, require_whole, write
from misbehaving_server import Server

from colorlab.datasets import folder, public
from colorlab.datasets.public import archive, fetch
from colorlab.errors import InputError

# --- the way that works --------------------------------------------------------------------------


def test_fetched_unpacked_and_in_place(made, server, place):
    report = get(made, place, server.plan("/a.zip", behaviour.good()))
    assert report.whole and report.expected == len(made_sets.expected(made))
    require_whole(made, place)
    table = folder.scan(place / "photographs")
    names = {name.partition("/")[2] for name in made[0].folders if "photo" in name}
    assert set(table.categories) == names and not table.skipped


def test_twice_changes_nothing_and_fetches_nothing(made, server, place):
    address = server.plan("/a.zip", behaviour.good())
    get(made, place, address)
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*.jpg")}
    assert get(made, place, address).whole
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*.jpg")} == before
    assert len(server.log) == 1


@pytest.mark.parametrize("kind", ["zip", "folder with the zip", "pictures", "own layout"])
def test_from_what_the_reader_has(made, tmp_path, place, kind):
    source = tmp_path / "mine"
    source.mkdir()
    if kind == "zip":
        source = write(source / "some name.zip", made[2])
    elif kind == "folder with the zip":
        write(source / made[0].archive, made[2])
    else:
        for name, data in made[1].items():
            path = source / (made[0].paths[name] if kind == "own layout" else name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    before = contents(source) if source.is_dir() else source.read_bytes()
    assert get(made, place, source=source).whole
    require_whole(made, place)
    assert (contents(source) if source.is_dir() else source.read_bytes()) == before


def test_a_sample_grows_and_never_shrinks(faces, tmp_path, place):
    source = write(tmp_path / "a.zip", faces[2])
    get(faces, place, source=source, limit=10)
    require_whole(faces, place, 10)
    ten = set(contents(place))
    get(faces, place, source=source, limit=25)
    require_whole(faces, place, 25)
    assert ten < set(contents(place))
    report = get(faces, place, source=write(tmp_path / "not needed.zip", b""), limit=5)
    assert report.expected == len(report.digests) == 25
    require_whole(faces, place, 25)
    get(faces, place, source=source, limit=0)
    require_whole(faces, place, made_sets.SMALL_FACES)


def test_a_limit_reads_only_what_it_takes(faces, tmp_path, place, monkeypatch):
    read, real = [], archive._read
    monkeypatch.setattr(archive, "_read", lambda picture: read.append(picture) or real(picture))
    get(faces, place, source=write(tmp_path / "a.zip", faces[2]), limit=7)
    assert len(read) == 7


def test_both_sets_in_one_folder(tmp_path, place):
    for name in ("scenes", "faces"):
        made = made_sets.make(name)
        get(made, place, source=write(tmp_path / f"{name}.zip", made[2]))
    assert len(folder.scan(place / "photographs").categories) == 8
    assert all(public.check(made_sets.make(name)[0], place).whole for name in ("scenes", "faces"))


def test_the_default_folder_is_in_the_cache(scenes, tmp_path, monkeypatch):
    monkeypatch.setenv("COLORLAB_CACHE", str(tmp_path / "cache"))
    get(scenes, None, source=write(tmp_path / "a.zip", scenes[2]))
    require_whole(scenes, tmp_path / "cache" / "data")


# --- terms, sizes, refusals ----------------------------------------------------------------------


def test_nothing_is_fetched_before_the_terms_are_accepted(faces, place):
    with Server(faces[2]) as server:
        address = server.plan("/a.zip", behaviour.good())
        with pytest.raises(InputError, match="agreement that must be accepted.*accept_terms=True"):
            get(faces, place, address, accept_terms=False)
        assert server.log == [] and not place.exists()


def test_the_sizes_are_said_before_anything_is_fetched(scenes, place):
    with Server(scenes[2]) as server:
        lines = []

        def notify(line):
            lines.append((line, len(server.log)))

        get(scenes, place, server.plan("/a.zip", behaviour.good()), notify=notify)
    ((line, requests),) = lines
    assert requests == 0
    assert line.startswith("scenes: about ") and "to fetch, about" in line
    assert "to unpack (16 pictures);" in line and line.endswith(f"free in {place}")


@pytest.mark.parametrize("field", ["archive_bytes", "unpacked_bytes"])
def test_what_cannot_fit_is_not_begun(scenes, place, field):
    huge = dataclasses.replace(scenes[0], **{field: 10**18})
    with Server(scenes[2]) as server:
        with pytest.raises(InputError, match=r"about 1\.0 EB are needed and .* are free; make"):
            get((huge,), place, server.plan("/a.zip", behaviour.good()))
        assert server.log == []


def test_a_negative_limit(scenes, place):
    with pytest.raises(InputError, match="^limit must be 0 .all. or more, got -1"):
        get(scenes, place, limit=-1)


def test_pictures_of_the_readers_own_are_never_mixed_in(scenes, tmp_path, place):
    own = place / "photographs" / "coast" / "holiday.jpg"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    with pytest.raises(InputError, match="coast: exists already and was not made by `colorlab"):
        get(scenes, place, source=write(tmp_path / "a.zip", scenes[2]))
    assert contents(place) == {"photographs/coast/holiday.jpg": b"mine"}


def test_when_no_address_works_the_message_says_what_to_do(made, server, place):
    with pytest.raises(InputError) as caught:
        get(made, place, server.plan("/a.zip", behaviour.page(403)))
    text = str(caught.value)
    for part in ("answers 403 (Forbidden)", "source=FILE", made[0].home, made[0].variable):
        assert part in text
    assert "\n" not in text


def test_an_address_by_environment_variable(scenes, place, monkeypatch):
    with Server(scenes[2]) as server:
        monkeypatch.setenv("COLORLAB_SCENES_URL", server.plan("/mine.zip", behaviour.good()))
        get(scenes, place, server.plan("/known.zip", behaviour.good()))
        assert [path for path, _ in server.log] == ["/mine.zip"]
    require_whole(scenes, place)


def test_a_server_with_another_archive_is_passed_over(made, server, place):
    files = dict(made[1])
    files[min(files)] = made_sets.jpeg("other", made_sets.SIZES[made[0].name])
    with Server(made_sets.pack(made[0].name, files)) as liar:
        addresses = (liar.plan("/a.zip", behaviour.good()), server.plan("/a", behaviour.good()))
        data_set = dataclasses.replace(made[0], addresses=addresses)
        public.get(data_set, place, accept_terms=True)
        assert len(liar.log) == len(server.log) == 1
    require_whole(made, place)


# --- incomplete sources --------------------------------------------------------------------------


def test_an_incomplete_folder_gives_what_it_has(scenes, tmp_path, place):
    names = sorted(scenes[1])
    for name in names:
        write(tmp_path / name, scenes[1][name])
    (tmp_path / names[3]).unlink()
    (tmp_path / names[7]).write_bytes(made_sets.jpeg("another", (256, 256)))
    report = get(scenes, place, source=tmp_path)
    assert (report.missing, report.wrong) == ((names[3],), (names[7],))
    assert str(report) == "scenes: 14 of 16 pictures are here and right, 1 missing, 1 wrong"
    later = public.check(scenes[0], place)
    # Nothing wrong was put into place, so now both are missing.
    assert later.missing == (names[3], names[7]) and len(later.digests) == 14
    with Server(scenes[2]) as server:
        assert get(scenes, place, server.plan("/a.zip", behaviour.good())).whole
    require_whole(scenes, place)


def test_a_check_goes_by_the_published_checksums(scenes, tmp_path, place):
    """A picture that was added by hand is right although the manifest does not know it."""
    data_set, files, _ = scenes
    last, *others = sorted(files)
    for name in others:
        write(tmp_path / "part" / name, files[name])
    get(scenes, place, source=tmp_path / "part")
    write(place / data_set.paths[last], files[last])
    assert public.check(data_set, place).whole


def test_a_folder_with_nothing_right_in_it(scenes, tmp_path, place):
    write(tmp_path / min(scenes[1]), b"nothing")
    with pytest.raises(
        InputError,
        match="of 16 pictures of scenes, 15 are missing in it and 1 are not as published",
    ):
        get(scenes, place, source=tmp_path)
    assert contents(place) == {}


def test_a_damaged_set_is_mended(made, server, place):
    address = server.plan("/a.zip", behaviour.good())
    get(made, place, address)
    first, second, *_ = sorted(place.rglob("*.jpg"))
    first.write_bytes(first.read_bytes()[:-1])
    second.unlink()
    report = public.check(made[0], place)
    assert (report.wrong, report.missing) == ((first.name,), (second.name,))
    assert get(made, place, address).whole
    require_whole(made, place)


def test_a_source_that_cannot_replace_what_is_wrong_changes_nothing(scenes, tmp_path, place):
    data_set, files, packed = scenes
    get(scenes, place, source=write(tmp_path / "all.zip", packed))
    name = min(files)
    (place / data_set.paths[name]).write_bytes(b"something else")
    for each, data in files.items():
        if each != name:
            write(tmp_path / "part" / each, data)
    before = contents(place)
    with pytest.raises(InputError, match="of 1 pictures .* 1 are missing in it and 0 are not as"):
        get(scenes, place, source=tmp_path / "part")
    assert contents(place) == before
    assert public.check(data_set, place).wrong == (name,)
    public.remove(data_set, place)
    assert not place.exists()


@pytest.mark.parametrize("damage", ["cut", "emptied", "page"])
def test_a_damaged_face_from_a_folder_is_wrong(faces, tmp_path, place, damage):
    """No checksum of its own is published for a face, and a folder has no archive's."""
    data_set, files, _ = faces
    bad, good = data_set.sample(2)
    whole = files[bad]
    write(tmp_path / "mine" / good, files[good])
    content = {
        "cut": whole[: 2 * len(whole) // 3],
        "emptied": whole[: len(whole) - 200] + bytes(200),
        "page": b"<html>quota exceeded</html>",
    }[damage]
    write(tmp_path / "mine" / bad, content)
    report = get(faces, place, source=tmp_path / "mine", limit=2)
    assert (set(report.digests), report.wrong) == ({good}, (bad,))
    assert not (place / data_set.paths[bad]).exists()


@pytest.mark.parametrize("source", ["nothing.zip", "long" * 100, "pipe", "~nobody-here/a.zip"])
def test_a_source_that_is_not_there_is_refused_before_anything_is_done(
    scenes, tmp_path, place, monkeypatch, source
):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no such file or folder; expected spatial_envelope"):
        get(scenes, place, source=source)
    assert not place.exists()


def test_a_pipe_in_a_folder_is_passed_over(scenes, tmp_path, place):
    data_set, files, _ = scenes
    first, *others = sorted(files)
    (tmp_path / "mine").mkdir()
    os.mkfifo(tmp_path / "mine" / first)
    for name in others:
        write(tmp_path / "mine" / name, files[name])
    assert get(scenes, place, source=tmp_path / "mine").missing == (first,)


def test_a_server_that_does_not_end_does_not_fill_the_disk(scenes, place, monkeypatch):
    small = dataclasses.replace(scenes[0], archive_bytes=1000)
    monkeypatch.setattr(fetch, "_SPARE_BYTES", 0)
    with Server(b"PK\x03\x04" + bytes(100_000)) as endless:
        address = endless.plan("/a.zip", behaviour.good())
        with pytest.raises(InputError, match="sends more than 2,000 bytes"):
            get((small, *scenes[1:]), place, address)
    assert not list(place.rglob("*.part"))


def test_a_damaged_manifest_does_not_keep_the_disk_full(scenes, tmp_path, place):
    get(scenes, place, source=write(tmp_path / "all.zip", scenes[2]))
    write(place / "photographs" / "coast" / "mine.jpg", b"mine")
    (place / "scenes.json").write_text("{")
    with pytest.raises(InputError, match="is damaged; .*colorlab data remove scenes"):
        public.check(scenes[0], place)
    assert public.remove(scenes[0], place) > 0
    assert contents(place) == {"photographs/coast/mine.jpg": b"mine"}
