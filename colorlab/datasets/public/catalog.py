"""What the public data sets hold, where they are, and on what terms."""

import dataclasses
import functools
import gzip
import hashlib
import importlib.resources
import os
import types
from collections.abc import Callable, Mapping

from colorlab.errors import InputError

__all__ = ["DATA_SETS", "DataSet", "find"]


@dataclasses.dataclass(frozen=True)
class DataSet:
    """A set of picture files that is published as one zip archive.

    Attributes
    ----------
    name : str
        One word, for the command line.
    title, home, terms : str
        What it is, the page of its makers, and its terms in a sentence or two.
    archive : str
        Name of the zip archive.
    archive_bytes, unpacked_bytes : int
        Approximate size of the archive, and of all its pictures.
    list_files : callable
        Returns a dict: path of each picture in the data folder -> its SHA-256, or None where it
        is not published. The names of the files differ.
    addresses : tuple of str
        Where the archive is, best first.
    archive_md5 : str or None
        MD5 of the archive, if published.
    picture_size : (int, int) or None
        Width and height of the pictures in pixels, where no SHA-256 is published.
    must_accept : bool
        Whether there is an agreement that has to be accepted first.
    usual_count : int or None
        Number of pictures to take by default; None for all.
    """

    name: str
    title: str
    home: str
    terms: str
    archive: str
    archive_bytes: int
    unpacked_bytes: int
    list_files: Callable[[], Mapping[str, str | None]]
    addresses: tuple[str, ...] = ()
    archive_md5: str | None = None
    picture_size: tuple[int, int] | None = None
    must_accept: bool = False
    usual_count: int | None = None

    @functools.cached_property
    def paths(self) -> dict[str, str]:
        """Path of each picture in the data folder, by the name of its file (dict)."""
        return {path.rpartition("/")[2]: path for path in self.list_files()}

    @functools.cached_property
    def digests(self) -> dict[str, str | None]:
        """SHA-256 of each picture, None where unknown, by the name of its file (dict)."""
        return {path.rpartition("/")[2]: digest for path, digest in self.list_files().items()}

    @property
    def count(self) -> int:
        """Number of pictures in the whole set (int)."""
        return len(self.paths)

    @functools.cached_property
    def folders(self) -> tuple[str, ...]:
        """Folders of the pictures, relative to the data folder, sorted (tuple of str)."""
        return tuple(sorted({path.rpartition("/")[0] for path in self.paths.values()}))

    @property
    def variable(self) -> str:
        """Environment variable for addresses of one's own (str)."""
        return f"COLORLAB_{self.name.upper()}_URL"

    def sample(self, count: int) -> list[str]:
        """Choose pictures by a hash of their names: always the same ones.

        Parameters
        ----------
        count : int
            A larger sample contains every smaller one.

        Returns
        -------
        list of str
            Names of files, sorted.
        """
        if count >= self.count:
            return sorted(self.paths)
        by_hash = sorted(self.paths, key=lambda name: hashlib.sha256(name.encode()).digest())
        return sorted(by_hash[:count])

    def all_addresses(self) -> tuple[str, ...]:
        """List the addresses to try: those of the environment variable first.

        Returns
        -------
        tuple of str

        Raises
        ------
        InputError
            If the environment variable holds something other than web addresses.
        """
        own = os.environ.get(self.variable, "").split()
        for address in own:
            if not address.lower().startswith(("http://", "https://")):
                raise InputError(
                    f"{self.variable}: {address!r} is not a web address; expected http:// or "
                    "https:// (for files on your disk, use source=FILE)"
                )
        return (*own, *self.addresses)


_SCENE_FOLDERS = {
    "coast": "photographs/coast",
    "forest": "photographs/forests",
    "highway": "excluded/highway",  # not a category of the recipe
    "insidecity": "photographs/city_centre",
    "mountain": "photographs/mountains",
    "opencountry": "photographs/open_country",
    "street": "photographs/street",
    "tallbuilding": "photographs/buildings",
}


def _list_scenes():
    packed = importlib.resources.files("colorlab.datasets.public").joinpath("scenes.sha256.gz")
    lines = gzip.decompress(packed.read_bytes()).decode().splitlines()
    files = (line.split("  ") for line in lines)
    return {f"{_SCENE_FOLDERS[name.partition('_')[0]]}/{name}": digest for digest, name in files}


def _list_faces():
    return {f"photographs/faces/{number:06d}.jpg": None for number in range(1, 202_600)}


_SCENES_HOST = "people.csail.mit.edu/torralba/code/spatialenvelope/"
_SCENES_ARCHIVE = "spatial_envelope_256x256_static_8outdoorcategories.zip"

#: The data sets of the course by their names.
DATA_SETS: Mapping[str, DataSet] = types.MappingProxyType(
    {
        "scenes": DataSet(
            name="scenes",
            title="eight outdoor scene categories, MIT CVCL",
            home=f"https://{_SCENES_HOST}",
            terms="Offered for research; no licence text was found. Do not pass copies on.",
            archive=_SCENES_ARCHIVE,
            archive_bytes=129_000_000,
            unpacked_bytes=127_000_000,
            list_files=_list_scenes,
            # The pictures are compared one by one, so the second address may be without TLS.
            addresses=(
                f"https://{_SCENES_HOST}{_SCENES_ARCHIVE}",
                f"http://{_SCENES_HOST}{_SCENES_ARCHIVE}",
            ),
        ),
        "faces": DataSet(
            name="faces",
            title="CelebA, aligned and cropped faces",
            home="http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
            terms=(
                "The agreement on CelebA's home page allows non-commercial research only and "
                "forbids passing on copies of any part. The pictures come from the internet and "
                "do not belong to those who collected them. Read it there before you accept it."
            ),
            archive="img_align_celeba.zip",
            archive_bytes=1_450_000_000,
            unpacked_bytes=1_500_000_000,
            list_files=_list_faces,
            # The home page leads to a shared drive, which has no address of its own for the file.
            addresses=("https://s3-us-west-1.amazonaws.com/udacity-dlnfd/datasets/celeba.zip",),
            archive_md5="00d2c5bc6d35e252742224ab0c1e8fcb",
            picture_size=(178, 218),
            must_accept=True,
            usual_count=3_000,
        ),
    }
)


def find(name: str) -> DataSet:
    """Find a data set by its name.

    Parameters
    ----------
    name : str
        ``scenes`` or ``faces``.

    Returns
    -------
    DataSet

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> scenes = find("scenes")
    >>> scenes.count, scenes.paths["tallbuilding_urb992.jpg"]
    (2688, 'photographs/buildings/tallbuilding_urb992.jpg')
    """
    if name not in DATA_SETS:
        raise InputError(f"{name!r} is not a data set; expected one of {', '.join(DATA_SETS)}")
    return DATA_SETS[name]
