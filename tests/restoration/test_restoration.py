"""What was faded, tinted or scratched by code comes back; the rest is left alone."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from skimage import data
from skimage.metrics import peak_signal_noise_ratio as psnr
from skimage.restoration import inpaint_biharmonic

import colorlab
from benchmarks.painted_damage import fade, paint_cracks, paint_scratches, print_in_sepia
from colorlab import restoration
from colorlab.errors import InputError
from colorlab.extras import MissingExtra
from colorlab.images import to_grey
from colorlab.images.photograph import read_photograph
from colorlab.restoration import cast, fading, scratches, steps
from colorlab.restoration.steps import parse_steps, restored_grey

CAMERA = data.camera()
PHOTOGRAPHS = ("astronaut", "camera", "coffee", "chelsea", "rocket", "coins", "moon")


def of(picture):
    return np.asarray(Image.fromarray(picture).convert("L"))


def test_a_faded_photograph_gets_its_range_back():
    faded = fade(CAMERA, 60, 190)
    restored = fading.stretch_contrast(faded)
    assert psnr(CAMERA, faded) < 20 and psnr(CAMERA, restored) > 32
    # A mount around it changes nothing inside.
    framed = np.pad(faded, 10, constant_values=255)
    inner = fading.stretch_contrast(framed)[10:-10, 10:-10]
    assert np.abs(inner.astype(int) - restored).max() < 8


def test_the_stretch_is_a_line_and_is_limited():
    ramp = np.tile(np.linspace(100, 120, 500).astype("uint8"), (50, 1))
    restored = fading.stretch_contrast(ramp)
    assert np.ptp(restored) == 2 * np.ptp(ramp)
    assert restored.mean() == pytest.approx(ramp.mean(), abs=1)
    assert fading.stretch_contrast(CAMERA) is CAMERA  # reaches from black to white
    with pytest.raises(ValueError, match="must be uint8"):
        fading.stretch_contrast(ramp / 255)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_an_undamaged_photograph_is_left_alone(name):
    picture = getattr(data, name)()
    restored, notes = restored_grey(Image.fromarray(picture), parse_steps("all"))
    error = restored[..., 0].astype(float) - of(picture)
    assert (error**2).mean() < 2, notes  # a PSNR of 45 dB, or no error at all


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_faded_photograph_is_nearer_to_what_it_was(name):
    """Not as near where it had no black and white: a faded one looks the same as one in fog."""
    grey = of(getattr(data, name)())
    faded = fade(grey)
    gain = psnr(grey, fading.stretch_contrast(faded)) - psnr(grey, faded)
    assert gain > (-5 if name == "moon" else 1)


@pytest.mark.slow
def test_a_large_stained_jpeg_with_curved_tones_is_evened_out(tmp_path):
    grey = np.asarray(Image.fromarray(CAMERA).resize((1600, 1600), Image.Resampling.BICUBIC))
    tones = (grey[..., None] / 255) ** np.array([0.8, 1.0, 1.25])
    dark, paper = np.array([64, 36, 20]), np.array([242, 224, 178])
    clean = dark + (paper - dark) * tones
    rows, columns = np.mgrid[:1600, :1600]
    stain = np.exp(-((np.hypot(rows - 500, columns - 1100) / 300) ** 4))[..., None]
    stained = clean * (1 - 0.4 * stain * np.array([0.15, 0.45, 1.0]))
    greys = []
    for picture in (clean, stained):
        Image.fromarray(picture.round().astype("uint8")).save(tmp_path / "print.jpg", quality=90)
        with Image.open(tmp_path / "print.jpg") as opened:
            rgb = np.asarray(opened.convert("RGB"))
        greys += [of(rgb), cast.grey_without_cast(rgb)[..., 0]]
    reference, unharmed, luma, restored = greys
    assert psnr(reference, restored) > psnr(reference, luma) + 4
    assert psnr(reference, unharmed) > 48


def test_a_blue_toned_print_keeps_its_luma():
    blue = np.clip(CAMERA[..., None] * np.array([0.7, 0.85, 1.0]) + [0, 0, 10], 0, 255)
    blue = blue.astype("uint8")
    assert (cast.grey_without_cast(blue)[..., 0] == of(blue)).all()


def test_stains_of_a_sepia_print_vanish_from_its_grey():
    stained = print_in_sepia(CAMERA, np.random.default_rng(0), noise=2, stains=3)
    clean = print_in_sepia(CAMERA, np.random.default_rng(0), noise=2, stains=0)
    luma, grey = of(stained), cast.grey_without_cast(stained)[..., 0]
    reference = of(clean)
    assert psnr(reference, grey) > psnr(reference, luma) + 4
    # Without stains the luma is as good as it was.
    assert psnr(reference, cast.grey_without_cast(clean)[..., 0]) > 45


def test_a_photograph_in_colour_or_grey_keeps_its_luma_exactly():
    for picture in (data.astronaut(), np.stack([CAMERA] * 3, axis=-1)):
        assert (cast.grey_without_cast(picture)[..., 0] == of(picture)).all()
    with pytest.raises(ValueError, match="must be uint8 of the shape"):
        cast.grey_without_cast(CAMERA)


def test_a_place_is_filled_as_well_as_by_scikit_image():
    random = np.random.default_rng(3)
    damaged, mask = paint_scratches(CAMERA, random)
    filled = restoration.fill(damaged, mask)
    other = np.clip(inpaint_biharmonic(damaged.astype(float), mask), 0, 255)
    assert (filled[~mask] == damaged[~mask]).all()
    errors = [
        np.sqrt(((each - CAMERA.astype(float))[mask] ** 2).mean()) for each in (filled, other)
    ]
    assert errors[0] < 1.2 * errors[1]
    assert restoration.fill(damaged, np.ones_like(mask)) is damaged
    with pytest.raises(ValueError, match="must have one size"):
        restoration.fill(damaged, mask[1:])


def test_scratches_and_dust_are_found_and_filled():
    grey = of(data.astronaut())
    random = np.random.default_rng(5)
    # Opaque white scratches and dust, on a photograph with smooth parts.
    damaged, mask = paint_scratches(grey, random, count=6, spots=20)
    found = scratches.find_scratches(damaged)
    filled, same = restoration.remove_scratches(damaged)
    assert (found == same).all()
    assert (found & mask).sum() > 0.15 * mask.sum()
    assert (found & ~ndimage.binary_dilation(mask, np.ones((3, 3)))).mean() < 0.005
    assert psnr(grey, filled) > psnr(grey, damaged) + 2
    more = scratches.find_scratches(damaged, sensitivity=2)
    assert more[found].all() and more.sum() > found.sum()


@pytest.mark.parametrize(
    ("name", "share", "gain"), [("chelsea", 0.6, 4), ("rocket", 0.6, 3), ("moon", 0.8, 8)]
)
def test_cracks_are_found_where_there_are_cracks(name, share, gain):
    grey = of(getattr(data, name)())
    cracked, mask = paint_cracks(grey, np.random.default_rng(8))
    filled, found = restoration.remove_scratches(cracked, cracked=True)
    assert (found & mask).sum() > share * mask.sum()
    assert (found & ~ndimage.binary_dilation(mask, np.ones((3, 3)))).mean() < 0.05
    assert psnr(grey, filled) > psnr(grey, cracked) + gain
    assert scratches.find_scratches(cracked).sum() < found.sum()
    picture = Image.fromarray(cracked)
    restored, notes = restored_grey(picture, parse_steps("scratches,cracks"))
    assert (restored[..., 0] == filled).all()
    assert notes == [f"restored: scratches ({100 * found.mean():.2g} % of the picture)"]


@pytest.mark.parametrize(
    "name",
    "astronaut coffee camera chelsea rocket coins moon page text brick grass gravel cell "
    "hubble_deep_field".split(),
)
def test_nothing_is_found_on_clean_photographs(name):
    picture = getattr(data, name)()
    grey = picture if picture.ndim == 2 else of(picture)
    assert scratches.find_scratches(grey).mean() <= 0.001


def test_a_frame_that_goes_round_a_corner_is_no_scratch():
    """Its middle lies in the middle of the photograph, as that of no straight one does."""
    grey = np.tile(np.linspace(60, 120, 256).astype("uint8"), (256, 1))
    grey += np.random.default_rng(0).integers(0, 4, grey.shape).astype("uint8")
    inner = (slice(45, 240), slice(45, 240))
    mask = np.zeros(grey.shape, bool)
    grey[inner], mask[inner] = paint_scratches(grey[inner], np.random.default_rng(1), 6, 20)
    grey[3:5, 5:253] = grey[3:, 251:253] = 250
    found = scratches.find_scratches(grey)
    assert (found & mask).sum() > 0.4 * mask.sum()
    assert not found[:8].any() and not found[:, 248:].any()
    # With a spur into the photograph, of an eighth of its area, its middle is still in the frame.
    grey[:3], grey[20:240, 3:5], grey[130:132, 3:40] = 90, 250, 250
    found = scratches.find_scratches(grey)
    assert (found & mask).sum() > 0.4 * mask.sum() and not found[:, :30].any()


def test_the_steps_are_named():
    assert parse_steps(True) == ("fading", "scratches", "cast")
    assert parse_steps(["cast", "fading"]) == ("cast", "fading")
    assert parse_steps("cracks") == ("cracks",)
    assert parse_steps("all, cracks, cast") == ("fading", "scratches", "cast", "cracks")
    for wrong in ("dust", ["fading", 3], 7):
        with pytest.raises(InputError, match="restore must be some of fading, scratches, cast"):
            parse_steps(wrong)


def test_without_scikit_image_one_line_says_what_to_type(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'pip install "colorlab-book\[restore\]"'):
        parse_steps("scratches")
    with pytest.raises(MissingExtra):
        parse_steps("cracks")
    assert parse_steps("fading,cast") == ("fading", "cast")


def test_scratches_are_filled_before_the_contrast_grows_and_stains_go_first():
    """The other way round, a scratch would count among the levels, and a stain among scratches."""
    grey = of(data.rocket())
    damaged, _ = paint_scratches(fade(grey), np.random.default_rng(8), count=6, spots=20)
    restored, (note,) = restored_grey(Image.fromarray(damaged), ("fading", "scratches"))
    filled, mask = restoration.remove_scratches(damaged)
    assert mask.any() and (restored[..., 0] == fading.stretch_contrast(filled)).all()
    other, _ = restoration.remove_scratches(fading.stretch_contrast(damaged))
    assert (restored[..., 0] != other).any(), "the order would prove nothing"
    assert note.startswith("restored: scratches (") and note.endswith("of the picture), fading")
    sepia = print_in_sepia(grey, np.random.default_rng(8))
    restored, (note,) = restored_grey(Image.fromarray(sepia), ("scratches", "cast"))
    filled, _ = restoration.remove_scratches(cast.grey_without_cast(sepia))
    assert (restored == filled).all() and note.startswith("restored: cast")


@pytest.mark.parametrize("pixels", [1, 5000])
def test_the_luma_is_the_same_strip_by_strip(monkeypatch, pixels):
    monkeypatch.setattr(steps, "_PIXELS", pixels)
    picture = Image.fromarray(data.astronaut()[:60, :90])
    grey, _ = restored_grey(picture)
    np.testing.assert_array_equal(grey[..., 0], np.asarray(picture.convert("L")))


def test_only_what_was_done_is_noted():
    for picture in (CAMERA, np.stack([CAMERA] * 3, axis=-1), data.astronaut()):
        _, notes = restored_grey(Image.fromarray(picture), ("fading", "cast"))
        assert notes == ["restored: nothing found"]


def test_nothing_is_restored_unless_it_is_asked_for(tmp_path):
    faded = fade(CAMERA, 60, 190)
    Image.fromarray(faded).save(tmp_path / "old.png")
    assert (to_grey(faded)[..., 0] == faded).all()
    restored = fading.stretch_contrast(faded)
    assert (to_grey(faded, restore="fading")[..., 0] == restored).all()
    photograph = read_photograph(tmp_path / "old.png", restore=("fading",))
    assert (photograph.grey[..., 0] == restored).all()
    assert photograph.notes == ["restored: fading"]
    assert restored_grey(Image.fromarray(CAMERA), ("fading",))[1] == ["restored: nothing found"]
    colored = colorlab.colorize(faded, saturation=0, restore="fading")
    assert (colored == restored[..., None]).all()
