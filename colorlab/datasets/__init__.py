"""Where pictures come from: folders of photographs, public data sets, toy pictures."""

from colorlab import lazy

# The names stand in __init__.pyi, and are imported when they are first asked for.
__getattr__, __dir__, __all__ = lazy.attach(__name__)
