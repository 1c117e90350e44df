"""The notebook checker accepts a good notebook and names each fault of a bad one."""

import json

import pytest
from notebook_hygiene import MACHINE_PATH, MAX_BYTES, faults, main

FIGURE = {
    "output_type": "display_data",
    "metadata": {},
    "data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure size 640x480 with 1 Axes>"]},
}
CAPTION = {"caption": "A beach, from grey to colour.", "name": "fig-beach"}
IMAGE = {"alt": "Three small pictures of a beach, grey to coloured."}
ALT = {"mystnb": {"figure": CAPTION, "image": IMAGE}}

SOLUTION = {"tags": ["hide-cell"], "jupyter": {"outputs_hidden": True, "source_hidden": True}}


def stream(words, name="stdout"):
    return {"output_type": "stream", "name": name, "text": [words]}


def prose(source):
    return {"cell_type": "markdown", "metadata": {}, "source": [source]}


def code(source="x = 1", outputs=(), **metadata):
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source.splitlines(keepends=True),
        "outputs": list(outputs),
    }


INSTALL = """import importlib.util

if importlib.util.find_spec("colorlab") is None:
    %pip install --quiet "colorlab-book[course]\""""
EXERCISES = """## Exercises

**Exercise 1** ★ How many?

**Exercise 2** ★★ Open-ended. Why?

**Exercise 3** ★★★ How fast?"""


def choice(words, reason, right=False):
    kind, verdict = (' class="right"', "Right.") if right else ("", "No.")
    return f"<details{kind}><summary>{words}</summary><b>{verdict}</b> {reason}</details>"


REASON = "It is blue because of scattering."
CHOICES = [choice("Blue.", REASON, right=True), choice("Red.", REASON), choice("Green.", REASON)]


def quiz(*questions):
    lines = [
        f"**Question {number}.** What colour is it?\n\n" + "\n".join(choices) + "\n"
        for number, choices in enumerate(questions, start=1)
    ]
    return prose('<div class="quiz">\n\n' + "\n".join(lines) + "\n</div>")


