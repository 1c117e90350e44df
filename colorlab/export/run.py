"""Export of a training run to an ONNX file for colouring.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import json
from typing import Any

from colorlab.errors import InputError
from colorlab.export.onnx import write_onnx
from colorlab.training.run import Run
from colorlab.training.weights import load_network

__all__ = ["export_run"]


def export_run(run: Any, path: Any, saturation: float = 1.0, overwrite: bool = False) -> None:
    """Write the best weights of a training run as an ONNX file that colours photographs.

    Parameters
    ----------
    run : path-like
        A folder that :func:`colorlab.training.train` wrote.
    path : path-like
        The file; :func:`colorlab.colorize`, `colorlab colorize` and `colorlab evaluate` take it as
        their model. Written whole or not at all.
    saturation : float
        Default factor of the predicted colour, 0 to 10.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the run cannot be loaded, the saturation is out of range, the file exists, or it cannot
        be written.
    """
    if not 0 <= saturation <= 10:
        raise InputError(f"saturation must be a number from 0 to 10, got {saturation}")
    configuration = Run(run).configuration
    facts = {
        "image_size": configuration.image_size,
        "stride": configuration.stride,
        "saturation": saturation,
        "configuration": json.dumps(configuration.to_dict()),
    }
    write_onnx(load_network(run), path, facts, overwrite)
