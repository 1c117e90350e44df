"""Training on several devices of one machine: each computes its part of every batch.

With TensorFlow, ``tf.distribute.MirroredStrategy`` copies the network to each device and adds up
the gradients; with JAX, ``keras.distribution.DataParallel`` does. Batch, learning rate and result
are those of one device, to rounding: a batch is divided, not made larger.

Taught in :doc:`/book/beyond_one_machine`.
"""

import contextlib
import dataclasses
import functools
from collections.abc import Iterator

from colorlab.backend import keras
from colorlab.errors import InputError

__all__ = ["Devices", "choose_devices", "distribution", "list_devices"]


@dataclasses.dataclass(frozen=True)
class Devices:
    """The devices that a run uses.

    Attributes
    ----------
    kind : str
        ``gpu``, ``tpu`` or ``cpu``.
    names : tuple of str
        As Keras lists them.
    """

    kind: str
    names: tuple[str, ...]

    def __len__(self) -> int:
        """Return their number."""
        return len(self.names)


def choose_devices(devices: int | str, batch_size: int) -> Devices:
    """Choose the devices of a run: of the fastest kind that this machine has.

    Parameters
    ----------
    devices : int or str
        As of :class:`colorlab.configuration.Configuration`.
    batch_size : int
        Pictures a step, on all devices together.

    Returns
    -------
    Devices

    Raises
    ------
    InputError
        If there are fewer devices, or they cannot have equal parts of a batch.
    """
    kinds = {kind: list_devices(kind) for kind in ("gpu", "tpu", "cpu")}
    kind = next((kind for kind, names in kinds.items() if names), "cpu")
    names = kinds[kind] or ["cpu:0"]
    count = len(names) if devices == "all" else int(devices)
    if count > len(names):
        raise InputError(
            f"devices must be at most {len(names)}, the number of {kind.upper()}s that "
            f"{keras.backend.backend()} sees, got {devices}"
        )
    if batch_size % count:
        raise InputError(
            f"batch_size must be a multiple of {count}, the number of devices, got {batch_size}"
        )
    return Devices(kind, tuple(names[:count]))


def list_devices(kind: str) -> list[str]:
    """List the devices of a kind; none where the backend knows no such kind.

    Parameters
    ----------
    kind : str
        ``gpu``, ``tpu`` or ``cpu``.

    Returns
    -------
    list of str
    """
    try:
        return keras.distribution.list_devices(kind)
    except RuntimeError:  # of JAX, where there is none of this kind
        return []


@contextlib.contextmanager
def distribution(devices: Devices) -> Iterator[None]:
    """Let Keras build and train networks on devices within a ``with`` statement.

    Parameters
    ----------
    devices : Devices
        A single one changes nothing.

    Raises
    ------
    InputError
        If the backend of Keras cannot divide its batches.
    """
    backend = keras.backend.backend()
    if len(devices) == 1:
        yield
    elif backend == "tensorflow":
        with _mirrored_strategy(devices.names).scope():
            yield
    elif backend == "jax":
        with keras.distribution.DataParallel(devices=list(devices.names)).scope():
            yield
    else:
        raise InputError(f"devices must be 1 with the backend {backend}, got {len(devices)}")


@functools.cache
def _mirrored_strategy(names):
    """Return the one strategy of these devices: TensorFlow mixes up the reductions of two."""
    import tensorflow as tf

    return tf.distribute.MirroredStrategy([name.upper() for name in names])
