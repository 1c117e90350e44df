"""Colour: sRGB, CIE Lab, grey and luma, and the bins of the (a, b) plane."""

from colorlab.color.conversions import (
    GREY_WEIGHTS,
    grey,
    in_gamut,
    lab_to_srgb,
    srgb_to_lab,
)
from colorlab.color.luma import recombine, replace_luma
from colorlab.color.ranges import levels_to_signed, signed_to_levels

__all__ = [
    "GREY_WEIGHTS",
    "grey",
    "in_gamut",
    "lab_to_srgb",
    "levels_to_signed",
    "recombine",
    "replace_luma",
    "signed_to_levels",
    "srgb_to_lab",
]
