"""The official division of CelebA, from the rule that it follows."""

import hashlib

import pytest

from colorlab.datasets import folder
from colorlab.datasets.public import celeba
from colorlab.errors import InputError


def test_the_rule_says_what_the_published_file_says():
    """The checksum of ``list_eval_partition.txt`` is the one that torchvision publishes."""
    parts = ("train", "validation", "test")
    names = [f"{number:06d}.jpg" for number in range(1, celeba.FACES + 1)]
    lines = (f"{name} {parts.index(celeba.official_part(name))}\r\n" for name in names)
    found = hashlib.md5("".join(lines).encode()).hexdigest()
    assert found == "d32c9cbf5e040fd4025c592c306e6668"


@pytest.mark.parametrize("name", ["000000.jpg", "202600.jpg", "1.jpg", "cat.jpg", "000001.png"])
def test_a_picture_that_is_not_of_celeba(name):
    with pytest.raises(InputError, match="is no picture of CelebA; expected 000001.jpg to"):
        celeba.official_part(name)


def test_the_official_split_of_a_table(tmp_path, make_folder):
    make_folder(tmp_path, ("faces",), 4)
    names = ("000007.jpg", "170000.jpg", "190000.jpg", "200000.jpg")
    for path, name in zip(sorted((tmp_path / "faces").iterdir()), names, strict=True):
        path.rename(path.with_name(name))
    parts = celeba.official_split(folder.scan(tmp_path))
    found = {part: [row.path for row in table.pictures] for part, table in vars(parts).items()}
    assert found == {
        "train": ["faces/000007.jpg"],
        "validation": ["faces/170000.jpg"],
        "test": ["faces/190000.jpg", "faces/200000.jpg"],
    }
    (tmp_path / "faces" / "000007.jpg").unlink()
    with pytest.raises(InputError, match="holds no picture of the official train part"):
        celeba.official_split(folder.scan(tmp_path))
