"""Every kind of picture that a person owns goes in, and what its file holds goes with it."""

import importlib
import io
import os
import re
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms, IptcImagePlugin, PngImagePlugin, TiffImagePlugin

from colorlab import images
from colorlab.errors import InputError
from colorlab.images.formats import FORMATS, format_of
from colorlab.images.photograph import Photograph, read_photograph
from colorlab.images.writing import write_photograph

HEIGHT, WIDTH = 37, 52
ROWS, COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH]
GREY = ((3 * ROWS + 4 * COLUMNS) % 256).astype("uint8")
SMOOTH = (40 + 2 * ROWS + 2 * COLUMNS).astype("uint8")
COLOR = np.stack([SMOOTH, SMOOTH[::-1], 255 - SMOOTH], axis=-1)
LUMA = COLOR @ np.array([0.299, 0.587, 0.114])
ALPHA = (COLUMNS * 255 // (WIDTH - 1)).astype("uint8")
DEEP = ((GREY.astype("uint16") << 8) + (COLUMNS % 200)).astype("uint16")
STRIPES = ROWS % 2 == 0


def encode(picture, image_format, **options):
    stream = io.BytesIO()
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    picture.save(stream, format=image_format, **options)
    return stream.getvalue()


def written(photograph, image_format):
    """Write a photograph as it is, without colour, and open the file."""
    stream = io.BytesIO()
    write_photograph(stream, np.repeat(photograph.grey, 3, axis=-1), photograph, image_format)
    return Image.open(stream)


def palette():
    return Image.fromarray(GREY).convert("P", palette=Image.Palette.ADAPTIVE, colors=256)


def png_of_16_bit_color():
    """Pillow writes none, so its parts are put together here."""
    import zlib

    deep = (COLOR.astype(">u2") * 257).reshape(HEIGHT, -1)
    lines = b"".join(b"\x00" + row.tobytes() for row in deep)

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


FRAMES = [Image.fromarray(GREY), Image.fromarray(255 - GREY), Image.fromarray(GREY)]
MORE = {"save_all": True, "append_images": FRAMES[1:]}
# kind: (file, the grey that is expected, how far it may be off)
KINDS = {
    "grey JPEG": (encode(SMOOTH, "JPEG", quality=98), SMOOTH, 3),
    "YCbCr JPEG": (encode(COLOR, "JPEG", quality=98), LUMA, 4),
    "progressive JPEG": (encode(COLOR, "JPEG", quality=98, progressive=True), LUMA, 4),
    "CMYK JPEG": (
        encode(Image.fromarray(COLOR).convert("CMYK"), "JPEG", quality=98),
        LUMA,
        6,
    ),
    "1 bit PNG": (encode(STRIPES, "PNG"), 255 * STRIPES, 0),
    "8 bit PNG": (encode(GREY, "PNG"), GREY, 0),
    "16 bit PNG": (encode(DEEP, "PNG"), DEEP / 257, 0.51),
    "palette PNG": (encode(palette(), "PNG"), GREY, 0),
    "colour PNG": (encode(COLOR, "PNG"), LUMA, 0.51),
    "16 bit colour PNG": (png_of_16_bit_color(), LUMA, 1.01),
    "grey PNG with alpha": (encode(np.dstack([GREY, ALPHA]), "PNG"), GREY, 0),
    "RGBA PNG": (encode(np.dstack([COLOR, ALPHA]), "PNG"), LUMA, 0.51),
    "interlaced PNG": (encode(GREY, "PNG", interlace=True), GREY, 0),
    "lossless WebP": (encode(COLOR, "WEBP", lossless=True), LUMA, 0.51),
    "lossy WebP": (encode(COLOR, "WEBP", quality=98), LUMA, 9),
    "WebP with alpha": (
        encode(np.dstack([COLOR, ALPHA]), "WEBP", lossless=True, exact=True),
        LUMA,
        0.51,
    ),
    "8 bit TIFF": (encode(GREY, "TIFF"), GREY, 0),
    "16 bit TIFF": (encode(DEEP, "TIFF"), DEEP / 257, 0.51),
    "compressed TIFF": (encode(COLOR, "TIFF", compression="tiff_lzw"), LUMA, 0.51),
    "CMYK TIFF": (encode(Image.fromarray(COLOR).convert("CMYK"), "TIFF"), LUMA, 2),
    "TIFF with alpha": (encode(np.dstack([COLOR, ALPHA]), "TIFF"), LUMA, 0.51),
    "TIFF of 3 pages": (encode(FRAMES[0], "TIFF", **MORE), GREY, 0),
    "BMP": (encode(COLOR, "BMP"), LUMA, 0.51),
    "1 bit BMP": (encode(STRIPES, "BMP"), 255 * STRIPES, 0),
    "GIF": (encode(GREY, "GIF"), GREY, 0),
    "GIF of 3 frames": (encode(FRAMES[0], "GIF", **MORE), GREY, 0),
}
WITH_ALPHA = {"grey PNG with alpha", "RGBA PNG", "WebP with alpha", "TIFF with alpha"}
COLORED = {kind for kind, (_, grey, _) in KINDS.items() if grey is LUMA}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_grey(kind):
    content, expected, tolerance = KINDS[kind]
    found = read_photograph(content, kind)
    assert found.grey.shape == (HEIGHT, WIDTH, 1) and found.grey.dtype == np.uint8
    assert np.abs(found.grey[..., 0] - np.asarray(expected, float)).max() <= tolerance
    assert (found.alpha is not None) == (kind in WITH_ALPHA)
    if kind in WITH_ALPHA:
        np.testing.assert_array_equal(found.alpha[..., 0], ALPHA)
    assert ("was in colour, only its grey was used" in found.notes) == (kind in COLORED)
    assert ("16 bits became 8" in found.notes) == kind.startswith("16 bit")
    assert any(note.startswith("first of 3") for note in found.notes) == ("of 3" in kind)
    assert found.format in kind.upper() or kind.split()[-1] in ("alpha", "pages", "frames")


@pytest.mark.parametrize("image_format", sorted(set(FORMATS.values())))
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_written_in_every_format(kind, image_format):
    photograph = read_photograph(KINDS[kind][0], kind)
    image = np.repeat(photograph.grey, 3, axis=-1)
    stream = io.BytesIO()
    notes = write_photograph(stream, image, photograph, image_format, quality=98)
    with Image.open(io.BytesIO(stream.getvalue())) as picture:
        assert picture.format == image_format and picture.size == (WIDTH, HEIGHT)
        keeps = image_format in ("PNG", "WEBP", "TIFF", "AVIF")
        assert picture.mode == ("RGBA" if kind in WITH_ALPHA and keeps else "RGB")
        if kind in WITH_ALPHA and keeps:
            np.testing.assert_array_equal(np.asarray(picture)[..., 3], ALPHA)
        if kind in WITH_ALPHA and not keeps:
            assert "knows no transparency" in notes[0]
            paper = np.asarray(picture)[:, 0]
            assert paper.min() > 240, "what is transparent is not white"
        elif image_format in ("PNG", "TIFF", "BMP"):
            np.testing.assert_array_equal(np.asarray(picture)[..., :3], image)


def test_a_comparison_keeps_its_transparency_twice():
    photograph = read_photograph(KINDS["RGBA PNG"][0], "x")
    stream = io.BytesIO()
    write_photograph(stream, np.zeros((HEIGHT, 2 * WIDTH, 3), "uint8"), photograph, "PNG")
    written = np.asarray(Image.open(io.BytesIO(stream.getvalue())))
    np.testing.assert_array_equal(written[..., 3], np.hstack([ALPHA, ALPHA]))


# --- what the file holds beside the pixels -------------------------------------------------------

DATE = "1956:07:08 09:10:11"


def exif(orientation=6, preview=True):
    tags = Image.Exif()
    tags[0x010E] = "Grandmother at the sea"
    tags[0x010F], tags[0x0110] = "Camera works", "Model 3"
    tags[0x0112], tags[0x0132] = orientation, DATE
    tags[0x8769] = {0x9003: DATE, 0x829A: 0.004, 0x927C: b"maker's own"}
    tags[0x8825] = {1: "N", 2: (54.0, 30.0, 0.0)}
    if preview:
        tags.get_ifd(1)[0x0103] = 6
    return tags


def turned():
    return np.rot90(GREY)  # what a camera that was held upright stores for orientation 6


@pytest.mark.parametrize("target", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP"])
def test_date_camera_and_description_are_carried_over(source, target):
    content = encode(turned(), source, exif=exif().tobytes(), dpi=(300, 300))
    photograph = read_photograph(content, "x")
    assert photograph.grey.shape == (HEIGHT, WIDTH, 1), "the orientation was not applied"
    stream = io.BytesIO()
    notes = write_photograph(stream, np.repeat(photograph.grey, 3, -1), photograph, target)
    assert notes == []
    with Image.open(io.BytesIO(stream.getvalue())) as picture:
        tags = picture.getexif()
        assert tags.get(0x0112, 1) == 1, "the orientation would be applied twice"
        assert picture.size == (WIDTH, HEIGHT)
        assert tags[0x010E] == "Grandmother at the sea"
        assert (tags[0x010F], tags[0x0110], tags[0x0132]) == ("Camera works", "Model 3", DATE)
        nested = tags.get_ifd(0x8769)
        assert nested[0x9003] == DATE and float(nested[0x829A]) == 0.004
        assert nested[0x927C] == b"maker's own"
        assert tags.get_ifd(0x8825)[2] == (54.0, 30.0, 0.0)
        assert not tags.get_ifd(1), "the preview shows the grey picture"
        if target != "WEBP" and source != "WEBP":
            assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.01)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_applied_once(orientation):
    turns = {
        1: GREY,
        2: GREY[:, ::-1],
        3: GREY[::-1, ::-1],
        4: GREY[::-1],
        5: GREY.T,
        6: np.rot90(GREY),
        7: GREY[::-1, ::-1].T,
        8: np.rot90(GREY, -1),
    }
    content = encode(turns[orientation], "PNG", exif=exif(orientation).tobytes())
    first = read_photograph(content, "x")
    np.testing.assert_array_equal(first.grey[..., 0], GREY)
    stream = io.BytesIO()
    write_photograph(stream, np.repeat(first.grey, 3, -1), first, "PNG")
    np.testing.assert_array_equal(read_photograph(stream.getvalue(), "y").grey, first.grey)


def test_tiff_tags_are_carried_over():
    tags = Image.Exif()
    tags[0x010E], tags[0x0132] = "Scan of a glass plate", DATE
    content = encode(GREY, "TIFF", exif=tags, dpi=(600, 600))
    photograph = read_photograph(content, "x")
    for target in ("TIFF", "JPEG", "PNG"):
        stream = io.BytesIO()
        write_photograph(stream, np.repeat(photograph.grey, 3, -1), photograph, target)
        with Image.open(io.BytesIO(stream.getvalue())) as picture:
            assert picture.getexif()[0x010E] == "Scan of a glass plate"
            assert picture.getexif()[0x0132] == DATE
            assert picture.info["dpi"] == pytest.approx((600, 600), abs=0.01)


def test_lines_of_text_of_a_png_and_the_comment_of_a_jpeg_are_carried_over():
    lines = PngImagePlugin.PngInfo()
    lines.add_text("Description", "The harbour")
    lines.add_itxt("Author", "Zoë")
    stream = io.BytesIO()
    image = np.repeat(GREY[..., None], 3, axis=-1)
    write_photograph(stream, image, read_photograph(encode(GREY, "PNG", pnginfo=lines)), "PNG")
    text = Image.open(io.BytesIO(stream.getvalue())).text
    assert text == {"Description": "The harbour", "Author": "Zoë"}
    commented = read_photograph(encode(SMOOTH, "JPEG", comment="Aunt Mary, left"), "x")
    for target, read in (
        ("JPEG", lambda picture: picture.info["comment"].decode()),
        ("PNG", lambda picture: picture.text["Comment"]),
    ):
        stream = io.BytesIO()
        write_photograph(stream, image, commented, target)
        assert read(Image.open(io.BytesIO(stream.getvalue()))) == "Aunt Mary, left"


def test_xmp_keeps_its_words_and_loses_its_orientation():
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><d tiff:Orientation="6">Sea</d></x:xmpmeta>'
    photograph = read_photograph(encode(SMOOTH, "JPEG", xmp=xmp), "x")
    for target in ("JPEG", "WEBP", "PNG"):
        stream = io.BytesIO()
        write_photograph(stream, np.repeat(photograph.grey, 3, -1), photograph, target)
        found = Image.open(io.BytesIO(stream.getvalue())).info["xmp"]
        found = found.encode() if isinstance(found, str) else found
        assert b'tiff:Orientation="1"' in found and b"Sea" in found


def test_what_a_format_cannot_hold_is_said():
    photograph = read_photograph(encode(GREY, "JPEG", exif=exif(1).tobytes()), "x")
    notes = write_photograph(io.BytesIO(), np.repeat(photograph.grey, 3, -1), photograph, "BMP")
    assert notes == ["BMP could not hold: exif"]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow, where the test opens the file
@pytest.mark.parametrize("broken", [b"II*\x00\xff\xff\xff\xff", b"MM\x00*", b"nonsense" * 9, b""])
@pytest.mark.parametrize("target", sorted(set(FORMATS.values())))
def test_damaged_metadata_are_no_reason_to_lose_the_picture(broken, target):
    content = encode(SMOOTH, "JPEG", exif=b"Exif\x00\x00" + broken, quality=98)
    photograph = read_photograph(content, "x")
    stream = io.BytesIO()
    write_photograph(stream, np.repeat(photograph.grey, 3, -1), photograph, target)
    assert Image.open(io.BytesIO(stream.getvalue())).size == (WIDTH, HEIGHT)


def test_color_profiles_are_honoured():
    """A profile with red and blue exchanged changes which grey comes out."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = bytearray(srgb)
    places = {}
    (count,) = struct.unpack_from(">I", swapped, 128)
    for number in range(count):
        name, place, _ = struct.unpack_from(">4sII", swapped, 132 + 12 * number)
        places[name] = (132 + 12 * number, place)
    for first, second in ((b"rXYZ", b"bXYZ"),):
        struct.pack_into(">I", swapped, places[first][0] + 4, places[second][1])
        struct.pack_into(">I", swapped, places[second][0] + 4, places[first][1])
    red = np.full((8, 8, 3), (255, 0, 0), "uint8")
    plain = read_photograph(encode(red, "PNG", icc_profile=srgb), "x").grey
    other = read_photograph(encode(red, "PNG", icc_profile=bytes(swapped)), "x").grey
    assert abs(int(plain[0, 0, 0]) - 76) <= 1 and abs(int(other[0, 0, 0]) - 29) <= 2
    transparent = np.dstack([red, np.full((8, 8), 9, "uint8")])
    found = read_photograph(encode(transparent, "PNG", icc_profile=bytes(swapped)), "x")
    np.testing.assert_array_equal(found.grey, other)
    broken = read_photograph(encode(red, "PNG", icc_profile=b"no profile"), "x").grey
    np.testing.assert_array_equal(broken, plain)


# --- files that are none -------------------------------------------------------------------------


def refusal(source, name=None):
    with pytest.raises(InputError) as error:
        read_photograph(source, name)
    (line,) = str(error.value).splitlines()
    assert line.startswith(str(source if name is None else name))
    return line


@pytest.mark.parametrize("kind", KINDS)
def test_files_cut_at_each_tenth_are_refused_or_their_upper_part_is_right(kind):
    """What is left of a picture is shown with a note that says how much is missing."""
    content = KINDS[kind][0]
    whole = read_photograph(content, kind)
    refused = 0
    for tenth in range(10):
        cut = content[: len(content) * tenth // 10]
        try:
            found = read_photograph(cut, "cut")
        except InputError as error:
            assert str(error).startswith("cut: ") and len(str(error).splitlines()) == 1
            refused += 1
            continue
        lost = [note for note in found.notes if "cut short" in note]
        if "progressive" in kind:
            assert lost == ["is cut short, its finest detail is missing"]
            assert np.abs(found.grey - whole.grey.astype(int)).mean() < 4
            continue
        assert len(lost) <= 1 and (not lost or kind.endswith(("JPEG", "PNG", "alpha")))
        share = int(lost[0].split("lowest ")[1].split("%")[0]) / 100 if lost else 0
        assert share <= 0.5
        rows = int(HEIGHT * (1 - share))
        # The rows of a JPEG file are decoded sixteen at a time.
        rows -= 16 if lost and kind.endswith("JPEG") else 0
        np.testing.assert_array_equal(found.grey[:rows], whole.grey[:rows])
    # Of several pages only the first has to be whole; some files end in bytes without pixels.
    assert refused >= (3 if "of 3" in kind else 5), refused


@pytest.mark.parametrize("content", [b"", b"text", b"\x00" * 5000, b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_files_that_are_no_pictures_are_refused(content, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    line = refusal(path)
    assert ("is empty" in line) == (not content)


def test_16_bits_in_which_0_is_white():
    stored = bytearray(encode(65535 - DEEP, "TIFF"))
    (start,) = struct.unpack_from("<I", stored, 4)
    (count,) = struct.unpack_from("<H", stored, start)
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        if struct.unpack_from("<H", stored, entry) == (262,):
            struct.pack_into("<H", stored, entry + 8, 0)
    found = read_photograph(bytes(stored), "x").grey[..., 0]
    assert np.abs(found - DEEP / 257).max() < 0.51


def test_a_file_in_a_place_that_may_not_be_looked_into_is_refused(monkeypatch, tmp_path):
    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", refuse)
    assert "may not be read" in refusal("a.png")


def test_a_wrong_ending_does_not_matter(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(KINDS["8 bit PNG"][0])
    found = read_photograph(path)
    assert found.format == "PNG"
    np.testing.assert_array_equal(found.grey[..., 0], GREY)


def test_places_without_a_file_are_refused(tmp_path):
    assert "no such file" in refusal(tmp_path / "nowhere.jpg")
    assert "is a folder" in refusal(tmp_path)


def test_a_decompression_bomb_is_refused_with_the_limit():
    tiny = bytearray(encode(np.zeros((1, 1), "uint8"), "BMP"))
    struct.pack_into("<ii", tiny, 18, 40_000, 40_000)
    line = refusal(bytes(tiny), "bomb.bmp")
    assert "178 million pixels" in line
    # What the message names exists.
    module, function = re.search(r"allow more with ([\w.]+)\.(\w+)\(", line).groups()
    assert callable(getattr(importlib.import_module(module), function))


def test_formats_say_what_they_cannot_hold():
    long = Photograph("long.png", np.zeros((1, 1, 1), "uint8"), None, "PNG", {}, [])
    for image_format, width in (("WEBP", 16_384), ("JPEG", 65_536)):
        with pytest.raises(InputError, match=f"long.png: a {image_format} file holds at most"):
            write_photograph(io.BytesIO(), np.zeros((1, width, 3), "uint8"), long, image_format)


def test_formats_by_name():
    assert format_of("a.JPEG") == "JPEG" and format_of("a.webp", "JPEG") == "WEBP"
    assert format_of("a", "TIFF") == "TIFF" and format_of("a.xyz", "GIF") == "PNG"


@pytest.mark.parametrize("orientation", [3, 6])
@pytest.mark.parametrize("kind", ["8", "16", "CMYK"])
def test_plain_tiff_files_are_turned_whole(kind, orientation, tmp_path):
    """Pillow maps uncompressed TIFF files into memory, and then mixes rows and columns up."""
    stored = {"8": GREY, "16": DEEP, "CMYK": Image.fromarray(COLOR).convert("CMYK")}[kind]
    path = tmp_path / "scan.tif"
    path.write_bytes(encode(stored, "TIFF", tiffinfo={0x0112: orientation}))
    expected = {"8": GREY, "16": DEEP / 257, "CMYK": LUMA}[kind]
    turned = np.rot90(expected, {3: 2, 6: -1}[orientation])
    found = read_photograph(path).grey[..., 0]
    assert found.shape == turned.shape
    assert np.abs(found - turned).max() <= (6 if kind == "CMYK" else 0.51)
    rgb = images.read_image(path) @ np.array([0.299, 0.587, 0.114])
    assert np.abs(rgb - turned).max() <= (6 if kind == "CMYK" else 0.51)


def test_a_level_of_16_bits_that_stands_for_transparency_is_kept():
    deep = np.where(STRIPES, 40_000, 1_000 + DEEP // 4).astype("uint16")
    photograph = read_photograph(encode(deep, "PNG", transparency=40_000))
    np.testing.assert_array_equal(photograph.alpha[..., 0], np.where(STRIPES, 0, 255))
    assert np.abs(photograph.grey[..., 0] - deep / 257).max() <= 0.51


def test_a_grey_profile_counts_beside_transparency():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = read_photograph(encode(GREY, "PNG", icc_profile=profile))
    clear = read_photograph(encode(GREY, "PNG", icc_profile=profile, transparency=7))
    np.testing.assert_array_equal(clear.grey, plain.grey)
    np.testing.assert_array_equal(clear.alpha[..., 0] == 0, GREY == 7)


def tiff_of(values, bits, sample_format=1):
    """Put an uncompressed grey TIFF file together, of numbers that Pillow writes none of."""
    if bits == 12:
        pairs = values.astype("uint32").reshape(-1, 2)
        packed = (pairs[:, 0] << 12) | pairs[:, 1]
        data = b"".join(int(value).to_bytes(3, "big") for value in packed)
    else:
        data = values.tobytes()
    height, width = values.shape
    tags = [
        *((256, width), (257, height), (258, bits), (259, 1), (262, 1), (273, 8), (277, 1)),
        *((278, height), (279, len(data)), (339, sample_format)),
    ]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    start = struct.pack("<2sHI", b"II", 42, 8 + len(data))
    return start + data + struct.pack("<H", len(tags)) + entries + bytes(4)


def test_a_tiff_of_12_bits_has_its_whole_range():
    levels = (DEEP >> 4).astype("uint16")
    photograph = read_photograph(tiff_of(levels, 12))
    assert np.abs(photograph.grey[..., 0] - levels / 4095 * 255).max() <= 0.6
    assert photograph.notes == ["12 bits became 8"]


@pytest.mark.parametrize(("kind", "sample_format"), [("int32", 2), ("uint32", 1), ("int16", 2)])
def test_numbers_of_an_unknown_range_are_refused(kind, sample_format):
    content = tiff_of(DEEP.astype(kind), np.dtype(kind).itemsize * 8, sample_format)
    with pytest.raises(InputError, match="^a.tif: holds numbers of 32 bits or with a sign"):
        read_photograph(content, "a.tif")


def test_the_first_page_counts_where_the_next_one_is_damaged():
    content = bytearray(encode(GREY, "TIFF"))
    (start,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, start)
    struct.pack_into("<I", content, start + 2 + 12 * count, 9)  # the place of the next page
    photograph = read_photograph(bytes(content))
    np.testing.assert_array_equal(photograph.grey[..., 0], GREY)


def test_damaged_exif_does_not_hide_whole_pixels():
    photograph = read_photograph(encode(GREY, "PNG", exif=b"Exif\x00\x00nothing of the kind"))
    np.testing.assert_array_equal(photograph.grey[..., 0], GREY)


def test_exif_wrapped_in_the_text_of_a_png_turns_once():
    exif = Image.Exif()
    exif[0x0112] = 6
    wrapped = exif.tobytes().hex()
    lines = PngImagePlugin.PngInfo()
    lines.add_text("Raw profile type exif", f"\nexif\n{len(wrapped) // 2:8}\n{wrapped}\n")
    photograph = read_photograph(encode(GREY, "PNG", pnginfo=lines))
    np.testing.assert_array_equal(photograph.grey[..., 0], np.rot90(GREY, -1))
    with written(photograph, "PNG") as new:
        assert new.getexif().get(0x0112, 1) == 1
        assert not any(key.lower().startswith("raw profile") for key in new.text)


@pytest.mark.parametrize("source", ["JPEG", "TIFF"])
@pytest.mark.parametrize("target", ["JPEG", "TIFF", "PNG"])
def test_words_with_umlauts_stay_as_they_were_stored(source, target):
    words = "Großmutter".encode()
    exif = Image.Exif()
    exif[0x010E] = words
    photograph = read_photograph(encode(SMOOTH, source, exif=exif))
    with written(photograph, target) as new:
        assert new.getexif()[0x010E].encode("latin-1") == words


def with_caption(caption, source):
    """Encode a picture with an IPTC caption, written by hand."""
    data = b"\x1c\x02\x78" + struct.pack(">H", len(caption)) + caption
    if source == "JPEG":
        pad = b"\x00" * (len(data) % 2)
        block = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(data)) + data + pad
        block = b"Photoshop 3.0\x00" + block
        content = encode(SMOOTH, "JPEG")
        return content[:2] + b"\xff\xed" + struct.pack(">H", len(block) + 2) + block + content[2:]
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[33723] = data
    if source == "TIFF of whole numbers":
        # As Photoshop writes them; 33723 is 0x83BB, 7 stands for bytes, 4 for whole numbers.
        data += b"\x00" * (-len(data) % 4)
        tags[33723] = data
        content = encode(SMOOTH, "TIFF", tiffinfo=tags)
        entry = b"\xbb\x83\x07\x00" + struct.pack("<I", len(data))
        assert content.count(entry) == 1
        return content.replace(entry, b"\xbb\x83\x04\x00" + struct.pack("<I", len(data) // 4))
    return encode(SMOOTH, "TIFF", tiffinfo=tags)


@pytest.mark.parametrize("source", ["JPEG", "TIFF", "TIFF of whole numbers"])
@pytest.mark.parametrize("target", ["JPEG", "TIFF"])
@pytest.mark.parametrize("caption", [b"Hello", "Großmutter, 1931".encode()])
def test_an_iptc_caption_is_carried_over(source, target, caption):
    photograph = read_photograph(with_caption(caption, source))
    with written(photograph, target) as new:
        assert IptcImagePlugin.getiptcinfo(new)[2, 120] == caption


def test_an_iptc_caption_goes_beside_other_metadata():
    exif = Image.Exif()
    exif[0x010E] = "a house"
    segment = with_caption(b"Hello", "JPEG")
    whole = encode(SMOOTH, "JPEG", exif=exif, xmp=b"<x:xmpmeta/>", comment=b"a comment")
    length = segment.index(b"\xff\xe0")
    photograph = read_photograph(whole[:2] + segment[2:length] + whole[2:])
    with written(photograph, "JPEG") as new:
        assert IptcImagePlugin.getiptcinfo(new)[2, 120] == b"Hello"
        assert new.getexif()[0x010E] == "a house"
        assert (new.info["xmp"], new.info["comment"]) == (b"<x:xmpmeta/>", b"a comment")


@pytest.mark.parametrize(
    "size, target, lost",
    [
        (9, "PNG", True),
        (9, "WEBP", True),
        (65_506, "JPEG", False),
        (65_507, "JPEG", True),
        (70_000, "TIFF", False),
    ],
)
def test_the_loss_of_an_iptc_caption_is_said(size, target, lost):
    photograph = read_photograph(with_caption(b"Hello", "JPEG"))
    photograph.metadata["iptc"] = bytes(size)
    image = np.repeat(photograph.grey, 3, axis=-1)
    stream = io.BytesIO()
    notes = write_photograph(stream, image, photograph, target)
    assert notes == ([f"{target} could not hold: iptc"] if lost else [])
    with Image.open(stream) as new:
        new.load()


def test_a_picture_in_lab_is_refused_with_the_reason():
    with pytest.raises(InputError, match="^a.tif: is stored as LAB, expected grey, RGB or CMYK"):
        read_photograph(encode(Image.new("LAB", (4, 4)), "TIFF"), "a.tif")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    for read in (read_photograph, images.read_image):
        with pytest.raises(InputError, match="pipe.jpg: is a pipe or a device, expected a picture"):
            read(tmp_path / "pipe.jpg")


def test_links_that_lead_in_a_circle_are_said(tmp_path):
    (tmp_path / "a.jpg").symlink_to("b.jpg")
    (tmp_path / "b.jpg").symlink_to("a.jpg")
    with pytest.raises(InputError, match="a.jpg: cannot be read .*symbolic links"):
        read_photograph(tmp_path / "a.jpg")


@pytest.mark.parametrize("dated", [True, False])
def test_the_time_of_the_file_counts_where_it_names_no_date(dated, tmp_path):
    tags = exif(1) if dated else Image.Exif()
    path = tmp_path / "a.jpg"
    path.write_bytes(encode(SMOOTH, "JPEG", exif=tags))
    os.utime(path, (1e9, 5e8))
    assert read_photograph(path).modified == (None if dated else 5e8)
    assert read_photograph(path.read_bytes()).modified is None
