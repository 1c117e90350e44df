"""How many photographs may be in memory at a time.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import collections
import contextlib
import threading
from collections.abc import Iterator

__all__ = ["Room"]


class Room:
    """Limit the photographs in memory to a number of pixels; a larger one is processed alone.

    Photographs are admitted in order: small ones do not overtake a large one.

    Parameters
    ----------
    pixels : int
        Of all photographs in memory.
    """

    def __init__(self, pixels: int):
        self._pixels, self._taken = pixels, 0
        self._changed = threading.Condition()
        self._queue: collections.deque = collections.deque()

    @contextlib.contextmanager
    def take(self, pixels: int) -> Iterator[None]:
        """Wait for room for a photograph, and keep it for a ``with`` block.

        Parameters
        ----------
        pixels : int
            Of the photograph.
        """
        turn = object()
        with self._changed:
            self._queue.append(turn)
            try:
                self._changed.wait_for(lambda: self._queue[0] is turn and self._fits(pixels))
                self._taken += pixels
            finally:
                self._queue.remove(turn)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._taken -= pixels
                self._changed.notify_all()

    def _fits(self, pixels):
        return not self._taken or self._taken + pixels <= self._pixels
