"""The two public data sets of the course: get them, check them, remove them.

``scenes`` are MIT's outdoor scenes, ``faces`` are CelebA. :func:`get` downloads a set or takes it
from an archive or a folder, verifies every picture, and puts the set into place whole or not at
all. The command ``colorlab data`` does the same.

Taught in :doc:`/book/data_and_licences`.
"""

from colorlab.datasets.public.acquire import get
from colorlab.datasets.public.catalog import DATA_SETS, DataSet, find
from colorlab.datasets.public.manifest import data_folder
from colorlab.datasets.public.packing import pack
from colorlab.datasets.public.store import Report, Status, check, remove, status

__all__ = [
    "DATA_SETS",
    "DataSet",
    "Report",
    "Status",
    "check",
    "data_folder",
    "find",
    "get",
    "pack",
    "remove",
    "status",
]
