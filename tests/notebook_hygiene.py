"""Check that notebooks are fit to be read, run and compared.

``python tests/notebook_hygiene.py notebooks/*.ipynb`` prints one line for each fault and exits with
1 if there is one. The rules are in `RULES`, each a function that yields its faults.
"""

import json
import re
import statistics
import sys
from pathlib import Path

MAX_LINE = 79
MAX_CELL_LINES = 30
MAX_MEDIAN_LINES = 8
CELL_RANGE = (35, 80)
MIN_ALT_LENGTH = 20
MAX_TOLD_BY_LENGTH = 2 / 3
MAX_BYTES = 1_500_000

# A path from the root of a disk: "/folder/file" that is not part of a web address, of a word, of a
# fraction or of an HTML tag; or "C:\folder".
MACHINE_PATH = re.compile(r"(?<![\w.:/<~\\])/[A-Za-z_.][\w.-]*/[\w./-]+|\b[A-Z]:\\\w+")


def text(value):
    """Return a notebook's string, which may be stored as a list of lines, as one string."""
    return value if isinstance(value, str) else "".join(value)


def cells_of(notebook, kind):
    """Yield the number (from 1, as a reader counts) and cell of each cell of `kind`."""
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] == kind:
            yield number, cell


def is_image(output):
    """Tell whether `output` holds a picture."""
    return any(kind.startswith("image/") for kind in output.get("data", {}))


# A picture inside HTML: its letters are no words.
EMBEDDED_IMAGE = re.compile(r"data:image/[\w+.-]+;base64,[\w+/=]+")


def shown_text(output):
    """Return what `output` says in words: of a picture, nothing."""
    if output["output_type"] == "stream":
        return text(output["text"])
    if is_image(output):
        return ""
    words = "\n".join(
        text(value) for kind, value in output.get("data", {}).items() if kind.startswith("text/")
    )
    return EMBEDDED_IMAGE.sub("", words)


def belongs_to_exercise(cell):
    """Tell whether a cell is for an answer, or a solution."""
    solution = "hide-cell" in cell["metadata"].get("tags", [])
    return solution or "return ...  # your answer" in text(cell["source"])


def check_frame(notebook):
    """A title first, the headings "Summary" and "Exercises", and a collapsed solution."""
    first = notebook["cells"][0] if notebook["cells"] else {"cell_type": "none"}
    if first["cell_type"] != "markdown" or not re.match(r"# \S", text(first["source"])):
        yield "the first cell is not a title (a Markdown cell that begins with '# ')"
    prose = "\n".join(text(cell["source"]) for _, cell in cells_of(notebook, "markdown"))
    for heading in ("Summary", "Exercises"):
        if not re.search(rf"^#+ +{heading}\b", prose, flags=re.MULTILINE):
            yield f"no heading '{heading}'"
    tags = [cell["metadata"].get("tags", []) for cell in notebook["cells"]]
    if not any("hide-cell" in cell_tags for cell_tags in tags):
        yield "no cell is tagged hide-cell: the solutions are missing or not collapsed"


EXERCISE = re.compile(r"^\*\*Exercise (\d+)\*\* ★{1,3} (.{,30})", re.MULTILINE)


def check_exercises(notebook):
    """Three exercises or more, one of them open-ended, a quiz, and a cell that installs."""
    prose = "\n".join(text(cell["source"]) for _, cell in cells_of(notebook, "markdown"))
    code = "\n".join(text(cell["source"]) for _, cell in cells_of(notebook, "code"))
    exercises = EXERCISE.findall(prose)
    if [int(number) for number, _ in exercises] != [*range(1, max(3, len(exercises)) + 1)]:
        yield "exercises 1, 2, 3 and so on are wanted, each with one to three stars"
    if not any("Open-ended" in opening for _, opening in exercises):
        yield "no exercise opens with 'Open-ended'"
    if '<div class="quiz">' not in prose:
        yield "no quiz"
    if 'find_spec("colorlab") is None' not in code:
        yield "no cell installs the library where it is missing, as on Colab"


