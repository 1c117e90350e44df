"""Checks accept right answers, name typical mistakes, and keep the right answer to themselves."""

import numpy as np
import pytest

from colorlab import color, metrics
from colorlab.course import exercises
from colorlab.course.exercises import brown, learning, pictures, quickstart, results, training, unet
from colorlab.course.exercises.exercise import Exercise
from colorlab.errors import InputError

CHAPTERS = ("00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10")
ALL = [
    pytest.param(each, id=f"{chapter}-{each.answer.__name__}")
    for chapter in CHAPTERS
    for each in exercises.load(chapter)
]


@pytest.mark.parametrize("exercise", ALL)
def test_the_solution_is_right(exercise):
    verdict = exercise.verdict(exercise.answer)
    assert verdict.right
    assert verdict.message == f"Right. {exercise.remark}"


@pytest.mark.parametrize("exercise", ALL)
def test_each_mistake_is_named(exercise):
    """Two mistakes may deserve the same words, but no mistake is taken for another."""
    for mistake, message in exercise.mistakes:
        verdict = exercise.verdict(mistake)
        assert not verdict.right
        assert verdict.message == f"Not yet: {message}"


@pytest.mark.parametrize("exercise", ALL)
def test_a_chapter_stub_is_no_answer(exercise):
    for stub in (None, ..., lambda *arguments: None, lambda *arguments: ...):
        verdict = exercise.verdict(stub)
        assert not verdict.right
        assert verdict.message.startswith("No answer yet")


@pytest.mark.parametrize("exercise", ALL)
def test_three_hints_then_the_solution(exercise, capsys):
    assert len(exercise.hints) >= 2
    for _ in range(len(exercise.hints) + 1):
        exercise.hint()
    assert capsys.readouterr().out.splitlines()[-1].startswith("No more hints")
    exercise.solution()
    assert capsys.readouterr().out.startswith(f"def {exercise.answer.__name__}(")


def double(values):
    return 2 * values


DOUBLE = Exercise(
    double,
    lambda: [(np.arange(1.0, 4.0),), (np.arange(5.0),)],
    hints=("Twice.",),
    mistakes=((lambda values: values**2, "this is the square."),),
    remark="Well done.",
)


def stop(values):
    raise KeyError("sky")


def in_place(values):
    values *= 2
    return values


def test_a_change_inside_a_list_of_arrays_is_found():
    """What a function gets may be several pictures."""

    def total(pictures):
        return sum(each.sum() for each in pictures)

    def spoil(pictures):
        pictures[1][0] = 7
        return total(pictures)

    exercise = Exercise(total, lambda: [([np.ones(2), np.ones(3)],)], ("a", "b"), (), "Yes.")
    assert exercise.verdict(total).right
    assert "changes its argument" in exercise.verdict(spoil).message
    assert "changes its argument" in exercise.verdict(lambda pictures: pictures.pop()).message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (double(np.ones(3)), "Not yet: pass the function itself"),
        (stop, "Not yet: the function stops with KeyError: 'sky'"),
        (lambda: 0, "Not yet: the function stops with TypeError"),
        (in_place, "Not yet: the function changes its argument"),
        (lambda values: "red", "Not yet: the function returns a str"),
        (
            lambda values: 2.0,
            "Not yet: the result is a single number, where an array of shape (3,)",
        ),
        (lambda values: values / 0.0, "Not yet: the result holds infinite values"),
        (lambda values: values**2, "Not yet: this is the square."),
        (lambda values: -2 * values, "Not yet: the sign is the wrong way round."),
        (lambda values: 3 * values, "Not yet: right, but for a constant factor."),
        (
            lambda values: 2 * values + 1,
            "Not yet: 100% of the numbers are wrong; those are too large",
        ),
        (
            lambda values: 2 * values - 1,
            "Not yet: 100% of the numbers are wrong; those are too small",
        ),
        (lambda values: np.sin(values), "Not yet: 88% of the numbers are wrong"),
        (lambda values: 2 * values + 1e-7, "Right. Well done."),
        (lambda values: [2 * each for each in values], "Right. Well done."),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_what_is_wrong_is_said(answer, words, capsys):
    DOUBLE.check(answer)
    assert capsys.readouterr().out.startswith(words)


