"""The devices that ONNX Runtime colours on: the processor, and graphics processors.

Taught in :doc:`/book/beyond_one_machine`.
"""

import functools

from colorlab.errors import InputError

__all__ = ["DEVICES", "PACKAGES", "available_devices", "execution_providers", "require_device"]

#: ONNX Runtime's execution provider of each device; ``auto`` takes the first one that is there.
DEVICES = {
    "cuda": "CUDAExecutionProvider",
    "dml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "cpu": "CPUExecutionProvider",
}

#: The build of ONNX Runtime that has each device.
PACKAGES = {
    "cuda": "onnxruntime-gpu in place of onnxruntime",
    "dml": "onnxruntime-directml in place of onnxruntime, on Windows",
    "coreml": "onnxruntime, on a Mac",
    "cpu": "onnxruntime",
}


def require_device(device: str) -> None:
    """Refuse the name of a device that there is not.

    Parameters
    ----------
    device : str
        A key of :data:`DEVICES`, or ``auto``.

    Raises
    ------
    InputError
        The message names the devices.

    Examples
    --------
    >>> require_device("gpu")
    Traceback (most recent call last):
    colorlab.errors.InputError: device must be one of auto, cuda, dml, coreml, cpu, got 'gpu'
    """
    if device not in ("auto", *DEVICES):
        raise InputError(f"device must be one of auto, {', '.join(DEVICES)}, got {device!r}")


@functools.cache
def available_devices() -> tuple[str, ...]:
    """List the devices that the installed ONNX Runtime is built for, the fastest one first.

    Returns
    -------
    tuple of str
        Keys of :data:`DEVICES`. A driver that is missing is found out when a network is loaded.
    """
    import onnxruntime

    providers = onnxruntime.get_available_providers()
    return tuple(name for name, provider in DEVICES.items() if provider in providers)


def execution_providers(device: str) -> list[str]:
    """Return the execution providers for a device: its own, and the processor's for the rest.

    Parameters
    ----------
    device : str
        A key of :data:`DEVICES`, or ``auto``.

    Returns
    -------
    list of str
        The processor's alone where the device is not available.

    Raises
    ------
    InputError
        If there is no such device.
    """
    require_device(device)
    there = available_devices()
    wanted = there[:1] if device == "auto" else [name for name in there if name == device]
    return list(dict.fromkeys(DEVICES[name] for name in (*wanted, "cpu")))
