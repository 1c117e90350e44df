"""Colour: sRGB, CIE Lab, grey and luma, and the bins of the (a, b) plane."""

from colorlab.color.conversions import GREY_WEIGHTS, grey, lab_to_srgb, srgb_to_lab
from colorlab.color.luma import recombine

__all__ = ["GREY_WEIGHTS", "grey", "lab_to_srgb", "recombine", "srgb_to_lab"]
