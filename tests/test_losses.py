"""The losses: against formulas in double precision, and where the formulas overflow."""

import numpy as np
import pytest
from skimage import color as skimage_color

from colorlab.backend import keras
from colorlab.color import ab_bins
from colorlab.losses import AbCrossEntropy, AbCrossEntropyAndDistance, AbDistance, log_cosh

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="gradients are taken with TensorFlow"
)


def of_errors(errors):
    """Return the loss of single errors: one channel, truth at zero."""
    errors = np.asarray(errors, "float32")[:, None]
    return np.asarray(log_cosh(np.zeros_like(errors), errors))


def test_moderate_errors_follow_the_formula():
    errors = np.linspace(-20, 20, 2001)
    expected = np.log(np.cosh(errors.astype("float32").astype("float64")))
    np.testing.assert_allclose(of_errors(errors), expected, rtol=1e-5, atol=2e-7)


def test_small_errors_are_half_the_square():
    errors = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])
    np.testing.assert_allclose(of_errors(errors), errors**2 / 2, atol=3e-7)
    assert of_errors([0.0])[0] == pytest.approx(0.0, abs=1e-7)


def test_large_errors_follow_the_asymptote_and_do_not_overflow():
    errors = np.array([50.0, -50.0, 1e3, -1e3, 1e6, 1e30, -1e30])
    found = of_errors(errors)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, np.abs(errors) - np.log(2), rtol=1e-6)


def test_the_loss_is_even_and_never_clearly_negative():
    errors = np.random.default_rng(0).normal(0, 3, 500)
    found = of_errors(errors)
    np.testing.assert_array_equal(found, of_errors(-errors))
    assert (found > -1e-6).all()


def test_channels_are_averaged_and_the_other_axes_kept():
    random = np.random.default_rng(1)
    truth, prediction = random.uniform(-1, 1, (2, 2, 5, 7, 3))
    found = np.asarray(log_cosh(truth, prediction))
    assert found.shape == (2, 5, 7)
    expected = np.log(np.cosh(prediction - truth)).mean(axis=-1)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_it_agrees_with_keras_own_loss():
    random = np.random.default_rng(2)
    truth, prediction = random.uniform(-1, 1, (2, 4, 6, 6, 3)).astype("float32")
    expected = keras.losses.log_cosh(truth, prediction)
    np.testing.assert_allclose(
        np.asarray(log_cosh(truth, prediction)), np.asarray(expected), rtol=1e-4, atol=1e-6
    )


@needs_tensorflow
def test_gradient_is_the_hyperbolic_tangent_over_the_channels():
    import tensorflow as tf

    errors = np.array([[-1e4, -3.0, -0.5], [0.0, 1e-3, 0.5], [3.0, 80.0, 1e6]], "float32")
    truth = np.full_like(errors, 0.25)
    prediction = tf.constant(errors + truth)
    with tf.GradientTape() as tape:
        tape.watch(prediction)
        loss = tf.reduce_sum(log_cosh(truth, prediction))
    found = tape.gradient(loss, prediction).numpy()
    np.testing.assert_allclose(found, np.tanh(errors.astype("float64")) / 3, atol=1e-6)


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_half_precision_is_judged_in_full(precision):
    ops = keras.ops
    random = np.random.default_rng(3)
    truth = random.uniform(-1, 1, (2, 4, 4, 3)).astype("float32")
    prediction = ops.cast(truth + 0.01, precision)
    found = log_cosh(ops.cast(truth, "float32"), prediction)
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    kept = np.asarray(ops.cast(prediction, "float32"), "float64")
    expected = np.log(np.cosh(kept - truth)).mean(axis=-1)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-3, atol=3e-7)


def test_the_loss_is_kept_by_its_name():
    assert keras.saving.get_registered_name(log_cosh) == "colorlab>log_cosh"
    assert keras.saving.get_registered_object("colorlab>log_cosh") is log_cosh
    kept = keras.saving.serialize_keras_object(log_cosh)
    assert keras.saving.deserialize_keras_object(kept) is log_cosh


def test_a_saved_network_comes_back_with_its_loss(tmp_path):
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    network.compile("sgd", loss=log_cosh)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.loss is log_cosh
    points, truth = np.ones((4, 2), "float32"), np.full((4, 3), 0.5, "float32")
    expected = np.log(np.cosh(np.asarray(network(points), "float64") - truth)).mean()
    assert loaded.evaluate(points, truth, verbose=0) == pytest.approx(expected, rel=1e-4)


