"""A folder of pictures becomes a data set that can be downloaded, checked and repaired."""

import dataclasses
import zipfile

import misbehaving_server as behaviour
import pytest
from made_sets import contents
from misbehaving_server import Server

from colorlab.datasets import folder, public
from colorlab.errors import InputError


def test_packed_and_unpacked_are_the_same_pictures(picture_folder, tmp_path):
    data_set = public.pack(picture_folder, tmp_path / "ours.zip")
    assert (data_set.name, data_set.archive, data_set.count) == ("ours", "ours.zip", 18)
    assert data_set.folders == tuple(
        f"photographs/{name}" for name in ("coast", "forests", "street")
    )
    assert all(
        len(name.split("/")) == 2 for name in zipfile.ZipFile(tmp_path / "ours.zip").namelist()
    )
    report = public.get(data_set, tmp_path / "data", source=tmp_path / "ours.zip")
    assert report.whole and public.check(data_set, tmp_path / "data").whole
    before, after = folder.scan(picture_folder), folder.scan(tmp_path / "data" / "photographs")
    assert before.fingerprint == after.fingerprint
    assert [row.path for row in before.pictures] == [row.path for row in after.pictures]


def test_a_packed_set_can_be_served(picture_folder, tmp_path):
    data_set = public.pack(picture_folder, tmp_path / "ours.zip")
    with Server((tmp_path / "ours.zip").read_bytes()) as server:
        address = server.plan("/ours.zip", behaviour.good())
        served = dataclasses.replace(data_set, addresses=(address,))
        assert public.get(served, tmp_path / "data").whole


def test_two_pictures_of_one_name_are_refused(make_folder, tmp_path):
    place = make_folder(tmp_path / "in")
    (place / "street" / "street_000.jpg").rename(place / "street" / "coast_000.jpg")
    with pytest.raises(
        InputError, match="street/coast_000.jpg: has the same name as coast/coast_0"
    ):
        public.pack(place, tmp_path / "ours.zip")
    assert not (tmp_path / "ours.zip").exists()


def test_a_place_that_cannot_be_written_to(picture_folder, tmp_path):
    with pytest.raises(InputError, match="ours.zip: cannot be written"):
        public.pack(picture_folder, tmp_path / "none" / "ours.zip")
    assert contents(tmp_path) == {}
