"""The recipes: what their networks answer, and that the answers can be read as colours."""

import numpy as np
import pytest
from skimage import color as skimage_color

from colorlab import losses
from colorlab.backend import keras
from colorlab.configuration import RECIPES, Configuration
from colorlab.networks import registry

FILTERS = (4, 6)


def network_of(recipe, **settings):
    keras.utils.set_random_seed(0)
    configuration = Configuration.of(recipe, image_size=16, filters=FILTERS, **settings)
    return configuration, registry.build_network(configuration)


@pytest.mark.parametrize(
    ("recipe", "shape"),
    [("classic", (2, 16, 24, 3)), ("chroma", (2, 16, 24, 2)), ("classes", (2, 4, 6, 227))],
)
def test_the_head_answers_what_the_recipe_says(recipe, shape):
    _, network = network_of(recipe)
    grey = np.random.default_rng(0).uniform(-1, 1, (2, 16, 24, 1)).astype("float32")
    assert tuple(network(grey, training=False).shape) == shape


def test_the_blocks_are_the_same_in_every_recipe():
    shapes = []
    for recipe in RECIPES:
        _, network = network_of(recipe)
        blocks = [layer for layer in network.layers if layer.name[:7] in ("encoder", "decoder")]
        shapes.append([(layer.name, [w.shape for w in layer.weights]) for layer in blocks])
    assert shapes[0] == shapes[1] == shapes[2]
    assert len(shapes[0]) == 4 * 2 + 4 * 2


@pytest.mark.parametrize("recipe", ["classic", "chroma"])
def test_only_classes_need_more_to_answer_in_colours(recipe):
    configuration, network = network_of(recipe)
    assert registry.prediction_network(network, configuration) is network


def test_the_annealed_mean_is_a_mean_and_then_the_mode():
    configuration, network = network_of("classes")
    grey = np.random.default_rng(0).uniform(-1, 1, (1, 16, 16, 1)).astype("float32")
    # Far enough apart that a likeliest class stands out.
    logits = 50 * np.asarray(network(grey, training=False), dtype="float64")
    head = network.get_layer("classes")
    head.set_weights([50 * value for value in head.get_weights()])
    grid = losses.ab_bins.bin_centers()
    for temperature in (1.0, 0.5, 0.1):
        power = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
        expected = power @ grid / power.sum(axis=-1, keepdims=True)
        whole = registry.prediction_network(network, configuration, temperature)
        found = np.asarray(whole(grey, training=False))
        np.testing.assert_allclose(found, expected, atol=2e-2)
    coldest = registry.prediction_network(network, configuration, 1e-3)(grey, training=False)
    mode = grid[logits.argmax(axis=-1)]
    # Where the likeliest class leads by ten temperatures, the others together weigh below 0.01.
    first, second = np.sort(logits, axis=-1)[..., ::-1][..., :2].transpose(3, 0, 1, 2)
    clear = first - second > 1e-2
    assert clear.sum() >= 4, "too few clear cases to say anything"
    np.testing.assert_allclose(np.asarray(coldest)[clear], mode[clear], atol=2)


def test_the_losses_are_those_of_the_recipes():
    def loss(recipe, **settings):
        return registry.make_loss(Configuration.of(recipe, **settings))

    assert loss("classic") is losses.log_cosh
    truth = np.array([[[[1.0, -1.0, -1.0]]]], "float32")
    grey = np.zeros((1, 1, 1, 2), "float32")
    even, rare = (
        float(np.asarray(loss("chroma", rarity=rarity)(truth, grey)).mean())
        for rarity in (0.0, 1.0)
    )
    chroma = np.hypot(*skimage_color.rgb2lab([[[1.0, 0, 0]]])[0, 0, 1:])
    assert even == pytest.approx(np.hypot(chroma, 5) - 5, rel=1e-3)
    assert rare == pytest.approx(even * (1 + chroma / 20), rel=1e-3)
