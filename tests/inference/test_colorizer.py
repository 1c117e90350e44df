"""One colouriser: any size, any predictor, the photograph's own luma, any number of threads."""

import functools
import json
import shutil
import threading

import numpy as np
import pytest
from PIL import Image
from skimage import color as skimage_color

import colorlab
from colorlab.color import ab_bins, luma
from colorlab.color.ranges import levels_to_signed
from colorlab.configuration import Configuration
from colorlab.datasets import toy
from colorlab.errors import InputError
from colorlab.inference.colorizer import Colorizer
from colorlab.inference.predictors import KerasPredictor, OnnxPredictor, Predictor
from colorlab.inference.pretrained import load_pretrained
from colorlab.networks import heads, registry, unet
from colorlab.training import Run

FILTERS = (4, 4, 4, 4, 4)
SIZES = [(1, 1), (7, 300), (128, 128), (100, 150), (700, 90)]


def randomize(network, seed=0):
    """Give all weights, moving averages included, values that no initializer gives."""
    random = np.random.default_rng(seed)
    for variable in network.weights:
        if "seed" not in variable.path:
            values = random.uniform(0.3, 0.9, variable.shape)
            if "kernel" in variable.path:
                values = random.normal(0, 0.2, variable.shape)
            variable.assign(values.astype("float32"))
    return network


@pytest.fixture(scope="module")
def network():
    return randomize(unet.build_unet(filters=FILTERS, dropout_rate=0.5))


@pytest.fixture(scope="module")
def colorizer(network):
    return Colorizer(KerasPredictor(network, Configuration(image_size=32, filters=FILTERS)))


class Painter(Predictor):
    """A predictor whose prediction is known: it remembers what it saw, and paints by a rule."""

    image_size = stride = 32
    temperature = 0.4

    def __init__(self, rule, target="rgb", saturation=1.0):
        self.rule, self.target, self.saturation, self.seen = rule, target, saturation, []

    def encode(self, grey):
        self.seen.append(np.asarray(grey))
        return self.rule(self.seen[-1]).astype("float32")

    def decode(self, features, hints=None):
        return features


def orange(signed):
    """A colour with R - G = 51 and G - B = 25.5 levels, whatever the luma."""
    return np.broadcast_to([0.4, 0.0, -0.2], (*signed.shape[:3], 3))


def grey_of(rgb):
    return rgb.astype("float64") @ [0.299, 0.587, 0.114]


def middle_grey(height, width, seed=0):
    """Levels 100 to 155, so that a mild colour leaves no channel clipped."""
    random = np.random.default_rng(seed)
    return random.integers(100, 156, (height, width)).astype("uint8")


def test_predict_is_the_network_in_levels(network, colorizer):
    grey = np.random.default_rng(0).uniform(0, 255, (3, 32, 64, 1)).astype("float32")
    output = colorizer.predict(grey)
    assert (output.shape, output.dtype) == ((3, 32, 64, 3), np.uint8)
    signed = network.predict(grey / 127.5 - 1.0, verbose=0).astype("float64")
    expected = np.clip((signed + 1.0) * 127.5, 0, 255)
    assert expected.std() > 1, "a constant would prove nothing"
    assert np.abs(output - expected).max() <= 0.51


def test_predict_does_not_depend_on_the_batch(colorizer):
    grey = np.random.default_rng(1).integers(0, 256, (19, 32, 32, 1)).astype("uint8")
    together = colorizer.predict(grey)
    alone = np.concatenate([colorizer.predict(picture[None]) for picture in grey])
    # Rounding may fall to either side; the pictures themselves differ by much more.
    assert np.abs(together.astype(int) - alone).max() <= 1
    assert np.abs(together[0].astype(int) - together[1]).max() > 1


def test_predict_takes_a_batch_in_one_run_until_memory_is_the_matter():
    painter = Painter(lambda signed: np.repeat(signed, 3, axis=-1))
    for count, side, runs in ((19, 32, 1), (19, 256, 2), (3, 1024, 3)):
        painter.seen.clear()
        numbers = np.arange(count, dtype="uint8").reshape(count, 1, 1, 1)
        grey = np.broadcast_to(numbers, (count, side, side, 1))
        output = Colorizer(painter).predict(grey)
        np.testing.assert_array_equal(output, np.repeat(grey, 3, axis=-1))
        assert len(painter.seen) == runs and sum(map(len, painter.seen)) == count


