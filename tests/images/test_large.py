"""Large scans, made large by a low limit, are read and written strip by strip, unchanged."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from colorlab.errors import InputError
from colorlab.images import large
from colorlab.images.photograph import Photograph, read_photograph
from colorlab.images.provenance import with_mark
from colorlab.images.writing import write_photograph

ROWS, COLUMNS = np.mgrid[:150, :210]
COLOR = np.stack([ROWS, COLUMNS, (ROWS * COLUMNS) % 256], axis=-1).astype("uint8")
LUMA = np.asarray(Image.fromarray(COLOR).convert("L"))


@pytest.fixture(autouse=True)
def low_limit(monkeypatch):
    monkeypatch.setattr(large, "LARGE", 10_000)


@pytest.mark.parametrize(
    "options",
    [{"rowsperstrip": 16}, {"tile": (64, 48)}, {"compression": "adobe_deflate", "rowsperstrip": 7}],
)
@pytest.mark.parametrize("bits", [8, 16])
def test_the_grey_of_a_tiff_file_is_its_luma(tmp_path, options, bits):
    path = tmp_path / "scan.tif"
    image = COLOR if bits == 8 else COLOR.astype("uint16") * 257
    tifffile.imwrite(path, image, photometric="rgb", resolution=(300, 300), **options)
    photograph = read_photograph(path)
    assert (photograph.grey[..., 0] == LUMA).all()
    assert photograph.notes == (["16 bits became 8"] if bits == 16 else [])


def test_of_a_jpeg_file_only_the_luma_is_decoded(tmp_path):
    path = tmp_path / "scan.jpg"
    Image.fromarray(COLOR[..., [0, 1, 0]]).save(path, quality=95)
    whole = np.asarray(Image.open(path).convert("L")).astype(int)
    assert np.abs(read_photograph(path).grey[..., 0] - whole).max() <= 2


def test_a_tiff_file_is_written_from_the_array():
    photograph = Photograph("scan", LUMA[..., None], None, "TIFF", {"dpi": (600.0, 600.0)}, [])
    stream = io.BytesIO()
    assert write_photograph(stream, COLOR, photograph, "TIFF") == []
    with Image.open(stream) as picture:
        assert (np.asarray(picture) == COLOR).all()
        assert picture.info["dpi"] == (600, 600)


@pytest.mark.parametrize(("limit", "version"), [(COLOR.nbytes - 1, 43), (COLOR.nbytes, 42)])
def test_what_may_not_fit_into_a_tiff_file_becomes_a_bigtiff_file(
    tmp_path, monkeypatch, limit, version
):
    monkeypatch.setattr(large, "_CLASSIC", limit)
    photograph = Photograph("scan", LUMA[..., None], None, "TIFF", {}, [])
    path = tmp_path / "scan.tif"
    with open(path, "w+b") as stream:
        assert write_photograph(stream, COLOR, photograph, "TIFF") == []
    assert int.from_bytes(path.read_bytes()[2:4], "little") == version
    with Image.open(path) as picture:  # a reader of its own
        assert (np.asarray(picture) == COLOR).all()
    assert (read_photograph(path).grey[..., 0] == LUMA).all()


def test_a_large_tiff_file_carries_the_mark():
    photograph = Photograph("scan", LUMA[..., None], None, "TIFF", {}, [])
    marked, _ = with_mark(photograph, "TIFF")
    stream = io.BytesIO()
    assert write_photograph(stream, COLOR, marked, "TIFF") == []
    with Image.open(stream) as picture:
        assert bytes(picture.tag_v2[700]) == marked.metadata["xmp"] != b""


def test_how_large_is_set_in_million_pixels(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    large.allow_pixels(400)
    assert 2 * Image.MAX_IMAGE_PIXELS == 400_000_000
    for wrong in (0, 4001):
        with pytest.raises(InputError, match="^largest must be 1 to 4000 million pixels"):
            large.allow_pixels(wrong)
