"""The official division of CelebA into training, validation and test pictures.

The division goes by number: the file ``list_eval_partition.txt`` says of each of the 202,599
pictures what two numbers say as well. So the file need not be fetched. What
:func:`partition_file` writes has the MD5 checksum of the published one.

Taught in :doc:`/book/data_and_licences`.
"""

import re

from colorlab.datasets.splits import Splits
from colorlab.errors import InputError

__all__ = ["FACES", "official_part", "official_split", "partition_file"]

#: Number of pictures in CelebA.
FACES = 202_599
_LAST_TRAIN, _LAST_VALIDATION = 162_770, 182_637


def _side(number):
    return 0 if number <= _LAST_TRAIN else 1 if number <= _LAST_VALIDATION else 2


def official_part(name):
    """Say in which part a picture of CelebA belongs.

    Parameters
    ----------
    name : str
        Of the file, such as ``000001.jpg``.

    Returns
    -------
    str
        ``train``, ``validation`` or ``test``.

    Raises
    ------
    InputError
        If no picture of CelebA has that name.

    Examples
    --------
    >>> [official_part(name) for name in ("000001.jpg", "162771.jpg", "202599.jpg")]
    ['train', 'validation', 'test']
    """
    if not re.fullmatch(r"[0-9]{6}\.jpg", name) or not 1 <= int(name[:6]) <= FACES:
        raise InputError(f"{name}: is no picture of CelebA; expected 000001.jpg to {FACES}.jpg")
    return ("train", "validation", "test")[_side(int(name[:6]))]


def partition_file():
    """Write ``list_eval_partition.txt`` from the rule (bytes, 2.8 MB).

    A line a picture: its name and 0 (training), 1 (validation) or 2 (test).

    Examples
    --------
    >>> partition_file().splitlines()[0]
    b'000001.jpg 0'
    """
    lines = (f"{number:06d}.jpg {_side(number)}\r\n" for number in range(1, FACES + 1))
    return "".join(lines).encode()


def official_split(table):
    """Split a table of CelebA's pictures as its makers did.

    Use it to compare with published results. :func:`colorlab.datasets.splits.split` is for
    everything else: the official division does not look for near-duplicates.

    Parameters
    ----------
    table : PictureTable
        Of pictures of CelebA only; of a larger table take ``table.of("faces")``.

    Returns
    -------
    Splits

    Raises
    ------
    InputError
        If a picture is not of CelebA, or one of the parts would be empty.
    """
    parts = {"train": [], "validation": [], "test": []}
    for index, picture in enumerate(table.pictures):
        parts[official_part(picture.path.rpartition("/")[2])].append(index)
    for name, indices in parts.items():
        if not indices:
            raise InputError(
                f"{table.folder}: holds no picture of the official {name} part; get more pictures"
            )
    return Splits(**{name: table.select(indices) for name, indices in parts.items()})
