"""Tables of results: the protocol of the course on many pictures, beside baselines."""

from colorlab.evaluation.protocol import evaluate
from colorlab.evaluation.table import COLUMNS, Evaluation

__all__ = [
    "COLUMNS",
    "Evaluation",
    "evaluate",
]