def test_a_batch_of_a_and_b_is_predicted_in_one_run_at_the_size_of_the_network():
    painter = Painter(lambda signed: np.zeros((*signed.shape[:3], 2)), "ab")
    Colorizer(painter).predict(np.zeros((40, 256, 256, 1), "uint8"))
    assert [seen.shape for seen in painter.seen] == [(40, 32, 32, 1)]


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((32, 32, 1), "batch, height, width, 1"),
        ((1, 32, 32, 3), "batch, height, width, 1"),
        ((0, 32, 32, 1), "batch, height, width, 1"),
        ((1, 32, 40, 1), "multiples of 32"),
        ((1, 33, 32, 1), "multiples of 32"),
    ],
)
def test_predict_refuses_other_shapes(colorizer, shape, message):
    with pytest.raises(ValueError, match=message):
        colorizer.predict(np.zeros(shape, "uint8"))


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_colorize_keeps_size_and_luma(colorizer, height, width):
    grey = middle_grey(height, width)
    output = colorizer.colorize(grey)
    assert (output.shape, output.dtype) == ((height, width, 3), np.uint8)
    unclipped = ((output > 0) & (output < 255)).all(axis=-1)
    assert unclipped.mean() > 0.5
    assert np.abs(grey_of(output) - grey)[unclipped].max() <= 1


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_colorize_gives_the_networks_colour(height, width):
    grey = middle_grey(height, width)
    painter = Painter(orange)
    output = Colorizer(painter).colorize(grey).astype(int)
    np.testing.assert_allclose(output[..., 0] - output[..., 1], 51, atol=2)
    np.testing.assert_allclose(output[..., 1] - output[..., 2], 25.5, atol=2)
    assert np.abs(grey_of(output) - grey).max() <= 1
    (seen,) = painter.seen
    assert seen.shape[1] % 32 == 0 and seen.shape[2] % 32 == 0
    # An extreme picture must not cost extreme memory.
    assert seen.shape[1] * seen.shape[2] <= 32 * 4 * 32


def test_colorize_shows_the_network_the_picture_at_its_size():
    grey = np.asarray(Image.fromarray(toy.paint("street", 3, size=64)).convert("L"))
    painter = Painter(orange)
    Colorizer(painter).colorize(grey)
    small = Image.fromarray(grey).resize((32, 32), Image.Resampling.LANCZOS)
    seen = (painter.seen[0][0, ..., 0] + 1) * 127.5
    assert np.abs(seen - np.asarray(small).astype(float)).max() <= 1


@pytest.mark.parametrize(("height", "width"), [(100, 150), (150, 100)])
def test_colour_lands_where_the_network_put_it(height, width):
    # Seen at 32 x 48, padded to 32 x 64: the boundary at 24 is the middle of the picture.
    def halves(signed):
        rows, columns = np.indices(signed.shape[1:3])
        warm = (columns if width > height else rows) < 24
        return np.where(warm[None, ..., None], [0.3, 0.0, -0.3], [-0.3, 0.0, 0.3])

    output = Colorizer(Painter(halves)).colorize(middle_grey(height, width)).astype(int)
    if height > width:
        output = output.transpose(1, 0, 2)
    difference = output[..., 0] - output[..., 2]
    # Away from the edge, where the resizing rings and blends.
    assert np.abs(difference[:, :60] - 76.5).max() <= 8
    assert np.abs(difference[:, 90:] + 76.5).max() <= 8


def test_colorize_takes_grey_in_any_form(colorizer):
    grey = middle_grey(50, 40)
    two = colorizer.colorize(grey).astype(int)
    one = colorizer.colorize(grey[..., None]).astype(int)
    three = colorizer.colorize(np.repeat(grey[..., None], 3, axis=-1)).astype(int)
    np.testing.assert_array_equal(two, one)
    np.testing.assert_array_equal(two, three)


