"""What people hand over as a photograph becomes its grey, or one line says what to type."""

import io
import pathlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from colorlab import images
from colorlab.errors import InputError
from colorlab.images.photograph import read_photograph

HEIGHT, WIDTH = 24, 31
ROWS, COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH]
GREY = ((5 * ROWS + 4 * COLUMNS) % 256).astype("uint8")
RGB = np.stack([GREY, GREY[::-1], 255 - GREY], axis=-1)
LUMA = RGB @ np.array([0.299, 0.587, 0.114])
ALPHA = (COLUMNS * 255 // (WIDTH - 1)).astype("uint8")
SHARE = ALPHA / 255


def png(array, **options):
    stream = io.BytesIO()
    (array if isinstance(array, Image.Image) else Image.fromarray(array)).save(
        stream, "PNG", **options
    )
    return stream.getvalue()


def palette_of_negatives():
    """Return a palette picture that shows GREY with indices that are its negative."""
    picture = Image.frombytes("P", (WIDTH, HEIGHT), (255 - GREY).tobytes())
    picture.putpalette([255 - level for level in range(256) for _ in range(3)])
    return picture


# what is handed over: (it, the grey that is expected, how far it may be off)
GIVEN = {
    "uint8": (GREY, GREY, 0),
    "uint8 with a channel": (GREY[..., None], GREY, 0),
    "uint8 RGB": (RGB, LUMA, 0.51),
    "uint8 upside down in memory": (RGB[::-1][::-1], LUMA, 0.51),
    "RGBA": (np.dstack([RGB, ALPHA]), LUMA * SHARE + 255 * (1 - SHARE), 1.5),
    "grey and alpha": (np.dstack([GREY, ALPHA]), GREY * SHARE + 255 * (1 - SHARE), 1),
    "bool": (GREY > 99, np.where(GREY > 99, 255, 0), 0),
    "uint16": (GREY.astype("uint16") * 257, GREY, 0),
    "uint16 of either order of bytes": ((GREY.astype("uint16") * 257).astype(">u2"), GREY, 0),
    "uint32": (GREY.astype("uint32") * 0x01010101, GREY, 0),
    "uint16 RGB": (RGB.astype("uint16") * 257, LUMA, 0.51),
    "float32": ((GREY / 255).astype("float32"), GREY, 0),
    "float64 RGB": (RGB / 255, LUMA, 0.51),
    "float16": ((GREY / 255).astype("float16"), GREY, 0.1),
    "float that computing made a bit too large": (GREY / 255 * (1 + 1e-7), GREY, 0),
    "int64": (GREY.astype("int64"), GREY, 0),
    "int16": (GREY.astype("int16"), GREY, 0),
    "lists": (RGB.tolist(), LUMA, 0.51),
    "lists of floats": ((GREY / 255).tolist(), GREY, 0),
    "Pillow 1": (Image.fromarray(GREY > 99), np.where(GREY > 99, 255, 0), 0),
    "Pillow L": (Image.fromarray(GREY), GREY, 0),
    "Pillow P": (palette_of_negatives(), GREY, 0),
    "Pillow RGB": (Image.fromarray(RGB), LUMA, 0.51),
    "Pillow RGBX": (Image.fromarray(RGB).convert("RGBX"), LUMA, 0.51),
    "Pillow RGBA": (
        Image.fromarray(np.dstack([RGB, ALPHA])),
        LUMA * SHARE + 255 * (1 - SHARE),
        1.5,
    ),
    "Pillow RGBa": (
        Image.fromarray(np.dstack([RGB, ALPHA])).convert("RGBa"),
        LUMA * SHARE + 255 * (1 - SHARE),
        2.5,
    ),
    "Pillow LA": (
        Image.fromarray(np.dstack([GREY, ALPHA])),
        GREY * SHARE + 255 * (1 - SHARE),
        1,
    ),
    "Pillow La": (
        Image.fromarray(np.dstack([GREY, ALPHA])).convert("La"),
        GREY * SHARE + 255 * (1 - SHARE),
        2.5,
    ),
    "Pillow CMYK": (Image.fromarray(RGB).convert("CMYK"), LUMA, 2),
    "Pillow YCbCr": (Image.fromarray(RGB).convert("YCbCr"), LUMA, 2),
    "Pillow HSV": (Image.fromarray(RGB).convert("HSV"), LUMA, 4),
    "Pillow I;16": (Image.fromarray(GREY.astype("uint16") * 257), GREY, 0),
    "Pillow I": (Image.fromarray(GREY.astype("int32")), GREY, 0),
    "Pillow F": (Image.fromarray((GREY / 255).astype("float32")), GREY, 0),
    "bytes": (png(RGB), LUMA, 0.51),
    "bytearray": (bytearray(png(GREY)), GREY, 0),
    "memoryview": (memoryview(png(GREY)), GREY, 0),
    "BytesIO": (io.BytesIO(png(GREY)), GREY, 0),
    "Pillow file": (Image.open(io.BytesIO(png(palette_of_negatives()))), GREY, 0),
    "Pillow file of 16 bits": (
        Image.open(io.BytesIO(png(GREY.astype("uint16") * 257))),
        GREY,
        0,
    ),
}


@pytest.mark.parametrize("kind", GIVEN)
def test_whatever_is_handed_over_becomes_its_grey(kind):
    given, expected, tolerance = GIVEN[kind]
    found = images.to_grey(given)
    assert found.shape == (HEIGHT, WIDTH, 1) and found.dtype == np.uint8
    assert np.abs(found[..., 0] - np.asarray(expected, float)).max() <= tolerance


def test_every_way_to_one_file_gives_the_same(tmp_path):
    """Its path, its content, it opened, and read by the library or by Pillow."""
    path = tmp_path / "a.png"
    path.write_bytes(png(RGB))
    expected = images.to_grey(path)
    np.testing.assert_array_equal(expected[..., 0], np.asarray(Image.open(path).convert("L")))
    with open(path, "rb") as stream:
        stream.read(7)
        np.testing.assert_array_equal(images.to_grey(stream), expected)
    for given in (
        str(path),
        path.read_bytes(),
        Image.open(path),
        images.read_image(path),
        read_photograph(path),
        read_photograph(path).grey,
    ):
        np.testing.assert_array_equal(images.to_grey(given), expected)


def test_a_pillow_image_is_treated_as_its_file_is(tmp_path):
    """Its orientation and its colour profile count."""
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = tmp_path / "a.png"
    path.write_bytes(png(RGB, exif=exif, icc_profile=profile))
    found = images.to_grey(Image.open(path))
    assert found.shape == (WIDTH, HEIGHT, 1)
    np.testing.assert_array_equal(found, images.to_grey(path))


def test_a_photograph_keeps_the_grey_below_its_transparency():
    photograph = read_photograph(png(np.dstack([GREY, ALPHA])), "x")
    np.testing.assert_array_equal(images.to_grey(photograph)[..., 0], GREY)


def test_the_picture_that_is_handed_over_stays_as_it_is():
    picture, array = palette_of_negatives(), GREY / 255
    before = array.copy()
    images.to_grey(picture)
    images.to_grey(array)
    assert picture.mode == "P"
    np.testing.assert_array_equal(array, before)


REFUSED = {
    "levels as floats": (GREY.astype("float32"), r"floats from 0 to .*image / 255"),
    "signed floats": (GREY / 127.5 - 1, r"floats from -1 to .*\(image \+ 1\) / 2"),
    "floats beyond all": (GREY * 9.0, "expected 0 to 1; type np.clip"),
    "not a number": (np.full((4, 4), np.nan), "NaN.*nan_to_num"),
    "17 bits in 32": (GREY.astype("uint32") * 514, "which one is white"),
    "8 bits in 16": (GREY.astype("uint16"), r"which one is white; type image.astype\('uint8'\)"),
    "16 bits in 64": (GREY.astype("int64") * 257, r"type image.astype\('uint16'\)"),
    "negative": (GREY.astype("int16") - 9, r"from -9 to .*np.clip"),
    "channels first": (RGB.transpose(2, 0, 1), r"channels first; type image.transpose\(1, 2, 0\)"),
    "a batch of one": (RGB[None], r"batch of pictures; type image\[0\]"),
    "a batch": (np.stack([RGB, RGB]), "one after the other"),
    "five channels": (np.zeros((9, 9, 5), "uint8"), "expected 1 to 4 channels"),
    "no pixels": (np.zeros((0, 4), "uint8"), r"got the shape \(0, 4\)"),
    "a row": (np.zeros(4, "uint8"), r"got the shape \(4,\)"),
    "a number": (7, r"got the shape \(\)"),
    "nothing": (None, "got NoneType"),
    "a dictionary": ({"a": 1}, "got dict"),
    "complex": (np.zeros((4, 4), complex), "got ndarray"),
    "rows of two lengths": ([[1, 2], [3]], "cannot be made an array"),
    "paths": (["a.jpg", "b.jpg"], "a list of paths; give one at a time"),
    "text file": (io.StringIO("P1 1 1 1"), r"opened as text; type open\(path, 'rb'\)"),
    "no picture": (b"nothing of the kind", "^image: is not a picture"),
    "empty": (b"", "^image: is empty"),
    "Pillow LAB": (Image.new("LAB", (4, 4)), "^image: is stored as LAB"),
    "Pillow without pixels": (Image.new("L", (0, 4)), "has no pixels"),
    "Pillow F of levels": (Image.fromarray(GREY.astype("float32")), "image / 255"),
    "a path": (pathlib.Path("nowhere.jpg"), "^nowhere.jpg: no such file"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_clear_is_one_line_that_says_what_to_type(kind):
    given, reason = REFUSED[kind]
    with pytest.raises(InputError, match=reason) as error:
        images.to_grey(given)
    assert len(str(error.value).splitlines()) == 1


def test_a_closed_file_is_said(tmp_path):
    (tmp_path / "a.png").write_bytes(png(GREY))
    with open(tmp_path / "a.png", "rb") as stream:
        pass
    with pytest.raises(InputError, match="closed file.*open it again"):
        images.to_grey(stream)


def test_an_open_file_of_a_format_that_is_a_program_is_not_run():
    stream = io.BytesIO()
    Image.fromarray(GREY).save(stream, "EPS")
    with Image.open(stream) as picture:
        picture.load = lambda *arguments: pytest.fail("would be handed to Ghostscript")
        with pytest.raises(InputError, match="open EPS file"):
            images.to_grey(picture)
