"""Exercises of chapter 00: exposure, saturation, lightness.

Taught in :doc:`/notebooks/00_quickstart`.
"""

import numpy as np

from colorlab import color
from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "change_saturation", "expose", "with_lightness"]


def expose(picture, shift):
    """Make a picture lighter or darker by whole levels."""
    return np.clip(picture.astype(int) + shift, 0, 255).astype("uint8")


def change_saturation(grey, rgb, k):
    """Move each pixel away from its grey by the factor k."""
    grey = grey.astype("float64")
    return np.clip(np.round(grey + k * (rgb - grey)), 0, 255).astype("uint8")


def with_lightness(grey, rgb):
    """Join the lightness of a grey picture with a and b of a coloured one."""
    given = np.asarray(color.srgb_to_lab(np.repeat(grey, 3, axis=-1) / 255))
    colored = np.asarray(color.srgb_to_lab(rgb / 255))
    lab = np.concatenate([given[..., :1], colored[..., 1:]], axis=-1)
    return np.asarray(color.lab_to_srgb(lab))


def _pictures():
    random = np.random.default_rng(5)
    return random.integers(0, 256, (4, 5, 1), "uint8"), random.integers(0, 256, (4, 5, 3), "uint8")


def _exposures():
    return [(_pictures()[0], shift) for shift in (-40, 0, 90)]


def _saturations():
    grey, rgb = _pictures()
    return [(grey, rgb, k) for k in (0, 0.5, 1.5)]


def _wrapped(picture, shift):
    return (picture.astype(int) + shift).astype("uint8")


def _darker(picture, shift):
    return expose(picture, -shift)


def _always_lighter(picture, shift):
    return expose(picture, abs(shift))


def _scaled_exposure(picture, shift):
    return np.clip(picture * (1 + shift / 255), 0, 255).astype("uint8")


def _scaled_colors(grey, rgb, k):
    return np.clip(np.round(k * rgb.astype("float64")), 0, 255).astype("uint8")


def _truncated(grey, rgb, k):
    grey = grey.astype("float64")
    return np.clip(grey + k * (rgb - grey), 0, 255).astype("uint8")


def _unclipped(grey, rgb, k):
    grey = grey.astype("float64")
    return np.round(grey + k * (rgb - grey)).astype(int).astype("uint8")


def _neither_rounded_nor_clipped(grey, rgb, k):
    grey = grey.astype("float64")
    return (grey + k * (rgb - grey)).astype(int).astype("uint8")


def _subtracted_as_uint8(grey, rgb, k):
    return np.clip(np.round(grey + k * (rgb - grey)), 0, 255).astype("uint8")


def _difference_alone(grey, rgb, k):
    return np.clip(np.round(k * (rgb - grey.astype("float64"))), 0, 255).astype("uint8")


def _from_the_color(grey, rgb, k):
    return change_saturation(grey, rgb, 1 + k)


def _opposite_color(grey, rgb, k):
    return change_saturation(grey, rgb, -k)


def _towards_grey(grey, rgb, k):
    return change_saturation(grey, rgb, 1 - k)


def _scaled_by(grey_scale, rgb_scale):
    def join(grey, rgb):
        given = np.asarray(color.srgb_to_lab(np.repeat(grey, 3, axis=-1) / grey_scale))
        colored = np.asarray(color.srgb_to_lab(rgb / rgb_scale))
        lab = np.concatenate([given[..., :1], colored[..., 1:]], axis=-1)
        return np.asarray(color.lab_to_srgb(lab))

    return join


def _grey_as_lightness(grey, rgb):
    colored = np.asarray(color.srgb_to_lab(rgb / 255))
    lab = np.concatenate([grey.astype("float64"), colored[..., 1:]], axis=-1)
    return np.asarray(color.lab_to_srgb(lab))


def _luma_as_lightness(grey, rgb):
    return _grey_as_lightness(grey / 2.55, rgb)


def _in_levels(grey, rgb):
    return 255 * with_lightness(grey, rgb)


