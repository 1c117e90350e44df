"""The folder of all data, and how a set comes into it whole or not at all.

::

    DIR/
        photographs/coast/...      one sub-folder a category: the folder for COLORLAB_DATA
        photographs/faces/...
        apart/highway/...          a category that the recipe does not use
        list_eval_partition.txt    the official division of the faces
        scenes.json, faces.json    receipts: written last, so a set with a receipt is in place

Taught in :doc:`/notebooks/01_data` and :doc:`/book/data_and_licences`.
"""

import dataclasses
import json
import os
import pathlib
import shutil

from colorlab.cache import cache_folder
from colorlab.datasets.disk import locked, writing
from colorlab.errors import InputError

__all__ = [
    "Receipt",
    "data_folder",
    "expand",
    "finish",
    "hold",
    "lock_path",
    "read_receipt",
    "receipt_path",
    "unfinished",
]


@dataclasses.dataclass(frozen=True)
class Receipt:
    """What was put into place, written when all of it was.

    Attributes
    ----------
    count : int
        How many pictures of the set were asked for.
    source : str
        Address or name of the file or folder that they came from.
    digests : dict
        SHA-256 of each file by its name.
    """

    count: int
    source: str
    digests: dict[str, str]

    def to_bytes(self):
        """Write the receipt as JSON (bytes)."""
        return (json.dumps(dataclasses.asdict(self), indent=1, sort_keys=True) + "\n").encode()


def data_folder(to=None):
    """Name the folder of all data.

    Parameters
    ----------
    to : path-like, optional
        Without it, the folder ``data`` in :func:`colorlab.cache.cache_folder`.

    Returns
    -------
    pathlib.Path
    """
    return expand(to) if to else cache_folder() / "data"


def expand(path):
    """Replace ~ by the home folder that it stands for (pathlib.Path).

    Raises
    ------
    InputError
        If it names somebody who is not known here.
    """
    try:
        return pathlib.Path(path).expanduser()
    except RuntimeError:
        raise InputError(f"{path}: names the home folder of nobody who is known here") from None


def unfinished(data_set, folder):
    """Name the folder for what is not whole yet (pathlib.Path)."""
    return folder / f".{data_set.name}.unfinished"


def lock_path(data_set, folder):
    """Name the file that stands for the lock of a set (pathlib.Path)."""
    return folder / f".{data_set.name}.lock"


def hold(data_set, folder, say):
    """Keep others away from a set, in a ``with`` statement.

    See :func:`colorlab.datasets.disk.locked`.
    """
    return locked(lock_path(data_set, folder), say)


def receipt_path(data_set, folder):
    """Name the file that says that a set is in place (pathlib.Path)."""
    return folder / f"{data_set.name}.json"


def read_receipt(data_set, folder):
    """Read what was put into place.

    Parameters
    ----------
    data_set : DataSet
    folder : pathlib.Path

    Returns
    -------
    Receipt or None
        None if the set is not there.

    Raises
    ------
    InputError
        If the receipt is damaged.
    """
    path = receipt_path(data_set, folder)
    try:
        facts = json.loads(path.read_bytes())
        digests = {str(name): str(digest) for name, digest in facts["digests"].items()}
        # Only names of the set become paths, whatever the file says.
        known = {name: digest for name, digest in digests.items() if name in data_set.digests}
        return Receipt(int(facts["count"]), str(facts["source"]), known)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise InputError(
            f"{path}: is damaged; get the set into another folder with --from {folder} --to DIR, "
            f"or delete it with: colorlab data remove {data_set.name}"
        ) from None


def finish(data_set, folder):
    """Put what was unpacked and verified into place, or go on with it after an interruption.

    A receipt among the unfinished things says that they are whole. It is moved last.

    Parameters
    ----------
    data_set : DataSet
    folder : pathlib.Path

    Raises
    ------
    InputError
        If the disk refuses.
    """
    staging = unfinished(data_set, folder)
    receipt = staging / "receipt.json"
    if not receipt.exists():
        return
    with writing(folder):
        pictures = staging / "pictures"
        for path in sorted(pictures.rglob("*")) if pictures.exists() else ():
            target = folder / path.relative_to(pictures)
            with writing(target):
                if path.is_dir():
                    target.mkdir(parents=True, exist_ok=True)
                else:
                    os.replace(path, target)
        for name, make in data_set.extras.items():
            (staging / name).write_bytes(make())
            os.replace(staging / name, folder / name)
        os.replace(receipt, receipt_path(data_set, folder))
        shutil.rmtree(staging)
