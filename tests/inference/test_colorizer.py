"""The colouriser takes pictures of any size, keeps their light, and says what it cannot load."""

import json
import shutil
import types

import numpy as np
import pytest
from PIL import Image
from skimage import color as skimage_color

from colorlab import color
from colorlab.color import luma
from colorlab.configuration import Configuration, read_configuration
from colorlab.datasets import toy
from colorlab.errors import InputError
from colorlab.inference.colorizer import Colorizer
from colorlab.networks import registry, unet

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
    return Colorizer(network, image_size=32, step=32)


class Painter:
    """A network whose answer is known: it remembers what it saw, and paints by a rule."""

    def __init__(self, rule, channels=3):
        self.rule, self.seen = rule, []
        self.output = types.SimpleNamespace(shape=(None, None, None, channels))

    def __call__(self, signed, training):
        assert training is False
        self.seen.append(np.asarray(signed))
        return self.rule(self.seen[-1]).astype("float32")


def orange(signed):
    """A colour with R - G = 51 and G - B = 25.5 levels, whatever the light."""
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


def test_predict_feeds_small_batches_in_order():
    painter = Painter(lambda signed: np.repeat(signed, 3, axis=-1))
    numbers = np.arange(19, dtype="uint8").reshape(19, 1, 1, 1)
    grey = np.broadcast_to(numbers, (19, 32, 32, 1))
    output = Colorizer(painter, 32, 32).predict(grey)
    np.testing.assert_array_equal(output, np.repeat(grey, 3, axis=-1))
    assert sum(len(batch) for batch in painter.seen) == 19
    assert max(len(batch) for batch in painter.seen) < 19, "memory grows with the batch"


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
def test_colorize_keeps_size_and_light(colorizer, height, width):
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
    output = Colorizer(painter, 32, 32).colorize(grey).astype(int)
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
    Colorizer(painter, 32, 32).colorize(grey)
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

    output = Colorizer(Painter(halves), 32, 32).colorize(middle_grey(height, width)).astype(int)
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
    assert np.abs(two - three).max() <= 1


def test_the_colour_of_a_colour_picture_is_not_used():
    image = toy.paint("faces", 5, size=48)
    painter = Painter(orange)
    output = Colorizer(painter, 32, 32).colorize(image).astype(int)
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
    output = Colorizer(Painter(orange), 32, 32).colorize(grey).astype(int)
    # One channel ends at the limit, none wraps around to the other end.
    assert np.abs(output - level).max() <= 70
    assert (output == level).any(axis=-1).all()


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((8, 8, 3), "float32"),
        np.zeros((8, 8), "uint16"),
        np.zeros((8, 8), bool),
        np.zeros((1, 8, 8, 3), "uint8"),
        np.zeros((8, 8, 2), "uint8"),
        np.zeros((8, 8, 4), "uint8"),
        np.zeros((0, 8, 3), "uint8"),
        np.zeros(8, "uint8"),
    ],
    ids=lambda image: f"{image.dtype}-{image.shape}",
)
def test_colorize_refuses_what_is_no_picture(colorizer, image):
    with pytest.raises(ValueError) as caught:
        colorizer.colorize(image)
    assert str(image.shape) in str(caught.value)


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


def test_a_run_colours_like_the_network_that_was_saved(good_run, colorizer):
    loaded = Colorizer.from_run(good_run)
    assert loaded.image_size == 32
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
        read_configuration(run)


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
def test_chroma_is_joined_with_the_photographs_own_light(height, width):
    grey = np.random.default_rng(0).integers(0, 256, (height, width)).astype("uint8")
    painter = Painter(lambda signed: np.broadcast_to([25.0, 40.0], (*signed.shape[:3], 2)), 2)
    output = Colorizer(painter, 32, 32).colorize(grey)
    assert (output.shape, output.dtype) == ((height, width, 3), np.uint8)
    assert np.abs(grey_of(output) - grey).max() <= 0.51, "no exception for clipped colours"
    middle = (grey > 90) & (grey < 160)
    found = skimage_color.rgb2lab(output)[middle][:, 1:]
    # The shift that keeps the grey moves saturated chroma a little.
    assert np.abs(found - [25.0, 40.0]).max(initial=0) <= 6


def test_predict_takes_any_size_of_a_network_that_answers_chroma():
    def left_and_right(signed):
        sign = np.where(np.arange(signed.shape[2] // 4) < 4, 30.0, -30.0)
        answer = np.zeros((len(signed), signed.shape[1] // 4, signed.shape[2] // 4, 2))
        answer[..., 0] = sign
        return answer

    grey = np.full((2, 50, 50, 1), 120.0)
    output = Colorizer(Painter(left_and_right, 2), 32, 32).predict(grey).astype(int)
    assert output.shape == (2, 50, 50, 3)
    assert (output[:, :, :20, 0] > output[:, :, :20, 1] + 20).all()
    assert (output[:, :, 30:, 0] < output[:, :, 30:, 1] - 20).all()


def test_strength_is_a_factor_of_the_chroma():
    grey = middle_grey(40, 30)
    painter = Painter(lambda signed: np.broadcast_to([10.0, 14.0], (*signed.shape[:3], 2)), 2)
    colorizer = Colorizer(painter, 32, 32, strength=0.5)
    none = colorizer.colorize(grey, strength=0)
    np.testing.assert_array_equal(none, np.repeat(grey[..., None], 3, axis=-1))
    chroma = [
        np.hypot(*np.moveaxis(skimage_color.rgb2lab(picture)[..., 1:], -1, 0)).mean()
        for picture in (colorizer.colorize(grey), colorizer.colorize(grey, strength=1.5))
    ]
    assert chroma[0] == pytest.approx(0.5 * np.hypot(10, 14), rel=0.1)
    assert chroma[1] / chroma[0] == pytest.approx(3, rel=0.05)


@pytest.mark.parametrize("target", ["ab", "ab_bins"])
def test_a_run_of_another_target_is_loaded_with_its_own_network(target, tmp_path):
    configuration = Configuration(target=target, image_size=32, filters=FILTERS)
    network = randomize(registry.build_network(configuration))
    record = {"configuration": configuration.to_dict()}
    (tmp_path / "config.json").write_text(json.dumps(record))
    network.save_weights(tmp_path / "best.weights.h5")
    colorizer = Colorizer.from_run(tmp_path)
    assert colorizer.predicts_ab
    grey = middle_grey(32, 32)
    signed = color.levels_to_signed(grey[None, ..., None])
    whole = registry.prediction_network(network, configuration)
    expected = luma.recombine(grey[..., None], np.asarray(whole(signed, training=False))[0])
    np.testing.assert_array_equal(colorizer.colorize(grey), expected)
    assert expected.std(axis=-1).max() > 1, "a grey answer would prove nothing"
