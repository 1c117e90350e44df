from colorlab.restoration.cast import grey_without_cast as grey_without_cast
from colorlab.restoration.fading import stretch_contrast as stretch_contrast
from colorlab.restoration.filling import fill as fill
from colorlab.restoration.scratches import find_scratches as find_scratches
from colorlab.restoration.scratches import remove_scratches as remove_scratches