def test_the_colour_of_a_colour_picture_is_not_used():
    image = toy.paint("faces", 5, size=48)
    painter = Painter(orange)
    output = Colorizer(painter).colorize(image).astype(int)
    seen = (painter.seen[0][0, :32, :32, 0] + 1) * 127.5
    small = Image.fromarray(np.round(grey_of(image)).astype("uint8")).resize(
        (32, 32), Image.Resampling.LANCZOS
    )
    assert np.abs(seen - np.asarray(small).astype(float)).max() <= 1
    unclipped = ((output > 0) & (output < 255)).all(axis=-1)
    assert unclipped.mean() > 0.5
    assert np.abs(grey_of(output) - grey_of(image))[unclipped].max() <= 1
    np.testing.assert_allclose((output[..., 0] - output[..., 1])[unclipped], 51, atol=2)


@pytest.mark.parametrize("level", [0, 255])
def test_black_and_white_stay_what_they_are(level):
    grey = np.full((20, 20), level, "uint8")
    output = Colorizer(Painter(orange)).colorize(grey).astype(int)
    # One channel ends at the limit, none wraps around to the other end.
    assert np.abs(output - level).max() <= 70
    assert (output == level).any(axis=-1).all()


@pytest.mark.parametrize(
    "image",
    [
        np.full((8, 8, 3), 99, "float32"),
        np.zeros((1, 8, 8, 3), "uint8"),
        np.zeros((8, 8, 5), "uint8"),
        np.zeros((0, 8, 3), "uint8"),
        np.zeros(8, "uint8"),
    ],
    ids=lambda image: f"{image.dtype}-{image.shape}",
)
def test_colorize_refuses_what_is_no_picture(colorizer, image):
    with pytest.raises(InputError, match="image") as caught:
        colorizer.colorize(image)
    assert len(str(caught.value).splitlines()) == 1


@pytest.fixture(scope="module")
def good_run(tmp_path_factory, network):
    """A folder with what a run leaves behind, written without the module that writes runs."""
    run = tmp_path_factory.mktemp("runs") / "good"
    run.mkdir()
    settings = Configuration.from_preset(
        "recipe", image_size=32, filters=FILTERS, dropout_rate=0.5
    ).to_dict()
    (run / "config.json").write_text(json.dumps({"configuration": settings}))
    network.save_weights(run / "best.weights.h5")
    return run


@pytest.fixture
def run(good_run, tmp_path):
    return shutil.copytree(good_run, tmp_path / "run")


@pytest.mark.slow
def test_a_run_colours_like_the_network_that_was_saved(good_run, colorizer):
    loaded = Colorizer.from_run(good_run)
    assert loaded.predictor.image_size == 32
    grey = np.random.default_rng(2).integers(0, 256, (2, 32, 32, 1)).astype("uint8")
    np.testing.assert_array_equal(loaded.predict(grey), colorizer.predict(grey))
    photograph = toy.paint("street", 1, size=50)
    np.testing.assert_array_equal(loaded.colorize(photograph), colorizer.colorize(photograph))
    with pytest.raises(ValueError, match="multiples of 32"):
        loaded.predict(np.zeros((1, 16, 16, 1), "uint8"))


def refusal(run):
    """Return the one line with which a run is refused."""
    with pytest.raises(InputError) as caught:
        Colorizer.from_run(run)
    message = str(caught.value)
    assert "\n" not in message
    assert str(run) in message
    return message


def test_a_missing_folder_is_refused(tmp_path):
    assert "no such run" in refusal(tmp_path / "nowhere")


def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    assert "no such run" in refusal(tmp_path / "file")