def test_a_message_does_not_give_the_result_away():
    message = DOUBLE.verdict(lambda values: values + 17).message
    assert not any(str(number) in message.split("%")[1] for number in (2, 4, 6, 8))


def test_several_results_and_their_types():
    def pair(level):
        return np.array([level], "uint8"), 0.5

    exercise = Exercise(pair, lambda: [(7,)], ("a", "b"), (), "Yes.")
    assert exercise.verdict(pair).right
    assert "2 results" in exercise.verdict(lambda level: 0.5).message
    message = exercise.verdict(lambda level: (np.array([7.0]), 0.5)).message
    assert message == "Not yet: the result is of type float64, where uint8 is expected."


def test_an_unknown_chapter_is_refused():
    with pytest.raises(InputError, match="chapter '77': expected one of 0"):
        exercises.load("77")


def test_who_loads_the_exercises_again_gets_the_first_hint_again(capsys):
    for _ in range(2):
        exercises.load("02")[0].hint()
        assert capsys.readouterr().out.startswith("Hint 1 of 3")


def test_weights_are_counted_as_arrays_hold_them():
    for inputs, hidden, outputs in ((2, 4, 2), (3, 7, 1)):
        shapes = [(inputs, hidden), (hidden,), (hidden, outputs), (outputs,)]
        total = sum(np.zeros(shape).size for shape in shapes)
        assert learning.count_weights(inputs, hidden, outputs) == total


def test_the_absolute_gradient_is_that_of_differences():
    random = np.random.default_rng(0)
    grey, target = random.uniform(-1, 1, (2, 30))

    def loss(w, c):
        return np.abs(w * grey + c - target).mean()

    step = 1e-7
    by_difference = [
        (loss(0.4 + step, 0.1) - loss(0.4 - step, 0.1)) / (2 * step),
        (loss(0.4, 0.1 + step) - loss(0.4, 0.1 - step)) / (2 * step),
    ]
    assert learning.absolute_gradient(0.4, 0.1, grey, target) == pytest.approx(by_difference)


def test_under_a_constant_gradient_the_velocity_is_a_geometric_series():
    weights, velocity, gradient = np.zeros(2), np.zeros(2), np.array([1.0, -2.0])
    for _ in range(6):
        weights, velocity = learning.momentum_step(weights, velocity, gradient, 0.1, 0.8)
    assert velocity == pytest.approx(-0.1 * gradient * (1 - 0.8**6) / (1 - 0.8))


def test_descent_converges_below_the_largest_rate_and_diverges_above():
    grey = np.random.default_rng(4).uniform(-1, 0.5, 60)

    def distance_after(rate, steps=2000):
        w, c = 1.0, 1.0  # the minimum for a target of zero is at w = c = 0
        for _ in range(steps):
            error = w * grey + c
            w, c = w - rate * 2 * np.mean(error * grey), c - rate * 2 * np.mean(error)
        return np.hypot(w, c)

    limit = learning.largest_rate(grey)
    assert distance_after(0.99 * limit) < 0.01 < 10 < distance_after(1.01 * limit)


def test_exposure_and_saturation_by_single_pixels():
    grey = np.array([[[250], [100]]], "uint8")
    assert quickstart.expose(grey, 10).ravel().tolist() == [255, 110]
    assert quickstart.expose(grey, -110).ravel().tolist() == [140, 0]
    rgb = np.array([[[240, 250, 255], [99, 103, 100]]], "uint8")
    vivid = quickstart.change_saturation(grey, rgb, 2)
    assert vivid.tolist() == [[[230, 250, 255], [98, 106, 100]]]
    assert np.array_equal(quickstart.change_saturation(grey, rgb, 0)[..., 1:2], grey)


def test_the_lightness_is_the_photographs():
    grey, rgb = np.array([[[120]]], "uint8"), np.array([[[140, 110, 90]]], "uint8")
    lab = np.asarray(color.srgb_to_lab(quickstart.with_lightness(grey, rgb)))[0, 0]
    level = 120 / 255
    linear = ((level + 0.055) / 1.055) ** 2.4
    assert lab[0] == pytest.approx(116 * linear ** (1 / 3) - 16, abs=0.01)
    assert lab[1:] == pytest.approx(np.asarray(color.srgb_to_lab(rgb / 255))[0, 0, 1:], abs=0.01)


