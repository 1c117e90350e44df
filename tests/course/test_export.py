"""The students' edition holds no answer, the teacher's holds all, and both open as notebooks."""

import json
import re
from pathlib import Path

import pytest
from command import colorlab, contents, refusal

from colorlab.course import exercises, export

# Notebooks are made with nbformat, which takes seconds to import.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def code(source, output, tags=(), **metadata):
    import nbformat

    cell = nbformat.v4.new_code_cell(source, metadata={"tags": [*tags], **metadata})
    cell.outputs = [nbformat.v4.new_output("stream", text=output)]
    cell.execution_count = 1
    return cell


STUB = "def count():\n    ...  # your answer\n\n\nq1.check(count)"
HIDDEN = {"jupyter": {"source_hidden": True, "outputs_hidden": True}}


@pytest.fixture
def notebooks(tmp_path):
    """Two chapters: one with a cell for the answer and a check, one with solutions only."""
    import nbformat

    place = tmp_path / "course" / "notebooks"
    place.mkdir(parents=True)
    figure = place.parent / "book" / "_static" / "stride.svg"
    figure.parent.mkdir(parents=True)
    figure.write_text("<svg/>")
    (place / "figures").mkdir()
    (place / "figures" / "two.svg").write_text("<svg>2</svg>")
    prose = nbformat.v4.new_markdown_cell
    chapters = {
        "00_first": [
            prose("# First\n\nSee the [setup](../book/setup.md) and [next](01_second.ipynb)."),
            prose("![A stride of two](../book/_static/stride.svg) ![Layers](figures/two.svg)"),
            code("print(6 * 7)", "42\n"),
            prose("## Exercises\n\n**Exercise 1.** How many?"),
            code(STUB, "No answer yet: 11\n"),
            code("# Solution 1\nnumber = 5 + 6", "eleven\n", ["hide-cell"], **HIDDEN),
        ],
        "01_second": [
            prose("# Second\n\n## Exercises"),
            code("# Solution 1\nprint('blue')", "blue\n", ["nbval-check-output", "hide-cell"]),
            code("# Solution 2\nprint('red')", "red\n", ["hide-cell"]),
        ],
    }
    for name, cells in chapters.items():
        nbformat.write(nbformat.v4.new_notebook(cells=cells), place / f"{name}.ipynb")
    return place


@pytest.fixture
def written(notebooks, tmp_path):
    folder = tmp_path / "handout"
    return folder, export.export(notebooks, folder)


def read(folder, edition, name):
    import nbformat

    return nbformat.read(folder / edition / "notebooks" / name, as_version=4)


def everything(folder):
    """Return all text of the notebooks but the random identifiers of their cells."""
    notebooks = [json.loads(path.read_text()) for path in sorted(folder.rglob("*.ipynb"))]
    for notebook in notebooks:
        for cell in notebook["cells"]:
            cell.pop("id", None)
    return json.dumps(notebooks, ensure_ascii=False)


def test_students_see_neither_solutions_nor_what_they_print(written):
    folder, editions = written
    assert (editions.notebooks, editions.answers) == (2, 3)
    text = everything(folder / "students")
    for gone in ("Solution", "eleven", "blue", "red", "5 + 6", "11"):
        assert gone not in text


def test_checks_stay_and_answers_are_empty(written):
    folder, _ = written
    cells = read(folder, "students", "00_first.ipynb").cells
    assert (len(cells), cells[-1].source, cells[-1].outputs) == (5, STUB, [])
    assert cells[2].outputs[0].text == "42\n"
    second = read(folder, "students", "01_second.ipynb").cells
    assert [cell.source for cell in second[1:]] == ["# your answer\n"] * 2


def test_the_teacher_sees_everything_at_once(written):
    folder, _ = written
    text = everything(folder / "teacher")
    for there in ("Solution", "eleven", "blue", "red", "No answer yet: 11"):
        assert there in text
    assert "hide-cell" not in text and "source_hidden" not in text
    assert "nbval-check-output" in text


