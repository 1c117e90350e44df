"""A table of results, with the facts needed to reproduce it.

Taught in :doc:`/notebooks/05_results`.
"""

import dataclasses
import json
import math
from typing import Any

from colorlab.atomic import write_text_atomic

__all__ = ["COLUMNS", "Evaluation"]

#: The columns of a table, in order, and whether more is better (None: the target's value is best).
COLUMNS = {
    "psnr": True,
    "ssim": True,
    "ciede2000": False,
    "colorfulness": None,
    "colorfulness_ratio": None,
}


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """A table of results, with the facts needed to reproduce it.

    Attributes
    ----------
    facts : dict
        Data, split, size, weights and command, as given to :func:`evaluate`.
    rows : tuple of dict
        One for each method and category, and one for each method over ``all`` pictures:
        ``method``, ``category``, ``pictures`` and :data:`COLUMNS`.
    pictures : tuple of dict
        One for each method and picture: ``method``, ``path``, ``category`` and the scores.
    """

    facts: dict
    rows: tuple
    pictures: tuple

    def row(self, method: str, category: str = "all") -> dict:
        """Return one row of the table.

        Parameters
        ----------
        method : str
        category : str
            ``all`` stands for all pictures.

        Returns
        -------
        dict
            One of :attr:`rows`.

        Raises
        ------
        KeyError
            If there is no such row.
        """
        for row in self.rows:
            if (row["method"], row["category"]) == (method, category):
                return row
        raise KeyError(f"no row for {method!r} and {category!r}")

    def ranked(self, method: str, column: str = "ciede2000") -> list[dict]:
        """Sort the pictures of a method, the best first.

        Parameters
        ----------
        method : str
        column : {"psnr", "ssim", "ciede2000"}
            The measure that decides.

        Returns
        -------
        list of dict
            Of :attr:`pictures`.
        """
        if column not in ("psnr", "ssim", "ciede2000"):
            raise ValueError(f"column must be psnr, ssim or ciede2000, got {column!r}")
        rows = [row for row in self.pictures if row["method"] == method]
        return sorted(rows, key=lambda row: row[column], reverse=bool(COLUMNS[column]))

    def save(self, path: Any) -> None:
        """Write facts, rows and pictures as JSON, atomically.

        JSON cannot represent infinity or an undefined ratio: both become null. They occur when
        a prediction is identical to its target, and when all targets are grey.

        Parameters
        ----------
        path : path-like
            An existing file is replaced.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        content = {
            "facts": self.facts,
            "rows": [_finite(row) for row in self.rows],
            "pictures": [_finite(row) for row in self.pictures],
        }
        write_text_atomic(path, json.dumps(content, indent=1) + "\n", overwrite=True)

    def format(self, category: str | None = None) -> str:
        """Format the table as text.

        Parameters
        ----------
        category : str, optional
            Only the rows of one category, ``all`` for example.

        Returns
        -------
        str
        """
        lines = [
            f"{'method':<12} {'category':<14} {'pictures':>8} {'PSNR dB':>8} {'SSIM':>6} "
            f"{'CIEDE2000':>9} {'colourful':>9} {'ratio':>6}"
        ]
        for row in self.rows:
            if category in (None, row["category"]):
                lines.append(
                    f"{row['method']:<12} {row['category']:<14} {row['pictures']:>8} "
                    f"{row['psnr']:>8.2f} {row['ssim']:>6.3f} {row['ciede2000']:>9.2f} "
                    f"{row['colorfulness']:>9.1f} {row['colorfulness_ratio']:>6.2f}"
                )
        return "\n".join(lines)


def _finite(row):
    """Replace numbers that JSON cannot represent by None."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }
