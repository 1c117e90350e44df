"""The cache folder of the course, for painted pictures and trained networks.

Taught in :doc:`/book/setup`.
"""

import os
import pathlib

import platformdirs

__all__ = ["cache_folder"]


def cache_folder():
    """Return the folder for files that can be created again.

    Returns
    -------
    pathlib.Path
        The value of the environment variable ``COLORLAB_CACHE``, or else the user's cache folder.
        It may not exist yet.
    """
    return pathlib.Path(os.environ.get("COLORLAB_CACHE") or platformdirs.user_cache_dir("colorlab"))