def test_parameters_of_the_recipe_are_the_published_ones():
    assert unet.count_parameters((64, 64, 128, 256, 256, 512, 512)) == 11_483_715


def test_the_receptive_field_counts_the_pixels_that_are_reached():
    for blocks in range(1, 6):
        reached = {0}
        for _ in range(blocks):
            reached = {2 * place + offset for place in reached for offset in (0, 1, 2)}
        assert unet.receptive_field(blocks) == len(reached)


def test_concatenation_doubles_what_goes_into_each_kernel():
    shapes = [(3, 3, 2 * 24, 8), (3, 3, 2 * 8, 8), (3, 3, 2 * 8, 8)]
    expected = sum(np.prod(shape) for shape in shapes)
    assert unet.concatenated_weights((8, 8, 24)) == expected


def test_colors_of_one_grey_are_counted_in_whole_numbers():
    """No luma of these is half way between two levels, where roundings differ."""
    for steps, level in ((16, 2), (16, 13), (32, 29)):
        count = sum(
            (299 * red + 587 * green + 114 * blue + 500) // 1000 == level
            for red in range(steps)
            for green in range(steps)
            for blue in range(steps)
        )
        assert pictures.count_colors(steps, level) == count


def test_rows_keep_their_own_mean():
    ab = np.zeros((2, 3, 4, 2))
    ab[:, 1, :, 0] = 5
    ab[0, 2, :, 1] = 8
    assert pictures.mean_by_row(ab).tolist() == [[0, 0], [5, 0], [0, 4]]


def test_crops_keep_the_middle():
    picture = np.arange(100).reshape(10, 10)
    assert pictures.crop_edges(picture, 40).tolist() == [[44, 45], [54, 55]]
    assert pictures.crop_edges(picture, 1).shape == (8, 8)


def test_the_loss_of_huber_is_smooth_where_its_parts_meet():
    assert training.huber(np.array([1.0, -1.0])) == pytest.approx([0.5, 0.5])
    slope = np.diff(training.huber(np.linspace(0.999, 1.001, 3))) / 0.001
    assert slope == pytest.approx([1, 1], abs=2e-3)
    assert training.huber(np.array([-4.0])) == pytest.approx([3.5])


def test_steps_and_left_over_pictures_make_an_epoch():
    steps, total, left_over = training.count_steps(4596, 32, 25)
    assert steps * 32 + left_over == 4596
    assert 0 <= left_over < 32
    assert total == 3575  # as the chapter counts


def test_the_measures_are_those_of_the_library():
    random = np.random.default_rng(11)
    truth, output = random.integers(0, 256, (2, 16, 16, 3), "uint8")
    expected = metrics.psnr(truth, output)
    assert results.peak_signal_to_noise(truth, output) == pytest.approx(expected, rel=1e-5)
    pair = np.array([[[3, 5, 0]]], "uint8"), np.array([[[5, 3, 2]]], "uint8")
    assert results.mean_absolute_error(*pair) == 2


def test_the_mean_over_mirror_images_is_the_same_for_both():
    ramp = np.arange(24.0).reshape(2, 3, 4, 1)

    def predict(grey):
        return grey * np.array([1.0, 2.0, 3.0, 4.0])[:, None]

    average = results.average_with_mirror(predict, ramp)
    mirrored = results.average_with_mirror(predict, ramp[:, :, ::-1])
    assert np.array_equal(mirrored[:, :, ::-1], average)
    assert np.allclose(average, 2.5 * ramp)


def test_no_other_prediction_has_a_smaller_error():
    values = np.array([1.0, -1.0, 0.9, 0.3, 0.0])
    square, absolute = brown.best_predictions(values)
    tried = np.linspace(-1.5, 1.5, 3001)
    errors = tried[:, None] - values
    assert square == pytest.approx(tried[(errors**2).mean(axis=1).argmin()], abs=1e-3)
    assert absolute == pytest.approx(tried[np.abs(errors).mean(axis=1).argmin()], abs=1e-3)


def test_the_entropy_of_known_distributions():
    certain, even = np.array([1000.0, 0, 0, 0]), np.zeros(4)
    halves = np.log(np.array([0.5, 0.5, 1e-30, 1e-30]))
    expected = [0, np.log(4), np.log(2)]
    assert brown.entropy(np.stack([certain, even, halves])) == pytest.approx(expected)
