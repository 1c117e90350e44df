"""Write the book's page on speed from what was measured.

``python tools/write_speed_page.py`` writes ``book/speed.md``. Numbers come from
``book/results/benchmarks.json``; the prose is here.
"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "book" / "speed.md"


def _table(heads, rows):
    """Return a Markdown table: text in the first column, numbers in the others."""
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in (heads, rule, *rows))


def _input(rows):
    return _table(
        ("files", "pixels", "baseline", "colorlab", "ratio"),
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
        ("network", "pixels", "precision", "pictures/s", "ratio", "compute bound", "memory bound"),
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
        ("measure", "baseline", "colorlab", "ratio"),
        [
            (
                "seconds to the first coloured picture",
                facts["plain_cold_start_seconds"],
                facts["colorlab_cold_start_seconds"],
                facts["cold_start_ratio"],
            ),
            (
                "pictures per second after that",
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

Times depend on the machine; ratios of times depend on it much less. So each table compares `colorlab` with a
baseline, a straightforward script for the same task, both measured in one run. These figures are from
{machine["cores"]} processor cores with 16-bit arithmetic and no GPU: Python {machine["python"]}, Keras
{machine["keras"]}, TensorFlow {machine["tensorflow"]}, ONNX Runtime {machine["onnxruntime"]}. `make bench`
repeats the measurements on your machine.

## From files to batches

The input pipeline must not keep the network waiting. This table has the pictures per second from JPEG files
to batches of grey and colour, for two image sizes in pixels. The baseline is a loop with Pillow and NumPy.

{_input(results["input_pipeline"])}

There are two reasons for the difference. Compiled operations decode the files and compute grey, in as many
threads as there are cores. And a large JPEG is decoded at a fraction of its size: a block of 8 x 8 pixels can
be decoded to 4 x 4 pixels or fewer, without computing the detail first. The chapter
[Training](../notebooks/03_training.ipynb) builds this pipeline.

Memory hardly grows with the number of pictures: the peak of a training process is {few_peak} MiB with {few}
pictures and {many_peak} MiB with {many}, {memory["difference_percent"]:.0f} % more.

## A step of training

This table has the pictures per second for the forward and the backward pass, with batches of 32. The plain
recipe is the published network, built from Keras's own layers and trained with `fit` on float32 arrays. The
last two columns are upper bounds, in pictures per second, for a program that executes layer after layer. The
compute bound assumes that it does nothing but the multiplications of the convolutions, as fast as this machine
multiplies large matrices. The memory bound assumes that each layer only reads and writes its values, once per
pass. The networks are measured in turns, and the fastest of ten turns counts: this virtual machine sometimes
leaves one of its two cores idle for some seconds, which makes a measurement up to twice as slow.

{_training(results["training_step"])}

The rows, from the top:

- **classic** computes the same result as the plain recipe. The difference is one layer: batch normalisation
  composed of simple operations passes over its input many times, which takes more than a third of the step.
  `colorlab.networks.normalization` needs one operation.
- **classic in half precision** moves half the bytes, and the matrix units of this processor take 16-bit
  numbers. The compute bound rises far above the memory bound, which now limits the step. The gain is smaller
  than either bound suggests.
- **ab at the recipe's size** predicts the colour channels a and b. It has half the channels in its first and
  last blocks, where the pictures are largest and most of the memory traffic occurs.
- **ab as shipped** has an input of 128 x 128 pixels, a quarter of the area. That suffices, because the
  resolution of colour matters little and the luma comes from the photograph:
  [Keep the light](../notebooks/05_keep_the_light.ipynb).

All of them stay well below their bounds. The table has not been measured on a GPU.

## Colouring photographs

{coloring["pictures"]} photographs ({coloring["size"]}), with the same network for both. The baseline imports
Keras, loads the network, and then reads, predicts and saves one picture after the other.

{_coloring(coloring)}

`colorlab colorize` never imports TensorFlow. ONNX Runtime loads the weights, and while the network processes one
photograph, the next is read and the previous one is written.
"""


def main():
    """Write the page."""
    results = json.loads((ROOT / "book/results/benchmarks.json").read_text(encoding="utf-8"))
    PAGE.write_text(page(results), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