def pictures(seed=3, shape=(2, 8, 8, 3)):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def test_ab_distance_follows_scikit_image():
    truth, answer = pictures(), 20 * pictures(4, (2, 8, 8, 2))
    true = skimage_color.rgb2lab((truth + 1) / 2)[..., 1:]
    distance = np.hypot(*np.moveaxis(answer - true, -1, 0))
    expected = np.hypot(distance, 5) - 5
    np.testing.assert_allclose(AbDistance()(truth, answer), expected, atol=2e-2)
    weight = (1 + np.hypot(*np.moveaxis(true, -1, 0)) / 20) ** 0.7
    np.testing.assert_allclose(AbDistance(0.7)(truth, answer), weight * expected, rtol=2e-3)


def test_ab_bins_are_the_grid_points_that_a_screen_can_show():
    grid = ab_bins.bin_centers()
    assert (grid % 10 == 0).all() and len(np.unique(grid, axis=0)) == len(grid)
    assert {(0.0, 0.0), (70.0, 60.0), (-70.0, 70.0)} <= {tuple(point) for point in grid.tolist()}
    # All colours of a screen, coarsely: none is further from a class than a corner of the grid.
    steps = np.linspace(0, 1, 18)
    chroma = skimage_color.rgb2lab(np.stack(np.meshgrid(steps, steps, steps), axis=-1))[..., 1:]
    nearest = np.linalg.norm(chroma.reshape(-1, 1, 2) - grid, axis=-1).min(axis=1)
    assert nearest.max() < 15 and np.median(nearest) < 5


def test_soft_encoding_is_shares_around_the_target_ab():
    truth = np.broadcast_to(pictures(5, (3, 1, 1, 3)), (3, 8, 4, 3))
    shares = np.asarray(AbCrossEntropy(np.ones(227)).soft_encode(truth))
    assert shares.shape == (3, 2, 1, 227)
    np.testing.assert_allclose(shares.sum(axis=-1), 1, rtol=1e-5)
    true = skimage_color.rgb2lab((truth[:, :1, :1] + 1) / 2)[..., 1:]
    square = ((true[..., None, :] - ab_bins.bin_centers()) ** 2).sum(axis=-1)
    expected = np.exp(-(square - square.min(axis=-1, keepdims=True)) / 50)
    expected /= expected.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(shares[:, :1], expected, atol=2e-3)


def test_cross_entropy_is_least_where_the_shares_are_right():
    truth = pictures()
    loss = AbCrossEntropy(np.ones(227), class_rebalancing=0)
    shares = np.asarray(loss.soft_encode(truth))
    entropy = -(shares * np.log(shares + 1e-30)).sum(axis=-1)
    np.testing.assert_allclose(loss(truth, np.log(shares + 1e-30)), entropy, rtol=1e-3)
    np.testing.assert_allclose(
        loss(truth, np.zeros_like(shares)), np.full(shares.shape[:3], np.log(227)), rtol=1e-4
    )


def test_rare_classes_weigh_more_and_the_average_pixel_weighs_one():
    grid = ab_bins.bin_centers()
    frequencies = np.exp(-np.hypot(*grid.T) / 10)
    loss = AbCrossEntropy(frequencies, class_rebalancing=1)
    share = frequencies / frequencies.sum()
    expected = 1 / (0.5 * share + 0.5 / len(share))
    expected /= (share * expected).sum()
    for color in ([0.0, 0.0, 0.0], [1.0, -1.0, -1.0]):
        truth = np.broadcast_to(np.array(color, "float32"), (1, 4, 4, 3))
        shares = np.asarray(loss.soft_encode(truth))[0, 0, 0]
        found = np.asarray(loss(truth, np.zeros((1, 1, 1, len(grid)), "float32")))
        assert found.item() == pytest.approx(np.log(len(grid)) * (shares @ expected), rel=1e-3)


def test_cross_entropy_and_distance_adds_a_tenth_of_the_distance_of_the_mean():
    rng = np.random.default_rng(0)
    target = rng.uniform(-1, 1, (2, 8, 12, 3)).astype("float32")
    logits = rng.normal(0, 3, (2, 2, 3, 227)).astype("float32")
    centers = ab_bins.bin_centers()
    probabilities = np.exp(logits.astype("float64"))
    probabilities /= probabilities.sum(axis=-1, keepdims=True)
    coarse = target.reshape(2, 2, 4, 3, 4, 3).mean(axis=(2, 4))
    lab = skimage_color.rgb2lab((coarse + 1) / 2)
    square = ((probabilities @ centers - lab[..., 1:]) ** 2).sum(axis=-1)
    expected = np.asarray(AbCrossEntropy()(target, logits)) + 0.1 * (np.sqrt(square + 25) - 5)
    both = AbCrossEntropyAndDistance()(target, logits)
    np.testing.assert_allclose(np.asarray(both), expected, rtol=1e-4, atol=1e-3)
