"""Settings for the colouring of files, the hints of each of them, and what decides its bytes.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import dataclasses
import numbers
import pathlib
from typing import TYPE_CHECKING, Any

import numpy as np

from colorlab.checksum import sha256_of
from colorlab.errors import InputError
from colorlab.images.formats import FORMATS
from colorlab.inference.hints import Hint, require_hints
from colorlab.inference.hints_file import hints_beside, read_hints
from colorlab.inference.jobs import STANDARD, Job
from colorlab.inference.settings import require_settings
from colorlab.inference.variants import require_count

if TYPE_CHECKING:
    from colorlab.inference.colorizer import Colorizer

__all__ = ["AUTO", "Settings", "hints_of", "made_with"]

#: For ``hints_file``: the file ``NAME.hints.json`` beside each photograph, if there is one.
AUTO = "auto"


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings for all photographs.

    Attributes
    ----------
    saturation, size
        As for :meth:`colorlab.inference.colorizer.Colorizer.colorize`.
    image_format : str, optional
        Pillow's name of the format to write, such as ``PNG``, for names without a known ending; by
        default the photograph's own.
    quality : int
        1 to 100, for JPEG, WebP and AVIF.
    compare : bool
        Whether grey and colour are written side by side.
    overwrite : bool
        Whether an existing file may be replaced.
    temperature : float, optional
        As for :meth:`colorlab.inference.colorizer.Colorizer.colorize`.
    hints : tuple of Hint
        Known colours, which each photograph has.
    hints_file : path-like, optional
        A file of more hints, or :data:`AUTO`.
    palette : numpy.ndarray, shape (bins,), optional
        Of another photograph, see :func:`colorlab.inference.palette_of`.
    variants : int
        How many other plausible colourings are written beside the result, 0 to 16.
    doubt : bool
        Whether a map of where the network is unsure is written beside the result.
    mark : bool
        Whether the file says that a network made its colours, see
        :mod:`colorlab.images.provenance`.
    restore : tuple of str
        Steps of :func:`colorlab.restoration.steps.parse_steps`.
    all_pages : bool
        Whether all pages of a TIFF file become pages of the result, if that is a TIFF file too.

    Raises
    ------
    InputError
        If a number is out of range, or the format is not one that is written.
    """

    saturation: float | None = None
    size: int | None = None
    image_format: str | None = None
    quality: int = 95
    compare: bool = False
    overwrite: bool = False
    temperature: float | None = None
    hints: tuple[Hint, ...] = ()
    hints_file: str | pathlib.Path | None = None
    palette: np.ndarray | None = None
    variants: int = 0
    doubt: bool = False
    mark: bool = True
    restore: tuple[str, ...] = ()
    all_pages: bool = False

    def __post_init__(self):  # noqa: D105
        require_settings(self.saturation, self.size, self.temperature)
        if not isinstance(self.quality, numbers.Integral) or not 1 <= self.quality <= 100:
            raise InputError(f"quality must be a whole number from 1 to 100, got {self.quality}")
        written = sorted({*FORMATS.values()})
        if self.image_format not in (None, *written):
            known = ", ".join(written)
            raise InputError(f"image_format must be one of {known}, got {self.image_format!r}")
        if self.variants != 0:
            require_count(self.variants)

    def require_for(self, predictor: Any) -> None:
        """Refuse, before the first photograph, what a network cannot do.

        Parameters
        ----------
        predictor : colorlab.inference.predictors.Predictor

        Raises
        ------
        InputError
            If it takes no hints, or predicts no distribution, and that is asked for.
        """
        name = predictor.weights or "this network"
        if (self.hints or self.hints_file not in (None, AUTO)) and not predictor.takes_hints:
            raise InputError(f"{name}: takes no hints; choose another model, or leave them out")
        wanted = {
            "a palette": self.palette is not None,
            "variants": self.variants > 0,
            "doubt": self.doubt,
        }
        names = [name for name, asked in wanted.items() if asked]
        if names and predictor.target != "ab_bins":
            raise InputError(
                f"{name}: predicts one colour for each place; for {' and '.join(names)} choose a "
                "model that predicts a probability for each bin of a and b"
            )


def hints_of(job: Job, settings: Settings, shape: tuple[int, ...]) -> tuple[Hint, ...]:
    """Collect the hints of a photograph.

    Parameters
    ----------
    job : Job
    settings : Settings
    shape : tuple of int
        Height and width of the upright photograph in pixels; more numbers are ignored.

    Returns
    -------
    tuple of Hint

    Raises
    ------
    InputError
        If a file of hints cannot be used, or the photograph cannot have the hints.
    """
    if not job.hinted:
        return ()
    path, hints = settings.hints_file, list(settings.hints)
    if path == AUTO:
        beside = None if job.source == STANDARD else hints_beside(job.source)
        path = beside if beside is not None and beside.exists() else None
    if path is not None:
        hints += read_hints(path, shape)
    try:
        require_hints(hints, shape)
    except InputError as error:
        raise InputError(f"{job.name}: {error}") from None
    return tuple(hints)


def made_with(
    colorizer: "Colorizer", settings: Settings, suffix: str = "", ending: str | None = None
) -> dict:
    """Return what decides the bytes of a result, apart from the photograph and its own hints.

    Parameters
    ----------
    colorizer : Colorizer
    settings : Settings
    suffix, ending : str
        ``suffix`` and ``image_format`` of :class:`colorlab.inference.archive.Archive`.

    Returns
    -------
    dict
        ``model_sha256``, of the file with the weights, and ``settings``.

    Raises
    ------
    InputError
        If the file of the weights is not known, or cannot be read.
    """
    predictor = colorizer.predictor
    if predictor.weights is None:
        raise InputError("the model has no file of weights; a manifest needs the SHA-256 of one")
    try:
        digest = sha256_of(predictor.weights)
    except OSError as error:
        raise InputError(f"{predictor.weights}: cannot be read ({error.strerror})") from None
    saturation = predictor.saturation if settings.saturation is None else settings.saturation
    temperature = predictor.temperature if settings.temperature is None else settings.temperature
    palette = None if settings.palette is None else settings.palette.astype("float32").tobytes()
    return {
        "model_sha256": digest,
        "settings": {
            "saturation": float(saturation),
            "temperature": float(temperature),
            "palette_sha256": None if palette is None else sha256_of(palette),
            "size": settings.size or predictor.image_size,
            "format": ending,
            "quality": settings.quality,
            "compare": settings.compare,
            "mark": settings.mark,
            "suffix": suffix,
            "restore": list(settings.restore),
            "all_pages": settings.all_pages,
        },
    }
