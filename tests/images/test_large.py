"""Large scans, made large by a low limit, are read and written strip by strip, unchanged."""

import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, PngImagePlugin

from colorlab.errors import InputError
from colorlab.images import jpeg_strips, large, png_strips
from colorlab.images.opening import is_decoded_whole
from colorlab.images.photograph import Photograph, read_photograph
from colorlab.images.provenance import with_mark
from colorlab.images.reading import open_picture
from colorlab.images.writing import save_image, write_photograph

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


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "TIFF"])
def test_of_a_large_picture_it_is_said_that_its_cast_stays(image_format):
    content = encoded(Image.fromarray(COLOR), image_format)
    for steps, count in ((("cast",), 1), (("fading",), 0)):
        notes = read_photograph(content, "scan", steps).notes
        assert notes.count("a cast is not looked for in so large a picture") == count


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


def encoded(picture, image_format, **options):
    stream = io.BytesIO()
    picture.save(stream, image_format, **options)
    return stream.getvalue()


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def wide_png(samples, kind):
    """Encode 16 bits a sample, which Pillow cannot, with all five filters of rows in turn."""
    height, width, channels = samples.shape
    plain = samples.astype(">u2").view("uint8").reshape(height, -1).astype(int)
    step = 2 * channels
    left = np.pad(plain, ((0, 0), (step, 0)))[:, :-step]
    above = np.pad(plain, ((1, 0), (0, 0)))[:-1]
    corner = np.pad(left, ((1, 0), (0, 0)))[:-1]
    guess = left + above - corner
    far = np.abs(guess - np.stack([left, above, corner]))
    paeth = np.choose(far.argmin(axis=0), [left, above, corner])
    rows = b""
    for row in range(height):
        of_row = [0, left[row], above[row], (left[row] + above[row]) // 2, paeth[row]][row % 5]
        rows += bytes([row % 5]) + ((plain[row] - of_row) % 256).astype("uint8").tobytes()
    header = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def png_files():
    """Make a PNG file of each kind of colours that are stored differently."""
    grey, rgb = Image.fromarray(LUMA), Image.fromarray(COLOR)
    clear = Image.fromarray((COLUMNS + 40).astype("uint8"))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a house"
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", "The harbour")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    noise = np.random.default_rng(3).integers(0, 65536, (150, 210, 4))
    gamma = chunk(b"gAMA", struct.pack(">I", 100_000))
    linear = encoded(rgb, "PNG")
    behind = encoded(rgb, "PNG")
    faded = COLOR.copy()
    faded[100:] = LUMA[100:, :, None]
    return {
        "rgb": encoded(rgb, "PNG", dpi=(300, 300)),
        "turned, with text": encoded(rgb, "PNG", exif=exif, pnginfo=text),
        "grey": encoded(grey, "PNG", compress_level=0),
        "1 bit": encoded(grey.convert("1"), "PNG"),
        "palette": encoded(rgb.quantize(7), "PNG"),
        "palette, 256 colours": encoded(rgb.quantize(256), "PNG"),
        "palette with alpha": encoded(
            rgb.quantize(9), "PNG", transparency=bytes(range(0, 180, 20))
        ),
        "grey and alpha": encoded(Image.merge("LA", (grey, clear)), "PNG"),
        "rgb and alpha, turned": encoded(
            Image.merge("RGBA", (*rgb.split(), clear)), "PNG", exif=exif
        ),
        "opaque alpha": encoded(rgb.convert("RGBA"), "PNG"),
        "one clear level": encoded(grey, "PNG", transparency=90),
        "one clear colour": encoded(rgb, "PNG", transparency=(7, 9, 63)),
        "profile": encoded(rgb, "PNG", icc_profile=profile),
        "16 bits": encoded(Image.fromarray(LUMA.astype("uint16") * 257 + 3), "PNG"),
        "16 bits, noise": wide_png(noise[..., :1], 0),
        "16 bits, rgb": wide_png(noise[..., :3], 2),
        "16 bits, rgb and alpha": wide_png(noise, 6),
        "linear light": linear[:33] + gamma + linear[33:],
        "animated": encoded(rgb, "PNG", save_all=True, append_images=[rgb.rotate(180)]),
        "colours at the top": encoded(Image.fromarray(faded), "PNG"),
        "noise behind": behind[:-12] + b"\xff" * 30,
        "text behind": behind[:-12] + chunk(b"tEXt", b"Title\0The harbour") + behind[-12:],
    }


FILES = png_files()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("pixels", [1, 2100, 10**6])
def test_a_png_file_in_strips_is_the_file_as_a_whole(monkeypatch, name, pixels):
    """Pillow, which decodes all of it at once, is the judge."""
    content = FILES[name]
    monkeypatch.setattr(png_strips, "_PIXELS", pixels)
    with open_picture(content) as opened:
        assert opened.whole  # a repair would have read all of it
    strips = read_photograph(content, "scan")
    monkeypatch.setattr(large, "LARGE", 10**6)
    whole = read_photograph(content, "scan")
    np.testing.assert_array_equal(strips.grey, whole.grey)
    assert (strips.alpha is None) == (whole.alpha is None)
    if whole.alpha is not None:
        np.testing.assert_array_equal(strips.alpha, whole.alpha)
    assert (strips.notes, strips.metadata) == (whole.notes, whole.metadata)


@pytest.mark.parametrize("level", [0, 6])
def test_large_png_files_of_damaged_pixels_are_refused_as_small_ones_are(monkeypatch, level):
    content = bytearray(encoded(Image.fromarray(COLOR), "PNG", compress_level=level))
    place = content.index(b"IDAT") + 4
    content[place : place + 300] = bytes(300)
    lines = []
    for limit in (10_000, 10**6):
        monkeypatch.setattr(large, "LARGE", limit)
        with pytest.raises(InputError, match="^scan: is damaged or cut short") as error:
            read_photograph(bytes(content), "scan")
        lines.append(str(error.value))
    assert lines[0] == lines[1]


@pytest.mark.parametrize("part", [0.3, 0.7, 0.99])
def test_a_large_png_file_that_is_cut_short_is_treated_as_a_small_one(monkeypatch, part):
    content = encoded(Image.fromarray(COLOR), "PNG", compress_level=0)
    content = content[: int(part * len(content))]
    found = []
    for limit in (10_000, 10**6):
        monkeypatch.setattr(large, "LARGE", limit)
        try:
            photograph = read_photograph(content, "scan")
            found.append((photograph.grey.tobytes(), sorted(photograph.notes)))
        except InputError as error:
            found.append(str(error))
    assert found[0] == found[1]
    assert isinstance(found[0], str) == (part < 0.5)  # refused


def interlaced_png():
    """Encode one pass after the other, which Pillow cannot: RGB, and no filters."""
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
    rows = b""
    for top, left, down, right in (*passes, (1, 0, 2, 1)):
        for row in COLOR[top::down, left::right]:
            rows += b"\0" + row.tobytes()
    header = struct.pack(">IIBBBBB", 210, 150, 8, 2, 0, 0, 1)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("limit", [10_000, 10**6])
def test_what_is_not_read_in_strips_is_known_before(monkeypatch, limit):
    monkeypatch.setattr(large, "LARGE", limit)
    for whole, content in ((True, interlaced_png()), (False, FILES["rgb"])):
        assert is_decoded_whole(content) == (whole and limit < 150 * 210)
        assert is_decoded_whole(content, whole=True) == (limit < 150 * 210)
    assert not is_decoded_whole(b"no picture")


def test_a_large_png_file_of_another_order_is_read_as_a_whole():
    np.testing.assert_array_equal(read_photograph(interlaced_png(), "scan").grey[..., 0], LUMA)


METADATA = {
    "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0",
    "xmp": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
    "comment": b"left: Mary",
    "dpi": (300.0, 300.0),
}


@pytest.mark.parametrize("pixels", [1, 7000, 10**6])
def test_a_large_jpeg_file_is_the_one_that_pillow_writes(monkeypatch, pixels):
    monkeypatch.setattr(jpeg_strips, "_PIXELS", pixels)
    photograph = Photograph("scan", LUMA[..., None], None, "JPEG", METADATA, [])
    stream, whole = io.BytesIO(), io.BytesIO()
    assert write_photograph(stream, COLOR, photograph, "JPEG", quality=90) == []
    monkeypatch.setattr(large, "LARGE", 10**6)
    write_photograph(whole, COLOR, photograph, "JPEG", quality=90)
    with Image.open(stream) as picture, Image.open(whole) as expected:
        np.testing.assert_array_equal(np.asarray(picture), np.asarray(expected))
        assert picture.info == expected.info
        assert (picture.quantization, picture.layer) == (expected.quantization, expected.layer)
    rows = max(1, pixels // (16 * 210))
    same = encoded(
        Image.fromarray(COLOR),
        "JPEG",
        quality=90,
        restart_marker_rows=rows,
        **{key: METADATA[key] for key in ("exif", "xmp", "comment", "dpi")},
    )
    assert stream.getvalue() == same


@pytest.mark.slow
def test_no_more_is_between_two_restart_markers_than_a_jpeg_file_can_say():
    """65,535 units of 16 by 16 pixels; the widest file has 4,094 in a row."""
    wide = np.tile(COLOR[:40, :200], (7, 327, 1))[:, :65_400]
    stream = io.BytesIO()
    jpeg_strips.write_jpeg(stream, wide, {"quality": 75})
    expected = encoded(Image.fromarray(wide), "JPEG", quality=75)
    for each in (stream.getvalue(), expected):
        assert each.count(b"\xff\xdd\0\4") == (each is not expected)
    with Image.open(stream) as picture, Image.open(io.BytesIO(expected)) as whole:
        np.testing.assert_array_equal(np.asarray(picture), np.asarray(whole))


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("pixels", [1, 7000, 10**6])
def test_a_large_png_file_holds_what_a_small_one_holds(monkeypatch, channels, pixels):
    monkeypatch.setattr(png_strips, "_PIXELS", pixels)
    alpha = None if channels == 3 else (COLUMNS + 40).astype("uint8")[..., None]
    text = {"Title": "The harbour", "Ort": "Hafen, Süd"}
    metadata = {key: METADATA[key] for key in ("exif", "xmp", "dpi")} | {"text": text}
    photograph = Photograph("scan", LUMA[..., None], alpha, "PNG", metadata, [])
    stream, whole = io.BytesIO(), io.BytesIO()
    assert write_photograph(stream, COLOR, photograph, "PNG") == []
    monkeypatch.setattr(large, "LARGE", 10**6)
    write_photograph(whole, COLOR, photograph, "PNG")
    with Image.open(stream) as picture, Image.open(whole) as expected:
        picture.verify()  # the checksums of the chunks
    with Image.open(stream) as picture, Image.open(whole) as expected:
        assert picture.mode == ("RGB" if channels == 3 else "RGBA")
        np.testing.assert_array_equal(np.asarray(picture), np.asarray(expected))
        assert (picture.info, picture.text) == (expected.info, expected.text)
    assert len(stream.getvalue()) < 1.3 * len(whole.getvalue()) + 1000


@pytest.mark.parametrize("ending", [".jpg", ".png"])
def test_a_large_array_is_saved_in_strips_too(tmp_path, monkeypatch, ending):
    monkeypatch.setattr(jpeg_strips, "_PIXELS", 7000)
    monkeypatch.setattr(png_strips, "_PIXELS", 7000)
    save_image(tmp_path / f"strips{ending}", COLOR)
    monkeypatch.setattr(large, "LARGE", 10**6)
    save_image(tmp_path / f"whole{ending}", COLOR)
    strips, whole = (Image.open(tmp_path / f"{name}{ending}") for name in ("strips", "whole"))
    with strips, whole:
        np.testing.assert_array_equal(np.asarray(strips), np.asarray(whole))
