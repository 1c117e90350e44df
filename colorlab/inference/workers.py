"""How many photographs one process colours at a time.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import os

__all__ = ["MOST_WORKERS", "workers_for"]

#: Photographs that one process colours at a time, at most.
MOST_WORKERS = 8


def workers_for(count: int) -> tuple[int, int]:
    """Choose the number of photographs to process at a time, and of threads for each.

    Parameters
    ----------
    count : int
        Number of photographs.

    Returns
    -------
    workers, threads : int
        At least 1; for :func:`colorlab.inference.colorize_all`, and for
        :func:`colorlab.load_pretrained`.
    """
    if hasattr(os, "sched_getaffinity"):  # only on some systems
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    workers = max(1, min(cores, count, MOST_WORKERS))
    return workers, max(1, cores // workers)
