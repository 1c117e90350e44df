"""Write the book's page on speed from what was measured.

``python tools/write_speed_page.py`` writes ``book/speed.md``. Numbers come from
``book/results/benchmarks.json``; the words are here.
"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "book" / "speed.md"


def _table(heads, rows):
    """Lay out a table: the first column is words, the others are numbers."""
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in (heads, rule, *rows))


def _input(rows):
    return _table(
        ("files", "pixels", "plain", "colorlab", "times"),
        [
            (
                row["files"],
                row["image_size"],
                f"{row['plain_pictures_per_second']:,.0f}",
                f"{row['pipeline_pictures_per_second']:,.0f}",
                row["ratio"],
            )
            for row in rows
        ],
    )


def _training(rows):
    return _table(
        ("step", "pixels", "numbers", "a second", "times", "operations", "bytes"),
        [
            (
                row["way"],
                row["image_size"],
                row["precision"],
                f"{row['pictures_per_second']:.1f}",
                f"{row['ratio']:.1f}",
                f"{row['bound_of_operations']:,.0f}",
                f"{row['bound_of_bytes']:.0f}",
            )
            for row in rows
        ],
    )


def _coloring(facts):
    return _table(
        ("what", "plain", "colorlab", "times"),
        [
            (
                "seconds to the first coloured picture",
                facts["plain_cold_start_seconds"],
                facts["colorlab_cold_start_seconds"],
                facts["cold_start_ratio"],
            ),
            (
                "pictures a second after that",
                facts["plain_pictures_per_second"],
                facts["colorlab_pictures_per_second"],
                facts["throughput_ratio"],
            ),
            (
                "peak memory (MiB)",
                f"{facts['plain_peak_mebibytes']:.0f}",
                f"{facts['colorlab_peak_mebibytes']:.0f}",
                facts["memory_ratio"],
            ),
        ],
    )


def page(results):
    """Return the text of the page."""
    machine, memory, coloring = results["machine"], results["memory"], results["coloring"]
    few, many = (f"{count:,}" for count in memory["pictures"])
    few_peak, many_peak = (f"{peak:,.0f}" for peak in memory["peak_mebibytes"])
    return f"""# Speed, measured

How long things take depends on the machine; how much faster one way is than another depends on it
much less. So each table sets a plain way, as a first script would do it, beside this project's, both
measured in one run. These figures are from {machine["cores"]} processor cores that compute with 16-bit
numbers, without a GPU: Python {machine["python"]}, Keras {machine["keras"]}, TensorFlow
{machine["tensorflow"]}, ONNX Runtime {machine["onnxruntime"]}. `make bench` measures again, on yours.

## From files to batches

A network that waits for pictures learns nothing. Pictures a second, from JPEG files to batches of grey
and colour with so many pixels a side; the plain way is a loop with Pillow and NumPy:

{_input(results["input_pipeline"])}

Two things do it. Compiled operations decode the files and compute grey, in as many threads as there are
cores. And a large JPEG is decoded at a fraction of its size: its blocks of 8 x 8
pixels can give 4 x 4 or fewer without the detail ever being computed. Chapter
[Training](../notebooks/03_training.ipynb) builds this pipeline.

Memory hardly grows with the collection: the peak of a training process is {few_peak} MiB with {few}
pictures and {many_peak} MiB with {many}, {memory["difference_percent"]:.0f} % more.

## A step of training

Pictures a second, forward and backward, batches of 32. The plain recipe is the published network of
Keras's own layers, and `fit` on arrays of 32-bit numbers. The last two columns are bounds, in pictures a
second too, for a program that goes layer by layer. One is reached if it does nothing but the
multiplications of the convolutions, as fast as this machine multiplies large matrices; the other if each
layer only reads and writes its numbers, once in each direction. The ways take turns, and the fastest of
ten turns counts. This is a virtual machine, which at times leaves one of its two cores idle for some
seconds, and a way that was measured then came out up to twice as slow.

{_training(results["training_step"])}

Read it from the top:

- **classic** computes the very same thing as the plain recipe. The difference is one layer: batch
  normalisation, put together from simple operations, goes over its pictures many times, and that takes
  more than a third of the step. `colorlab.networks.normalization` does it in one operation.
- **Half precision** halves the bytes, and the matrix units of this processor take 16-bit numbers. The
  bound of operations moves far away, and bytes are the nearer one. The gain is smaller than either says.
- **chroma at the recipe's size** has half the channels in its first block and its last, where the pictures
  are largest and where most of the bytes are.
- **chroma as shipped** sees 128 pixels, a quarter of the area. Chroma is coarse, and the light comes from
  the photograph: [Keep the light](../notebooks/05_keep_the_light.ipynb).

All of them stay well below their bounds. On a GPU these figures have not been measured.

## Colouring photographs

{coloring["pictures"]} photographs ({coloring["size"]}), the same network for both. The plain way imports Keras,
loads the network, and reads, predicts and saves one picture after the other:

{_coloring(coloring)}

`colorlab colorize` never imports TensorFlow. ONNX Runtime loads the weights, and while the network works on
one photograph another is read and a third one is written.
"""


def main():
    """Write the page."""
    results = json.loads((ROOT / "book/results/benchmarks.json").read_text(encoding="utf-8"))
    PAGE.write_text(page(results), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
