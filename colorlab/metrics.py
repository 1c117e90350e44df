"""Measures of a coloured picture, with the same settings for every number in the course.

Pictures are uint8 sRGB, shape (height, width, 3). PSNR, SSIM and CIEDE2000 are computed by
scikit-image; this module fixes their settings, so that any two tables can be compared.

Taught in :doc:`/notebooks/05_results`.
"""

import dataclasses

import numpy as np
from skimage import metrics as skimage_metrics
from skimage.color import deltaE_ciede2000, rgb2lab

__all__ = ["Scores", "ciede2000", "colorfulness", "psnr", "score", "ssim"]


@dataclasses.dataclass(frozen=True)
class Scores:
    """All measures of one picture.

    Attributes
    ----------
    psnr : float
        Peak signal-to-noise ratio in dB; higher is better; infinite for identical pictures.
    ssim : float
        Structural similarity, -1 to 1; higher is better.
    ciede2000 : float
        Mean colour difference of the pixels; 0 is identical, about 1 is just visible.
    colorfulness : float
        Colourfulness of the prediction; 0 is grey, about 60 is vivid.
    true_colorfulness : float
        Colourfulness of the reference.
    """

    psnr: float
    ssim: float
    ciede2000: float
    colorfulness: float
    true_colorfulness: float


def _require_picture(picture: np.ndarray, name: str) -> np.ndarray:
    picture = np.asarray(picture)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[-1] != 3:
        raise ValueError(
            f"{name} must be a uint8 array of shape (height, width, 3), "
            f"got {picture.dtype} of shape {picture.shape}"
        )
    return picture


def _require_pair(reference: np.ndarray, prediction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    reference = _require_picture(reference, "reference")
    prediction = _require_picture(prediction, "prediction")
    if reference.shape != prediction.shape:
        raise ValueError(
            "reference and prediction must have the same shape, "
            f"got {reference.shape} and {prediction.shape}"
        )
    return reference, prediction


def psnr(reference: np.ndarray, prediction: np.ndarray) -> float:
    """Compute the peak signal-to-noise ratio over all three channels, with a peak of 255.

    Parameters
    ----------
    reference, prediction : numpy.ndarray, shape (height, width, 3)
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
    The ratio is 10 log10(255**2 / mean squared error). It favours dull pictures: always report it
    with :func:`colorfulness`.

    Examples
    --------
    >>> black = np.zeros((8, 8, 3), "uint8")
    >>> round(psnr(black, black + 255), 3)
    0.0
    """
    reference, prediction = _require_pair(reference, prediction)
    if np.array_equal(reference, prediction):
        return float("inf")
    return float(skimage_metrics.peak_signal_noise_ratio(reference, prediction, data_range=255))


def ssim(reference: np.ndarray, prediction: np.ndarray) -> float:
    """Compute the structural similarity, averaged over the channels.

    Parameters
    ----------
    reference, prediction : numpy.ndarray, shape (height, width, 3)
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
    The index of [1]_, with a uniform window of 7 x 7 pixels and a data range of 255.

    References
    ----------
    .. [1] Z. Wang, A. C. Bovik, H. R. Sheikh and E. P. Simoncelli, "Image Quality Assessment: From
       Error Visibility to Structural Similarity", IEEE Transactions on Image Processing 13 (2004),
       https://doi.org/10.1109/TIP.2003.819861

    Examples
    --------
    >>> picture = np.arange(192, dtype="uint8").reshape(8, 8, 3)
    >>> ssim(picture, picture)
    1.0
    """
    reference, prediction = _require_pair(reference, prediction)
    if min(reference.shape[:2]) < 7:
        raise ValueError(f"ssim needs pictures of at least 7 x 7 pixels, got {reference.shape[:2]}")
    similarity = skimage_metrics.structural_similarity
    return float(similarity(reference, prediction, channel_axis=-1, data_range=255))


def ciede2000(reference: np.ndarray, prediction: np.ndarray) -> float:
    """Compute the mean CIEDE2000 colour difference of the pixels.

    Parameters
    ----------
    reference, prediction : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.

    Returns
    -------
    float
        0 or more; about 1 is just visible, 10 is clearly another colour.

    Raises
    ------
    ValueError
        If a picture is not uint8 RGB, or the shapes differ.

    Notes
    -----
    The formula of [1]_, in CIE Lab under D65, with all parametric factors equal to 1.

    References
    ----------
    .. [1] G. Sharma, W. Wu and E. N. Dalal, "The CIEDE2000 Color-Difference Formula: Implementation
       Notes, Supplementary Test Data, and Mathematical Observations", Color Research &
       Application 30 (2005), https://doi.org/10.1002/col.20070

    Examples
    --------
    >>> black, white = np.zeros((2, 2, 3), "uint8"), np.full((2, 2, 3), 255, "uint8")
    >>> round(ciede2000(black, white), 3)
    100.0
    """
    reference, prediction = _require_pair(reference, prediction)
    return float(deltaE_ciede2000(rgb2lab(reference), rgb2lab(prediction)).mean())


def colorfulness(picture: np.ndarray) -> float:
    """Compute how colourful a picture looks.

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
    The measure of [1]_: the standard deviation of the opponent channels R - G and
    (R + G) / 2 - B, plus 0.3 times the distance of their mean from grey.

    References
    ----------
    .. [1] D. Hasler and S. Suesstrunk, "Measuring Colorfulness in Natural Images", Human Vision and
       Electronic Imaging VIII, Proceedings of SPIE 5007 (2003), https://doi.org/10.1117/12.477378

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


def score(reference: np.ndarray, prediction: np.ndarray) -> Scores:
    """Compute all measures of one picture.

    Parameters
    ----------
    reference, prediction : numpy.ndarray, shape (height, width, 3)
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
        psnr=psnr(reference, prediction),
        ssim=ssim(reference, prediction),
        ciede2000=ciede2000(reference, prediction),
        colorfulness=colorfulness(prediction),
        true_colorfulness=colorfulness(reference),
    )
