"""Colour: sRGB, CIE Lab, grey and luma, and the bins of the (a, b) plane."""

from colorlab.color.conversions import (
    GREY_WEIGHTS,
    grey,
    in_gamut,
    lab_to_srgb,
    levels_to_signed,
    replace_luma,
    signed_to_levels,
    srgb_to_lab,
)
from colorlab.color.luma import recombine

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
