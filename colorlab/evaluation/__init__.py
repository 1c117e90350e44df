"""Tables of results: the protocol of the course on many pictures, beside baselines."""

from colorlab.evaluation.baselines import mean_ab, paint_ab
from colorlab.evaluation.models import common_split, facts_of, method_of, picture_size
from colorlab.evaluation.protocol import evaluate
from colorlab.evaluation.table import COLUMNS, Evaluation

__all__ = [
    "COLUMNS",
    "Evaluation",
    "common_split",
    "evaluate",
    "facts_of",
    "mean_ab",
    "method_of",
    "paint_ab",
    "picture_size",
]
