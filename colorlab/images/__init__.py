"""Picture files: reading, resizing and writing, with the metadata of photographs."""

from colorlab.images.formats import PICTURE_SUFFIXES
from colorlab.images.inputs import to_grey
from colorlab.images.reading import read_image
from colorlab.images.resizing import resize, standardize
from colorlab.images.writing import save_image

__all__ = [
    "PICTURE_SUFFIXES",
    "read_image",
    "resize",
    "save_image",
    "standardize",
    "to_grey",
]
