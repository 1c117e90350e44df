"""Nothing that a format can hold is lost, and what no longer holds is corrected."""

import io
import struct

import numpy as np
import pytest
from PIL import ExifTags, Image, IptcImagePlugin, TiffImagePlugin

from colorlab import images
from colorlab.images.photograph import read_photograph
from colorlab.images.writing import write_photograph

GREY = np.add.outer(np.arange(24), 3 * np.arange(40)).astype("uint8")
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><d>wedding</d></x:xmpmeta>'


def encode(picture, image_format, **options):
    stream = io.BytesIO()
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    picture.save(stream, image_format, **options)
    return stream.getvalue()


def carried(content, target):
    """Write a photograph as it is, without colour; return the new file and the notes."""
    photograph = read_photograph(content, "x")
    stream = io.BytesIO()
    image = np.repeat(photograph.grey, 3, axis=-1)
    notes = write_photograph(stream, image, photograph, target)
    return Image.open(stream), photograph.notes + notes


def with_segment(marker, body):
    content = encode(GREY, "JPEG")
    return content[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + content[2:]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("target", ["JPEG", "PNG", "WEBP"])
def test_the_small_preview_that_shows_the_grey_picture_is_left_out(order, target):
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8)
    make = struct.pack(f"{order}HHHI4sI", 1, 0x010F, 2, 4, b"Zei\0", 26)
    preview = struct.pack(f"{order}HHHIHHI", 1, 0x0103, 3, 1, 6, 0, 0)
    content = with_segment(0xE1, b"Exif\0\0" + head + make + preview)
    picture, notes = carried(content, target)
    assert (picture.getexif()[0x010F], notes) == ("Zei", [])
    found = picture.info["exif"].removeprefix(b"Exif\0\0")
    # Where the directory ends, it names the place of the next one, which is that of the preview.
    assert found[:22] == (head + make)[:22] and found[22:26] == bytes(4)


def exif_in_full(order, entries, nested=(), deepest=(), size=None):
    """Write EXIF data by hand: entries of tag, type, count and four bytes."""

    def directory(entries):
        packed = b"".join(struct.pack(f"{order}HHI4s", *entry) for entry in entries)
        return struct.pack(f"{order}H", len(entries)) + packed + bytes(4)

    def pointer(tag, place):
        return tag, 4, 1, struct.pack(f"{order}I", place)

    first = 8 + 2 + 12 * (len(entries) + bool(nested)) + 4
    second = first + 2 + 12 * (len(nested) + bool(deepest)) + 4
    entries = [*entries, *([pointer(0x8769, first)] if nested else [])]
    nested = [*nested, *([pointer(0xA005, second)] if deepest else [])]
    data = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8) + directory(entries)
    data += directory(nested) if nested else b""
    data += directory(deepest) if deepest else b""
    data = b"Exif\0\0" + data
    return data + bytes(size - len(data)) if size else data


@pytest.mark.parametrize("size", [65_500, 65_532, 65_533])
def test_exif_data_that_fill_their_segment_are_carried_over(size):
    content = with_segment(0xE1, exif_in_full(">", [(0x10F, 2, 4, b"abc\0")], size=size))
    new, notes = carried(content, "JPEG")
    assert new.getexif()[0x10F] == "abc" and notes == []


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_an_orientation_that_is_stored_as_a_byte_is_obeyed_once(kind, order):
    if kind == "JPEG":
        body = exif_in_full(order, [(0x112, 1, 1, b"\6\0\0\0")])
        content = with_segment(0xE1, body)
    else:
        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[0x112] = 6
        tags.tagtype[0x112] = 1
        content = encode(GREY, "TIFF", tiffinfo=tags)
        assert struct.pack("<HHI", 0x112, 1, 1) in content
    photograph = read_photograph(content, "x")
    assert photograph.grey.shape == (40, 24, 1)
    assert np.abs(photograph.grey[..., 0] - np.rot90(GREY, -1).astype(int)).max() < 9
    new, notes = carried(content, kind)
    assert new.size == (24, 40) and new.getexif().get(0x112, 1) == 1
    assert notes == []
    np.testing.assert_array_equal(images.to_grey(content), photograph.grey)


@pytest.mark.parametrize("target", ["TIFF", "JPEG", "PNG", "WEBP", "AVIF"])
def test_xmp_of_a_tiff_is_carried_over(target):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[700] = XMP
    new, notes = carried(encode(GREY, "TIFF", tiffinfo=tags), target)
    assert notes == []
    xmp = new.info["xmp"]
    assert (xmp.encode() if isinstance(xmp, str) else xmp) == XMP


