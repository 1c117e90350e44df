"""Two editions of the course's notebooks: one for students, one for their teacher, with slides.

In a notebook, a solution is a cell with the tag ``hide-cell``, and a cell for an answer is one with
the comment ``# your answer``.

Taught in :doc:`/book/for_teachers`.
"""

import copy
import dataclasses
import json
import os
import pathlib
import re
import shutil
import tempfile

from colorlab.errors import InputError

__all__ = ["SLIDES", "STUDENTS", "TEACHER", "Editions", "export", "for_students", "for_teacher"]

STUDENTS, TEACHER, SLIDES = "students", "teacher", "slides"

_SOLUTION = "hide-cell"
_ANSWER = "# your answer"
_BOOK_LINK = re.compile(r"\[([^\]]+)\]\(\.\./[^)]+\.md[^)]*\)")
_FILE = re.compile(r"(?:\.\./(?:[\w.-]+/)+|\bfigures/)[\w.-]+\.(?:svg|png|jpg|json|csv)\b")


@dataclasses.dataclass(frozen=True)
class Editions:
    """What :func:`export` has written.

    Attributes
    ----------
    notebooks : int
        How many chapters each edition has.
    answers : int
        How many empty cells wait for an answer in the students' edition.
    folder : pathlib.Path
        Holds the folders ``students`` and ``teacher``, and ``slides`` where they are wanted.
    """

    notebooks: int
    answers: int
    folder: pathlib.Path


def for_students(notebook: dict) -> dict:
    """Return a notebook without its solutions, with a cell for each answer.

    A solution is removed where a cell for the answer stands before it, and becomes one elsewhere.
    These cells lose their outputs, which may be those of a check; all other cells keep theirs.

    Parameters
    ----------
    notebook : dict
        As JSON holds it; it is not changed.

    Returns
    -------
    dict
    """
    cells: list[dict] = []
    waiting = False  # whether a cell for the answer stands before the next solution
    for cell in copy.deepcopy(notebook["cells"]):
        if _is_solution(cell):
            if waiting or cell["cell_type"] != "code":
                waiting = False
                continue
            cell["source"], cell["metadata"] = f"{_ANSWER}\n", {}
        elif _is_answer(cell):
            waiting = True
        if _is_answer(cell):
            cell["outputs"], cell["execution_count"] = [], None
        cells.append(_without_book_links(cell))
    return {**notebook, "cells": cells}


def for_teacher(notebook: dict) -> dict:
    """Return a notebook in which the solutions and their outputs stand open.

    Parameters
    ----------
    notebook : dict
        As JSON holds it; it is not changed.

    Returns
    -------
    dict
    """
    cells = copy.deepcopy(notebook["cells"])
    for cell in cells:
        if _is_solution(cell):
            cell["metadata"].pop("jupyter", None)
            cell["metadata"]["tags"].remove(_SOLUTION)
    return {**notebook, "cells": [_without_book_links(cell) for cell in cells]}


def export(
    notebooks: str | os.PathLike, folder: str | os.PathLike, slides: bool = False
) -> Editions:
    """Write the students' edition and the teacher's.

    Parameters
    ----------
    notebooks : path-like
        The folder of the course's notebooks. Figures and tables that they show from beside it are
        taken along.
    folder : path-like
        New or empty; receives ``students/notebooks`` and ``teacher/notebooks``.
    slides : bool
        Whether to write ``slides`` too, an HTML file a chapter, see
        :func:`colorlab.course.slides.deck`.

    Returns
    -------
    Editions

    Raises
    ------
    InputError
        If there are no notebooks, one is damaged, a figure is missing, or the folder holds files or
        cannot be written.
    """
    notebooks, folder = pathlib.Path(notebooks), pathlib.Path(folder)
    chapters = {path.name: _read(path) for path in sorted(notebooks.glob("*.ipynb"))}
    if not chapters:
        raise InputError(
            f"{notebooks}: holds no notebooks; name the folder of the course's notebooks"
        )
    editions = {
        STUDENTS: {name: for_students(chapter) for name, chapter in chapters.items()},
        TEACHER: {name: for_teacher(chapter) for name, chapter in chapters.items()},
    }
    decks = _decks(editions[STUDENTS], notebooks) if slides else {}
    shown = {
        found
        for chapter in chapters.values()
        for cell in chapter["cells"]
        for found in _FILE.findall(_source(cell))
        if (notebooks / found).is_file()
    }
    try:
        if folder.exists() and any(folder.iterdir()):
            raise InputError(f"{folder}: holds other files; choose a new or an empty folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".colorlab-") as place:
            for edition, contents in editions.items():
                _write(pathlib.Path(place, folder.name, edition, "notebooks"), contents)
                for found in shown:
                    beside = os.path.join(place, folder.name, edition, "notebooks", found)
                    target = pathlib.Path(os.path.normpath(beside))
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(notebooks / found, target)
            for name, page in decks.items():
                target = pathlib.Path(place, folder.name, SLIDES, name)
                target.parent.mkdir(exist_ok=True)
                target.write_text(page, encoding="utf-8")
            if folder.exists():
                folder.rmdir()
            os.rename(pathlib.Path(place, folder.name), folder)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror or error})") from None
    answers = sum(
        _is_answer(cell) for chapter in editions[STUDENTS].values() for cell in chapter["cells"]
    )
    return Editions(len(chapters), answers, folder)


def _decks(chapters, notebooks):
    from colorlab.course.slides import deck

    return {
        pathlib.Path(name).with_suffix(".html").name: deck(chapter, notebooks)
        for name, chapter in chapters.items()
    }


def _read(path):
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["cell_type"], cell["source"], cell["metadata"]  # noqa: B018 - all are needed
        return notebook
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is not a notebook ({type(error).__name__}: {error})") from None


def _write(folder, chapters):
    folder.mkdir(parents=True)
    for name, chapter in chapters.items():
        text = json.dumps(chapter, indent=1, ensure_ascii=False) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


def _source(cell):
    return "".join(cell["source"])


def _is_solution(cell):
    return _SOLUTION in cell["metadata"].get("tags", ())


def _is_answer(cell):
    return cell["cell_type"] == "code" and _ANSWER in _source(cell).lower()


def _without_book_links(cell):
    """Leave the words of a link to a page of the book, which is not part of an edition."""
    if cell["cell_type"] == "markdown":
        cell["source"] = _BOOK_LINK.sub(r"\1", _source(cell))
    return cell
