"""Nothing but the formats of one list is ever decoded, whatever a file is called."""

import io
import re
import subprocess

import numpy as np
import pytest
from PIL import Image

from colorlab import images
from colorlab.datasets import folder
from colorlab.errors import InputError
from colorlab.images.formats import (
    FORMATS,
    PICTURE_SUFFIXES,
    WRITTEN_AS,
    foreign_kind,
    format_of,
    kind_of,
)
from colorlab.images.opening import picture_size
from colorlab.images.photograph import read_photograph

GREY = np.add.outer(np.arange(30), 3 * np.arange(40)).astype("uint8")
ALLOWED = {"JPEG", "MPO", "PNG", "WEBP", "TIFF", "BMP", "AVIF", "GIF", "PPM", "JPEG2000"}
Image.init()


def encode(image_format, picture=None):
    stream = io.BytesIO()
    (picture or Image.fromarray(GREY)).save(stream, image_format)
    return stream.getvalue()


def foreign_files():
    """Encode a picture in each of Pillow's other formats, in the first mode that it takes."""
    files = {}
    for name in sorted(set(Image.SAVE) - ALLOWED - {"HEIF", "JXL"}):
        for mode in ("L", "RGB", "P", "1", "RGBA"):
            try:
                files[name] = encode(name, Image.fromarray(GREY).convert(mode))
                break
            except Exception:
                continue
    # What Pillow reads and does not write.
    files["FITS"] = b"SIMPLE  =                    T".ljust(2880)
    files["WMF"] = b"\xd7\xcd\xc6\x9a" + bytes(200)
    files["FLI"] = bytes(4) + b"\x11\xaf" + bytes(200)
    files["PSD"] = b"8BPS\0\1" + bytes(200)
    files["PCD"] = bytes(2048) + b"PCD_" + bytes(200)
    files["MIC"] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    return files


FOREIGN = foreign_files()


def test_the_other_formats_are_really_there():
    assert {"EPS", "PDF", "ICO", "TGA", "PCX", "SGI", "DDS", "ICNS"} <= set(FOREIGN)


@pytest.mark.parametrize("name", FOREIGN)
def test_other_formats_are_refused_under_each_ending(name, tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError(f"a program was started: {arguments}")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    decoders = {key: value for key, value in Image.OPEN.items() if key not in ALLOWED}
    for key, (_, accept) in decoders.items():
        monkeypatch.setitem(Image.OPEN, key, (refuse, accept))
    for suffix in PICTURE_SUFFIXES:
        path = tmp_path / "a" / f"picture{suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(FOREIGN[name])
        for read in (images.read_image, read_photograph, images.to_grey):
            with pytest.raises(InputError) as error:
                read(path)
            assert len(str(error.value).splitlines()) == 1
        assert picture_size(path) == (0, 0)
    with pytest.raises(InputError):
        images.to_grey(FOREIGN[name])
    with pytest.raises(InputError, match=f"none of the {len(PICTURE_SUFFIXES)} picture files"):
        folder.scan(tmp_path)


@pytest.mark.parametrize("name", sorted(ALLOWED - {"MPO"}))
def test_the_formats_of_the_list_are_read_under_each_ending(name, tmp_path):
    content = encode(name)
    assert kind_of(content[:64]) == name
    for suffix in PICTURE_SUFFIXES:
        path = tmp_path / f"a{suffix}"
        path.write_bytes(content)
        found = read_photograph(path)
        assert found.format == name
        assert np.abs(found.grey[..., 0] - GREY.astype(int)).mean() < 4
        np.testing.assert_array_equal(images.to_grey(images.read_image(path)), found.grey)
        assert picture_size(path) == GREY.shape


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_all_readers_agree_on_16_bits(kind, tmp_path):
    deep = GREY.astype("uint16") * 257
    path = tmp_path / "category" / "a.tif"
    path.parent.mkdir()
    path.write_bytes(encode(kind, Image.fromarray(deep)))
    (row,) = folder.scan(tmp_path).pictures
    for found in (
        read_photograph(path).grey,
        images.read_image(path)[..., :1],
        images.to_grey(path),
        folder.scan(tmp_path).read(0)[..., :1],
    ):
        np.testing.assert_array_equal(found[..., 0], GREY)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7", "a PDF document"),
        (b"%!PS-Adobe-3.0", "PostScript"),
        (b"8BPS\0\1", "a Photoshop document"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x">', "a drawing"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"II*\0\x10\0\0\0CR\2\0", "a camera's raw file"),
        (b"\0\0\0\x18ftypcrx ", "a camera's raw file"),
        (b"PK\3\4", "an archive"),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(content, what):
    with pytest.raises(InputError, match=f"image: is {what}.*expected JPEG"):
        images.to_grey(content + bytes(50))


def test_names_of_files_that_are_not_read():
    assert foreign_kind(path="a/B.CR2") == "a camera's raw file"
    assert foreign_kind(path="a.psd") and not foreign_kind(path="a.txt")
    assert not any(foreign_kind(path=f"a{suffix}") for suffix in PICTURE_SUFFIXES)


def test_every_ending_has_one_that_it_is_written_with():
    assert set(PICTURE_SUFFIXES) == set(FORMATS) | set(WRITTEN_AS)
    assert not set(FORMATS) & set(WRITTEN_AS) and set(WRITTEN_AS.values()) <= set(FORMATS)
    assert all(re.fullmatch(r"\.[a-z0-9]+", suffix) for suffix in PICTURE_SUFFIXES)
    assert format_of("a.heic") == "PNG" and format_of("a.jfif") == "JPEG"


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08mdat"


@pytest.mark.parametrize(
    ("content", "module"),
    [(HEIC, "pillow_heif"), (b"\xff\x0a" + bytes(40), "pillow_jxl")],
)
def test_a_format_whose_decoder_is_missing_says_what_to_type(content, module, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(InputError, match=r"colorlab-book\[formats\]"):
        images.to_grey(content)


@pytest.mark.parametrize(("name", "module"), [("HEIF", "pillow_heif"), ("JXL", "pillow_jxl")])
def test_formats_of_plugins_are_read_where_they_are_installed(name, module, tmp_path):
    plugin = pytest.importorskip(module)
    if name == "HEIF":
        plugin.register_heif_opener()
    path = tmp_path / "a.jpg"
    path.write_bytes(encode(name, Image.fromarray(GREY).convert("RGB")))
    found = read_photograph(path)
    assert found.format == name
    assert np.abs(found.grey[..., 0] - GREY.astype(int)).mean() < 4
    np.testing.assert_array_equal(images.to_grey(path), found.grey)
