"""The catalogue agrees with what is known about the published sets."""

import collections
import re
import tomllib
from pathlib import Path

import pytest

import colorlab
from colorlab.datasets.public import catalog
from colorlab.errors import InputError

SCENES, FACES = catalog.find("scenes"), catalog.find("faces")


def test_the_scenes_are_the_published_files():
    kinds = collections.Counter(name.partition("_")[0] for name in SCENES.digests)
    assert kinds == {
        "coast": 360,
        "forest": 328,
        "highway": 260,
        "insidecity": 308,
        "mountain": 374,
        "opencountry": 410,
        "street": 292,
        "tallbuilding": 356,
    }
    assert SCENES.count == sum(kinds.values()) == 2688
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in SCENES.digests.values())


def test_two_scenes_are_known_to_be_there_twice():
    names = collections.defaultdict(set)
    for name, digest in SCENES.digests.items():
        names[digest].add(name)
    twice = [same for same in names.values() if len(same) > 1]
    assert sorted(map(sorted, twice)) == [
        ["insidecity_urb992.jpg", "tallbuilding_urb992.jpg"],
        ["mountain_sclos4.jpg", "mountain_sharp59.jpg"],
    ]


def test_scenes_become_the_categories_of_the_course():
    assert {name.partition("_")[0]: path.rpartition("/")[0]
            for name, path in SCENES.paths.items()} == {
        "coast": "photographs/coast",
        "forest": "photographs/forests",
        "highway": "excluded/highway",
        "insidecity": "photographs/city_centre",
        "mountain": "photographs/mountains",
        "opencountry": "photographs/open_country",
        "street": "photographs/street",
        "tallbuilding": "photographs/buildings",
    }  # fmt: skip


def test_the_list_of_checksums_is_small_and_installed():
    path = Path(catalog.__file__).with_name("scenes.sha256.gz")
    assert path.stat().st_size < 120_000
    root = Path(colorlab.__file__).parent.parent
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["colorlab.datasets.public"]
    assert any(path.match(pattern) for pattern in patterns)


def test_the_faces_are_numbered():
    assert FACES.count == 202_599
    assert min(FACES.paths) == "000001.jpg" and max(FACES.paths) == "202599.jpg"
    assert FACES.paths["000001.jpg"] == "photographs/faces/000001.jpg"
    assert FACES.must_accept and not SCENES.must_accept


def test_a_sample_is_always_the_same_and_grows():
    small, large = FACES.sample(50), FACES.sample(3000)
    # The three names with the smallest SHA-256: 000086ab..., 00009144..., 00009a64...
    assert FACES.sample(3) == ["000360.jpg", "041293.jpg", "160963.jpg"]
    assert set(small) < set(large) and len(small) == 50 and len(set(large)) == 3000
    assert large == sorted(large)
    assert FACES.sample(10**6) == sorted(FACES.paths)
    share = sum(name <= "162770.jpg" for name in large) / 3000
    assert abs(share - 162_770 / 202_599) < 0.03, "the sample follows the official division"


def test_addresses_of_ones_own_come_first(monkeypatch):
    monkeypatch.setenv("COLORLAB_SCENES_URL", " http://127.0.0.1/a.zip\n https://example.org/b ")
    assert SCENES.all_addresses() == (
        *("http://127.0.0.1/a.zip", "https://example.org/b"),
        *SCENES.addresses,
    )
    monkeypatch.delenv("COLORLAB_SCENES_URL")
    assert SCENES.all_addresses() == SCENES.addresses
    monkeypatch.setenv("COLORLAB_FACES_URL", "celeba.zip")
    with pytest.raises(InputError, match="COLORLAB_FACES_URL: 'celeba.zip' is not a web address"):
        FACES.all_addresses()


def test_an_unknown_set_is_refused():
    with pytest.raises(InputError, match="'cats' is not a data set; expected one of scenes, faces"):
        catalog.find("cats")
