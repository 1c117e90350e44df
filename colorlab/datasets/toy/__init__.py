"""Pictures painted by code: the embedded default of the course.

Eight categories of small scenes, deterministic from a seed and of any size. Grey tells something
about colour in them (the sky is above, foliage is fine-grained), so that a small network visibly
learns; and some things stay open (a car, a shirt, a door), which is what colourisation is about.
Taught in :doc:`/notebooks/01_data`.

- :mod:`~colorlab.datasets.toy.colors`, :mod:`~colorlab.datasets.toy.canvas`: light, noise, shapes
- :mod:`~colorlab.datasets.toy.scenery`, :mod:`~colorlab.datasets.toy.ground`,
  :mod:`~colorlab.datasets.toy.houses`: what several scenes share
- one module a category, with one function of the same name that paints it
"""

import json
import os
import shutil
import tempfile
from numbers import Integral
from pathlib import Path

import numpy as np
from PIL import Image

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

# Raise it whenever a change alters the pictures: folders written before are then refused.
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
    """Return ``value`` as an int, or say in one line why it is not a whole number >= ``least``."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def paint(category, seed=0, size=128):
    """Paint one picture.

    Parameters
    ----------
    category : str
        One of :data:`CATEGORIES`.
    seed : int
        At least 0. The same seed gives the same picture, on every run.
    size : int
        Side of the square picture in pixels, at least 16. Another size shows the same scene.

    Returns
    -------
    numpy.ndarray
        uint8 array of shape (size, size, 3), sRGB in [0, 255].

    Raises
    ------
    colorlab.errors.InputError
        If there is no such category, or ``seed`` or ``size`` is not such a whole number
        (an ``InputError`` is a ``ValueError``).

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
    # Below about 80 pixels thin shapes would drop out, so small pictures are painted larger.
    times = -(-80 // size)
    canvas = Canvas(size * times, random, draw_light(random))
    _SCENES[category](canvas)
    picture = canvas.finish()
    return picture if times == 1 else np.asarray(Image.fromarray(picture).reduce(times))


def _picture_seed(seed, category, number):
    """Derive the seed of one picture of a folder."""
    entropy = np.random.SeedSequence([seed, CATEGORIES.index(category), number])
    return int(entropy.generate_state(1, np.uint64)[0])


def write_folder(folder, pictures_per_category=64, size=128, seed=0):
    """Write a folder of painted pictures, one sub-folder a category, as PNG files.

    The pictures are ``folder/<category>/<category>_0000.png`` and so on; ``folder/toy.json`` says
    how they were made. They are written beside ``folder`` first and moved there when all are done,
    so there is never half a folder. Where the same pictures are already, nothing is written.

    Parameters
    ----------
    folder : str or os.PathLike
        Where to write: a new or empty folder, or one that an equal call wrote.
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
        If the folder holds anything else, or a number is out of range (an ``InputError`` is a
        ``ValueError``).

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
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        # mkdtemp makes a folder for its owner alone; the finished one follows the usual rules.
        whole = temporary / "whole"
        whole.mkdir()
        for category in CATEGORIES:
            (whole / category).mkdir()
            for number in range(arguments["pictures_per_category"]):
                picture = paint(category, _picture_seed(seed, category, number), size)
                file = whole / category / f"{category}_{number:04d}.png"
                Image.fromarray(picture).save(file, compress_level=3)
        (whole / "toy.json").write_text(json.dumps(arguments, indent=2) + "\n", encoding="utf-8")
        try:
            if folder.is_dir():
                folder.rmdir()  # only ever removes an empty folder
            os.rename(whole, folder)
        except OSError:
            # Another process may have finished the same folder meanwhile.
            if not _holds(folder, arguments):
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _holds(folder, arguments):
    """Tell whether ``folder`` holds these very pictures; refuse it if it holds anything else."""
    if not folder.exists():
        return False
    if not folder.is_dir():
        raise InputError(f"{folder} is a file: name a new folder for the pictures")
    note = folder / "toy.json"
    if not note.is_file():
        if any(folder.iterdir()):
            raise InputError(
                f"{folder} holds other files: name a new or an empty folder for the pictures"
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
        f"{folder} holds painted pictures made with other arguments or not all of them any more: "
        "delete it, or name another folder"
    )
