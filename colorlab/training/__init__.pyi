from colorlab.training.batches import Batches as Batches
from colorlab.training.compilation import compile_network as compile_network
from colorlab.training.decoding import to_network as to_network
from colorlab.training.fit import train as train
from colorlab.training.run import Run as Run
from colorlab.training.weights import load_network as load_network
