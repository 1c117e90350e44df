from colorlab.training.batches import Batches as Batches
from colorlab.training.batches import to_network as to_network
from colorlab.training.fit import compile_network as compile_network
from colorlab.training.fit import read_log as read_log
from colorlab.training.fit import train as train
