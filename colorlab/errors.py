"""One exception for input that a person can mend.

Taught in :doc:`/notebooks/01_data`.
"""

__all__ = ["InputError"]


class InputError(ValueError):
    """Input that cannot be used: a file, a folder, an argument, a run.

    The message is one line that names the file or the argument, says what was expected, and what
    to do. The command line prints the message alone; in Python it is a `ValueError` like any other.
    """

    def __init__(self, message):
        # The name of a file may hold line breaks.
        super().__init__(" ".join(str(message).splitlines()))
