"""Picture files: reading, resizing and writing, with the metadata of photographs."""

from colorlab import lazy

# The names stand in __init__.pyi, and are imported when they are first asked for.
__getattr__, __dir__, __all__ = lazy.attach(__name__)
