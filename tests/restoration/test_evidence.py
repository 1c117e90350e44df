"""A damaged photograph is told from one with masts, windows and lamps."""

import numpy as np
import pytest
import train_scratches
from PIL import Image, ImageDraw
from skimage import data
from skimage.metrics import peak_signal_noise_ratio as psnr

from benchmarks.painted_damage import paint_scratches
from colorlab.restoration import evidence, remove_scratches
from colorlab.restoration.candidates import MEASURES, find_candidates
from colorlab.restoration.scratches import find_scratches


def grey_of(name):
    return np.asarray(Image.fromarray(getattr(data, name)()).convert("L"))


def scene(kind, random, side=256):
    """Paint thin structures on a smooth ground: masts, birches or the windows of a house."""
    picture = Image.new("L", (3 * side, 3 * side), 75)
    canvas = ImageDraw.Draw(picture)
    if kind == "windows":
        for row in range(200, 600, 42):
            for column in range(120, 660, 36):
                if random.random() < 0.6:
                    level = int(random.uniform(150, 255))
                    canvas.rectangle([column, row, column + 5, row + 8], fill=level)
    else:
        slope, top = (8, 0.4) if kind == "masts" else (40, 0)
        for _ in range(22):
            column, first = random.uniform(0, 3 * side), random.uniform(0, top) * 3 * side
            ends = [(column, first), (column + random.normal(0, slope), 3 * side)]
            width = int(random.integers(3, 10))
            canvas.line(ends, fill=int(random.uniform(170, 250)), width=width)
    grey = np.asarray(picture.reduce(3), "float32") + random.normal(0, 2, (side, side))
    return np.clip(np.rint(grey), 0, 255).astype("uint8")


@pytest.mark.parametrize("kind", ["masts", "birches", "windows"])
def test_thin_structures_of_a_scene_are_no_damage(kind):
    looks_like_damage = 0
    for seed in range(4):
        grey = scene(kind, np.random.default_rng(seed))
        assert not find_scratches(grey).any()
        measures = find_candidates(grey).measures
        # If no other candidate were like them, some would be taken for damage.
        measures[:, [MEASURES.index(f"{each}_alike") for each in ("nearest", "third")]] = np.log(6)
        looks_like_damage += (evidence.damage_scores(measures) > 1).sum()
    assert looks_like_damage > 4


def test_a_photograph_with_little_evidence_is_left_alone(monkeypatch):
    """Some highlights of a cup look like damage by themselves: it is the photograph that counts."""
    grey = grey_of("coffee")
    assert not find_scratches(grey).any()
    monkeypatch.setattr("colorlab.restoration.scratches.damaged_picture", lambda *_: True)
    assert find_scratches(grey).mean() > 0.001


@pytest.mark.parametrize(
    ("name", "share", "gain"),
    [("astronaut", 0.2, 2), ("chelsea", 0.4, 3), ("rocket", 0.5, 4), ("moon", 0.6, 5)],
)
def test_much_of_painted_damage_is_found_and_filled(name, share, gain):
    grey, found, better = grey_of(name), [], []
    for seed in range(3):
        damaged, mask = paint_scratches(grey, np.random.default_rng(seed), count=6, spots=20)
        filled, where = remove_scratches(damaged)
        found.append((where & mask).sum() / mask.sum())
        better.append(psnr(grey, filled) - psnr(grey, damaged))
    assert np.mean(found) > share and np.mean(better) > gain


def test_two_scratches_are_enough():
    grey = grey_of("moon")
    damaged, mask = grey.copy(), np.zeros(grey.shape, bool)
    for row in range(40, 470):
        column = 120 + row // 9
        mask[row, column : column + 2] = mask[row // 2 + 60, 500 - row : 502 - row] = True
    damaged[mask] = 250
    filled, found = remove_scratches(damaged)
    assert (found & mask).sum() > 0.8 * mask.sum()
    assert psnr(grey, filled) > psnr(grey, damaged) + 5


def test_what_is_doubtful_speaks_against_damage():
    scores = np.array([7.0, 4, 3, -8, -8])
    assert evidence.damaged_picture(np.array([9.0, 8, 7, 6, -8]))
    assert not evidence.damaged_picture(np.zeros(0))
    assert not evidence.damaged_picture(np.full(30, -1.0))
    numbers = evidence._numbers()["picture_weights"]
    several = np.append(scores, np.full(30, -1.0))
    less = evidence.picture_measures(several) @ numbers
    assert less < evidence.picture_measures(scores) @ numbers
    more = evidence.picture_measures(scores, sensitivity=2) @ numbers
    assert more > evidence.picture_measures(scores) @ numbers


def test_candidates_are_measured():
    grey = np.full((128, 128), 90, "uint8")
    grey[60:63, 20:100] = 240
    grey[30:34, 40:44] = 20
    measured = find_candidates(grey).measures
    bar, spot = (dict(zip(MEASURES, each, strict=True)) for each in measured)
    assert np.exp(bar["area"]) == pytest.approx(240) and np.exp(spot["area"]) == pytest.approx(16)
    assert np.exp(bar["length"]) == pytest.approx(81, abs=1)
    assert np.exp(bar["minor_axis"]) == pytest.approx(3.8, abs=0.3)
    assert np.exp(bar["contrast"]) == pytest.approx(150)
    assert np.exp(bar["density"]) == pytest.approx(2 / grey.size)
    assert np.exp(bar["share"]) == pytest.approx(256 / grey.size)
    assert bar["ring_like"] == spot["ring_like"] == 0


def test_the_tool_learns_what_is_damage_and_which_photographs_are_damaged(monkeypatch, tmp_path):
    """Candidates have one measure; one of a high one is no damage, four of them are."""
    random = np.random.default_rng(0)
    monkeypatch.setattr(train_scratches, "EPOCHS", 40)
    monkeypatch.setattr(train_scratches, "BATCH", 64)
    monkeypatch.setattr(train_scratches, "MARGIN", 0)
    examples = []
    for number in range(400):
        degree, size = number // 2 % 6 if number % 2 else None, random.integers(8, 20)
        measures, count = random.normal(0, 0.3, (size, 1)), 4 if number % 2 else number % 4 // 2
        measures[:count] += 2  # one in every other photograph without damage, too
        damaged = (measures[:, 0] > 1) & (degree is not None)
        examples.append(
            train_scratches.Example(str(number), degree, measures, damaged, np.full(size, 0.01))
        )
    monkeypatch.setattr(evidence, "_numbers", None)  # is put back
    numbers = train_scratches.fit(examples)
    monkeypatch.setattr(evidence, "_numbers", lambda: numbers)
    scores = evidence.damage_scores(np.array([[0.0], [2.0]]))
    assert scores[0] < 0 < scores[1]
    assert evidence.damaged_picture(scores[[1] * 6 + [0] * 8])
    assert not evidence.damaged_picture(scores[[1] + [0] * 12])
    monkeypatch.setattr(train_scratches, "OUT", tmp_path / "scratches.json")
    train_scratches.write(numbers, "here")
    assert '"origin": "here"' in (tmp_path / "scratches.json").read_text()
