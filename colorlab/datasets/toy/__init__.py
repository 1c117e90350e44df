"""Pictures painted by code, the default pictures of the course.

Eight categories of small scenes, of any size, each determined by a seed. In these scenes grey
tells something about colour (the sky is above, foliage is fine-grained), so that even a small
network learns it. Other colours cannot be inferred from grey (a car, a shirt, a door), which is
the difficulty of colourisation.

- :mod:`~colorlab.datasets.toy.colors`, :mod:`~colorlab.datasets.toy.canvas`: light, noise, shapes
- :mod:`~colorlab.datasets.toy.scenery`, :mod:`~colorlab.datasets.toy.ground`,
  :mod:`~colorlab.datasets.toy.houses`: elements of several scenes
- one module per category, with one function of the same name that paints it

Taught in :doc:`/notebooks/01_data`.
"""

import json
import os
from numbers import Integral
from pathlib import Path

import numpy as np
from PIL import Image

from colorlab.atomic import atomic_folder
from colorlab.datasets.toy import (
    buildings,
    city_centre,
    coast,
    faces,
    forests,
    mountains,
    open_country,
    street,
)
from colorlab.datasets.toy.canvas import Canvas
from colorlab.datasets.toy.colors import draw_light
from colorlab.errors import InputError
from colorlab.liveness import remove_leftovers

__all__ = ["CATEGORIES", "VERSION", "paint", "write_folder"]

CATEGORIES: tuple[str, ...] = (
    "faces",
    "coast",
    "buildings",
    "mountains",
    "forests",
    "open_country",
    "street",
    "city_centre",
)

# Increase it when a change alters the pictures: folders of earlier versions are then refused.
VERSION = 1

_SCENES = {
    "faces": faces.faces,
    "coast": coast.coast,
    "buildings": buildings.buildings,
    "mountains": mountains.mountains,
    "forests": forests.forests,
    "open_country": open_country.open_country,
    "street": street.street,
    "city_centre": city_centre.city_centre,
}


def _whole_number(name, value, least):
    """Return ``value`` as an int, or raise InputError if it is no whole number >= ``least``."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def paint(category: str, seed: int = 0, size: int = 128) -> np.ndarray:
    """Paint one picture.

    Parameters
    ----------
    category : str
        One of :data:`CATEGORIES`.
    seed : int
        At least 0. The same seed always gives the same picture.
    size : int
        Side of the square picture in pixels, at least 16. Another size gives the same scene.

    Returns
    -------
    numpy.ndarray
        uint8 array of shape (size, size, 3), sRGB in [0, 255].

    Raises
    ------
    colorlab.errors.InputError
        If there is no such category, or ``seed`` or ``size`` is out of range (an ``InputError``
        is a ``ValueError``).

    Examples
    --------
    >>> from colorlab.datasets.toy import paint
    >>> picture = paint("coast", seed=3, size=64)
    >>> picture.shape, str(picture.dtype)
    ((64, 64, 3), 'uint8')
    >>> bool((picture == paint("coast", seed=3, size=64)).all())
    True
    """
    if category not in CATEGORIES:
        expected = ", ".join(CATEGORIES)
        raise InputError(f"unknown category {category!r}, expected one of {expected}")
    seed, size = _whole_number("seed", seed, 0), _whole_number("size", size, 16)
    random = np.random.default_rng([CATEGORIES.index(category), seed])
    # Below about 80 pixels thin shapes would vanish, so small pictures are painted larger.
    times = -(-80 // size)
    canvas = Canvas(size * times, random, draw_light(random))
    _SCENES[category](canvas)
    picture = canvas.finish()
    return picture if times == 1 else np.asarray(Image.fromarray(picture).reduce(times))


def _picture_seed(seed, category, number):
    """Derive the seed of one picture of a folder."""
    entropy = np.random.SeedSequence([seed, CATEGORIES.index(category), number])
    return int(entropy.generate_state(1, np.uint64)[0])


def write_folder(
    folder: str | os.PathLike[str],
    pictures_per_category: int = 64,
    size: int = 128,
    seed: int = 0,
) -> Path:
    """Write a folder of painted pictures as PNG files, with one sub-folder per category.

    The pictures are ``folder/<category>/<category>_0000.png`` and so on; ``folder/toy.json``
    records the arguments. They are written into a temporary folder, which is renamed when it is
    complete. If the same pictures exist already, nothing is written.

    Parameters
    ----------
    folder : str or os.PathLike
        A new or empty folder, or one that was written with the same arguments.
    pictures_per_category : int
        At least 1.
    size : int
        Side of the square pictures in pixels, at least 16.
    seed : int
        At least 0. Another seed gives other pictures.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    colorlab.errors.InputError
        If the folder contains anything else or cannot be written, or a number is out of range (an
        ``InputError`` is a ``ValueError``).

    Examples
    --------
    >>> import tempfile
    >>> from colorlab.datasets.toy import write_folder
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = write_folder(place + "/toy", pictures_per_category=2, size=16)
    ...     print(*sorted(path.name for path in (folder / "coast").iterdir()))
    coast_0000.png coast_0001.png
    """
    folder = Path(folder)
    arguments = {
        "version": VERSION,
        "pictures_per_category": _whole_number("pictures_per_category", pictures_per_category, 1),
        "size": _whole_number("size", size, 16),
        "seed": _whole_number("seed", seed, 0),
    }
    if _holds(folder, arguments):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder.parent)
    try:
        with atomic_folder(folder) as whole:
            _write_pictures(whole, arguments)
    except InputError:
        # Another process may have finished the same folder meanwhile.
        if not _holds(folder, arguments):
            raise
    return folder


def _write_pictures(folder, arguments):
    for category in CATEGORIES:
        (folder / category).mkdir()
        for number in range(arguments["pictures_per_category"]):
            seed = _picture_seed(arguments["seed"], category, number)
            file = folder / category / f"{category}_{number:04d}.png"
            Image.fromarray(paint(category, seed, arguments["size"])).save(file, compress_level=3)
    (folder / "toy.json").write_text(json.dumps(arguments, indent=2) + "\n", encoding="utf-8")


def _holds(folder, arguments):
    """Return whether ``folder`` contains these pictures; refuse it if it contains others."""
    if not folder.exists():
        return False
    if not folder.is_dir():
        raise InputError(f"{folder}: is a file, expected a new folder for the pictures")
    note = folder / "toy.json"
    if not note.is_file():
        if any(folder.iterdir()):
            raise InputError(
                f"{folder}: contains other files; choose a new or an empty folder for the pictures"
            )
        return False
    try:
        found = json.loads(note.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    names = [
        (category, f"{category}_{number:04d}.png")
        for category in CATEGORIES
        for number in range(arguments["pictures_per_category"])
    ]
    if found == arguments and all((folder / group / name).is_file() for group, name in names):
        return True
    raise InputError(
        f"{folder}: contains painted pictures made with other arguments, or only a part of them; "
        "delete it, or choose another folder"
    )
