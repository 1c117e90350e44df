"""``colorlab course``: the notebooks for a class, and the scores of its project."""

import pathlib
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from colorlab.cli.shared import console, count_progress, errors, named_paths, require_place, say

__all__ = ["course", "export", "score"]

course = typer.Typer(
    name="course",
    help="For teachers: write the students' notebooks, score a project's submissions.",
    no_args_is_help=True,
)


@course.command()
def export(
    to: Annotated[
        pathlib.Path,
        typer.Option("--to", help="New or empty folder for both editions.", show_default=False),
    ],
    notebooks: Annotated[
        pathlib.Path, typer.Option(help="Folder of the course's notebooks.")
    ] = pathlib.Path("notebooks"),
    slides: Annotated[
        bool, typer.Option("--slides", help="Also write slides, one HTML file a chapter.")
    ] = False,
):
    """Write the notebooks for students, without solutions, and for their teacher, with them.

    TO/students/notebooks has an empty cell for each answer, and keeps the checks; in
    TO/teacher/notebooks the solutions stand open. TO/slides has the headings, key sentences and
    figures of each chapter, in files that need nothing else.

    Example: colorlab course export --to handout --slides
    """
    from colorlab.course import export as editions

    written = editions.export(notebooks, to, slides)
    say(
        f"{written.folder / editions.STUDENTS}: {written.notebooks} notebooks, "
        f"{written.answers} answers to write"
    )
    say(f"{written.folder / editions.TEACHER}: the same with solutions")
    if slides:
        say(f"{written.folder / editions.SLIDES}: {written.notebooks} files to show in a browser")


@course.command()
def score(
    submissions: Annotated[
        list[str],
        typer.Argument(
            help="Folders that `colorlab train` wrote, or ONNX files; NAME=PATH sets the name in "
            "the table.",
            metavar="SUBMISSION...",
        ),
    ],
    recipe: Annotated[
        pathlib.Path | None,
        typer.Option(
            help="Run to beat; by default the course's own quick run of the recipe, which is "
            "trained first where it is missing.",
            show_default=False,
        ),
    ] = None,
    minutes: Annotated[float, typer.Option(help="Training time that is allowed.")] = 10.0,
    out: Annotated[
        pathlib.Path | None,
        typer.Option(help="CSV file to write, for a spreadsheet.", show_default=False),
    ] = None,
):
    """Score submissions of the project, by the protocol of the course, beside the recipe.

    All are measured on the test part of the course's pictures, which are painted by code unless
    COLORLAB_DATA names a folder. A submission beats the recipe if its CIEDE2000 is lower, its
    colourfulness ratio at least as high, and its training within the limit. One that cannot be
    measured gets a line that says why; the others are scored all the same.

    Example: colorlab course score runs/* --out scores.csv
    """
    from colorlab.course import load, scores

    if out is not None:
        require_place(out)
    named = named_paths(submissions)
    setup = load()
    parts = setup.split()
    if recipe is None:
        recipe = _trained(setup, parts)
    with count_progress(errors, "pictures measured", len(parts.test)) as progress:
        result = scores.score(named, recipe, parts, minutes, progress)
    _print_scores(result, f"{len(parts.test)} test pictures of {setup.pictures}")
    if out is not None:
        scores.write_scores(result, out)
        say(f"written: {out}")


def _trained(setup, parts):
    """Return the folder of the course's run of the recipe, which is trained where it is missing."""
    from colorlab import training

    if not setup.run_folder.exists():
        say(f"trains the recipe ({setup.run} run) first, once", errors)
    training.train(
        setup.configuration, training.Batches(parts, setup.configuration), setup.run_folder
    )
    return setup.run_folder


def _print_scores(scores, title):
    table = Table(box=box.HORIZONTALS, padding=0, show_edge=False, title=title)
    table.add_column("submission", overflow="fold")
    for heading in ("minutes", "PSNR dB", "SSIM", "CIEDE2000", "ratio", "beats it"):
        table.add_column(heading, justify="right")
    for each in scores:
        numbers = [
            "-" if value is None else f"{value:.{digits}f}"
            for value, digits in (
                (each.minutes, 1),
                (each.psnr, 2),
                (each.ssim, 3),
                (each.ciede2000, 2),
                (each.colorfulness_ratio, 2),
            )
        ]
        verdict = {None: "", True: "yes", False: "no"}[each.beats_recipe]
        table.add_row(each.submission, *numbers, verdict)
    console.print(table)
    for each in scores:
        if each.note:
            say(f"{each.submission}: {each.note}", errors)
