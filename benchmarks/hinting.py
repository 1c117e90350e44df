"""What one more hint costs, beside a photograph coloured from the start.

A session keeps what does not depend on hints. The network alone and the whole colouring are
measured apart, on one processor core, for photographs of the network's own size and larger ones.
"""

import time

import numpy as np
import skimage.data
from PIL import Image

from colorlab import Hint, load_pretrained
from colorlab.color.ranges import levels_to_signed

_SIDES = (512, 1024)
_TURNS = 15


def _milliseconds(*tasks):
    """Return the shortest processor time of each task, measured in turns."""
    best = [float("inf")] * len(tasks)
    for turn in range(_TURNS):
        for number, task in enumerate(tasks):
            start = time.process_time()
            task(turn)
            best[number] = min(best[number], 1000 * (time.process_time() - start))
    return best


def _row(name, start, hint):
    return {
        "what": name,
        "from_the_start": round(start, 1),
        "one_more_hint": round(hint, 1),
        "ratio": round(start / hint, 2),
    }


def measure():
    """Measure the model `default`; times are in milliseconds."""
    colorizer = load_pretrained("default", threads=1)
    predictor, photograph = colorizer.predictor, Image.fromarray(skimage.data.astronaut())
    side = predictor.image_size
    small = np.asarray(photograph.convert("L").resize((side, side)))[None, ..., None]
    signed, hints = levels_to_signed(small), np.zeros((1, side // 4, side // 4, 3), "float32")
    hints[0, 20, 20] = 30, 10, 1
    features = predictor.encode(signed)
    encoder, decoder = _milliseconds(
        lambda turn: predictor.encode(signed), lambda turn: predictor.decode(features, hints)
    )
    rows = [_row(f"network alone, {side} x {side}", encoder + decoder, decoder)]
    for side in (predictor.image_size, *_SIDES):
        picture = np.asarray(photograph.resize((side, side)))
        session = colorizer.session(picture)
        session.colorize()
        times = _milliseconds(
            lambda turn, picture=picture: colorizer.colorize(
                picture, hints=[Hint(turn, 100, "#806060")]
            ),
            lambda turn, session=session: session.colorize([Hint(turn, 100, "#806060")]),
        )
        rows.append(_row(f"photograph, {side} x {side}", *times))
    return rows
