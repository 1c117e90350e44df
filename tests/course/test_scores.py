"""Submissions are scored by the protocol, and one that did not follow the rules is named."""

import csv
import json
from types import SimpleNamespace

import numpy as np
import pytest
from command import refusal

from colorlab import color, metrics
from colorlab.configuration import Configuration
from colorlab.course import scores
from colorlab.datasets import folder, splits
from colorlab.errors import InputError
from colorlab.images.resizing import standardize

SIDE = 48


@pytest.fixture(scope="module")
def parts(picture_folder):
    return splits.split(folder.scan(picture_folder), 0.2, 0.3, 0)


class StandIn:
    """A colouriser that knows the truth, and mixes so much of it into the grey."""

    def __init__(self, table, share):
        self.predictor = SimpleNamespace(takes_hints=False, target="rgb", image_size=SIDE)
        targets = [standardize(table.read(k), SIDE) for k in range(len(table))]
        self._targets = {np.asarray(color.grey(each)).tobytes(): each for each in targets}
        self._share = share

    def predict(self, grey, *settings):
        truth = np.stack([self._targets[each.tobytes()] for each in grey])
        return np.round(grey + self._share * (truth - grey)).astype("uint8")


@pytest.fixture
def make_run(tmp_path, parts, monkeypatch):
    """Return a function that makes the folder of a run that mixes in a share of the truth."""
    shares = {}

    def make(name, share, minutes, **record):
        run = tmp_path / name
        run.mkdir()
        test = {"pictures": len(parts.test), "fingerprint": parts.test.fingerprint}
        record = {
            "configuration": Configuration().to_dict(),
            "data": {"test": test},
            **record,
        }
        (run / "config.json").write_text(json.dumps(record))
        row = {"epoch": 1, "loss": 1.0, "val_loss": 1.0, "seconds": 60 * minutes}
        (run / "log.jsonl").write_text(json.dumps(row) + "\n")
        shares[run] = share
        return run

    load = scores.load_pretrained
    monkeypatch.setattr(
        scores,
        "load_pretrained",
        lambda path: StandIn(parts.test, shares[path]) if path in shares else load(path),
    )
    return make


def by_name(result):
    return {each.submission: each for each in result}


def test_only_a_closer_and_no_duller_one_within_the_time_beats_the_recipe(make_run, parts):
    recipe = make_run("first", 0.5, 2)
    runs = {
        "better": make_run("better", 0.8, 9),
        "slow": make_run("slow", 0.9, 11),
        "equal": make_run("equal", 0.5, 1),
        "grey": make_run("grey", 0.0, 1),
    }
    result = scores.score(runs, recipe, parts)
    assert [each.submission for each in result] == ["recipe", "slow", "better", "equal", "grey"]
    verdicts = {name: each.beats_recipe for name, each in by_name(result).items()}
    assert verdicts == {
        "recipe": None,
        "better": True,
        "slow": False,
        "equal": False,
        "grey": False,
    }
    assert by_name(result)["slow"].minutes == pytest.approx(11)
    # More time makes the slow one good enough.
    assert by_name(scores.score(runs, recipe, parts, limit=12))["slow"].beats_recipe


def test_the_measures_are_the_means_of_the_library_s_own(make_run, parts):
    recipe = make_run("first", 0.5, 2)
    score = scores.score({}, recipe, parts)[0]
    each = []
    for index in range(len(parts.test)):
        target = standardize(parts.test.read(index), SIDE)
        grey = np.asarray(color.grey(target))
        each.append(metrics.score(target, np.round(grey + (target - grey) / 2).astype("uint8")))
    assert score.psnr == pytest.approx(np.mean([one.psnr for one in each]))
    assert score.ciede2000 == pytest.approx(np.mean([one.ciede2000 for one in each]))


def test_a_run_that_may_have_seen_the_test_pictures_is_refused(make_run, parts):
    recipe = make_run("first", 0.5, 2)
    cheat = make_run("cheat", 1.0, 1, data={"test": {"fingerprint": "another"}})
    started = make_run("started", 0.7, 1, start={"run": "long"})
    result = by_name(scores.score({"cheat": cheat, "started": started}, recipe, parts))
    assert result["cheat"].beats_recipe is False and result["cheat"].psnr is None
    assert str(cheat) in result["cheat"].note and "another split" in result["cheat"].note
    assert "weights of long" in result["started"].note
    with pytest.raises(InputError, match="another split"):
        scores.score({}, cheat, parts)


def test_scores_are_written_for_a_spreadsheet(make_run, parts, tmp_path):
    recipe = make_run("first", 0.5, 2)
    result = scores.score({"ada, 2": tmp_path / "nowhere"}, recipe, parts)
    scores.write_scores(result, tmp_path / "scores.csv")
    with open(tmp_path / "scores.csv", newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["submission"] for row in rows] == ["recipe", "ada, 2"]
    assert float(rows[0]["psnr"]) == pytest.approx(result[0].psnr, abs=1e-4)
    assert rows[1]["psnr"] == "" and "nowhere" in rows[1]["note"]


def test_two_submissions_of_one_name_are_refused(tmp_path):
    line = refusal("course", "score", tmp_path / "a" / "run", tmp_path / "b" / "run")
    assert "say NAME=" in line
