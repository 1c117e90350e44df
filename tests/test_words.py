"""The book, the library and its messages use the standard terms of the field."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("benchmarks", "book", "colorlab", "notebooks", "tests", "tools", "web")
ENDINGS = {".ipynb", ".jinja", ".js", ".md", ".py", ".pyi", ".toml", ".yml"}
# The changelog lists old names beside the new ones, and this file has all of them.
EXCLUDED = {"CHANGELOG.md", "tests/test_words.py"}

# Chroma is one number, C* = sqrt(a**2 + b**2) of CIE Lab. These files, and tests, speak of it.
ABOUT_CHROMA = (
    "benchmarks/skin_tones.py",
    "book/_templates/skin_tones.md.jinja",
    "book/glossary.md",
    "book/skin_tones.md",
    "colorlab/losses.py",
    "notebooks/01_data.ipynb",
    "notebooks/05_results.ipynb",
    "notebooks/06_keep_the_light.ipynb",
    "notebooks/07_why_brown.ipynb",
    "notebooks/10_your_own_photographs.ipynb",
    "tests/",
)
# Files and layers that were written with the names of before, which are still read.
OLD_NAMES = ("colorlab/inference/predictors/onnx_runtime.py", "tests/inference/test_colorizer.py")
STORED_NAMES = ("colorlab/networks/heads.py",)

# A pattern, what to write instead, and the files (or folders) in which the pattern is right.
WORDS = (
    (r"\bchromas?\b", "ab: the colour channels a and b", ABOUT_CHROMA + OLD_NAMES + STORED_NAMES),
    (
        r"\bchroma(\[(\.\.\.|:)|\.T\b|\.shape| (network|head|recipe|class|channels)|_class)"
        r"|(answer|predict|say)(s|ed)? (the )?chroma|chroma \(a, b\)|pair \(a, b\) is the chroma",
        "ab: chroma is one number, C*",
        (),
    ),
    (r"\bstrengths?\b", "saturation", OLD_NAMES),
    (r"\brarity\b", "class_rebalancing, class rebalancing", ()),
    (r"\bwarm_up\b", "warmup_epochs", ()),
    (r"\bcurved space\b", "lab_f, lab_f_inverse", ()),
    (r"\b(learn\w*|know\w*) [^.]{0,40}\bby heart\b", "memorise, overfit", ()),
    (r"\blast but one\b", "second worst", ()),
    (r"\b(upright|level) edges?\b", "vertical edges, horizontal edges", ()),
    (r"\bway (back|forth)\b", "backward pass, forward pass", ()),
    (r"\bmend(s|ed|ing)?\b", "fix", ()),
    (r"\b(receipts?|strangers)\b", "manifest, unexpected", ()),
    (r"\b(own|true|photograph's|same) light\b(?! grey)", "luma (of sRGB) or lightness (L*)", ()),
    (r"\bre-?draws?\b (the|its) light", "reconstructs the luma", ()),
    (r"\bnetworks? (answers?|says?|is asked)\b", "predicts", ()),
    (r"\b\d+ passes\b", "epochs", ()),
)


def _sources():
    """Yield the path and the text of each source file, of notebooks without their pictures."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*"))]
    for path in [*paths, *sorted(ROOT.glob("*.md")), ROOT / "pyproject.toml"]:
        name = path.relative_to(ROOT).as_posix()
        if path.suffix not in ENDINGS or name in EXCLUDED or "node_modules" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        yield name, _words_of(json.loads(text)) if path.suffix == ".ipynb" else text


def _words_of(notebook):
    """Return what a reader sees of a notebook: sources, printed text and descriptions of images."""
    parts = []
    for cell in notebook["cells"]:
        parts += ["".join(cell["source"]), json.dumps(cell["metadata"], ensure_ascii=False)]
        parts += ["".join(output.get("text", ())) for output in cell.get("outputs", ())]
    return "\n".join(parts)


def test_standard_terms_are_used():
    offenders = []
    for name, text in _sources():
        for pattern, instead, allowed in WORDS:
            if name.startswith(allowed):
                continue
            for found in re.finditer(pattern, text, flags=re.IGNORECASE):
                line = text.count("\n", 0, found.start()) + 1
                offenders.append(f"{name}:{line}: {found.group()!r}; write: {instead}")
    assert not offenders, "\n" + "\n".join(offenders)


def test_instructions_do_not_announce_the_next_cell():
    """A sentence begins with its subject, so it hardly ever begins with "Expect"."""
    words = "Expect|You will see|Look|Watch|Remember|Compare|The next cell"
    starts = re.compile(rf"(?:^|(?<=[.?!:] ))({words})\b", re.MULTILINE)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        prose = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        assert len(starts.findall(prose)) <= 2, path.name


def test_the_glossary_has_the_words_that_chapters_explain():
    glossary = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    words = "batch digest epoch GradientTape loss SSIM softmax tanh tensor weight"
    words += " ablation backpropagation entropy feature kernel mode optimiser query residual"
    several = ("validation loss", "hidden layer", "depthwise convolution", "Gaussian process")
    for word in [*words.split(), *several]:
        assert re.search(rf"^{word}$", glossary, re.MULTILINE), word
