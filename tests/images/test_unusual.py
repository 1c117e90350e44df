"""Whole files of unusual kinds are read right, or refused with the true reason."""

import io
import logging
import re
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from colorlab import images
from colorlab.errors import InputError
from colorlab.images.jpeg import is_plain
from colorlab.images.photograph import read_photograph
from colorlab.images.reading import open_picture

HEIGHT, WIDTH = 24, 40
GREY = np.add.outer(3 * np.arange(HEIGHT), 4 * np.arange(WIDTH)).astype("uint8")
DEEP = GREY.astype("uint16") * 257


def encode(picture, image_format, **options):
    stream = io.BytesIO()
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    picture.save(stream, image_format, **options)
    return stream.getvalue()


def grey_of(content):
    found = read_photograph(content, "x")
    np.testing.assert_array_equal(images.to_grey(content), found.grey)
    return found.grey[..., 0], found.notes


# --- TIFF ----------------------------------------------------------------------------------------

CODES = {2: "B", 3: "H", 4: "I", 7: "B", 16: "Q"}


def directory(order, tags, place, following=0):
    """Lay out the tags of one page, whose values may be long, at a place of the file."""
    entries, extra = b"", b""
    end = place + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        packed = struct.pack(f"{order}{len(values)}{CODES[kind]}", *values)
        if len(packed) > 4:
            extra, packed = extra + packed, struct.pack(f"{order}I", end + len(extra))
        entries += struct.pack(f"{order}HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    return (
        struct.pack(f"{order}H", len(tags)) + entries + struct.pack(f"{order}I", following) + extra
    )


def page_tags(strips, first, bits=(8,), photometric=1, shape=(HEIGHT, WIDTH), **more):
    places = [first + sum(map(len, strips[:number])) for number in range(len(strips))]
    tags = {
        256: (4, [shape[1]]),
        257: (4, [shape[0]]),
        258: (3, bits),
        259: (3, [1]),
        262: (3, [photometric]),
        273: (4, places),
        277: (3, [len(bits)]),
        278: (4, [shape[0]]),
        279: (4, [len(strip) for strip in strips]),
    }
    return tags | {int(tag[1:]): value for tag, value in more.items()}


def tiff(strips, bits=(8,), photometric=1, order="<", **more):
    strips = [strip.astype(strip.dtype.newbyteorder(order)).tobytes() for strip in strips]
    place = 8 + sum(map(len, strips))
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", place)
    tags = page_tags(strips, 8, bits, photometric, **more)
    return head + b"".join(strips) + directory(order, tags, place)


