"""The data folder, and the manifest that says which pictures of a set are in place.

::

    DIR/
        photographs/coast/...      one sub-folder a category: the folder for COLORLAB_DATA
        photographs/faces/...
        excluded/highway/...       a category that the recipe does not use
        scenes.json, faces.json    manifests
        .scenes.unfinished/        an interrupted download; pictures on their way into place

A manifest is moved into place after its pictures, so a set with a manifest is there.
"""

import dataclasses
import json
import os
import pathlib
import shutil

from colorlab.atomic import write_text_atomic
from colorlab.cache import cache_folder
from colorlab.datasets.public.catalog import DataSet
from colorlab.datasets.public.disk import disk_errors
from colorlab.errors import InputError

__all__ = ["Manifest", "Place", "data_folder", "install", "read_manifest"]


def data_folder(to: str | os.PathLike | None = None) -> pathlib.Path:
    """Return the folder of all data.

    Parameters
    ----------
    to : path-like, optional
        Without it, the folder ``data`` in :func:`colorlab.cache.cache_folder`.

    Returns
    -------
    pathlib.Path
    """
    return pathlib.Path(os.path.expanduser(to)) if to else cache_folder() / "data"


class Place:
    """A data set in a data folder: the paths of its files."""

    def __init__(self, data_set: DataSet, to: str | os.PathLike | None = None):
        self.data_set = data_set
        self.folder = data_folder(to)
        self.manifest = self.folder / f"{data_set.name}.json"
        self.lock = self.folder / f".{data_set.name}.lock"
        self.staging = self.folder / f".{data_set.name}.unfinished"

    def picture(self, name):
        """Return the path of a picture.

        Parameters
        ----------
        name : str
            Of its file.

        Returns
        -------
        pathlib.Path
        """
        return self.folder / self.data_set.paths[name]


@dataclasses.dataclass(frozen=True)
class Manifest:
    """Number of pictures requested, their source, and SHA-256 of each picture by its name."""

    count: int
    source: str
    digests: dict[str, str]


def read_manifest(place):
    """Read the manifest of a set; None if the set is not there, `InputError` if it is damaged.

    Parameters
    ----------
    place : Place

    Returns
    -------
    Manifest or None
    """
    try:
        facts = json.loads(place.manifest.read_bytes())
        # Only names of the set become paths, whatever the file says.
        names = place.data_set.paths.keys() & facts["digests"]
        digests = {name: str(facts["digests"][name]) for name in names}
        return Manifest(int(facts["count"]), str(facts["source"]), digests)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{place.manifest}: cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise InputError(
            f"{place.manifest}: is damaged; get the set into another folder with "
            f"source={place.folder} to=FOLDER, or delete it with: colorlab data remove "
            f"{place.data_set.name}"
        ) from None


def install(place, manifest=None):
    """Move verified pictures from the staging folder into place, the manifest last.

    Parameters
    ----------
    place : Place
    manifest : Manifest, optional
        Without one, an interrupted call is completed, if there was one.
    """
    staged = place.staging / "manifest.json"
    with disk_errors(place.folder):
        if manifest:
            text = json.dumps(dataclasses.asdict(manifest), indent=1, sort_keys=True)
            write_text_atomic(staged, text + "\n", overwrite=True)
        if not staged.exists():
            return
        pictures = place.staging / "pictures"
        for path in sorted(pictures.glob("*/*/*")):
            target = place.folder / path.relative_to(pictures)
            with disk_errors(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, target)
        os.replace(staged, place.manifest)
        shutil.rmtree(place.staging)
