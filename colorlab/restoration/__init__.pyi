from colorlab.restoration.filling import fill as fill
from colorlab.restoration.scratches import find_scratches as find_scratches
from colorlab.restoration.scratches import remove_scratches as remove_scratches
