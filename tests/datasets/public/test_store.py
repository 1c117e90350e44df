"""Status, check and removal of a set: its set's own files and no others."""

import json

import made_sets
import pytest
from made_sets import contents, get

from colorlab.datasets import public
from colorlab.errors import InputError


@pytest.fixture
def held(made, place, tmp_path):
    """A set in place."""
    source = tmp_path / "packed.zip"
    source.write_bytes(made[2])
    get(made, place, source=source)
    return made


def test_the_status(held, place):
    found = public.status(held[0], place)
    assert sum(found.counts.values()) == len(made_sets.expected(held))
    assert set(found.counts) == set(held[0].folders)
    assert found.size == sum(map(len, contents(place).values()))
    assert found.unfinished == 0
    assert found.requested == len(made_sets.expected(held))
    assert found.source == "packed.zip"


def test_the_status_of_nothing(made, place):
    assert public.status(made[0], place) == public.Status({}, 0, 0, 0, "")
    assert not place.exists()


def test_a_check_of_nothing(made, place):
    with pytest.raises(InputError, match=f"is not in {place}; get it first"):
        public.check(made[0], place)


def test_a_check_reads_every_byte(held, place):
    path = sorted(place.rglob("*.jpg"))[4]
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    report = public.check(held[0], place)
    assert report.wrong == (path.name,) and not report.whole and not report.missing


def test_a_check_tells_of_files_that_are_not_of_the_set(held, place):
    own = place / held[0].folders[0]
    (own / "holiday.jpg").write_bytes(b"mine")
    (own / "deeper").mkdir()
    (own / "deeper" / min(held[1])).write_bytes(b"mine")
    report = public.check(held[0], place)
    assert report.whole
    assert {path.rpartition("/")[2] for path in report.unexpected} == {"holiday.jpg", min(held[1])}


def test_progress_of_a_check(held, place):
    steps = []
    public.check(held[0], place, lambda *step: steps.append(step))
    count = len(made_sets.expected(held))
    assert steps == [("checked", done, count) for done in range(1, count + 1)]


def test_removal_frees_everything(held, place):
    size = sum(map(len, contents(place).values()))
    assert public.remove(held[0], place) == size
    assert not place.exists()
    with pytest.raises(InputError, match="there is nothing to remove"):
        public.remove(held[0], place)


def test_removal_leaves_what_is_not_of_the_set(held, place, tmp_path):
    other = made_sets.make("faces" if held[0].name == "scenes" else "scenes")
    source = tmp_path / "other.zip"
    source.write_bytes(other[2])
    get(other, place, source=source)
    kept = place / held[0].folders[0] / "holiday.jpg"
    kept.write_bytes(b"mine")
    public.remove(held[0], place)
    assert kept.read_bytes() == b"mine"
    assert public.check(other[0], place).whole
    left = {path for path in contents(place) if path.endswith(".jpg")}
    assert left == set(made_sets.expected(other)) | {kept.relative_to(place).as_posix()}


def test_removal_of_an_interrupted_download(made, place):
    staging = place / f".{made[0].name}.unfinished"
    staging.mkdir(parents=True)
    (staging / "a.zip.part").write_bytes(bytes(1000))
    assert public.status(made[0], place).unfinished == 1000
    assert public.remove(made[0], place) == 1000
    assert not place.exists()


def test_a_manifest_cannot_make_it_delete_other_files(held, place, tmp_path):
    victim = tmp_path / "victim.jpg"
    victim.write_bytes(b"mine")
    path = place / f"{held[0].name}.json"
    facts = json.loads(path.read_bytes())
    facts["digests"]["../../../victim.jpg"] = "0" * 64
    facts["digests"][str(victim)] = "0" * 64
    path.write_text(json.dumps(facts))
    public.remove(held[0], place)
    assert victim.read_bytes() == b"mine"
