"""The exception for input that a person can correct.

Taught in :doc:`/notebooks/01_data`.
"""

__all__ = ["InputError"]


class InputError(ValueError):
    """A file, a folder, an argument or a run cannot be used.

    The message is one line that names the file or the argument, what was expected, and what to do.
    The command line prints only the message; in Python it is a `ValueError` like any other.
    """

    def __init__(self, message: object) -> None:
        # The name of a file may contain line breaks.
        super().__init__(" ".join(str(message).splitlines()))
