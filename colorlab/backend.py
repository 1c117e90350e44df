"""Keras, imported without the notices that TensorFlow prints.

TensorFlow 2.19 and later report missing graphics drivers while they are imported, and no setting
suppresses these messages. Import Keras from this module to avoid them.

Taught in :doc:`/notebooks/03_unet`.
"""

import contextlib
import os
import sys

from colorlab.extras import MissingExtra

__all__ = ["keras", "silent_stderr"]


@contextlib.contextmanager
def silent_stderr():
    """Discard what native code writes to standard error; exceptions are unaffected."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


try:
    with silent_stderr():
        import keras
except ModuleNotFoundError as _error:
    raise (MissingExtra.of(_error) or _error) from None
