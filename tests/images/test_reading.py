"""Picture files: every kind that people own, files that are damaged, and files that are written."""

import io
import os
import re
import stat
import struct
import sys
import warnings

import numpy as np
import pytest
from PIL import Image

from colorlab.datasets import toy
from colorlab.errors import InputError
from colorlab.images import read_image, save_image
from colorlab.images.formats import FORMATS
from colorlab.images.reading import open_picture
from colorlab.images.resizing import center_square, resize, standardize

HEIGHT, WIDTH = 40, 56


def noise(height=HEIGHT, width=WIDTH, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype("uint8")


def smooth():
    """Return a picture that survives lossy formats: gradients in every channel."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = [rows * 255 / HEIGHT, columns * 255 / WIDTH, 128 + 0 * rows]
    return np.stack(planes, axis=-1).astype("uint8")


def quadrants(side=32):
    """Return an upright picture with another colour in each corner, taller than wide."""
    picture = np.zeros((2 * side, side, 3), "uint8")
    picture[:side, : side // 2] = (220, 40, 40)
    picture[:side, side // 2 :] = (40, 200, 40)
    picture[side:, : side // 2] = (40, 40, 220)
    picture[side:, side // 2 :] = (230, 230, 60)
    return picture


def difference(first, second):
    return np.abs(first.astype(int) - second.astype(int)).max()


def write(path, picture, **options):
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(
        path, **options
    )
    return path


def one_line(error):
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


# --- kinds of files ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.tif", {}),
        ("a.tiff", {"compression": "tiff_lzw"}),
        ("a.bmp", {}),
        ("a.webp", {"lossless": True}),
    ],
)
def test_lossless_colour_is_exact(tmp_path, name, options):
    found = read_image(write(tmp_path / name, noise(), **options))
    assert found.dtype == np.uint8 and found.shape == (HEIGHT, WIDTH, 3)
    np.testing.assert_array_equal(found, noise())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 98}),
        ("a.jpeg", {"quality": 98, "progressive": True}),
        ("a.webp", {"quality": 98}),
        ("A.JPG", {"quality": 98, "subsampling": 0, "optimize": True}),
    ],
)
def test_lossy_colour_is_close(tmp_path, name, options):
    assert difference(read_image(write(tmp_path / name, smooth(), **options)), smooth()) < 12


def test_grey_becomes_three_equal_channels(tmp_path):
    grey = noise()[..., 0]
    for name in ("a.png", "a.tif", "a.bmp", "a.gif"):
        found = read_image(write(tmp_path / name, grey))
        np.testing.assert_array_equal(found, np.repeat(grey[..., None], 3, axis=-1))
    found = read_image(write(tmp_path / "a.jpg", smooth()[..., 0], quality=98))
    assert np.ptp(found, axis=-1).max() == 0
    assert difference(found[..., 0], smooth()[..., 0]) < 6


def test_cmyk_jpeg_has_its_colours(tmp_path):
    # Inks, not light: no ink is white, all cyan takes red away, and so on.
    inks = {
        (0, 0, 0, 0): (255, 255, 255),
        (255, 0, 0, 0): (0, 255, 255),
        (0, 255, 255, 0): (255, 0, 0),
        (0, 0, 0, 255): (0, 0, 0),
    }
    for ink, expected in inks.items():
        found = read_image(write(tmp_path / "a.jpg", Image.new("CMYK", (16, 16), ink), quality=98))
        assert difference(found, np.broadcast_to(np.array(expected), found.shape)) < 4


def test_one_bit_png_is_black_and_white(tmp_path):
    mask = noise()[..., 0] > 127
    found = read_image(write(tmp_path / "a.png", Image.fromarray(mask)))
    np.testing.assert_array_equal(found, np.where(mask, 255, 0)[..., None].repeat(3, axis=-1))


def test_palette_png_has_the_colours_of_its_palette(tmp_path):
    palette = noise(1, 16, seed=1)[0]
    places = np.random.default_rng(2).integers(0, 16, (HEIGHT, WIDTH)).astype("uint8")
    picture = Image.fromarray(places).convert("P")
    picture.putpalette(palette.tobytes())
    np.testing.assert_array_equal(read_image(write(tmp_path / "a.png", picture)), palette[places])
    # One colour of the palette is transparent: paper shows.
    found = read_image(write(tmp_path / "b.png", picture, transparency=3))
    expected = palette.copy()
    expected[3] = 255
    np.testing.assert_array_equal(found, expected[places])


def test_transparent_parts_are_laid_on_white(tmp_path):
    color = noise()
    alpha = noise(seed=3)[..., :1]
    share = alpha / 255
    picture = np.concatenate([color, alpha], axis=-1)
    expected = share * color + (1 - share) * 255
    for name in ("a.png", "a.tif"):
        assert np.abs(read_image(write(tmp_path / name, picture)) - expected).max() <= 1
    grey_and_alpha = Image.fromarray(color[..., 0]).convert("LA")
    grey_and_alpha.putalpha(Image.fromarray(alpha[..., 0]))
    found = read_image(write(tmp_path / "b.png", grey_and_alpha))
    assert np.abs(found - (share * color[..., :1] + (1 - share) * 255)).max() <= 1
    clear = Image.new("RGBA", (8, 8), (10, 20, 30, 0))
    assert (read_image(write(tmp_path / "c.webp", clear, lossless=True)) == 255).all()


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_become_eight_over_the_whole_range(tmp_path, name):
    levels = np.linspace(0, 65535, HEIGHT * WIDTH).astype("uint16").reshape(HEIGHT, WIDTH)
    found = read_image(write(tmp_path / name, levels))
    assert (found.min(), found.max()) == (0, 255)
    assert np.ptp(found, axis=-1).max() == 0
    assert np.abs(found[..., 0] - levels / 257).max() <= 0.5


def test_the_first_frame_and_the_first_page_are_taken(tmp_path):
    frames = [Image.new("RGB", (12, 10), name) for name in ("red", "blue")]
    for name in ("a.gif", "a.tif", "a.png", "a.webp"):
        options = {"lossless": True} if name == "a.webp" else {}
        path = write(tmp_path / name, frames[0], save_all=True, append_images=frames[1:], **options)
        assert (read_image(path) == np.array([255, 0, 0], "uint8")).all(), name


def test_the_kind_is_told_by_the_content_not_by_the_ending(tmp_path):
    write(tmp_path / "a.png", noise())
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    np.testing.assert_array_equal(read_image(str(tmp_path / "a.jpg")), noise())


@pytest.mark.parametrize("values", [np.full((8, 8), 9.0), np.full((8, 8), -0.5)])
def test_floating_point_files_of_no_known_range_are_refused(tmp_path, values):
    path = write(tmp_path / "a.tif", values.astype("float32"))
    with pytest.raises(InputError, match="floating point values from .*, expected 0 to 1") as error:
        read_image(path)
    assert "a.tif" in one_line(error)


# --- orientation and colour profiles -------------------------------------------------------------

# By the EXIF standard, where the 0th row and the 0th column of the stored picture belong.
STORED = {
    1: lambda upright: upright,  # top, left
    2: lambda upright: upright[:, ::-1],  # top, right
    3: lambda upright: upright[::-1, ::-1],  # bottom, right
    4: lambda upright: upright[::-1],  # bottom, left
    5: lambda upright: upright.swapaxes(0, 1),  # left, top
    6: lambda upright: upright[:, ::-1].swapaxes(0, 1),  # right, top
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),  # right, bottom
    8: lambda upright: upright[::-1].swapaxes(0, 1),  # left, bottom
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp"])
def test_rotation_in_the_exif_data_is_applied(tmp_path, name, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation](quadrants()))
    options = {"quality": 98, "subsampling": 0} if name == "a.jpg" else {}
    options |= {"lossless": True} if name == "a.webp" else {}
    found = read_image(write(tmp_path / name, stored, exif=exif, **options))
    assert found.shape == quadrants().shape
    assert difference(found, quadrants()) <= (6 if name == "a.jpg" else 0)


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_impossible_orientation_is_ignored(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(
        read_image(write(tmp_path / "a.png", noise(), exif=exif)), noise()
    )


def profile(space=b"RGB ", order="rgb"):
    """Return a colour profile of linear light, with sRGB's primaries in the given order."""
    primaries = {  # adapted to D50, as profiles hold them
        "r": (0.43607, 0.22249, 0.01392),
        "g": (0.38515, 0.71687, 0.09708),
        "b": (0.14307, 0.06061, 0.71410),
    }
    white = (0.9642, 1.0, 0.8249)

    def xyz(values):
        return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))

    straight = b"curv" + bytes(4) + struct.pack(">I", 0)
    tags = {b"wtpt": xyz(white)}
    if space == b"GRAY":
        tags[b"kTRC"] = straight
    else:
        for place, primary in zip("rgb", order, strict=True):
            tags[f"{place}XYZ".encode()] = xyz(primaries[primary])
            tags[f"{place}TRC".encode()] = straight
    place = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for tag, content in tags.items():
        table += tag + struct.pack(">2I", place + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    header = struct.pack(">I", place + len(data)) + bytes(4) + b"\x02\x10\x00\x00mntr"
    header += space + b"XYZ " + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += struct.pack(">3i", *(round(value * 65536) for value in white))
    return header.ljust(128, b"\0") + table + data


def encoded(linear):
    """Return the sRGB levels of linear light in 0 to 255, by IEC 61966-2-1."""
    light = linear / 255
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_a_profile_of_linear_light_is_converted(tmp_path, name):
    options = {"lossless": True} if name == "a.webp" else {}
    found = read_image(write(tmp_path / name, noise(), icc_profile=profile(), **options))
    assert np.abs(found - encoded(noise())).max() < 3
    assert np.abs(found - encoded(noise())).mean() < 1


def test_a_profile_with_swapped_primaries_swaps_the_channels(tmp_path):
    found = read_image(write(tmp_path / "a.png", noise(), icc_profile=profile(order="grb")))
    assert np.abs(found - encoded(noise()[..., [1, 0, 2]])).max() < 3


def test_profiles_of_other_kinds_of_pictures_are_converted(tmp_path):
    color, grey = noise(), noise()[..., 0]
    opaque = Image.fromarray(color).convert("RGBA")
    found = read_image(write(tmp_path / "a.png", opaque, icc_profile=profile()))
    assert np.abs(found - encoded(color)).max() < 3

    places = np.random.default_rng(2).integers(0, 16, (HEIGHT, WIDTH)).astype("uint8")
    palette = color[0, :16]
    indexed = Image.fromarray(places).convert("P")
    indexed.putpalette(palette.tobytes())
    found = read_image(write(tmp_path / "b.png", indexed, icc_profile=profile()))
    assert np.abs(found - encoded(palette[places])).max() < 3

    found = read_image(write(tmp_path / "c.png", grey, icc_profile=profile(b"GRAY")))
    # Among the darkest levels the curve is too steep for a conversion in 8 bits.
    bright = grey > 16
    assert np.abs(found - encoded(grey)[..., None])[bright].max() < 3


@pytest.mark.parametrize("content", [b"no profile", profile()[:90], profile(b"GRAY")])
def test_a_profile_that_does_not_fit_is_ignored(tmp_path, content):
    found = read_image(write(tmp_path / "a.png", noise(), icc_profile=content))
    np.testing.assert_array_equal(found, noise())


# --- files that cannot be read -------------------------------------------------------------------


def test_every_unreadable_path_says_what_to_do(tmp_path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("Dear Sir or Madam,\nI am not a picture.\n")
    (tmp_path / "folder.jpg").mkdir()
    for name, reason in {
        "empty.jpg": "is empty",
        "text.jpg": "not a picture",
        "folder.jpg": "is a folder",
        "missing.jpg": "no such file",
        "no/folder/at/all.jpg": "no such file",
    }.items():
        with pytest.raises(InputError, match=reason) as error:
            read_image(tmp_path / name)
        assert name in one_line(error)


@pytest.mark.parametrize("name", ["a.jpg", "progressive.jpg", "a.png", "a.tif", "a.bmp", "a.gif"])
def test_a_file_cut_short_before_its_middle_is_refused(tmp_path, name):
    whole = write(tmp_path / name, noise(), **({"progressive": True} if "pro" in name else {}))
    content = whole.read_bytes()
    for tenth in range(10):
        whole.write_bytes(content[: len(content) * tenth // 10])
        try:
            found = read_image(whole)
        except InputError as error:
            assert re.search("is empty|not a picture|cut short", str(error))
            assert name in str(error) and len(str(error).splitlines()) == 1
        else:
            assert tenth >= 5 and name.endswith(("jpg", "png"))
            assert found.shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_damage_anywhere_gives_a_picture_or_one_line(tmp_path, kind):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "maker"
    options = {"exif": exif, "icc_profile": profile()} if kind not in ("GIF", "BMP") else {}
    buffer = io.BytesIO()
    Image.fromarray(noise(12, 16)).save(buffer, kind, **options)
    content, path = buffer.getvalue(), tmp_path / "a"
    random = np.random.default_rng(2)
    for _ in range(120):
        damaged = bytearray(content)
        for place in random.integers(0, len(content), 3):
            damaged[place] = random.integers(256)
        path.write_bytes(damaged)
        try:
            found = read_image(path)
            assert found.dtype == np.uint8 and found.ndim == 3 and found.shape[-1] == 3
        except InputError as error:
            assert len(str(error).splitlines()) == 1


def test_text_in_a_numeric_exif_field_does_not_spoil_the_rotation(tmp_path):
    # Pillow reads such data and cannot write it again.
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "maker", 6
    content = exif.tobytes().replace(b"\x01\x0f\x00\x02", b"\x01\x00\x00\x02")
    assert content != exif.tobytes()
    stored = np.ascontiguousarray(STORED[6](quadrants()))
    found = read_image(write(tmp_path / "a.png", stored, exif=content))
    np.testing.assert_array_equal(found, quadrants())


def test_exif_data_cut_short_gives_a_picture_or_one_line(tmp_path):
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "maker", 6
    content, refused = exif.tobytes(), 0
    for length in range(6, len(content)):
        path = write(tmp_path / "a.png", noise(8, 10), exif=content[:length])
        try:
            assert read_image(path).shape in ((8, 10, 3), (10, 8, 3))
        except InputError as error:
            refused += 1
            assert "damaged or cut short" in str(error) and len(str(error).splitlines()) == 1
    assert refused < len(content) / 2


@pytest.mark.parametrize(
    "name",
    [
        "with spaces.jpg",
        "\N{ROBOT FACE}.jpg",
        "Sprünge und Glück.png",
        pytest.param(
            "two\nlines\r\u2028more.jpg",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="not a name there"),
        ),
    ],
)
def test_unusual_names_are_read_and_reported_in_one_line(tmp_path, name):
    path = tmp_path / name
    with pytest.raises(InputError, match="no such file") as error:
        read_image(path)
    assert name.splitlines()[0] in one_line(error)
    path.write_text("not a picture")
    with pytest.raises(InputError, match="is not a picture") as error:
        read_image(path)
    one_line(error)
    path.unlink()
    save_image(path, noise())
    assert read_image(path).shape == noise().shape
    with pytest.raises(InputError, match="exists already") as error:
        save_image(path, noise())
    one_line(error)


def test_a_decompression_bomb_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path / "bomb.png", Image.new("1", (4000, 1000)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_500_000)
    with pytest.raises(InputError, match="more than 3 million pixels") as error:
        read_image(path)
    assert "bomb.png" in one_line(error)
    # Between once and twice the limit Pillow only warns, and the picture is read quietly.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2_500_000)
    assert read_image(path).shape == (1000, 4000, 3)


def test_a_file_without_permission_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path / "a.png", noise())

    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    # Not by taking the permission away: an administrator reads the file all the same.
    monkeypatch.setattr(Image, "open", refuse)
    with pytest.raises(InputError, match="may not be read") as error:
        read_image(path)
    assert "a.png" in one_line(error)


# --- size ----------------------------------------------------------------------------------------


def lanczos_matrix(old, new):
    """Return the matrix of a Lanczos resize with three lobes, rows of weights that add up to 1."""
    scale = max(old / new, 1.0)
    centers = (np.arange(new)[:, None] + 0.5) * old / new
    offset = (np.arange(old)[None] + 0.5 - centers) / scale
    weights = np.where(np.abs(offset) < 3, np.sinc(offset) * np.sinc(offset / 3), 0.0)
    return weights / weights.sum(axis=1, keepdims=True)


def lanczos(image, height, width):
    """Resize in floating point, columns first; between the two 8 bits are kept, as Pillow does."""
    across = lanczos_matrix(image.shape[1], width)
    down = lanczos_matrix(image.shape[0], height)
    wide = np.einsum("xc,rck->rxk", across, image.astype(float)).round().clip(0, 255)
    return np.einsum("yr,rxk->yxk", down, wide).clip(0, 255)


@pytest.mark.parametrize("size", [(17, 23), (40, 20), (80, 112), (HEIGHT, 30)])
def test_resize_is_lanczos(size):
    found = resize(noise(), *size)
    assert found.dtype == np.uint8 and found.shape == (*size, 3)
    assert np.abs(found - lanczos(noise(), *size)).max() <= 1
    grey = resize(noise()[..., 0], *size)
    assert grey.shape == size
    np.testing.assert_array_equal(grey, found[..., 0])


def test_resize_to_the_same_size_is_the_picture_itself():
    picture = noise()
    assert resize(picture, HEIGHT, WIDTH) is picture


def test_resize_keeps_one_colour():
    picture = np.full((33, 47, 3), (13, 200, 77), "uint8")
    assert (resize(picture, 64, 64) == picture[0, 0]).all()


@pytest.mark.parametrize(("height", "width"), [(30, 41), (41, 30), (7, 7), (1, 9), (10, 5)])
def test_center_square_is_centred(height, width):
    rows, columns = np.mgrid[0:height, 0:width]
    places = np.stack([rows, columns, 0 * rows], axis=-1)
    found = center_square(places)
    side = min(height, width)
    assert found.shape == (side, side, 3)
    assert np.shares_memory(found, places)
    np.testing.assert_array_equal(found[..., 0], found[:1, :1, 0] + np.mgrid[0:side, 0:side][0])
    np.testing.assert_array_equal(found[..., 1], found[:1, :1, 1] + np.mgrid[0:side, 0:side][1])
    # As much is cut off at the top as at the bottom, and at the left as at the right.
    for axis, length in ((0, height), (1, width)):
        before, after = found[..., axis].min(), length - 1 - found[..., axis].max()
        assert abs(int(before) - int(after)) <= 1


def test_center_square_of_grey():
    assert center_square(np.zeros((9, 4))).shape == (4, 4)


def test_standardize_agrees_with_pillow():
    picture = toy.paint("street", seed=1, size=90)[:, 5:75]
    found = standardize(picture, 32)
    box = (0, 10, 70, 80)
    expected = Image.fromarray(picture).crop(box).resize((32, 32), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(found, np.asarray(expected))
    assert standardize(picture).shape == (256, 256, 3)


# --- saving --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.tiff", "A.PNG"])
def test_lossless_formats_come_back_exactly(tmp_path, name):
    save_image(tmp_path / name, noise())
    np.testing.assert_array_equal(read_image(tmp_path / name), noise())


@pytest.mark.parametrize("suffix", [*FORMATS, ".gif"])
def test_every_ending_writes_its_own_format(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    save_image(str(path), smooth())
    with Image.open(path) as picture:
        assert picture.format == {**FORMATS, ".gif": "GIF"}[suffix]
    # A GIF has 256 colours; the others come close.
    assert np.abs(read_image(path) - smooth().astype(float)).mean() < (12 if "gif" in suffix else 2)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_quality_trades_size_for_detail(tmp_path):
    for quality in (30, 95):
        save_image(tmp_path / f"{quality}.jpg", noise(), quality=quality)
    assert (tmp_path / "30.jpg").stat().st_size < (tmp_path / "95.jpg").stat().st_size / 2


def test_nothing_is_overwritten_unless_asked(tmp_path):
    path = tmp_path / "a.png"
    save_image(path, noise())
    with pytest.raises(InputError, match="exists already") as error:
        save_image(path, smooth())
    assert "a.png" in one_line(error)
    np.testing.assert_array_equal(read_image(path), noise())
    save_image(path, smooth(), overwrite=True)
    np.testing.assert_array_equal(read_image(path), smooth())
    assert os.listdir(tmp_path) == ["a.png"]


@pytest.mark.parametrize("name", ["a.xyz", "a", "a.jpg.part", ".png"])
def test_unknown_endings_are_refused_before_anything_is_written(tmp_path, name):
    with pytest.raises(InputError, match=r"unknown ending.*\.jpg"):
        save_image(tmp_path / name, noise())
    assert not os.listdir(tmp_path)


def test_a_missing_folder_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot be written") as error:
        save_image(tmp_path / "no" / "a.png", noise())
    assert "a.png" in one_line(error)


def test_a_folder_in_the_way_is_an_input_error(tmp_path):
    (tmp_path / "a.png").mkdir()
    for overwrite in (False, True):
        with pytest.raises(InputError, match="a.png: is a folder, expected the name"):
            save_image(tmp_path / "a.png", noise(), overwrite=overwrite)
    assert os.listdir(tmp_path) == ["a.png"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("stop")])
def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch, error):
    path = tmp_path / "a.png"
    save_image(path, noise())
    before = path.read_bytes()

    def fail(self, stream, **options):
        stream.write(b"\x89PNG half a pict")
        raise error

    monkeypatch.setattr(Image.Image, "save", fail)
    expected = InputError if isinstance(error, OSError) else RuntimeError
    with pytest.raises(expected, match="No space left on device|stop"):
        save_image(path, smooth(), overwrite=True)
    with pytest.raises(expected):
        save_image(tmp_path / "new.png", smooth())
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.png"]


@pytest.mark.parametrize("shape", [(8, 9), (8, 9, 1), (8, 9, 3), (8, 9, 4)])
def test_grey_and_transparent_pictures_are_saved_too(tmp_path, shape):
    image = np.random.default_rng(0).integers(0, 256, shape).astype("uint8")
    save_image(tmp_path / "a.png", image)
    with Image.open(tmp_path / "a.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), image.squeeze())


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (noise() / 255, r"got float64 \(40, 56, 3\); of floats from 0 to 1, type np.rint"),
        (noise().astype(int), "got int64"),
        (noise()[..., :2], "image must be uint8 of the shape"),
        (noise()[0, 0], "image must be uint8 of the shape"),
        (noise()[None], "image must be uint8 of the shape"),
        (noise()[:0], "has no pixels"),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(tmp_path, image, reason):
    with pytest.raises(InputError, match=reason):
        save_image(tmp_path / "a.png", image)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are other there")
@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
def test_saved_files_have_the_usual_permissions(tmp_path, mask):
    before = os.umask(mask)
    try:
        save_image(tmp_path / "a.png", noise())
        assert os.umask(mask) == mask, "the mask was not put back"
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.png").stat().st_mode) == 0o666 & ~mask


def test_pictures_that_are_read_at_the_same_time_leave_the_filters_of_warnings_alone(tmp_path):
    """Whoever begins first may end first, as with threads."""
    Image.fromarray(noise()).save(tmp_path / "a.png")
    before = list(warnings.filters)
    first, second = open_picture(tmp_path / "a.png"), open_picture(tmp_path / "a.png")
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert warnings.filters == before
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", stacklevel=1)
