"""Divide an archive between processes that do not know of each other.

Taught in :doc:`/book/beyond_one_machine`.
"""

import dataclasses
import hashlib
import os
import re

from colorlab.errors import InputError

__all__ = ["Shard"]


@dataclasses.dataclass(frozen=True)
class Shard:
    """One of several equal parts of an archive.

    A photograph belongs to the part that a hash of its path names. Each process finds its own part
    in the common listing, without a coordinator, and photographs that are added later move no other
    one to another part.

    Attributes
    ----------
    index : int
        From 1 to ``count``.
    count : int
        Number of parts.

    Raises
    ------
    InputError
        If ``index`` or ``count`` is out of range.

    Examples
    --------
    >>> names = ["a.jpg", "b.jpg", "1920/c.jpg"]
    >>> [[name for name in names if Shard(index, 2).holds(name)] for index in (1, 2)]
    [['b.jpg'], ['a.jpg', '1920/c.jpg']]
    """

    index: int = 1
    count: int = 1

    def __post_init__(self):
        """Check the numbers."""
        if not 1 <= self.index <= self.count:
            raise InputError(
                f"shard must be I/N with I from 1 to N, such as 3/8, got {self.index}/{self.count}"
            )

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read a part as the command takes it.

        Parameters
        ----------
        text : str
            ``I/N``, such as ``3/8``.

        Returns
        -------
        Shard

        Raises
        ------
        InputError
            If it is anything else.

        Examples
        --------
        >>> Shard.parse("3/8")
        Shard(index=3, count=8)
        >>> Shard.parse("0/8")
        Traceback (most recent call last):
        colorlab.errors.InputError: shard must be I/N with I from 1 to N, such as 3/8, got 0/8
        """
        found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text, flags=re.ASCII)
        if found is None:
            raise InputError(f"shard must be I/N with I from 1 to N, such as 3/8, got {text}")
        return cls(int(found[1]), int(found[2]))

    def holds(self, path: str) -> bool:
        """Tell whether a photograph belongs to this part.

        Parameters
        ----------
        path : str
            Its path below the folder of the archive, with ``/`` between its parts.

        Returns
        -------
        bool
        """
        if self.count == 1:
            return True
        digest = hashlib.blake2b(os.fsencode(path), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.count == self.index - 1

    def __str__(self) -> str:
        """Return the part as the command takes it."""
        return f"{self.index}/{self.count}"