def _in_whole_levels(grey, rgb):
    return np.round(_in_levels(grey, rgb)).astype("uint8")


def _exchanged(grey, rgb):
    lab = np.asarray(color.srgb_to_lab(rgb / 255)) * [1, 0, 0]  # the grey picture has no a and b
    return np.asarray(color.lab_to_srgb(lab))


def _left_in_lab(grey, rgb):
    given = np.asarray(color.srgb_to_lab(np.repeat(grey, 3, axis=-1) / 255))
    colored = np.asarray(color.srgb_to_lab(rgb / 255))
    return np.concatenate([given[..., :1], colored[..., 1:]], axis=-1)


def _own_lightness(grey, rgb):
    return rgb / 255


EXERCISES = (
    Exercise(
        expose,
        _exposures,
        hints=(
            "uint8 holds 0 to 255. What comes after 255, and what before 0?",
            "Convert to a type that holds negative numbers, and add the shift.",
            "np.clip limits the sum; convert back to uint8 last.",
        ),
        mistakes=(
            (_wrapped, "some levels have wrapped around: white has become black."),
            (_darker, "a positive shift should make the picture lighter."),
            (_always_lighter, "a negative shift should make the picture darker."),
            (_scaled_exposure, "the shift is added to each level; it is not a factor."),
        ),
        remark="Levels beyond 0 or 255 are lost, as in an overexposed photograph.",
    ),
    Exercise(
        change_saturation,
        _saturations,
        hints=(
            "The difference of rgb and grey is signed, so uint8 cannot hold it.",
            "grey + k * (rgb - grey), in floating point.",
            "Round, clip to 0 and 255, and convert to uint8, in this order.",
        ),
        mistakes=(
            (_scaled_colors, "this changes the exposure: k times the colour, not the difference."),
            (_towards_grey, "k works the wrong way round: k = 0 should give grey."),
            (_truncated, "conversion to uint8 cuts decimals off; round first."),
            (_unclipped, "some levels have wrapped around: they should be clipped."),
            (
                _neither_rounded_nor_clipped,
                "conversion to uint8 cuts decimals off and lets levels wrap around.",
            ),
            (_subtracted_as_uint8, "rgb - grey wraps around below 0: subtract as floats."),
            (_difference_alone, "this is the scaled difference; it has to be added to grey."),
            (_from_the_color, "the way begins at the grey, not at the colour."),
            (_opposite_color, "this moves away from the colour: look at the signs."),
        ),
        remark="With k = 0 the result is grey, with k = 1 the picture as it was.",
    ),
    Exercise(
        with_lightness,
        lambda: [_pictures()],
        hints=(
            "srgb_to_lab takes three channels in the range 0 to 1.",
            "np.repeat(grey, 3, axis=-1) / 255 is the photograph in that form.",
            "Join the first channel of one Lab picture with the others of the second, and convert "
            "back with lab_to_srgb.",
        ),
        mistakes=(
            (_scaled_by(1, 1), "srgb_to_lab expects values from 0 to 1, not levels."),
            (_scaled_by(1, 255), "the grey picture is passed in levels, not from 0 to 1."),
            (_scaled_by(255, 1), "the coloured picture is passed in levels, not from 0 to 1."),
            (_grey_as_lightness, "a grey level is no lightness; srgb_to_lab computes it."),
            (_luma_as_lightness, "lightness is not the level times a factor; use srgb_to_lab."),
            (_in_levels, "the result should be in the range 0 to 1, as lab_to_srgb returns it."),
            (_in_whole_levels, "the result should be in the range 0 to 1, without rounding."),
            (_exchanged, "L belongs to the photograph, a and b to the coloured picture."),
            (_left_in_lab, "this is still in Lab: convert it back to sRGB."),
            (_own_lightness, "this has the lightness of the coloured picture."),
        ),
        remark="Its grey is close to the photograph's, but not equal: lightness is not luma.",
    ),
)