def test_both_editions_are_valid_notebooks_whose_links_lead_somewhere(written):
    import nbformat

    folder, _ = written
    for path in folder.rglob("*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
    for edition in ("students", "teacher"):
        assert (folder / edition / "book" / "_static" / "stride.svg").read_text() == "<svg/>"
        assert (folder / edition / "notebooks" / "figures" / "two.svg").is_file()
        first = read(folder, edition, "00_first.ipynb").cells[0].source
        assert "See the setup and [next](01_second.ipynb)." in first


def test_no_solution_of_the_course_is_left_in_the_students_edition(tmp_path):
    command = ("course", "export", "--notebooks", ROOT / "notebooks")
    result = colorlab(*command, "--to", tmp_path / "new" / "handout")
    assert (result.code, result.errors) == (0, "")
    students = tmp_path / "new" / "handout" / "students" / "notebooks"
    originals = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert sorted(path.name for path in students.glob("*.ipynb")) == [
        each.name for each in originals
    ]
    answers = 0
    for path in originals:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        solutions = [each for each in cells if "hide-cell" in each["metadata"].get("tags", ())]
        handout = (students / path.name).read_text(encoding="utf-8")
        answers += handout.count("# your answer")
        for cell in solutions:
            first = json.dumps("".join(cell["source"]), ensure_ascii=False)[1:60]
            assert first not in handout
    assert f"{len(originals)} notebooks, {answers} answers" in result.out


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    """The students' edition of the course."""
    folder = tmp_path_factory.mktemp("handout") / "all"
    export.export(ROOT / "notebooks", folder)
    return folder / export.STUDENTS / "notebooks"


def answer_cells(path):
    """Return the code of a handout that loads exercises and that waits for an answer."""
    cells = ["".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]]
    loading = [
        re.search(r"^q.* = exercises\.load\(.*\)$", each, re.MULTILINE)
        for each in cells
        if "exercises.load(" in each
    ]
    return loading[0].group(), [each for each in cells if "return ...  # your answer" in each]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("return ...  # your answer", "No answer yet"),
        ("return momentum**steps", "Not yet: this is the share of all the steps before."),
        ("return momentum * step", "Not yet: the function stops with NameError"),
        ("return 1 - momentum**steps", "Right. Half of the average"),
    ],
)
def test_a_student_who_types_an_answer_is_told_about_it(students, capsys, typed, printed):
    load, cells = answer_cells(students / "06_keep_the_light.ipynb")
    (cell,) = [each for each in cells if "share_of_last" in each]
    names = {"exercises": exercises}
    exec(load, names)
    exec(cell.replace("return ...  # your answer", typed), names)
    assert capsys.readouterr().out.startswith(printed)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_every_answer_cell_of_the_handout_can_be_solved_wrong_and_right(students, capsys, path):
    load, cells = answer_cells(students / path.name)
    names = {"exercises": exercises}
    exec(load, names)
    solved = 0
    for cell in cells:
        exec(cell, names)
        assert capsys.readouterr().out.startswith("No answer yet")
        exercise, function = re.search(r"^(q\d)\.check\((\w+)\)$", cell, re.MULTILINE).groups()
        assert names[exercise].answer.__name__ == function
        for answer, printed in (
            (names[exercise].mistakes[0][0], "Not yet: "),
            (names[exercise].answer, "Right. "),
        ):
            names[exercise].check(answer)
            assert capsys.readouterr().out.startswith(printed)
        solved += 1
    assert solved == len(exercises.load(path.stem[:2]))


def test_nothing_is_written_over_and_nothing_is_left_half_done(notebooks, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("mine")
    command = ("course", "export", "--notebooks", notebooks, "--to")
    assert "holds other files" in refusal(*command, full)
    assert contents(full) == {"thesis.txt": b"mine"}
    (notebooks / "02_broken.ipynb").write_text("{}")
    assert "02_broken.ipynb: is not a notebook" in refusal(*command, tmp_path / "never")
    assert not (tmp_path / "never").exists()
    nothing = refusal("course", "export", "--to", tmp_path / "x", "--notebooks", tmp_path / "no")
    assert "holds no notebooks" in nothing
