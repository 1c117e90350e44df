"""How a coloured picture is judged: one protocol for every number in the course.

Pictures are uint8 sRGB, shape (height, width, 3). scikit-image computes; this module fixes the
settings, so that two tables in the course can always be compared.

Taught in :doc:`/notebooks/04_results`.
"""

import dataclasses

import numpy as np
from skimage import color as skimage_color
from skimage import metrics as skimage_metrics

__all__ = ["Scores", "ciede2000", "colorfulness", "psnr", "score", "ssim"]


@dataclasses.dataclass(frozen=True)
class Scores:
    """The judgement of one picture.

    Attributes
    ----------
    psnr : float
        Peak signal-to-noise ratio in dB; higher is better; infinite for identical pictures.
    ssim : float
        Structural similarity, -1 to 1; higher is better.
    ciede2000 : float
        Mean colour difference over the pixels; 0 is identical, about 1 is just visible.
    colorfulness : float
        Hasler and Suesstrunk's measure of the output; 0 is grey, about 60 is vivid.
    true_colorfulness : float
        The same measure of the truth.
    """

    psnr: float
    ssim: float
    ciede2000: float
    colorfulness: float
    true_colorfulness: float


def _require_picture(picture, name):
    picture = np.asarray(picture)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[-1] != 3:
        raise ValueError(
            f"{name} must be a uint8 array of shape (height, width, 3), "
            f"got {picture.dtype} of shape {picture.shape}"
        )
    return picture


def _require_pair(truth, output):
    truth = _require_picture(truth, "truth")
    output = _require_picture(output, "output")
    if truth.shape != output.shape:
        raise ValueError(
            f"truth and output must have the same shape, got {truth.shape} and {output.shape}"
        )
    return truth, output


def psnr(truth, output):
    """Peak signal-to-noise ratio, over all three channels, with a peak of 255.

    Parameters
    ----------
    truth, output : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.

    Returns
    -------
    float
        In dB; infinite if the pictures are identical.

    Raises
    ------
    ValueError
        If a picture is not uint8 RGB, or the shapes differ.

    Notes
    -----
    10 log10(255**2 / mean squared error). Rewards dull pictures: never quote it without
    :func:`colorfulness`.

    Examples
    --------
    >>> truth = np.zeros((8, 8, 3), "uint8")
    >>> round(psnr(truth, truth + 255), 3)
    0.0
    """
    truth, output = _require_pair(truth, output)
    if np.array_equal(truth, output):
        return float("inf")
    return float(skimage_metrics.peak_signal_noise_ratio(truth, output, data_range=255))


def ssim(truth, output):
    """Structural similarity, averaged over the channels (window 7, data range 255).

    Parameters
    ----------
    truth, output : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB, at least 7 x 7.

    Returns
    -------
    float
        -1 to 1; 1 is identical.

    Raises
    ------
    ValueError
        If a picture is not uint8 RGB, the shapes differ, or a side is under 7 pixels.

    Notes
    -----
    Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 2004, as scikit-image computes it.

    Examples
    --------
    >>> picture = np.arange(192, dtype="uint8").reshape(8, 8, 3)
    >>> ssim(picture, picture)
    1.0
    """
    truth, output = _require_pair(truth, output)
    if min(truth.shape[:2]) < 7:
        raise ValueError(f"ssim needs pictures of at least 7 x 7 pixels, got {truth.shape[:2]}")
    return float(
        skimage_metrics.structural_similarity(truth, output, channel_axis=-1, data_range=255)
    )


def ciede2000(truth, output):
    """Mean CIEDE2000 colour difference over the pixels.

    Parameters
    ----------
    truth, output : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.

    Returns
    -------
    float
        0 or more; about 1 is just visible, 10 is a different colour at a glance.

    Raises
    ------
    ValueError
        If a picture is not uint8 RGB, or the shapes differ.

    Notes
    -----
    Sharma, Wu and Dalal, Color Research and Application 2005.

    Examples
    --------
    >>> black, white = np.zeros((2, 2, 3), "uint8"), np.full((2, 2, 3), 255, "uint8")
    >>> round(ciede2000(black, white), 3)
    100.0
    """
    truth, output = _require_pair(truth, output)
    difference = skimage_color.deltaE_ciede2000(
        skimage_color.rgb2lab(truth), skimage_color.rgb2lab(output)
    )
    return float(difference.mean())


def colorfulness(picture):
    """How colourful a picture looks.

    Parameters
    ----------
    picture : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.

    Returns
    -------
    float
        0 for grey; people call about 15 slightly, 33 moderately and 59 quite colourful.

    Raises
    ------
    ValueError
        If the picture is not uint8 RGB.

    Notes
    -----
    Hasler and Suesstrunk, Measuring colorfulness in natural images, SPIE 2003: the spread of the
    opponent channels R - G and (R + G) / 2 - B plus 0.3 times the length of their mean.

    Examples
    --------
    >>> colorfulness(np.full((4, 4, 3), 90, "uint8"))
    0.0
    """
    red, green, blue = np.moveaxis(_require_picture(picture, "picture").astype(float), -1, 0)
    red_green = red - green
    yellow_blue = (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    return float(spread + 0.3 * np.hypot(red_green.mean(), yellow_blue.mean()))


def score(truth, output):
    """Judge one picture by the whole protocol.

    Parameters
    ----------
    truth, output : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB, at least 7 x 7.

    Returns
    -------
    Scores

    Raises
    ------
    ValueError
        If a picture is not uint8 RGB, the shapes differ, or a side is under 7 pixels.

    Examples
    --------
    >>> picture = np.arange(192, dtype="uint8").reshape(8, 8, 3)
    >>> scores = score(picture, picture)
    >>> scores.ssim, scores.ciede2000
    (1.0, 0.0)
    """
    return Scores(
        psnr=psnr(truth, output),
        ssim=ssim(truth, output),
        ciede2000=ciede2000(truth, output),
        colorfulness=colorfulness(output),
        true_colorfulness=colorfulness(truth),
    )