@pytest.mark.parametrize("target", ["TIFF", "JPEG", "PNG"])
def test_titles_of_windows_and_of_scanning_software_are_carried_over(target):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[269], tags[285] = "Album 3, page 12", "left"
    tags[0x9C9B] = "Wedding".encode("utf-16-le") + b"\0\0"
    tags.tagtype[0x9C9B] = 1
    new, notes = carried(encode(GREY, "TIFF", tiffinfo=tags), target)
    exif = new.getexif()
    assert notes == [] and (exif[269], exif[285]) == ("Album 3, page 12", "left")
    title = exif[0x9C9B]
    assert (bytes(title) if isinstance(title, tuple) else title).decode("utf-16-le") == "Wedding\0"


@pytest.mark.parametrize("target", ["JPEG", "TIFF"])
def test_iptc_data_with_an_empty_field_are_carried_over(target):
    fields = ((5, b""), (25, b"Workshop"), (25, b"Harbour"), (120, b"A caption"))
    data = b"".join(struct.pack(">3BH", 0x1C, 2, kind, len(v)) + v for kind, v in fields)
    block = struct.pack(">4sHHI", b"8BIM", 0x404, 0, len(data)) + data + b"\0" * (len(data) % 2)
    new, notes = carried(with_segment(0xED, b"Photoshop 3.0\0" + block), target)
    if target == "JPEG":
        stored = new.info["photoshop"][0x404]
    else:
        stored = new.tag_v2[33723]
    assert stored == data and notes == []
    assert IptcImagePlugin.getiptcinfo(new) is not None


def adobe(order=">", index=b"R03\0", space=0xFFFF):
    nested = [(0xA001, 3, 1, struct.pack(f"{order}HH", space, 0))]
    return exif_in_full(order, [(0x10F, 2, 4, b"abc\0")], nested, [(1, 2, 4, index)])


@pytest.mark.parametrize("order", ["<", ">"])
def test_adobe_rgb_by_exif_alone_is_converted_and_called_srgb_afterwards(order):
    rgb = np.full((16, 16, 3), (60, 200, 90), "uint8")
    content = encode(rgb, "PNG", exif=adobe(order)[6:])
    grey = int(read_photograph(content, "x").grey[0, 0, 0])
    # Independently: Adobe RGB to XYZ (D65) to sRGB, by the published matrices and curves.
    light = (np.array([60, 200, 90]) / 255) ** (563 / 256)
    to_xyz = [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
    from_xyz = [[3.24045, -1.53714, -0.49853], [-0.96927, 1.87601, 0.04156]]
    from_xyz.append([0.05564, -0.20403, 1.05723])
    light = np.clip(np.array(from_xyz) @ (np.array(to_xyz) @ light), 0, 1)
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert abs(grey - 255 * srgb @ [0.299, 0.587, 0.114]) < 1.5
    assert abs(grey - rgb[0, 0] @ [0.299, 0.587, 0.114]) > 3
    new, _ = carried(content, "JPEG")
    assert new.getexif().get_ifd(ExifTags.IFD.Exif)[0xA001] == 1
    assert new.getexif().get_ifd(ExifTags.IFD.Interop)[1] == "R98"


def test_srgb_by_exif_is_left_as_it_is():
    rgb = np.full((16, 16, 3), (60, 200, 90), "uint8")
    content = encode(rgb, "PNG", exif=adobe(index=b"R98\0", space=1)[6:])
    np.testing.assert_array_equal(read_photograph(content, "x").grey, images.to_grey(rgb))


def test_a_gain_map_that_is_not_there_any_more_is_not_announced():
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description hdrgm:Version="1.0" d:title="Sea">'
        b"<Container:Directory><rdf:Seq/></Container:Directory></rdf:Description></x:xmpmeta>"
    )
    new, _ = carried(encode(GREY, "JPEG", xmp=xmp), "JPEG")
    assert b"hdrgm:Version" not in new.info["xmp"] and b"Container" not in new.info["xmp"]
    assert b'd:title="Sea"' in new.info["xmp"]


def test_a_resolution_that_is_none_is_not_invented():
    photograph = read_photograph(encode(GREY, "TIFF"), "x")
    assert "dpi" not in photograph.metadata


@pytest.mark.parametrize("target", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "BMP"])
def test_what_is_lost_is_said_and_nothing_else(target):
    exif = Image.Exif()
    exif[0x10E] = "a house"
    content = encode(GREY, "JPEG", exif=exif, xmp=XMP, comment=b"left: Mary")
    new, notes = carried(content, target)
    said = ", ".join(notes)
    for name, there in (
        ("exif", 0x10E in new.getexif()),
        ("xmp", "xmp" in new.info),
        ("comment", "comment" in new.info or "Comment" in getattr(new, "text", {})),
    ):
        assert there != (name in said), (name, notes)