def test_a_folder_without_a_run_is_refused(tmp_path):
    assert "config.json" in refusal(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"configuration": {',
        b"\xff\xfe\x00",
        b"[]",
        b"7",
        b"{}",
        b'{"configuration": null}',
        b'{"configuration": [1]}',
        b'{"configuration": {"colour": 1}}',
        b'{"configuration": {"image_size": 100}}',
        b'{"configuration": {"image_size": "128"}}',
        b'{"configuration": {"filters": 7}}',
        b'{"configuration": {"filters": "abc"}}',
    ],
)
def test_a_damaged_configuration_is_refused(run, content):
    (run / "config.json").write_bytes(content)
    assert "config.json" in refusal(run)
    with pytest.raises(InputError):
        Run(run).read_record()


def test_a_run_without_weights_is_refused(run):
    (run / "best.weights.h5").unlink()
    assert "best.weights.h5" in refusal(run)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_weights_cut_short_are_refused(run, share):
    weights = run / "best.weights.h5"
    content = weights.read_bytes()
    weights.write_bytes(content[: int(share * len(content))])
    assert "best.weights.h5: cannot be loaded" in refusal(run)


def test_weights_that_are_text_are_refused(run):
    (run / "best.weights.h5").write_text("weights\n" * 1000)
    assert "best.weights.h5: cannot be loaded" in refusal(run)


@pytest.mark.parametrize(
    "filters", [(4, 4, 4, 4), (4, 4, 4, 4, 8), (8, 4, 4, 4, 4), (4, 4, 4, 4, 4, 4)]
)
def test_weights_of_another_architecture_are_refused(run, filters):
    settings = Configuration(target="rgb", image_size=64, filters=filters).to_dict()
    (run / "config.json").write_text(json.dumps({"configuration": settings}))
    assert "best.weights.h5: cannot be loaded" in refusal(run)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_and_b_are_recombined_with_the_photographs_own_luma(height, width):
    grey = np.random.default_rng(0).integers(0, 256, (height, width)).astype("uint8")
    painter = Painter(lambda signed: np.broadcast_to([25.0, 40.0], (*signed.shape[:3], 2)), "ab")
    output = Colorizer(painter).colorize(grey)
    assert (output.shape, output.dtype) == ((height, width, 3), np.uint8)
    assert np.abs(grey_of(output) - grey).max() <= 0.51, "no exception for clipped colours"
    middle = (grey > 90) & (grey < 160)
    found = skimage_color.rgb2lab(output)[middle][:, 1:]
    # The shift that keeps the grey moves saturated colours a little.
    assert np.abs(found - [25.0, 40.0]).max(initial=0) <= 6


