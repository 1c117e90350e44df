"""The official division of CelebA into training, validation and test pictures.

The pictures are divided by number: the published file ``list_eval_partition.txt`` says of each of
the 202,599 pictures what two numbers say as well, so it need not be downloaded.

References
----------
Z. Liu, P. Luo, X. Wang and X. Tang, "Deep learning face attributes in the wild", ICCV 2015.
https://doi.org/10.1109/ICCV.2015.425
"""

import re

from colorlab.datasets.folder import PictureTable
from colorlab.datasets.splits import Splits
from colorlab.errors import InputError

__all__ = ["FACES", "official_part", "official_split"]

#: Number of pictures in CelebA.
FACES = 202_599
_LAST_TRAIN, _LAST_VALIDATION = 162_770, 182_637


def official_part(name: str) -> str:
    """Return ``train``, ``validation`` or ``test`` for the file name of a picture.

    >>> official_part("000001.jpg")
    'train'
    """
    if not re.fullmatch(r"[0-9]{6}\.jpg", name) or not 1 <= int(name[:6]) <= FACES:
        raise InputError(f"{name}: is no picture of CelebA; expected 000001.jpg to {FACES}.jpg")
    number = int(name[:6])
    if number <= _LAST_TRAIN:
        return "train"
    return "validation" if number <= _LAST_VALIDATION else "test"


def official_split(table: PictureTable) -> Splits:
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
    parts: dict[str, list[int]] = {"train": [], "validation": [], "test": []}
    for index, picture in enumerate(table.pictures):
        parts[official_part(picture.path.rpartition("/")[2])].append(index)
    for name, indices in parts.items():
        if not indices:
            raise InputError(
                f"{table.folder}: holds no picture of the official {name} part; get more pictures"
            )
    return Splits(**{name: table.select(indices) for name, indices in parts.items()})
