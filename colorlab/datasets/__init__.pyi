from colorlab.datasets import public as public
from colorlab.datasets import toy as toy
from colorlab.datasets.folder import scan as scan
from colorlab.datasets.splits import Splits as Splits
from colorlab.datasets.splits import split as split
from colorlab.datasets.table import PictureTable as PictureTable
