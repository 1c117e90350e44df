from colorlab.training.batches import Batches as Batches
from colorlab.training.fit import train as train
from colorlab.training.run import Run as Run
