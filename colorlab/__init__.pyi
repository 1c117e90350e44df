from colorlab import color as color
from colorlab import configuration as configuration
from colorlab import course as course
from colorlab import datasets as datasets
from colorlab import errors as errors
from colorlab import evaluation as evaluation
from colorlab import export as export
from colorlab import images as images
from colorlab import inference as inference
from colorlab import losses as losses
from colorlab import metrics as metrics
from colorlab import networks as networks
from colorlab import plots as plots
from colorlab import restoration as restoration
from colorlab import training as training
from colorlab.errors import InputError as InputError
from colorlab.inference.colorizer import Colorizer as Colorizer
from colorlab.inference.hints import Hint as Hint
from colorlab.inference.one_call import colorize as colorize
from colorlab.inference.one_call import suggest as suggest
from colorlab.inference.pretrained import load_pretrained as load_pretrained

__version__: str