RGB16 = np.dstack([DEEP] * 3)
KINDS = {
    "planes of 16 bits": tiff([DEEP] * 3, (16,) * 3, 2, t284=(3, [2])),
    "planes of 16 bits, big-endian": tiff([DEEP] * 3, (16,) * 3, 2, ">", t284=(3, [2])),
    "grey and alpha of 16 bits": tiff(
        [np.dstack([DEEP, np.full_like(DEEP, 65535)])], (16, 16), t338=(3, [2])
    ),
    "half floats": tiff([(GREY / 255).astype("float16")], (16,), t339=(3, [3])),
    "floats": tiff([(GREY / 255).astype("float32")], (32,), t339=(3, [3])),
    "floats in which 0 is white": tiff(
        [(1 - GREY / 255).astype("float32")], (32,), photometric=0, t339=(3, [3])
    ),
    "RGB of 32 bits": tiff([RGB16.astype("uint32") * 65537], (32,) * 3, 2),
    "0 is white, 8 bits": tiff([255 - GREY], photometric=0),
    "0 is white, 16 bits": tiff([65535 - DEEP], (16,), photometric=0),
    "0 is white, 16 bits, big-endian": tiff([65535 - DEEP], (16,), 0, ">"),
    "colour map of 8 bits": tiff([GREY], photometric=3, t320=(3, [*range(256)] * 3)),
    "colour map of 16 bits": tiff(
        [GREY], photometric=3, t320=(3, [257 * level for level in range(256)] * 3)
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_unusual_tiff_files(kind):
    pytest.importorskip("tifffile")
    found, notes = grey_of(KINDS[kind])
    assert np.abs(found - GREY.astype(int)).max() <= 1
    deep = re.search("16|32|floats", kind) and "colour map" not in kind
    assert any(re.fullmatch(r"\d+ bits became 8", note) for note in notes) == bool(deep)


def test_grey_of_16_bits_that_is_multiplied_by_its_alpha_is_divided_by_it():
    pytest.importorskip("tifffile")
    pixels = np.dstack([DEEP // 5 * 4, np.full_like(DEEP, 65535 // 5 * 4)])
    found = read_photograph(tiff([pixels], (16, 16), t338=(3, [1])), "x")
    assert np.abs(found.grey[..., 0] - GREY.astype(int)).max() <= 1
    assert (found.alpha == 204).all()


def big_tiff(order):
    """Write a BigTIFF file, which has places of 8 bytes."""
    data = GREY.tobytes()
    tags = page_tags([data], 16)
    entries = b""
    for tag, (kind, values) in sorted(tags.items()):
        packed = struct.pack(f"{order}{len(values)}{CODES[kind]}", *values)
        entries += struct.pack(f"{order}HHQ", tag, kind, len(values)) + packed.ljust(8, b"\0")
    head = {"<": b"II+\0", ">": b"MM\0+"}[order] + struct.pack(f"{order}HHQ", 8, 0, 16 + len(data))
    return head + data + struct.pack(f"{order}Q", len(tags)) + entries + bytes(8)


@pytest.mark.parametrize("order", ["<", ">"])
def test_big_tiff(order):
    pytest.importorskip("tifffile")
    np.testing.assert_array_equal(grey_of(big_tiff(order))[0], GREY)


def test_a_folder_of_unusual_tiff_files_leaves_nothing_behind_in_the_process():
    pytest.importorskip("tifffile")
    grey_of(big_tiff("<"))
    before = list(logging.getLogger("tifffile").handlers)
    grey_of(big_tiff("<"))
    assert logging.getLogger("tifffile").handlers == before


def preview_in_front(below, raw=False, marked=True):
    """Write a quarter of the picture as the first page, and the picture after or below it."""
    small = np.ascontiguousarray(GREY[::4, ::4])
    start = 8 + small.size + GREY.size
    flag = {"t254": (4, [1])} if marked else {}
    main = page_tags([GREY.tobytes()], 8 + small.size, photometric=32803 if raw else 1)
    first = page_tags([small.tobytes()], 8, shape=small.shape, **flag)
    size = 2 + 12 * (len(first) + below) + 4
    if below:
        first[330] = (4, [start + size])
    return (
        struct.pack("<2sHI", b"II", 42, start)
        + small.tobytes()
        + GREY.tobytes()
        + directory("<", first, start, 0 if below else start + size)
        + directory("<", main, start + size)
    )


@pytest.mark.parametrize("below", [False, True])
def test_a_preview_in_front_is_not_taken_for_the_picture(below):
    found, _ = grey_of(preview_in_front(below))
    np.testing.assert_array_equal(found, GREY)


@pytest.mark.parametrize("kind", ["behind a preview", "below a preview", "BigTIFF"])
def test_the_limit_of_pixels_is_that_of_the_page_that_is_decoded(monkeypatch, kind):
    """Pillow looks at the first page alone, and not at what it does not know."""
    content = {
        "behind a preview": preview_in_front(below=False),
        "below a preview": preview_in_front(below=True),
        "BigTIFF": big_tiff(">"),
    }[kind]
    if kind == "BigTIFF":
        pytest.importorskip("tifffile")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", WIDTH * HEIGHT // 2 - 1)  # half of what is read
    with pytest.raises(InputError, match="has more than 0 million pixels"):
        read_photograph(content, "x")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", WIDTH * HEIGHT // 2)
    assert read_photograph(content, "x").grey.shape == (HEIGHT, WIDTH, 1)


def test_the_first_page_counts_where_it_is_not_called_a_preview():
    found, notes = grey_of(preview_in_front(below=False, marked=False))
    np.testing.assert_array_equal(found, GREY[::4, ::4])
    assert notes == ["first of 2 pages"]


def test_a_raw_file_is_called_by_its_name():
    for content in (preview_in_front(True, raw=True), tiff([GREY], photometric=32803)):
        with pytest.raises(InputError, match="^a.nef: is a camera's raw file; develop it"):
            read_photograph(content, "a.nef")


def test_a_kind_that_only_tifffile_reads_says_what_to_type(monkeypatch):
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(InputError, match=r'^a.tif: .*type: pip install "colorlab-book\[formats\]"'):
        read_photograph(KINDS["half floats"], "a.tif")


@pytest.mark.parametrize("values", [GREY * 9.0, np.full(GREY.shape, np.nan)])
def test_floats_of_another_range_are_refused_with_the_range(values):
    content = tiff([values.astype("float32")], (32,), t339=(3, [3]))
    with pytest.raises(InputError, match=r"^a.tif: holds floating point values from \S+ to \S+"):
        read_photograph(content, "a.tif")


NOISY = """
import sys
from colorlab import images
for path in sys.argv[1:]:
    try:
        images.read_image(path)
    except images.reading.InputError as error:
        print(error)
"""


def test_libtiff_writes_nothing_of_its_own(tmp_path):
    """Its warnings and errors go to file descriptor 2, past Python."""
    packed = encode(GREY, "TIFF", compression="tiff_lzw")
    names = []
    for number in range(12):
        content = bytearray(packed)
        for place in np.random.default_rng(number).integers(8, len(content), 8):
            content[place] ^= 255
        names.append(tmp_path / f"{number}.tif")
        names[-1].write_bytes(content)
    command = [sys.executable, "-c", NOISY, *map(str, names)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""


# --- bitmaps and PNG -----------------------------------------------------------------------------


def bitmap(pixels, masks, head_size=108):
    head = struct.pack(
        "<IiiHHIIiiII", head_size, WIDTH, HEIGHT, 1, 32, 3, len(pixels), 2835, 2835, 0, 0
    )
    head += struct.pack(f"<{len(masks)}I", *masks)
    head = head.ljust(head_size, b"\0") if head_size > 40 else head
    start = 14 + len(head)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + head + pixels


@pytest.mark.parametrize("alpha", [0, 255])
def test_a_bitmap_whose_fourth_byte_is_unused(alpha):
    pixels = np.dstack([GREY, GREY, GREY, np.full_like(GREY, alpha)])[::-1]
    content = bitmap(pixels.tobytes(), (0xFF0000, 0xFF00, 0xFF, 0xFF000000))
    found = read_photograph(content, "x")
    np.testing.assert_array_equal(found.grey[..., 0], GREY)
    assert found.alpha is None


def test_an_unsupported_bitmap_is_not_called_damaged():
    content = bitmap(bytes(4 * GREY.size), (0x3FC00000, 0x7F800, 0xFF), head_size=40)
    with pytest.raises(InputError, match="is of a kind that is not read .*save it as PNG"):
        read_photograph(content, "a.bmp")


def chunk(kind, data, flip=0):
    code = zlib.crc32(kind + data) ^ flip
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", code)


def png(*chunks, color=0, end=True, after=b""):
    rows = GREY if color == 0 else np.dstack([GREY] * 3)
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, color, 0, 0, 0))
    last = chunk(b"IEND", b"") if end else b""
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IDAT", packed) + after + last


LONG = zlib.compress(b"a" * 1_100_000)
DENSITY = struct.pack(">IIB", 11811, 11811, 1)
SIDE_CHUNKS = {
    "wrong sum": (png(chunk(b"pHYs", DENSITY, flip=1)), "pHYs"),
    "short": (png(chunk(b"pHYs", DENSITY[:4])), "pHYs"),
    "long text": (png(chunk(b"zTXt", b"Comment\0\0" + LONG)), "zTXt"),
    "text of an unknown compression": (png(chunk(b"zTXt", b"Comment\0\7" + LONG[:50])), "zTXt"),
    "long text at the end": (png(after=chunk(b"zTXt", b"Comment\0\0" + LONG)), "zTXt"),
}


@pytest.mark.parametrize("kind", SIDE_CHUNKS)
def test_damaged_side_chunks_are_left_out(kind):
    content, name = SIDE_CHUNKS[kind]
    found, notes = grey_of(content)
    np.testing.assert_array_equal(found, GREY)
    assert notes == [f"damaged or overlong metadata were left out: {name}"]


def test_whole_side_chunks_stay_beside_a_damaged_one():
    good = chunk(b"tEXt", b"Title\0The harbour")
    found = read_photograph(png(good, chunk(b"pHYs", DENSITY[:4])), "x")
    assert found.metadata["text"] == {"Title": "The harbour"}


def test_a_long_color_profile_counts():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    long = profile + bytes(1_500_000)
    content = png(chunk(b"iCCP", b"long\0\0" + zlib.compress(long)), color=2)
    found, notes = grey_of(content)
    assert np.abs(found - GREY.astype(int)).max() <= 1 and notes == []


def test_the_end_of_a_png_may_be_missing():
    found, notes = grey_of(png(end=False))
    np.testing.assert_array_equal(found, GREY)
    assert notes == []


@pytest.mark.parametrize("shape", [(HEIGHT, WIDTH), (HEIGHT, 1), (1, 1), (3, 9)])
def test_the_end_of_an_interlaced_png_may_be_missing_too(shape):
    """Its passes have more rows, and so more bytes, than the picture."""
    grey = GREY[: shape[0], : shape[1]]
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
    rows = b""
    for top, left, down, right in (*passes, (1, 0, 2, 1)):
        for row in grey[top::down, left::right]:
            rows += b"\0" + row.tobytes() if row.size else b""
    content = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", shape[1], shape[0], 8, 0, 0, 0, 1)
    )
    damaged = chunk(b"pHYs", DENSITY[:4])  # without it, Pillow does not miss the end
    found, notes = grey_of(content + damaged + chunk(b"IDAT", zlib.compress(rows)))
    np.testing.assert_array_equal(found, grey)
    assert notes == ["damaged or overlong metadata were left out: pHYs"]


@pytest.mark.parametrize("gamma", [1.0, 1 / 1.8, 0.3])
@pytest.mark.parametrize("color", [0, 2])
def test_a_gamma_without_a_profile_is_obeyed(gamma, color):
    content = png(chunk(b"gAMA", struct.pack(">I", round(100_000 * gamma))), color=color)
    found, _ = grey_of(content)
    light = (GREY / 255) ** (1 / gamma)
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(found - 255 * srgb).max() <= 1


@pytest.mark.parametrize(
    "chunks",
    [
        (chunk(b"gAMA", struct.pack(">I", 45_455)),),
        (chunk(b"sRGB", b"\0"), chunk(b"gAMA", struct.pack(">I", 100_000))),
        (chunk(b"gAMA", struct.pack(">I", 0)),),
    ],
)
def test_a_gamma_that_means_srgb_changes_nothing(chunks):
    np.testing.assert_array_equal(grey_of(png(*chunks))[0], GREY)


# --- JPEG ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [1, 2])
def test_a_jpeg_without_its_end_has_every_pixel(missing, progressive):
    whole = encode(GREY, "JPEG", quality=90, progressive=progressive)
    found, notes = grey_of(whole[:-missing])
    np.testing.assert_array_equal(found, grey_of(whole)[0])
    assert notes == (["is cut short, its finest detail is missing"] if progressive else [])


def test_what_is_missing_of_a_jpeg_is_measured():
    noise = np.random.default_rng(0).integers(0, 256, (640, 80)).astype("uint8")
    whole = encode(noise, "JPEG", quality=90)
    found, notes = grey_of(whole[: len(whole) * 3 // 4])
    (share,) = re.fullmatch(r"is cut short, the lowest (\d+)% is missing", *notes).groups()
    assert 22 <= int(share) <= 30
    np.testing.assert_array_equal(found[:448], grey_of(whole)[0][:448])
    with pytest.raises(InputError, match="is cut short, [5-7][0-9]% of it is missing"):
        grey_of(whole[: len(whole) * 4 // 10])


def test_only_usual_jpeg_files_are_left_to_other_decoders():
    """TensorFlow decodes neither lossless nor arithmetic JPEG files, nor cut ones."""
    for progressive, marker in ((False, b"\xff\xc0"), (True, b"\xff\xc2")):
        content = encode(GREY, "JPEG", progressive=progressive)
        with open_picture(content) as opened:
            assert is_plain(opened, content)
            for other in (b"\xff\xc3", b"\xff\xc9"):
                assert not is_plain(opened, content.replace(marker, other, 1))
        with open_picture(content[:-2]) as opened:
            assert not is_plain(opened, content[:-2])


@pytest.mark.parametrize("name", ["https://example.org/a.jpg", "file:///a/b.jpg"])
def test_an_address_is_told_from_a_path(name):
    with pytest.raises(InputError, match=f"^{name}: is an address, which is not fetched"):
        images.read_image(name)