def check_solutions(notebook):
    """A solution stays closed until it is asked for, in JupyterLab as in the book."""
    for number, cell in cells_of(notebook, "code"):
        if "hide-cell" in cell["metadata"].get("tags", []):
            hidden = cell["metadata"].get("jupyter", {})
            if not (hidden.get("source_hidden") is True and hidden.get("outputs_hidden") is True):
                yield (
                    f"cell {number}: a solution stands open in JupyterLab, without the metadata "
                    '{"jupyter": {"outputs_hidden": true, "source_hidden": true}}'
                )


def check_size(notebook):
    """Short cells and lines, and a number of cells that a reader can finish, besides exercises."""
    count = len(notebook["cells"]) - sum(map(belongs_to_exercise, notebook["cells"]))
    low, high = CELL_RANGE
    if not low <= count <= high:
        yield f"{count} cells, where {low} to {high} are wanted"
    lengths = []
    for number, cell in cells_of(notebook, "code"):
        lines = text(cell["source"]).splitlines()
        lengths.append(len(lines))
        if lengths[-1] > MAX_CELL_LINES:
            yield f"cell {number}: {lengths[-1]} lines of code, at most {MAX_CELL_LINES} are wanted"
        for place, line in enumerate(lines, start=1):
            if len(line) > MAX_LINE:
                found = f"line {place} has {len(line)} characters"
                yield f"cell {number}: {found}, at most {MAX_LINE} are wanted"
    if lengths and statistics.median(lengths) > MAX_MEDIAN_LINES:
        median = statistics.median(lengths)
        yield f"the median cell has {median:g} lines of code, at most {MAX_MEDIAN_LINES} are wanted"


def check_run(notebook):
    """Run once from top to bottom, quietly, by the kernel that everybody has."""
    kernel = notebook["metadata"].get("kernelspec", {}).get("name")
    if kernel != "python3":
        yield f"the kernelspec is {kernel!r}, not 'python3'"
    for expected, (number, cell) in enumerate(cells_of(notebook, "code"), start=1):
        if cell["execution_count"] is None:
            yield f"cell {number}: was not run"
        elif cell["execution_count"] != expected:
            yield f"cell {number}: was run as number {cell['execution_count']}, not {expected}"
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                yield f"cell {number}: ends in an error, {output['ename']}"
            if output.get("name") == "stderr":
                yield f"cell {number}: writes to stderr: {text(output['text']).strip()[:80]!r}"


def check_pictures(notebook):
    """Every picture has a caption, is described in words and has a number beside it."""
    names = []
    for number, cell in cells_of(notebook, "code"):
        pictures = sum(map(is_image, cell["outputs"]))
        if pictures == 0:
            continue
        figure = cell["metadata"].get("mystnb", {}).get("figure", {})
        names.append(figure.get("name", ""))
        if len(figure.get("caption", "").strip()) < MIN_ALT_LENGTH:
            yield (
                f"cell {number}: its picture needs a caption of {MIN_ALT_LENGTH} characters or "
                'more, {"mystnb": {"figure": {"caption": "...", "name": "fig-..."}}}'
            )
        elif not names[-1].startswith("fig-") or names.count(names[-1]) > 1:
            yield f"cell {number}: its caption needs a name of its own that begins with fig-"
        if pictures > 1:
            yield f"cell {number}: shows {pictures} pictures, but can describe only one"
        alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
        if len(alt.strip()) < MIN_ALT_LENGTH:
            yield (
                f"cell {number}: its picture needs alt text of {MIN_ALT_LENGTH} characters or more "
                'in the cell metadata, {"mystnb": {"image": {"alt": "..."}}}'
            )
        if not any(re.search(r"\d", shown_text(output)) for output in cell["outputs"]):
            yield f"cell {number}: shows a picture but prints no number beside it"


DIAGRAM = re.compile(r"^!\[.*?\]\((?P<file>[^)]*)\)(?P<below>.*?)(?=^#|^!\[|\Z)", re.M | re.S)


