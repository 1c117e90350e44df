"""Measures: closed forms, second implementations, and the published CIEDE2000 pairs."""

import dataclasses
import math

import numpy as np
import pytest
from skimage import color as skimage_color
from skimage import metrics as skimage_metrics

from colorlab import metrics
from colorlab.datasets import toy

GREY, RED = (127, 127, 127), (255, 0, 0)


def plain(color, side=8):
    return np.full((side, side, 3), color, "uint8")


def halves(first, second, side=8):
    """Return a picture of two colours, one half each."""
    picture = plain(first, side)
    picture[:, side // 2 :] = second
    return picture


def noise(seed=0, shape=(24, 20, 3)):
    return np.random.default_rng(seed).integers(0, 256, shape).astype("uint8")


# --- PSNR ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 5, 51, 255])
def test_psnr_of_a_constant_error(step):
    expected = 20 * math.log10(255 / step)
    assert metrics.psnr(plain(0), plain(step)) == pytest.approx(expected, abs=1e-9)


def test_psnr_counts_all_three_channels():
    # An error of 30 in one channel of three is a mean squared error of 300.
    expected = 10 * math.log10(255**2 / 300)
    assert metrics.psnr(plain(100), plain((100, 130, 100))) == pytest.approx(expected)


def test_psnr_of_noise_is_the_formula():
    first, second = noise(0), noise(1)
    error = ((first.astype(float) - second.astype(float)) ** 2).mean()
    assert metrics.psnr(first, second) == pytest.approx(10 * math.log10(255**2 / error))


def test_psnr_of_identical_pictures_is_infinite():
    assert metrics.psnr(noise(), noise()) == math.inf


# --- SSIM ----------------------------------------------------------------------------------------


def ssim_by_windows(reference, prediction):
    """Return SSIM as published, from every whole 7 x 7 window, with sample covariances."""
    windows = [
        np.lib.stride_tricks.sliding_window_view(picture.astype(float), (7, 7), axis=(0, 1))
        for picture in (reference, prediction)
    ]
    first, second = (window.reshape(*window.shape[:3], 49) for window in windows)
    means = first.mean(axis=-1), second.mean(axis=-1)
    spreads = first.var(axis=-1, ddof=1), second.var(axis=-1, ddof=1)
    product = (first - means[0][..., None]) * (second - means[1][..., None])
    covariance = product.sum(axis=-1) / 48
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    above = (2 * means[0] * means[1] + c1) * (2 * covariance + c2)
    below = (means[0] ** 2 + means[1] ** 2 + c1) * (spreads[0] + spreads[1] + c2)
    return (above / below).mean()


def test_ssim_is_the_published_formula():
    reference = toy.paint("street", seed=2, size=40)
    blend = (0.6 * reference + 0.4 * noise(3, reference.shape)).astype("uint8")
    for prediction in (blend, 255 - reference, np.roll(reference, 3, axis=1)):
        assert metrics.ssim(reference, prediction) == pytest.approx(
            ssim_by_windows(reference, prediction)
        )


def test_ssim_has_the_settings_of_the_protocol():
    first, second = noise(0), noise(1)
    expected = skimage_metrics.structural_similarity(
        first, second, win_size=7, channel_axis=2, data_range=255, gaussian_weights=False
    )
    assert metrics.ssim(first, second) == pytest.approx(expected)


def test_ssim_of_identical_pictures_is_one():
    assert metrics.ssim(noise(), noise()) == pytest.approx(1.0)
    assert metrics.ssim(plain(0), plain(0)) == pytest.approx(1.0)


def test_ssim_of_two_plain_pictures_is_the_luminance_term():
    expected = (2 * 100 * 150 + 2.55**2) / (100**2 + 150**2 + 2.55**2)
    assert metrics.ssim(plain(100), plain(150)) == pytest.approx(expected)


def test_ssim_needs_a_whole_window():
    assert metrics.ssim(noise(0, (7, 7, 3)), noise(0, (7, 7, 3))) == pytest.approx(1.0)
    for shape in [(6, 20, 3), (20, 6, 3)]:
        with pytest.raises(ValueError, match="at least 7 x 7"):
            metrics.ssim(noise(0, shape), noise(0, shape))


# --- CIEDE2000 -----------------------------------------------------------------------------------

# G. Sharma, W. Wu, E. N. Dalal, Color Research and Application 30 (2005), table 1: two colours
# in Lab and their difference.
SHARMA = np.array(
    """
    50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
    50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
    50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
    50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
    50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
    50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
    50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
    50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
    50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
    50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
    50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
    50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
    50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
    50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
    50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
    50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
    50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
    50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
    50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
    50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
    50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
    50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
    50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
    60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
    63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
    61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
    35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
    22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
    36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
    90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
    90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
    6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
    2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
    """.split(),
    float,
).reshape(-1, 7)


def difference_by_hand(first, second):
    """Return the CIEDE2000 difference of two Lab colours, step by step as published."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean_ab = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean_ab**7 / (mean_ab**7 + 25**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))

    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    d_l, d_c = l2 - l1, c2 - c1
    d_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))

    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    if c1 * c2 == 0:
        hue = h1 + h2
    elif abs(h1 - h2) <= 180:
        hue = (h1 + h2) / 2
    else:
        hue = (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2

    def cosine(degrees):
        return math.cos(math.radians(degrees))

    t = 1 - 0.17 * cosine(hue - 30) + 0.24 * cosine(2 * hue)
    t += 0.32 * cosine(3 * hue + 6) - 0.20 * cosine(4 * hue - 63)
    s_l = 1 + 0.015 * (lightness - 50) ** 2 / math.sqrt(20 + (lightness - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    r_c = 2 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    r_t = -r_c * math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    parts = d_l / s_l, d_c / s_c, d_h / s_h
    return math.sqrt(sum(part**2 for part in parts) + r_t * parts[1] * parts[2])


def test_the_second_implementation_and_the_library_give_the_published_differences():
    expected = SHARMA[:, 6]
    by_hand = [difference_by_hand(row[:3], row[3:6]) for row in SHARMA]
    np.testing.assert_allclose(by_hand, expected, atol=1e-4)
    found = skimage_color.deltaE_ciede2000(SHARMA[:, :3], SHARMA[:, 3:6])
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_ciede2000_of_pictures_is_the_mean_over_the_pixels():
    reference, prediction = noise(4, (6, 5, 3)), noise(5, (6, 5, 3))
    first, second = (
        skimage_color.rgb2lab(picture).reshape(-1, 3) for picture in (reference, prediction)
    )
    expected = np.mean([difference_by_hand(*pair) for pair in zip(first, second, strict=True)])
    assert metrics.ciede2000(reference, prediction) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("first", "second", "lab"),
    # sRGB colours with their published Lab values (Lindbloom), to two decimals.
    [
        ((255, 0, 0), (0, 255, 0), [(53.24, 80.09, 67.20), (87.73, -86.18, 83.18)]),
        ((0, 0, 255), (255, 255, 0), [(32.30, 79.19, -107.86), (97.14, -21.55, 94.48)]),
        ((255, 0, 255), (0, 255, 255), [(60.32, 98.23, -60.82), (91.11, -48.09, -14.13)]),
        ((0, 0, 0), (255, 0, 0), [(0.0, 0.0, 0.0), (53.24, 80.09, 67.20)]),
    ],
)
def test_ciede2000_of_known_colours(first, second, lab):
    expected = difference_by_hand(*lab)
    assert metrics.ciede2000(plain(first), plain(second)) == pytest.approx(expected, abs=0.02)
    # Half of the picture changes: half of the difference.
    half = metrics.ciede2000(plain(first), halves(first, second))
    assert half == pytest.approx(expected / 2, abs=0.02)


def test_ciede2000_ends():
    assert metrics.ciede2000(noise(), noise()) == 0.0
    assert metrics.ciede2000(plain(0), plain(255)) == pytest.approx(100.0, abs=1e-3)


# --- colourfulness -------------------------------------------------------------------------------


def test_colorfulness_of_grey_is_zero():
    grey = np.repeat(noise()[..., :1], 3, axis=-1)
    assert metrics.colorfulness(grey) == 0.0


def test_colorfulness_of_one_colour_is_the_length_of_its_mean():
    # Red: R - G is 255 and (R + G) / 2 - B is 127.5 everywhere, so nothing spreads.
    assert metrics.colorfulness(plain(RED)) == pytest.approx(0.3 * math.hypot(255, 127.5))


def test_colorfulness_of_two_colours():
    # Grey and red, half each: both opponent channels are half zero, half (255, 127.5), so each
    # spreads by half of that and has half of it as its mean.
    length = math.hypot(255, 127.5) / 2
    assert metrics.colorfulness(halves(GREY, RED)) == pytest.approx(1.3 * length)


def test_colorfulness_is_the_published_formula():
    picture = toy.paint("buildings", seed=4, size=32)
    red, green, blue = (picture[..., channel].astype(float).ravel() for channel in range(3))
    opponents = np.stack([red - green, 0.5 * (red + green) - blue])
    means = opponents.sum(axis=1) / red.size
    variances = ((opponents - means[:, None]) ** 2).sum(axis=1) / red.size
    expected = math.sqrt(variances.sum()) + 0.3 * math.sqrt((means**2).sum())
    assert metrics.colorfulness(picture) == pytest.approx(expected)


# --- errors, and everything at once --------------------------------------------------------------


@pytest.mark.parametrize("function", [metrics.psnr, metrics.ssim, metrics.ciede2000, metrics.score])
def test_wrong_pictures_are_refused_by_name(function):
    good = noise()
    wrong = {
        r"float64 of shape \(24, 20, 3\)": good / 255,
        r"uint8 of shape \(24, 20\)": good[..., 0],
        r"uint8 of shape \(24, 20, 1\)": good[..., :1],
        r"uint8 of shape \(1, 24, 20, 3\)": good[None],
    }
    for message, picture in wrong.items():
        with pytest.raises(ValueError, match="reference must be .*" + message):
            function(picture, good)
        with pytest.raises(ValueError, match="prediction must be .*" + message):
            function(good, picture)
    with pytest.raises(ValueError, match=r"same shape.*\(24, 20, 3\).*\(20, 20, 3\)"):
        function(good, good[:20])


def test_colorfulness_refuses_other_arrays():
    for picture in (noise() / 255, noise()[..., 0], noise().astype("int64")):
        with pytest.raises(ValueError, match="picture must be a uint8 array"):
            metrics.colorfulness(picture)


def test_score_is_all_of_them():
    reference = toy.paint("coast", seed=1, size=32)
    prediction = np.clip(reference.astype(int) + 12 * (noise(6, reference.shape) > 127), 0, 255)
    prediction = prediction.astype("uint8")
    scores = metrics.score(reference, prediction)
    assert dataclasses.asdict(scores) == {
        "psnr": metrics.psnr(reference, prediction),
        "ssim": metrics.ssim(reference, prediction),
        "ciede2000": metrics.ciede2000(reference, prediction),
        "colorfulness": metrics.colorfulness(prediction),
        "true_colorfulness": metrics.colorfulness(reference),
    }
    assert scores.colorfulness != scores.true_colorfulness
    assert all(isinstance(value, float) for value in dataclasses.astuple(scores))


def test_psnr_prefers_dull_pictures_and_colorfulness_does_not():
    # Why the course reports them together: between two plausible colours, dull is the safe guess.
    red, green = plain((200, 80, 80)), plain((80, 200, 80))
    brown = plain((140, 140, 80))
    assert metrics.psnr(red, brown) > metrics.psnr(red, green)
    assert metrics.colorfulness(brown) < metrics.colorfulness(green)
