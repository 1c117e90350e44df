"""The folder in which the course keeps what it makes: painted pictures and trained networks.

Taught in :doc:`/book/setup`.
"""

import os
import pathlib

import platformdirs

__all__ = ["cache_folder"]


def cache_folder():
    """Name the folder for things that can be made again.

    Returns
    -------
    pathlib.Path
        What the environment variable ``COLORLAB_CACHE`` says, else the platform's cache folder
        of the user. It may not exist yet.
    """
    return pathlib.Path(os.environ.get("COLORLAB_CACHE") or platformdirs.user_cache_dir("colorlab"))