def check_diagrams(notebook):
    """A picture in the text, or in the HTML of an output, has a caption, which the book numbers."""
    for number, cell in cells_of(notebook, "markdown"):
        for diagram in DIAGRAM.finditer(text(cell["source"])):
            if not re.match(r"\n\n\*[^*\n]{20,}\*(\n\n|\n?\Z)", diagram["below"]):
                yield f"cell {number}: {diagram['file']} has no caption, *in italics*, below it"
    for number, cell in cells_of(notebook, "code"):
        figure = cell["metadata"].get("mystnb", {}).get("figure", {})
        html = "".join(text(each.get("data", {}).get("text/html", "")) for each in cell["outputs"])
        if "<img " in html and len(figure.get("caption", "")) < MIN_ALT_LENGTH:
            yield f"cell {number}: the picture in its HTML has no caption"


def check_storage(notebook):
    """Nothing is stored that only one machine or one moment knows."""
    identifiers = [cell.get("id") for cell in notebook["cells"]]
    if None in identifiers:
        yield f"cell {identifiers.index(None) + 1}: has no id"
    for identifier in sorted({i for i in identifiers if i and identifiers.count(i) > 1}):
        yield f"more than one cell has the id {identifier!r}"
    if "widgets" in notebook["metadata"]:
        yield "holds the state of widgets: make notebooks removes it"
    for number, cell in cells_of(notebook, "code"):
        if "execution" in cell["metadata"]:
            yield f"cell {number}: holds times of execution: make notebooks removes them"
        for output in cell["outputs"]:
            found = MACHINE_PATH.search(shown_text(output))
            if found:
                yield f"cell {number}: its output holds a path of one machine, {found.group()!r}"


QUESTION = re.compile(r"\*\*Question (\d+)\.\*\*.*?(?=\*\*Question|</div>)", re.DOTALL)
CHOICE = re.compile(r"<details( class=\"right\")?><summary>(.+?)</summary>(.+?)</details>")


def check_quizzes(notebook):
    """Three questions or more, each with one right choice of three or more, and every reason."""
    for number, cell in cells_of(notebook, "markdown"):
        quiz = text(cell["source"]).partition('<div class="quiz">')[2]
        questions = list(QUESTION.finditer(quiz))
        if quiz and [int(question[1]) for question in questions] != [
            *range(1, max(3, len(questions)) + 1)
        ]:
            yield f"cell {number}: a quiz needs questions 1, 2, 3 and so on"
        for question in questions:
            choices = CHOICE.findall(question[0])
            if len(choices) < 3 or sum(bool(right) for right, _, _ in choices) != 1:
                yield f"cell {number}: question {question[1]} needs three choices, one right"
            for right, choice, reason in choices:
                verdict = "<b>Right.</b> " if right else "<b>No.</b> "
                if not reason.startswith(verdict) or len(reason) < len(verdict) + 20:
                    yield f"cell {number}: {choice!r} does not open with {verdict}and a reason"


def check_lengths(notebook):
    """The right choice is not the longest as a rule, or a reader need not know the answer."""
    prose = "\n".join(text(cell["source"]) for _, cell in cells_of(notebook, "markdown"))
    told = []
    for question in QUESTION.finditer(prose):
        lengths = {True: [0], False: [0]}
        for right, choice, _ in CHOICE.findall(question[0]):
            lengths[bool(right)].append(len(choice))
        told.append(max(lengths[True]) > max(lengths[False]))
    if sum(told) > MAX_TOLD_BY_LENGTH * len(told):
        yield f"the right choice is the longest in {sum(told)} of {len(told)} questions"


RULES = (
    check_frame,
    check_exercises,
    check_solutions,
    check_size,
    check_run,
    check_pictures,
    check_diagrams,
    check_quizzes,
    check_lengths,
    check_storage,
)


def faults(path):
    """Return the faults of the notebook at `path`, one line of text each."""
    path = Path(path)
    found = []
    size = path.stat().st_size
    if size > MAX_BYTES:
        found.append(f"{size / 1e6:.2f} MB, at most {MAX_BYTES / 1e6:g} MB are wanted")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for rule in RULES:
        found.extend(rule(notebook))
    return found


def main(paths):
    """Print the faults of `paths`; return 1 if there is one, else 0."""
    lines = [f"{path}: {fault}" for path in paths for fault in faults(path)]
    print(*lines, sep="\n", end="\n" if lines else "")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
