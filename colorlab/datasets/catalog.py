"""The two public data sets of the course: what they hold, where they are, on what terms.

Taught in :doc:`/notebooks/01_data` and :doc:`/book/data_and_licences`.
"""

import dataclasses
import functools
import gzip
import hashlib
import importlib.resources
import os
import types
from collections.abc import Callable, Mapping

from colorlab.datasets import partition
from colorlab.errors import InputError

__all__ = ["DATA_SETS", "DataSet", "find"]


@dataclasses.dataclass(frozen=True)
class DataSet:
    """A set of JPEG files that its makers publish as one zip archive.

    Attributes
    ----------
    name : str
        One word, for the command line.
    title, home, terms : str
        What it is, the page of its makers, and its terms in a sentence or two.
    archive : str
        Name of the zip archive.
    addresses : tuple of str
        Where the archive is, best first.
    archive_bytes, unpacked_bytes : int
        About how large it is, and all of its pictures are.
    picture_size : (int, int)
        Width and height of each picture, in pixels.
    read_digests : callable
        Returns a dict: name of each file -> its SHA-256, or None where it is not known.
    category_of : callable
        Gives the course's category for the name of a file.
    apart : tuple of str
        Categories that are not among the recipe's.
    archive_md5 : str or None
        MD5 of the archive, if its makers say it.
    must_accept : bool
        Whether there is an agreement that has to be accepted first.
    usual_count : int or None
        How many pictures to take unless told otherwise; None for all.
    extras : mapping
        Other files that belong to the set: name -> function that returns the bytes.
    """

    name: str
    title: str
    home: str
    terms: str
    archive: str
    addresses: tuple[str, ...]
    archive_bytes: int
    unpacked_bytes: int
    picture_size: tuple[int, int]
    read_digests: Callable[[], Mapping[str, str | None]]
    category_of: Callable[[str], str]
    apart: tuple[str, ...] = ()
    archive_md5: str | None = None
    must_accept: bool = False
    usual_count: int | None = None
    extras: Mapping[str, Callable[[], bytes]] = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def digests(self):
        """SHA-256 of each file by its name; None where it is not known (dict)."""
        return dict(self.read_digests())

    @property
    def count(self):
        """Number of pictures in the whole set (int)."""
        return len(self.digests)

    @property
    def categories(self):
        """Names of the categories, in alphabetical order (tuple of str)."""
        return tuple(sorted({self.category_of(name) for name in self.digests}))

    @property
    def variable(self):
        """The environment variable that names addresses of one's own (str)."""
        return f"COLORLAB_{self.name.upper()}_URL"

    def folder_of(self, category):
        """Say where a category lies, relative to the folder of all data (str)."""
        return f"{'apart' if category in self.apart else 'photographs'}/{category}"

    def path_of(self, name):
        """Say where a file lies, relative to the folder of all data (str)."""
        return f"{self.folder_of(self.category_of(name))}/{name}"

    def sample(self, count):
        """Choose pictures by a hash of their names: always the same ones.

        Parameters
        ----------
        count : int
            How many; a larger sample holds every smaller one.

        Returns
        -------
        list of str
            Names of files, sorted.
        """
        if count >= self.count:
            return sorted(self.digests)

        def draw(name):
            return hashlib.sha256(name.encode()).digest()

        return sorted(sorted(self.digests, key=draw)[:count])

    def all_addresses(self):
        """List the addresses to try: those of the environment variable, then the known ones.

        Returns
        -------
        tuple of str

        Raises
        ------
        InputError
            If the environment variable holds something else than web addresses.
        """
        own = os.environ.get(self.variable, "").split()
        for address in own:
            if not address.lower().startswith(("http://", "https://")):
                raise InputError(
                    f"{self.variable}: {address!r} is not a web address; expected http:// or "
                    "https:// (for files on your disk, use --from)"
                )
        return (*own, *self.addresses)


_SCENES = {
    "coast": "coast",
    "forest": "forests",
    "highway": "highway",
    "insidecity": "city_centre",
    "mountain": "mountains",
    "opencountry": "open_country",
    "street": "street",
    "tallbuilding": "buildings",
}


def _scene_digests():
    packed = importlib.resources.files("colorlab.datasets").joinpath("scenes.sha256.gz")
    lines = gzip.decompress(packed.read_bytes()).decode().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def _scene_category(name):
    return _SCENES[name.partition("_")[0]]


def _face_digests():
    return {f"{number:06d}.jpg": None for number in range(1, partition.FACES + 1)}


def _face_category(name):
    return "faces"


_SCENES_HOST = "people.csail.mit.edu/torralba/code/spatialenvelope/"
_SCENES_ARCHIVE = "spatial_envelope_256x256_static_8outdoorcategories.zip"

#: The data sets of the course by their names.
DATA_SETS = types.MappingProxyType(
    {
        "scenes": DataSet(
            name="scenes",
            title="eight outdoor scene categories, MIT CVCL",
            home=f"https://{_SCENES_HOST}",
            terms="Offered for research; no licence text was found. Do not pass copies on.",
            archive=_SCENES_ARCHIVE,
            # The pictures are compared one by one, so the second address may be without TLS.
            addresses=(
                f"https://{_SCENES_HOST}{_SCENES_ARCHIVE}",
                f"http://{_SCENES_HOST}{_SCENES_ARCHIVE}",
            ),
            archive_bytes=129_000_000,
            unpacked_bytes=127_000_000,
            picture_size=(256, 256),
            read_digests=_scene_digests,
            category_of=_scene_category,
            apart=("highway",),
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
            # The home page leads to a shared drive, which has no address of its own for the file.
            addresses=("https://s3-us-west-1.amazonaws.com/udacity-dlnfd/datasets/celeba.zip",),
            archive_bytes=1_450_000_000,
            unpacked_bytes=1_500_000_000,
            picture_size=(178, 218),
            read_digests=_face_digests,
            category_of=_face_category,
            archive_md5="00d2c5bc6d35e252742224ab0c1e8fcb",
            must_accept=True,
            usual_count=3_000,
            extras=types.MappingProxyType({"list_eval_partition.txt": partition.partition_file}),
        ),
    }
)


def find(name):
    """Find a data set by its name.

    Parameters
    ----------
    name : str

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
    >>> scenes.count, scenes.path_of("tallbuilding_urb992.jpg")
    (2688, 'photographs/buildings/tallbuilding_urb992.jpg')
    """
    if name not in DATA_SETS:
        raise InputError(f"{name!r} is not a data set; expected one of {', '.join(DATA_SETS)}")
    return DATA_SETS[name]
