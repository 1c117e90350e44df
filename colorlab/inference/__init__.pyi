from colorlab.inference.batch import Settings as Settings
from colorlab.inference.batch import colorize_all as colorize_all
from colorlab.inference.colorizer import Colorizer as Colorizer
from colorlab.inference.jobs import find_photographs as find_photographs
from colorlab.inference.jobs import plan as plan
