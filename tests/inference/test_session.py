"""A session: equal to colouring from the start, and what it can be asked."""

import io
import math

import hinted_network
import numpy as np
import onnxruntime
import pytest
from PIL import Image
from skimage import color as skimage_color

import colorlab
from colorlab import Hint
from colorlab.color import ab_bins, luma
from colorlab.errors import InputError
from colorlab.inference import palette_of
from colorlab.inference.hint_grid import encode_hints
from colorlab.inference.hint_residuals import add_residuals
from colorlab.inference.network_input import network_input
from colorlab.inference.predictors import OnnxPredictor


@pytest.fixture(scope="module")
def colorizer(hinted_file):
    return colorlab.Colorizer(OnnxPredictor(hinted_file))


def scene(height=128, width=192):
    """Two halves, a dark one and a light one."""
    grey = np.full((height, width), 90, "uint8")
    grey[:, width // 2 :] = 170
    return grey


def lab_of(rgb):
    return skimage_color.rgb2lab(np.asarray(rgb, "uint8"))


def ab_in(image, x, y, reach=1):
    return lab_of(image)[y - reach : y + reach + 1, x - reach : x + reach + 1, 1:].mean(axis=(0, 1))


def test_a_hint_has_its_colour_at_its_place_and_elsewhere_nothing_changes(colorizer):
    plain = colorizer.colorize(scene())
    hint = Hint(40, 60, "#a06a6a", radius=12)
    hinted = colorizer.colorize(scene(), hints=[hint])
    # The network goes most of the way to the given colour, the rest is added.
    of_network = hinted_network.expected_ab(90 / 127.5 - 1, hint.ab)
    assert np.abs(of_network - hint.ab).max() > 3
    np.testing.assert_allclose(ab_in(hinted, 40, 60), hint.ab, atol=1)
    np.testing.assert_allclose(
        ab_in(plain, 40, 60), hinted_network.expected_ab(90 / 127.5 - 1), atol=2
    )
    assert np.abs(hinted[:, 100:].astype(int) - plain[:, 100:]).max() <= 1


def test_the_photograph_is_the_one_of_the_beginning(colorizer):
    """A script may draw into its own array while a session is open."""
    grey = scene()[..., None].copy()
    session = colorizer.session(grey)
    before = session.colorize()
    grey[:] = 0
    np.testing.assert_array_equal(session.colorize(saturation=1.0), before)


@pytest.mark.parametrize("place", [(1.0, 2), (2, 3.5), (float("nan"), 0)])
def test_suggestions_are_for_pixels(colorizer, place):
    with pytest.raises(InputError, match="x and y must be whole numbers"):
        colorizer.session(scene()).suggest(*place)


def test_no_hints_are_the_automatic_colouring(colorizer, hinted_file):
    plain = colorizer.colorize(scene())
    np.testing.assert_array_equal(colorizer.colorize(scene(), hints=[]), plain)
    np.testing.assert_array_equal(colorizer.session(scene()).colorize(), plain)
    np.testing.assert_array_equal(colorlab.colorize(scene(), hinted_file), plain)


def test_a_session_equals_the_whole_network_run_by_onnx_runtime(colorizer, hinted_file):
    """The whole file in one run, hints put by hand, recombined: level for level."""
    grey = np.random.default_rng(0).integers(0, 256, (100, 130, 1)).astype("uint8")
    session = colorizer.session(grey)
    session.colorize([Hint(3, 3, "lime")])
    found = session.colorize([Hint(70, 20, "#a06a6a")], temperature=0.4)

    padded, fraction = network_input(grey, 64, 8)
    rows, columns = (side // 4 for side in padded.shape[:2])
    hints = np.zeros((1, 3, rows, columns), "float32")
    row, column = int(20 * fraction[0] * rows / 100), int(70 * fraction[1] * columns / 130)
    hints[0, :2, row, column] = Hint(0, 0, "#a06a6a").ab
    hints[0, 2, row, column] = 1
    whole = onnxruntime.InferenceSession(str(hinted_file), providers=["CPUExecutionProvider"])
    signed = (padded / np.float32(127.5) - 1).transpose(2, 0, 1)[None].astype("float32")
    (logits,) = whole.run(None, {"grey": signed, "hints": hints})
    ab = ab_bins.annealed_mean(logits[0].transpose(1, 2, 0), 0.4)
    ab = add_residuals(ab, padded, hints[0].transpose(1, 2, 0))
    expected = luma.recombine(grey, ab, 1.0, fraction)
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_a_batch_follows_hints_as_a_session_does(colorizer):
    hint = Hint(40, 60, "#a06a6a", radius=12)
    hints = encode_hints([hint], (128, 192), colorizer.hint_grid(128, 192))
    (found,) = colorizer.predict(scene()[None, ..., None], hints=hints[None])
    np.testing.assert_allclose(ab_in(found, 40, 60), hint.ab, atol=1)
    np.testing.assert_array_equal(found, colorizer.colorize(scene(), hints=[hint]))


def test_a_palette_leaves_a_hinted_place_its_colour(colorizer):
    hint = Hint(40, 60, "#a06a6a", radius=12)
    palette = palette_of(np.full((40, 40, 3), (40, 60, 140), "uint8"))
    colored = colorizer.session(scene()).colorize([hint], palette=palette)
    np.testing.assert_allclose(ab_in(colored, 40, 60), hint.ab, atol=1)


def test_a_session_runs_the_encoder_once(colorizer, monkeypatch):
    runs = []
    predictor = colorizer.predictor
    encode, decode = predictor.encode, predictor.decode
    monkeypatch.setattr(predictor, "encode", lambda *rest: runs.append("encode") or encode(*rest))
    monkeypatch.setattr(predictor, "decode", lambda *rest: runs.append("decode") or decode(*rest))
    session = colorizer.session(scene())
    for color in ("#a06a6a", "#6a6aa0"):
        session.colorize([Hint(40, 60, color)])
        session.colorize([Hint(40, 60, color)], saturation=0.5, temperature=0.3)
        session.suggest(10, 10, hints=[Hint(40, 60, color)])
    assert runs == ["encode", "decode", "decode"]


@pytest.mark.parametrize("hints", [None, Hint(1, 1, "red"), [(1, 1, "red")], "red"])
def test_what_is_no_list_of_hints_is_refused_in_one_line(colorizer, hints):
    session = colorizer.session(scene())
    for ask in (session.colorize, session.doubt, session.notes):
        with pytest.raises(InputError, match="^hints must be a list of Hint"):
            ask(hints)


def test_what_is_no_palette_is_refused_in_one_line(colorizer):
    with pytest.raises(InputError, match=r"^palette must be what palette_of returns, of the sh"):
        colorizer.session(scene()).colorize(palette=np.zeros((3, 227)))


def test_hints_of_a_photograph_turned_by_exif_are_those_of_the_upright_one(colorizer, tmp_path):
    tags = Image.Exif()
    tags[0x0112] = 6
    upright = Image.fromarray(scene(64, 96))
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=tags)
    hints = [Hint(90, 2, "#a06a6a", radius=2)]
    np.testing.assert_array_equal(
        colorizer.colorize(tmp_path / "turned.png", hints=hints),
        colorizer.colorize(scene(64, 96), hints=hints),
    )


def test_suggestions_have_the_luma_of_the_place_and_the_networks_probabilities(colorizer):
    session = colorizer.session(scene())
    found = session.suggest(20, 20, k=4)
    assert len(found) == 4
    shares = [each.probability for each in found]
    assert shares == sorted(shares, reverse=True) and sum(shares) <= 1
    for each in found:
        levels = [int(each.color[start : start + 2], 16) for start in (1, 3, 5)]
        assert abs(np.dot(levels, [0.299, 0.587, 0.114]) - 90) <= 1
    # The likeliest is near the mean of the Gaussian; all of them together are everything.
    likeliest = lab_of([[[int(found[0].color[at : at + 2], 16) for at in (1, 3, 5)]]])[0, 0, 1:]
    assert np.hypot(*(likeliest - hinted_network.expected_ab(90 / 127.5 - 1))) < 10
    everything = session.suggest(20, 20, k=227)
    assert sum(each.probability for each in everything) == pytest.approx(1)
    assert session.suggest(20, 20, hints=[Hint(20, 20, "#7878a0")])[0].probability > shares[0]
    assert colorlab.suggest(scene(), 20, 20, 4, colorizer.predictor.weights) == found


def test_doubt_is_the_entropy_of_a_gaussian_and_falls_where_a_hint_is(colorizer):
    session = colorizer.session(scene())
    doubt = session.doubt()
    assert doubt.shape == (128, 192) and doubt.dtype == np.float32
    # Of a Gaussian of two dimensions on a grid of spacing 10, which reaches to the gamut's edge.
    entropy = math.log(2 * math.pi * math.e * hinted_network.SIGMA**2 / 100)
    assert np.abs(doubt - entropy / math.log(227)).max() < 0.02
    hinted = session.doubt([Hint(40, 60, "#a06a6a", radius=12)])
    sigma = 1 / (1 / hinted_network.SIGMA**2 + 1 / hinted_network.HINT_SIGMA**2)
    expected = math.log(2 * math.pi * math.e * sigma / 100) / math.log(227)
    assert hinted[60, 40] == pytest.approx(expected, abs=0.03)
    np.testing.assert_allclose(hinted[:, 100:], doubt[:, 100:], atol=1e-6)


def test_variants_differ_hang_together_and_stay_near(colorizer):
    session = colorizer.session(scene())
    plain, variants = session.colorize(), session.variants(4, seed=1)
    for image in variants:
        moved = lab_of(image)[..., 1:] - lab_of(plain)[..., 1:]
        # 0.6 standard deviations of 20 in every direction, and the same everywhere in a half.
        for half in (moved[:, 10:80], moved[:, 110:180]):
            assert np.hypot(*half.mean(axis=(0, 1))) == pytest.approx(12, abs=2)
            assert half.std(axis=(0, 1)).max() < 1
    for number, one in enumerate(variants):
        for other in variants[:number]:
            assert skimage_color.deltaE_ciede2000(lab_of(one), lab_of(other)).mean() > 5
    again = session.variants(4, seed=1)
    np.testing.assert_array_equal(variants[2], again[2])
    assert (session.variants(4, seed=2)[2] != variants[2]).any()


def test_variants_leave_a_hinted_place_near_its_colour(colorizer):
    session = colorizer.session(scene())
    hint = Hint(40, 60, "#a06a6a", radius=12)
    plain = session.colorize([hint])
    for image in session.variants(3, [hint]):
        apart = np.hypot(*(ab_in(image, 40, 60) - ab_in(plain, 40, 60)))
        assert apart < 1


def test_a_palette_draws_the_mean_towards_it_and_the_same_palette_does_nothing(colorizer):
    session = colorizer.session(scene())
    reference = np.zeros((40, 40, 3), "uint8")
    reference[:] = (120, 60, 40)
    shifted = session.colorize(palette=palette_of(reference))
    target = lab_of(reference)[0, 0, 1:]
    for x in (40, 150):
        before = np.hypot(*(ab_in(session.colorize(), x, 60) - target))
        after = np.hypot(*(ab_in(shifted, x, 60) - target))
        assert after < 0.6 * before


@pytest.mark.parametrize(
    "reference",
    [
        np.zeros((8, 8), "uint8"),
        np.zeros((8, 8, 4), "uint8"),
        np.zeros((0, 0, 3), "uint8"),
        np.full((8, 8, 3), 0.4),
        Image.new("RGB", (8, 8), "red"),
        None,
    ],
)
def test_a_reference_of_another_kind_is_refused_in_one_line(reference):
    with pytest.raises(InputError, match="^reference must be a picture file, or uint8 sRGB"):
        palette_of(reference)


def test_a_reference_may_be_the_content_of_a_file():
    stream, reference = io.BytesIO(), Image.new("RGB", (8, 8), "red")
    reference.save(stream, "PNG")
    np.testing.assert_array_equal(palette_of(stream.getvalue()), palette_of(np.asarray(reference)))


@pytest.mark.parametrize("count", [0, 17, 1.5, True])
def test_a_number_of_variants_out_of_range_is_refused(colorizer, count):
    with pytest.raises(InputError, match="variants must be a whole number from 1 to 16"):
        colorizer.session(scene()).variants(count)


def test_questions_to_a_network_without_probabilities_are_refused(chroma_file):
    session = colorlab.load_pretrained(chroma_file).session(scene())
    for ask in (
        lambda: session.suggest(1, 1),
        lambda: session.doubt(),
        lambda: session.variants(2),
        lambda: session.colorize(palette=np.full(227, 1 / 227)),
    ):
        with pytest.raises(InputError, match="predicts one colour for each place") as error:
            ask()
        assert len(str(error.value).splitlines()) == 1
    np.testing.assert_array_equal(session.colorize(), colorlab.colorize(scene(), chroma_file))


@pytest.mark.parametrize(("x", "y", "k"), [(192, 0, 5), (0, 128, 5), (-1, 0, 5), (0, 0, 0)])
def test_places_and_numbers_out_of_range_are_refused(colorizer, x, y, k):
    with pytest.raises(InputError, match="the place .* lies outside|k must be"):
        colorizer.session(scene()).suggest(x, y, k)