def good():
    """Return a notebook without a fault, as a dictionary."""
    cells = [
        prose("# A title"),
        prose("## Part"),
        code(outputs=[stream("PSNR 21.4\n"), FIGURE], **ALT),
    ]
    cells += [code(INSTALL), *(code() for _ in range(29))]
    cells += [prose("## Summary"), prose(EXERCISES), code(**SOLUTION), quiz(*[CHOICES] * 3)]
    count = 0
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
    kernel = {"name": "python3", "display_name": "Python 3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def write(tmp_path):
    def write_notebook(notebook):
        path = tmp_path / "notebook.ipynb"
        path.write_text(json.dumps(notebook))
        return path

    return write_notebook


def test_a_good_notebook_has_no_fault(write, capsys):
    path = write(good())
    assert faults(path) == []
    assert main([path]) == 0
    assert capsys.readouterr().out == ""


def test_a_picture_inside_html_is_no_text(write):
    notebook = good()
    html = '<img src="data:image/jpeg;base64,AAA+/home/reader/AAA=" alt="A beach">'
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": html}}
    notebook["cells"][5] |= {"outputs": [output], "metadata": {"mystnb": {"figure": CAPTION}}}
    assert faults(write(notebook)) == []


def test_exercises_do_not_make_a_notebook_too_long(write):
    notebook = good()
    for number in range(40):
        answer = code(f"def f{number}():\n    return ...  # your answer")
        answer = code("f()", **SOLUTION) if number % 2 else answer
        notebook["cells"].append(
            {**answer, "id": f"answer-{number}", "execution_count": 33 + number}
        )
    assert faults(write(notebook)) == []


def with_quiz(*questions):
    notebook = good()
    notebook["cells"][-1] = {**quiz(*questions), "id": "cell-36"}
    return notebook


def test_a_quiz_has_three_questions_with_one_right_choice_and_reasons(write):
    assert faults(write(with_quiz(CHOICES, CHOICES, CHOICES))) == []


@pytest.mark.parametrize(
    ("questions", "words"),
    [
        ([CHOICES, CHOICES], "a quiz needs questions 1, 2, 3"),
        ([CHOICES, CHOICES, CHOICES[:2]], "question 3 needs three choices, one right"),
        ([CHOICES, CHOICES, CHOICES[1:] * 2], "question 3 needs three choices, one right"),
        ([CHOICES, CHOICES, [*CHOICES, CHOICES[0]]], "question 3 needs three choices"),
        ([CHOICES, CHOICES, [*CHOICES, choice("Red.", "It is.")]], "'Red.' does not open with"),
    ],
)
def test_a_bad_quiz_is_told_what_is_wrong(write, questions, words):
    (fault,) = faults(write(with_quiz(*questions)))
    assert fault.startswith(f"cell 37: {words}")


def test_the_length_of_a_choice_does_not_tell_that_it_is_right(write):
    long = [choice("Blue, as the sky is at noon.", REASON, right=True), *CHOICES[1:]]
    assert faults(write(with_quiz(long, long, CHOICES))) == []
    (fault,) = faults(write(with_quiz(long, long, long)))
    assert fault == "the right choice is the longest in 3 of 3 questions"


def drop_title(notebook):
    notebook["cells"][0]["source"] = ["Not a title"]


def code_first(notebook):
    notebook["cells"][0] = {**code(), "id": "cell-0", "execution_count": 1}


def drop_summary(notebook):
    notebook["cells"][-4]["source"] = ["## The end"]


def drop_exercises(notebook):
    notebook["cells"][-3]["source"] = ["Exercises, but not as a heading"]


def replace(notebook, old, new):
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace(old, new).splitlines(keepends=True)


def two_exercises(notebook):
    replace(notebook, "**Exercise 3**", "**Exercise 2**")


def no_stars(notebook):
    replace(notebook, "**Exercise 3** ★★★", "**Exercise 3**")


def nothing_open(notebook):
    replace(notebook, "Open-ended. ", "")


def drop_quiz(notebook):
    replace(notebook, '<div class="quiz">', "")


def drop_install(notebook):
    replace(notebook, "importlib.util.find_spec", "print")


def show_solution(notebook):
    notebook["cells"][-2]["metadata"] = {}


def show_source(notebook):
    notebook["cells"][-2]["metadata"] = {**SOLUTION, "jupyter": {"outputs_hidden": True}}


def show_outputs(notebook):
    notebook["cells"][-2]["metadata"] = {**SOLUTION, "jupyter": {"source_hidden": True}}


def too_few_cells(notebook):
    del notebook["cells"][5:10]


def too_many_cells(notebook):
    extra = [{**prose("More."), "id": f"more-{n}"} for n in range(50)]
    notebook["cells"][1:1] = extra


def long_cell(notebook):
    notebook["cells"][5]["source"] = ["x = 1\n"] * 31


def long_median(notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = ["x = 1\n"] * 9


def other_kernel(notebook):
    notebook["metadata"]["kernelspec"]["name"] = "my-env"


def no_kernel(notebook):
    notebook["metadata"] = {}


def not_run(notebook):
    notebook["cells"][5]["execution_count"] = None


def out_of_order(notebook):
    first, second = notebook["cells"][5:7]
    first["execution_count"], second["execution_count"] = 5, 4


def error_output(notebook):
    error = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}
    notebook["cells"][5]["outputs"] = [error]


def noisy(notebook):
    notebook["cells"][5]["outputs"] = [stream("UserWarning: deprecated", name="stderr")]


def no_alt(notebook):
    notebook["cells"][2]["metadata"] = {"mystnb": {"figure": CAPTION}}


def short_alt(notebook):
    notebook["cells"][2]["metadata"] = {
        "mystnb": {"image": {"alt": "A figure."}, "figure": CAPTION}
    }


def no_caption(notebook):
    notebook["cells"][2]["metadata"] = {"mystnb": {"image": IMAGE}}


def no_diagram_caption(notebook):
    picture = "![Three boxes in a row.](figures/boxes.svg)"
    caption = "*The boxes, from left to right.*"
    notebook["cells"][1]["source"] = [f"{picture}\n\n{caption}\n\n{picture}\n\nThree boxes."]


def no_html_caption(notebook):
    data = {"text/html": '<img src="data:image/jpeg;base64,AAAA" alt="A beach">'}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    notebook["cells"][5]["outputs"] = [output]


def no_name(notebook):
    figure = {"caption": CAPTION["caption"]}
    notebook["cells"][2]["metadata"] = {"mystnb": {"image": IMAGE, "figure": figure}}


def same_name(notebook):
    notebook["cells"][5] |= {"outputs": [stream("1"), FIGURE], "metadata": ALT}


def long_line(notebook):
    notebook["cells"][5]["source"] = ["x = 1\n", "y = '" + 75 * "x" + "'"]


def two_pictures(notebook):
    notebook["cells"][2]["outputs"].append(FIGURE)


def no_number(notebook):
    notebook["cells"][2]["outputs"] = [stream("a picture follows"), FIGURE]


def no_id(notebook):
    del notebook["cells"][5]["id"]


def same_id(notebook):
    notebook["cells"][5]["id"] = notebook["cells"][6]["id"]


def widget_state(notebook):
    notebook["metadata"]["widgets"] = {}


def timestamps(notebook):
    notebook["cells"][5]["metadata"] = {"execution": {"iopub.status.busy": "2024-01-01T00:00:00Z"}}


def machine_path(notebook):
    notebook["cells"][5]["outputs"] = [stream("saved to /home/reader/runs/first.keras")]


def too_big(notebook):
    notebook["cells"][0]["source"] = ["# A title\n", "x" * MAX_BYTES]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (drop_title, "the first cell is not a title"),
        (code_first, "the first cell is not a title"),
        (drop_summary, "no heading 'Summary'"),
        (drop_exercises, "no heading 'Exercises'"),
        (two_exercises, "exercises 1, 2, 3 and so on are wanted"),
        (no_stars, "exercises 1, 2, 3 and so on are wanted"),
        (nothing_open, "no exercise opens with 'Open-ended'"),
        (drop_quiz, "no quiz"),
        (drop_install, "no cell installs the library"),
        (show_solution, "no cell is tagged hide-cell"),
        (show_source, "cell 36: a solution stands open in JupyterLab"),
        (show_outputs, "cell 36: a solution stands open in JupyterLab"),
        (too_few_cells, "31 cells, where 35 to 80 are wanted"),
        (too_many_cells, "86 cells, where 35 to 80 are wanted"),
        (long_cell, "cell 6: 31 lines of code"),
        (long_median, "the median cell has 9 lines"),
        (other_kernel, "the kernelspec is 'my-env'"),
        (no_kernel, "the kernelspec is None"),
        (not_run, "cell 6: was not run"),
        (out_of_order, "cell 6: was run as number 5, not 4"),
        (error_output, "cell 6: ends in an error, ValueError"),
        (noisy, "cell 6: writes to stderr: 'UserWarning: deprecated'"),
        (no_alt, "cell 3: its picture needs alt text"),
        (short_alt, "cell 3: its picture needs alt text"),
        (no_caption, "cell 3: its picture needs a caption"),
        (no_diagram_caption, "cell 2: figures/boxes.svg has no caption"),
        (no_html_caption, "cell 6: the picture in its HTML has no caption"),
        (no_name, "cell 3: its caption needs a name of its own"),
        (same_name, "cell 6: its caption needs a name of its own"),
        (long_line, "cell 6: line 2 has 81 characters, at most 79"),
        (two_pictures, "cell 3: shows 2 pictures, but can describe only one"),
        (no_number, "cell 3: shows a picture but prints no number"),
        (no_id, "cell 6: has no id"),
        (same_id, "more than one cell has the id 'cell-6'"),
        (widget_state, "holds the state of widgets"),
        (timestamps, "cell 6: holds times of execution"),
        (machine_path, "cell 6: its output holds a path of one machine, '/home/reader"),
        (too_big, "1.51 MB, at most 1.5 MB are wanted"),
    ],
)
def test_a_bad_notebook_is_told_what_is_wrong(write, capsys, spoil, words):
    notebook = good()
    spoil(notebook)
    path = write(notebook)
    assert any(fault.startswith(words) for fault in faults(path)), faults(path)
    assert main([path]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines and all(line.startswith(f"{path}: ") for line in lines)


@pytest.mark.parametrize(
    "words",
    [
        "/home/reader/a.png",
        "read '/Users/reader/Pictures/a.png'",
        "model=/var/data/best.keras",
        r"C:\Users\reader",
        "File /opt/python/lib/site.py:3",
    ],
)
def test_a_path_of_one_machine_is_found(words):
    assert MACHINE_PATH.search(words)


@pytest.mark.parametrize(
    "words",
    [
        "https://example.org/licenses/by/4.0/",
        "runs/quick/best.keras",
        "../pictures/coast/1.png",
        "3/4 of it, and/or 1/2/3",
        "12/50 [====] 3s/step",
        "<b>bold</b><td>1</td></tr></table>",
        "grey / colour / truth",
        "~/.cache/colorlab/a.png",
    ],
)
def test_other_slashes_are_not_machine_paths(words):
    assert not MACHINE_PATH.search(words)
