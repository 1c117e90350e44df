from colorlab.images.formats import PICTURE_SUFFIXES as PICTURE_SUFFIXES
from colorlab.images.inputs import to_grey as to_grey
from colorlab.images.reading import read_image as read_image
from colorlab.images.writing import save_image as save_image