def test_predict_takes_any_size_of_a_network_that_predicts_a_and_b():
    def left_and_right(signed):
        sign = np.where(np.arange(signed.shape[2] // 4) < 4, 30.0, -30.0)
        answer = np.zeros((len(signed), signed.shape[1] // 4, signed.shape[2] // 4, 2))
        answer[..., 0] = sign
        return answer

    grey = np.full((2, 50, 50, 1), 120.0)
    output = Colorizer(Painter(left_and_right, "ab")).predict(grey).astype(int)
    assert output.shape == (2, 50, 50, 3)
    assert (output[:, :, :20, 0] > output[:, :, :20, 1] + 20).all()
    assert (output[:, :, 30:, 0] < output[:, :, 30:, 1] - 20).all()


def test_saturation_is_a_factor_of_a_and_b():
    grey = middle_grey(40, 30)
    rule = lambda signed: np.broadcast_to([10.0, 14.0], (*signed.shape[:3], 2))  # noqa: E731
    colorizer = Colorizer(Painter(rule, "ab", saturation=0.5))
    none = colorizer.colorize(grey, saturation=0)
    np.testing.assert_array_equal(none, np.repeat(grey[..., None], 3, axis=-1))
    for each in (colorizer.colorize, lambda grey, *rest: colorizer.predict(grey[None], *rest)[0]):
        image = grey[..., None]
        chroma = [
            np.hypot(*np.moveaxis(skimage_color.rgb2lab(picture)[..., 1:], -1, 0)).mean()
            for picture in (each(image), each(image, 1.5))
        ]
        assert chroma[0] == pytest.approx(0.5 * np.hypot(10, 14), rel=0.1)
        assert chroma[1] / chroma[0] == pytest.approx(3, rel=0.05)


def test_a_predictor_of_rgb_obeys_saturation_too():
    grey = middle_grey(64, 64)
    painter = Painter(lambda signed: np.broadcast_to([0.2, 0.0, -0.1], (*signed.shape[:3], 3)))
    colorizer = Colorizer(painter)
    ways = {
        "colorize": lambda factor: colorizer.colorize(grey, factor),
        "predict": lambda factor: colorizer.predict(grey[None, ..., None], factor)[0],
    }
    for name, way in ways.items():
        full = way(1).astype(float)
        for factor in (0, 0.5, 2):
            found = way(factor).astype(float)
            luma_of = grey_of(full)[..., None]
            np.testing.assert_allclose(found, luma_of + factor * (full - luma_of), atol=1.6)
            assert np.abs(grey_of(found) - grey_of(full)).max() <= 1.2, name
        painter.saturation = 0.5
        np.testing.assert_array_equal(way(None), way(0.5))
        painter.saturation = 1.0


def peaks(signed):
    """Logits with two peaks, at equal height: bins that lie 40 apart in b."""
    logits = np.full((*signed.shape[:1], signed.shape[1] // 4, signed.shape[2] // 4, 227), -9.0)
    for ab, height in (((20, 0), 4.0), ((20, 40), 3.0)):
        (place,) = np.flatnonzero((ab_bins.bin_centers() == ab).all(axis=-1))
        logits[..., place] = height
    return logits


@pytest.mark.parametrize("temperature", [1.0, 0.4, 0.1])
def test_bins_become_their_annealed_mean(temperature):
    painter = Painter(peaks, "ab_bins")
    grey = middle_grey(64, 64)
    # The softmax of two: what lies so much lower weighs nothing.
    share = 1 / (1 + np.exp(1 / temperature))
    ab = np.broadcast_to([20.0, 40.0 * share], (1, 1, 2))
    expected = luma.recombine(grey[..., None], ab).astype(int)
    found = Colorizer(painter).colorize(grey, temperature=temperature)
    assert np.abs(found - expected).max() <= 1
    batch = Colorizer(painter).predict(grey[None, ..., None], temperature=temperature)
    np.testing.assert_array_equal(batch[0], found)
    painter.temperature = temperature
    np.testing.assert_array_equal(Colorizer(painter).colorize(grey), found)
    with pytest.raises(InputError, match="temperature"):
        Colorizer(painter).colorize(grey, temperature=0)


def test_annealing_agrees_with_the_formula_and_does_not_overflow():
    logits = np.random.default_rng(0).normal(0, 300, (3, 5, 227))
    for temperature in (0.02, 0.4, 3):
        weights = np.exp((logits - logits.max(-1, keepdims=True)) / temperature)
        expected = (weights / weights.sum(-1, keepdims=True)) @ ab_bins.bin_centers()
        found = ab_bins.annealed_mean(logits, temperature)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, atol=0.05)
    for wrong in (np.zeros((2, 226)), np.zeros(())):
        with pytest.raises(ValueError, match="one for each bin"):
            ab_bins.annealed_mean(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("target", ["ab", "ab_bins"])
def test_a_run_of_another_target_is_loaded_with_its_own_network(target, tmp_path):
    configuration = Configuration(target=target, image_size=32, filters=FILTERS)
    network = randomize(registry.build_network(configuration))
    record = {"configuration": configuration.to_dict()}
    (tmp_path / "config.json").write_text(json.dumps(record))
    network.save_weights(tmp_path / "best.weights.h5")
    colorizer = Colorizer.from_run(tmp_path)
    grey = middle_grey(32, 32)
    signed = levels_to_signed(grey[None, ..., None])
    whole = heads.prediction_network(network, configuration)
    expected = luma.recombine(grey[..., None], np.asarray(whole(signed, training=False))[0])
    assert np.abs(colorizer.colorize(grey).astype(int) - expected).max() <= 1
    assert expected.std(axis=-1).max() > 1, "a grey prediction would prove nothing"


# --- one result, whatever the way in -----------------------------------------------------------


@pytest.fixture(scope="module")
def ways(good_run, chroma_file, tmp_path_factory):
    """Every way to colour a file with a run and with an ONNX file."""

    def command(path, model):
        from command import colorlab as run

        out = tmp_path_factory.mktemp("out")
        assert run("colorize", path, "-o", out, "--model", model, "--format", "png").code == 0
        (written,) = out.iterdir()
        return np.asarray(Image.open(written))

    def read(path):
        return np.asarray(Image.open(path))

    load = functools.cache(load_pretrained)

    return [good_run, chroma_file], {
        "command": command,
        "path": lambda path, model: colorlab.colorize(path, model),
        "array": lambda path, model: colorlab.colorize(read(path), model),
        "loaded": lambda path, model: load(model).colorize(read(path)),
        "picture": lambda path, model: load(model).colorize(Image.open(path)),
        "grey": lambda path, model: load(model).colorize(np.asarray(Image.open(path).convert("L"))),
    }


@pytest.mark.slow
def test_a_photograph_in_colour_gives_one_result_by_every_way_in(ways, tmp_path):
    models, functions = ways
    path = tmp_path / "a.png"
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 256, (50, 60, 3)).astype("uint8")).save(path)
    for model in models:
        results = {name: function(path, model) for name, function in functions.items()}
        for name, result in results.items():
            np.testing.assert_array_equal(result, results["command"], err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["run", "onnx"])
def test_threads_with_two_sizes_do_not_get_each_others_results(kind, good_run, chroma_file):
    colorizer = load_pretrained(good_run if kind == "run" else chroma_file)
    picture = np.random.default_rng(1).integers(0, 256, (60, 80)).astype("uint8")
    settings = [{"size": 32, "saturation": 0.5}, {"size": 64}, {"size": 96, "saturation": 2}]
    expected = [colorizer.colorize(picture, **each) for each in settings]
    assert all((expected[0] != other).any() for other in expected[1:])
    begin, wrong = threading.Barrier(6), []

    def work(number):
        begin.wait()
        for turn in range(10):
            at = (number + turn) % len(settings)
            if (colorizer.colorize(picture, **settings[at]) != expected[at]).any():
                wrong.append((number, turn))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong


# --- ONNX files ----------------------------------------------------------------------------------


def rewritten(path, source, **facts):
    """Copy an ONNX file with other facts; None leaves one out."""
    import onnx

    model = onnx.load(source)
    known = {each.key: each.value for each in model.metadata_props} | facts
    del model.metadata_props[:]
    onnx.helper.set_model_props(
        model, {key: str(value) for key, value in known.items() if value is not None}
    )
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("value", [100000, 0, -5, "nan", "inf", "1e9", "many", None, 1025, 48.5])
@pytest.mark.parametrize("name", ["image_size", "stride"])
def test_sizes_out_of_range_in_a_file_are_refused(name, value, chroma_file, tmp_path):
    path = rewritten(tmp_path / "odd.onnx", chroma_file, **{name: value})
    with pytest.raises(InputError) as error:
        load_pretrained(path)
    (line,) = str(error.value).splitlines()
    assert line.startswith(f"{path}: says {name} = ") and "expected a whole number from 1" in line


@pytest.mark.parametrize("value", ["nan", "inf", -1, 11, "much"])
def test_saturations_out_of_range_in_a_file_are_refused(value, chroma_file, tmp_path):
    path = rewritten(tmp_path / "odd.onnx", chroma_file, saturation=value)
    with pytest.raises(InputError, match="says saturation = .*, expected a number from 0 to 10"):
        load_pretrained(path)


def test_a_file_with_the_names_of_before_is_read(chroma_file, tmp_path):
    path = rewritten(
        tmp_path / "old.onnx", chroma_file, step=8, strength=0.3, stride=None, saturation=None
    )
    predictor = load_pretrained(path).predictor
    assert (predictor.stride, predictor.saturation) == (8, 0.3)


def test_a_stride_that_the_network_does_not_have_is_one_line(chroma_file, tmp_path):
    path = rewritten(tmp_path / "odd.onnx", chroma_file, stride=1, image_size=45)
    with pytest.raises(InputError) as error:
        load_pretrained(path).colorize(np.zeros((45, 45), "uint8"))
    (line,) = str(error.value).splitlines()
    assert line.startswith(f"{path}: cannot compute with 45 x 45 pixels")


def hinted_file(path, bins=227, stride=1):
    """Write an ONNX file that predicts bins, and moves to the hinted ones where there are hints."""
    import onnx
    from onnx import helper

    weights = np.zeros((bins, 4, 1, 1), "float32")
    weights[:, 0, 0, 0] = np.linspace(-1, 1, bins)  # of the grey
    weights[bins // 3, 3, 0, 0] = 50.0  # of the mask
    nodes = [
        helper.make_node("AveragePool", ["grey"], ["small"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Concat", ["small", "hints"], ["both"], axis=1),
        helper.make_node("Conv", ["both", "weights"], ["ab_bins"], strides=[stride, stride]),
    ]
    values = [
        helper.make_tensor_value_info(name, 1, ["batch", channels, f"{name}_h", f"{name}_w"])
        for name, channels in (("grey", 1), ("hints", 3), ("ab_bins", bins))
    ]
    graph = helper.make_graph(
        nodes, "hinted", values[:2], values[2:],
        initializer=[onnx.numpy_helper.from_array(weights, "weights")],
    )  # fmt: skip
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    helper.set_model_props(model, {"image_size": "32", "stride": "32", "temperature": "0.2"})
    onnx.save(model, path)
    return path


def test_a_network_of_bins_and_hints_colours_without_hints_and_takes_them(tmp_path):
    predictor = OnnxPredictor(hinted_file(tmp_path / "hinted.onnx"))
    assert (predictor.target, predictor.temperature) == ("ab_bins", 0.2)
    grey = np.random.default_rng(0).uniform(-1, 1, (2, 32, 64, 1)).astype("float32")
    plain = predictor.predict(grey)
    assert plain.shape == (2, 8, 16, 227)
    np.testing.assert_array_equal(plain, predictor.predict(grey, np.zeros((2, 8, 16, 3))))
    hints = np.zeros((2, 8, 16, 3), "float32")
    hints[1, 2, 3] = (10, 20, 1)
    moved = np.abs(predictor.predict(grey, hints) - plain).max(axis=-1) > 1
    assert [tuple(place) for place in np.argwhere(moved)] == [(1, 2, 3)]
    vivid = Colorizer(OnnxPredictor(predictor.weights, {"image_size": 32, "stride": 32}))
    assert Colorizer(predictor).colorize(middle_grey(40, 50)).shape == (40, 50, 3)
    assert vivid.predictor.temperature == ab_bins.DEFAULT_TEMPERATURE
    with pytest.raises(InputError, match="predicts 9 channels, expected 227 for ab_bins"):
        OnnxPredictor(hinted_file(tmp_path / "few.onnx", 9)).predict(grey)
    with pytest.raises(InputError, match="predicts 4 x 8 places for hints on 8 x 16; both must"):
        OnnxPredictor(hinted_file(tmp_path / "coarse.onnx", stride=2)).predict(grey, hints)


def test_hints_reach_the_pictures_they_are_for_in_every_batch(tmp_path, monkeypatch):
    colorizer = Colorizer(OnnxPredictor(hinted_file(tmp_path / "hinted.onnx")))
    assert colorizer.predictor.takes_hints
    assert colorizer.hint_grid(64, 64) == (8, 8) and colorizer.hint_grid(64, 128) == (8, 16)
    grey = np.full((3, 64, 64, 1), 128, "float32")
    hints = np.zeros((3, 8, 8, 3), "float32")
    hints[2, 0, 0, 2] = 1
    # One picture a run: the third one's hints must not go to the first.
    monkeypatch.setattr("colorlab.inference.colorizer._PIXELS_A_RUN", 1)
    plain, given = colorizer.predict(grey), colorizer.predict(grey, hints=hints)
    changed = (plain != given).any(axis=-1)
    assert changed[2].any() and not changed[:2].any()
