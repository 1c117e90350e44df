"""Draw the diagrams of the book as SVG: book/_static/diagrams/*.svg.

``python tools/draw_diagrams.py`` writes them anew. Their colours follow the reader's mode, light or
dark, each on a ground of its own, so that they can be read wherever they are shown.
"""

from pathlib import Path

from diagram_shapes import arrow, box, cells, document, grid, text

FOLDER = Path(__file__).resolve().parent.parent / "book" / "_static" / "diagrams"


def convolve(picture, kernel, stride=1):
    """Multiply and add at each place where the kernel lies wholly on the picture."""
    side = len(kernel)
    places = range(0, len(picture) - side + 1, stride)
    return [
        [
            sum(picture[i + u][j + v] * kernel[u][v] for u in range(side) for v in range(side))
            for j in places
        ]
        for i in places
    ]


PICTURE = [[1, 1, 1, 5, 5], [1, 1, 1, 5, 5], [1, 1, 1, 5, 5], [1, 1, 1, 5, 5], [1, 1, 1, 5, 5]]
EDGES = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]


def convolution():
    """A kernel on a picture with a vertical edge."""
    result = convolve(PICTURE, EDGES)
    drawn = grid(20, 60, PICTURE, kinds=cells(0, 1, 3, 3, "a"))
    drawn += box(60, 60, 120, 120, "frame") + text(120, 40, "picture, 5 x 5")
    drawn += text(250, 165, "·", "") + grid(280, 100, EDGES, kinds=cells(0, 0, 3, 3, "b"))
    drawn += text(340, 80, "kernel, 3 x 3") + arrow((415, 160), (475, 160))
    drawn += grid(500, 100, result, kinds={(0, 1): "c"}) + text(560, 80, "output, 3 x 3")
    drawn += text(340, 300, "Nine products, added up: 3 · (5 - 1) = 12 where the edge lies.")
    return drawn, 660, 330, "A convolution: nine products, added up, for each place of the kernel"


def stride():
    """A stride of two halves the picture."""
    empty = [[None] * 7 for _ in range(7)]
    kinds = cells(0, 0, 3, 3, "a") | cells(0, 2, 3, 3, "b") | cells(0, 4, 3, 3, "c")
    drawn = grid(20, 60, empty, 34, kinds) + text(139, 40, "7 x 7 (the border is padding)")
    for left, kind in ((0, "frame"), (2, "frame"), (4, "frame")):
        drawn += box(20 + 34 * left, 60, 102, 102, kind)
    drawn += arrow((280, 180), (380, 180)) + text(330, 165, "stride 2", "small")
    output = [[None] * 3 for _ in range(3)]
    drawn += grid(410, 110, output, 50, {(0, 0): "a", (0, 1): "b", (0, 2): "c"})
    drawn += text(485, 90, "output, 3 x 3")
    drawn += text(
        300, 340, "The kernel moves by two pixels: half as many places in each direction."
    )
    return drawn, 600, 370, "A convolution with stride 2 halves height and width"


