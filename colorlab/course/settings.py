"""Pictures and settings of the course, for a quick and for a full run.

All notebooks use this module. The environment variable ``COLORLAB_RUN`` is ``quick`` (the default)
or ``full``; ``COLORLAB_DATA`` is a folder of photographs with one sub-folder per category. Without
it the pictures are those of :mod:`colorlab.datasets.toy`. ``COLORLAB_CACHE`` is the folder for
those pictures and for trained networks; by default it is the user's cache folder.

Taught in :doc:`/notebooks/00_quickstart`.
"""

import dataclasses
import hashlib
import json
import os
import pathlib

from colorlab import __version__, cache
from colorlab.configuration import Configuration
from colorlab.datasets import folder, splits, toy
from colorlab.datasets.table import PictureTable
from colorlab.errors import InputError

__all__ = ["Course", "load"]

_QUICK_PICTURES = 64
_QUICK = {
    "image_size": 128,
    "filters": (16, 16, 32, 64, 64, 64, 64),
    "dropout_rate": 0.1,
    "batch_size": 4,
    "epochs": 10,
    "learning_rate": 2e-3,
}
# A network that need not reconstruct the luma learns in fewer epochs.
_QUICK_AB = {**_QUICK, "epochs": 6, "min_crop_area": 0.8}
# As many epochs as with the preset "ab": the two are compared.
_QUICK_EFFICIENTNET = {"batch_size": 16, "epochs": 6, "min_crop_area": 0.8}
_QUICK_PRESETS: dict[str, dict] = {"recipe": _QUICK, "efficientnet_course": _QUICK_EFFICIENTNET}


@dataclasses.dataclass(frozen=True)
class Course:
    """Pictures and settings of the notebooks.

    Attributes
    ----------
    run : str
        ``quick`` or ``full``.
    pictures : str
        A description of the pictures, which each notebook prints.
    table : colorlab.datasets.table.PictureTable
        The pictures.
    configuration : colorlab.configuration.Configuration
        The settings of the network and of its training.
    """

    run: str
    pictures: str
    table: PictureTable
    configuration: Configuration

    @property
    def run_folder(self) -> pathlib.Path:
        """The folder of the course's training run (pathlib.Path).

        Its name depends on settings, pictures and version: a change of these starts a new run.
        """
        key = json.dumps([self.configuration.to_dict(), self.table.fingerprint, __version__])
        return cache.cache_folder() / f"{self.run}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"

    def with_preset(self, preset: str, **settings) -> "Course":
        """Return the course with another preset and the same pictures.

        Parameters
        ----------
        preset : str
            A key of :data:`colorlab.configuration.PRESETS`.
        **settings
            Attributes of the configuration, in place of the course's own.

        Returns
        -------
        Course

        Raises
        ------
        InputError
            If there is no such preset, or a setting is out of range.
        """
        own = _QUICK_PRESETS.get(preset, _QUICK_AB) if self.run == "quick" else {}
        configuration = Configuration.from_preset(preset, **{**own, **settings})
        return dataclasses.replace(self, configuration=configuration)

    def split(self) -> splits.Splits:
        """Split the pictures as configured.

        Returns
        -------
        colorlab.datasets.splits.Splits
        """
        settings = self.configuration
        return splits.split(self.table, settings.validation, settings.test, settings.seed)


def _toy_folder(size):
    # The size is part of the name, because the quick and the full run may need different ones.
    return toy.write_folder(
        cache.cache_folder() / f"toy-{size}", pictures_per_category=_QUICK_PICTURES, size=size
    )


def load(run: str | None = None) -> Course:
    """Load the pictures and settings of the course.

    Parameters
    ----------
    run : {"quick", "full"}, optional
        The default is the environment variable ``COLORLAB_RUN``, or else ``quick``. Quick: at most
        64 pictures per category, 128 x 128 pixels, a network with a quarter of the channels, a few
        epochs, which takes minutes on a laptop. Full: all pictures and the recipe.

    Returns
    -------
    Course

    Raises
    ------
    InputError
        If the run is unknown, or ``COLORLAB_DATA`` names a folder that cannot be used.
    """
    run = run or os.environ.get("COLORLAB_RUN") or "quick"
    if run not in ("quick", "full"):
        raise InputError(f"COLORLAB_RUN must be quick or full, got {run!r}")
    configuration = Configuration.from_preset("recipe", **(_QUICK if run == "quick" else {}))
    data = os.environ.get("COLORLAB_DATA")
    if data:
        table = folder.scan(data, limit=_QUICK_PICTURES if run == "quick" else None)
        pictures = f"{len(table)} photographs from COLORLAB_DATA"
    else:
        table = folder.scan(_toy_folder(configuration.image_size))
        pictures = f"{len(table)} pictures painted by code"
    return Course(run, pictures, table, configuration)
