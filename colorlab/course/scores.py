"""The scores of a project's submissions, beside the recipe, by the protocol of the course.

Taught in :doc:`/book/for_teachers`.
"""

import csv
import dataclasses
import io
import os
import pathlib
from collections.abc import Callable

from colorlab.atomic import write_text_atomic
from colorlab.datasets.splits import Splits
from colorlab.errors import InputError
from colorlab.evaluation import evaluate
from colorlab.evaluation.models import method_of, picture_size
from colorlab.inference.pretrained import load_pretrained
from colorlab.training.run import Run

__all__ = ["RECIPE", "Score", "score", "write_scores"]

RECIPE = "recipe"


@dataclasses.dataclass(frozen=True)
class Score:
    """What a submission has reached.

    Attributes
    ----------
    submission : str
    minutes : float or None
        Wall-clock time of the training, by the run's log; an ONNX file does not tell.
    psnr, ssim, ciede2000, colorfulness_ratio : float or None
        Means over the test pictures; None where the submission could not be measured.
    beats_recipe : bool or None
        Whether CIEDE2000 is lower than the recipe's, the colourfulness ratio at least as high, and
        the time within the limit. None for the recipe itself.
    note : str
        Why it could not be measured, or what the teacher has to check.
    """

    submission: str
    minutes: float | None = None
    psnr: float | None = None
    ssim: float | None = None
    ciede2000: float | None = None
    colorfulness_ratio: float | None = None
    beats_recipe: bool | None = None
    note: str = ""


def score(
    submissions: dict[str, str | os.PathLike],
    recipe: str | os.PathLike,
    parts: Splits,
    limit: float = 10.0,
    callback: Callable[[int], None] | None = None,
) -> list[Score]:
    """Measure submissions and the recipe on the same test pictures.

    Parameters
    ----------
    submissions : dict of str to path-like
        By name: folders of training runs, or ONNX files.
    recipe : path-like
        The run to beat.
    parts : colorlab.datasets.splits.Splits
        The split of the project's pictures; only its test part is measured.
    limit : float
        Minutes of training that a submission may take.
    callback : callable, optional
        Called with the number of pictures done, after each batch.

    Returns
    -------
    list of Score
        The recipe first, then the submissions that could be measured, the lowest CIEDE2000 first,
        then the others.

    Raises
    ------
    InputError
        If the recipe cannot be measured.
    """
    colorizers, facts, refused = {RECIPE: _load(recipe, parts)}, {RECIPE: _facts(recipe)}, []
    for name, path in submissions.items():
        try:
            if name == RECIPE:
                raise InputError(f"the name {RECIPE!r} is taken; use NAME=PATH to choose another")
            colorizers[name], facts[name] = _load(path, parts), _facts(path)
        except InputError as error:
            refused.append(Score(name, beats_recipe=False, note=str(error)))
    table = evaluate(
        parts.test,
        parts.train,
        {name: method_of(each) for name, each in colorizers.items()},
        picture_size({RECIPE: colorizers[RECIPE]}),
        callback=callback,
    )
    goal, scores = table.row(RECIPE), []
    for name in colorizers:
        row, (minutes, note) = table.row(name), facts[name]
        beats = (
            row["ciede2000"] < goal["ciede2000"]
            and row["colorfulness_ratio"] >= goal["colorfulness_ratio"]
            and (minutes or 0) <= limit
        )
        columns = ("psnr", "ssim", "ciede2000", "colorfulness_ratio")
        measures = {column: row[column] for column in columns}
        if name == RECIPE:
            first = Score(name, minutes, **measures, note=note)
        else:
            scores.append(Score(name, minutes, **measures, beats_recipe=beats, note=note))
    return [first, *sorted(scores, key=lambda each: each.ciede2000 or 0.0), *refused]


def write_scores(scores: list[Score], path: str | os.PathLike) -> None:
    """Write scores as a table that any spreadsheet opens (CSV), atomically.

    Parameters
    ----------
    scores : list of Score
    path : path-like
        An existing file is replaced.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in dataclasses.fields(Score))
    for each in scores:
        values = dataclasses.astuple(each)
        writer.writerow(f"{v:.4f}" if isinstance(v, float) else v for v in values)
    write_text_atomic(path, text.getvalue(), overwrite=True)


def _load(path, parts):
    """Load a network, and refuse one that was trained with another split."""
    if os.path.isdir(path):
        seen = Run(path).read_record().get("data", {}).get("test", {}).get("fingerprint")
        if seen != parts.test.fingerprint:
            raise InputError(
                f"{path}: was trained on other pictures or with another split, and may have seen "
                "the test pictures; train on the project's pictures with the preset's split"
            )
    return load_pretrained(pathlib.Path(path))


def _facts(path):
    """Return the minutes of the training, if they are known, and a note."""
    if not os.path.isdir(path):
        return None, "an ONNX file: training time and pictures are not known"
    run = Run(path)
    minutes = sum(row["seconds"] for row in run.read_log()) / 60
    start = run.read_record().get("start")
    if start:
        return minutes, f"begins with the weights of {start['run']}, whose time is not counted"
    return minutes, ""