def transposed_convolution():
    """Each input number stamps the kernel, two pixels apart."""
    small, kernel = [[1, 2], [3, 4]], [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    canvas = [[0] * 5 for _ in range(5)]
    for i in range(2):
        for j in range(2):
            for u in range(3):
                for v in range(3):
                    canvas[2 * i + u][2 * j + v] += small[i][j] * kernel[u][v]
    drawn = grid(20, 110, small, 50, {(0, 0): "a", (1, 1): "b"}) + text(70, 90, "input, 2 x 2")
    drawn += text(150, 165, "·") + grid(180, 100, kernel) + text(240, 80, "kernel, 3 x 3")
    drawn += arrow((315, 160), (375, 160)) + text(345, 145, "stride 2", "small")
    kinds = cells(0, 0, 3, 3, "a") | cells(2, 2, 3, 3, "b") | {(2, 2): "c"}
    drawn += grid(400, 60, canvas, 42, kinds) + text(505, 40, "output, 5 x 5")
    drawn += box(400, 60, 126, 126, "frame") + box(484, 144, 126, 126, "frame")
    drawn += text(320, 310, "Each number stamps the whole kernel, times itself. Where stamps")
    drawn += text(320, 332, "overlap, they add up: in the middle, all four do.")
    return drawn, 640, 350, "A transposed convolution stamps the kernel once for each input number"


def skip():
    """The way through the bottleneck, and the way past it."""
    drawn = box(20, 40, 60, 160, "box a") + text(50, 225, "encoder")
    drawn += text(50, 245, "64 x 64", "small")
    drawn += box(230, 150, 130, 50, "box b") + text(295, 180, "bottleneck")
    drawn += text(295, 225, "what the picture shows", "small")
    drawn += box(560, 40, 60, 160, "box c") + text(590, 225, "decoder")
    drawn += text(590, 245, "64 x 64", "small")
    drawn += arrow((85, 175), (222, 175)) + arrow((362, 175), (490, 175), (490, 142))
    drawn += '<circle cx="490" cy="120" r="18" class="box plain"/>' + text(490, 126, "+")
    drawn += arrow((85, 70), (490, 70), (490, 98))
    drawn += arrow((512, 120), (550, 120)) + text(290, 55, "skip: where the edges are")
    return drawn, 640, 265, "A skip connection adds the encoder's detail to the decoder's input"


def unet():
    """The map of the recipe: a row for each size, the encoder left, the decoder right."""
    filters = (64, 64, 128, 256, 256, 512, 512)
    drawn = box(20, 82, 150, 40, "box plain") + text(95, 108, "grey: 256 · 1")
    drawn += box(530, 82, 150, 40, "box c") + text(605, 108, "256 · 64")
    drawn += box(530, 20, 150, 40, "box plain") + text(605, 46, "colour: 256 · 3")
    drawn += arrow((605, 80), (605, 64))
    for level, count in enumerate(filters):
        y, shift = 144 + 62 * level, 20 * level
        words = f"{128 >> level} · {count}"
        drawn += box(20 + shift, y, 150, 40, "box a") + text(95 + shift, y + 26, words)
        kind = "box c" if level < 6 else "box b"
        drawn += box(530 - shift, y, 150, 40, kind) + text(605 - shift, y + 26, words)
        drawn += arrow((95 + shift, y - 20), (95 + shift, y - 3))
        drawn += arrow((605 - shift, y - 2), (605 - shift, y - 18))
        drawn += arrow((172 + shift, y + 20), (526 - shift, y + 20))
        words, shift = ("skip, added", 0) if level < 6 else ("middle, + skip", 6)
        drawn += text(350 - shift, y + 12, words, "small")
    drawn += text(350, 585, "side in pixels · channels")
    drawn += text(350, 607, "blue: encoder, orange: middle, green: decoder", "small")
    return (
        drawn,
        700,
        625,
        "The U-Net of the recipe: seven encoder blocks, a middle, seven decoder blocks",
    )


def batch_normalisation():
    """Where the mean and the variance come from, in training and in inference."""
    drawn = box(20, 60, 150, 60, "box a") + text(95, 86, "one channel")
    drawn += text(95, 106, "of a batch", "small")
    drawn += box(265, 60, 190, 60, "box plain") + text(360, 86, "(x - mean) / spread")
    drawn += text(360, 106, "then scale and shift", "small")
    drawn += box(550, 60, 140, 60, "box c") + text(620, 86, "output")
    drawn += text(620, 106, "mean 0, spread 1", "small")
    drawn += arrow((172, 90), (257, 90)) + arrow((457, 90), (542, 90))
    drawn += box(130, 200, 180, 60, "box a") + text(220, 226, "mean and variance")
    drawn += text(220, 246, "of this batch", "small")
    drawn += box(420, 200, 180, 60, "box b") + text(510, 226, "moving averages")
    drawn += text(510, 246, "of all batches so far", "small")
    drawn += arrow((95, 122), (95, 230), (122, 230))
    drawn += arrow((270, 198), (330, 124)) + text(245, 165, "training")
    drawn += arrow((480, 198), (400, 124)) + text(495, 165, "inference")
    drawn += arrow((312, 230), (412, 230)) + text(362, 218, "1 %", "small")
    drawn += text(350, 300, "Each training step moves the averages by one part in a hundred.")
    return drawn, 710, 325, "Batch normalisation in training and in inference"


def split():
    """Three parts of the pictures, with near-duplicates kept together."""
    drawn = box(20, 60, 660, 50, "box plain") + text(350, 91, "all pictures, in random order")
    parts = (
        (20, 440, "a", "training", "the weights are fitted to them"),
        (470, 100, "b", "validation", "settings"),
        (580, 100, "c", "test", "the result"),
    )
    for x, width, kind, name, use in parts:
        drawn += box(x, 170, width, 50, f"box {kind}") + text(x + width / 2, 201, name)
        drawn += arrow((x + width / 2, 112), (x + width / 2, 164))
        drawn += text(x + width / 2, 245, use, "small")
    drawn += box(90, 68, 16, 34, "box b") + box(108, 68, 16, 34, "box b")
    drawn += box(90, 178, 16, 34, "box b") + box(108, 178, 16, 34, "box b")
    drawn += text(107, 50, "near-duplicates", "small")
    drawn += text(350, 290, "Near-duplicates move together: no part holds a copy from another.")
    return drawn, 700, 315, "The split into training, validation and test pictures"


def pipeline():
    """The stages between a file and a batch, and what each hands on."""
    stages = (
        ("order", "names of files", "plain"),
        ("decode", "pictures of any size", "a"),
        ("square", "128 x 128 x 3", "a"),
        ("flip", "mirrored or not", "a"),
        ("batch", "4 x 128 x 128 x 3", "b"),
        ("prefetch", "grey and colour", "c"),
    )
    drawn = text(350, 40, "Several stages work at the same time, some in several threads.")
    for number, (name, result, kind) in enumerate(stages):
        x, y = 20 + 230 * (number % 3), 70 + 130 * (number // 3)
        drawn += box(x, y, 170, 50, f"box {kind}") + text(x + 85, y + 31, name)
        drawn += text(x + 85, y + 72, result, "small")
        if number % 3 < 2:
            drawn += arrow((x + 174, y + 25), (x + 222, y + 25))
    drawn += arrow((565, 150), (565, 172), (105, 172), (105, 194))
    drawn += arrow((652, 225), (692, 225)) + text(672, 212, "step", "small")
    return drawn, 720, 300, "The data pipeline, from the names of files to batches"


def hints():
    """How a clicked colour enters the network: beside the skips of the decoder."""
    drawn = (
        box(20, 60, 130, 50, "box plain")
        + text(85, 82, "photograph")
        + text(85, 100, "in grey", "small")
    )
    drawn += box(210, 60, 130, 50, "box a") + text(275, 91, "encoder")
    drawn += box(400, 60, 130, 50, "box c") + text(465, 91, "decoder")
    drawn += box(590, 60, 130, 50, "box plain") + text(655, 82, "beliefs")
    drawn += text(655, 100, "at each place", "small")
    drawn += arrow((152, 85), (204, 85)) + arrow((342, 85), (394, 85)) + arrow((532, 85), (584, 85))
    drawn += text(275, 135, "runs once a photograph", "small")
    drawn += text(465, 45, "runs again at each click", "small")
    drawn += box(20, 190, 130, 50, "box b") + text(85, 212, "a click:")
    drawn += text(85, 230, "place, a, b", "small")
    drawn += box(210, 190, 130, 50, "box b") + text(275, 212, "three planes")
    drawn += text(275, 230, "a, b and a mask", "small")
    drawn += arrow((152, 215), (204, 215)) + arrow((342, 215), (465, 215), (465, 114))
    drawn += text(370, 280, "The photograph's luma is put back at the end, whatever the hint says.")
    return drawn, 740, 305, "How a hint enters the network"


DIAGRAMS = (
    convolution,
    stride,
    transposed_convolution,
    skip,
    unet,
    batch_normalisation,
    split,
    pipeline,
    hints,
)


def svg(diagram):
    """Return a diagram as the text of an SVG file."""
    return document(*diagram())


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for each in DIAGRAMS:
        (FOLDER / f"{each.__name__}.svg").write_text(svg(each), encoding="utf-8")
