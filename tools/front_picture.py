"""Draw the front page's photograph, grey and coloured by the network of the library."""

import skimage.data
from PIL import Image

import colorlab


def write(folder):
    """Write ``grey.jpg`` and ``coloured.jpg`` into the new `folder`.

    The photograph is ``camera`` of scikit-image, which was taken in grey and is in the public
    domain (CC0).
    """
    folder.mkdir(parents=True)
    photograph = skimage.data.camera()
    coloured = colorlab.colorize(photograph)
    for name, picture in (("grey", photograph), ("coloured", coloured)):
        Image.fromarray(picture).save(folder / f"{name}.jpg", quality=92, subsampling=0)
