"""``python -m colorlab``: the command line where the command itself is not on the path.

Taught in :doc:`/notebooks/07_your_own_photographs`.
"""

from colorlab.cli import main

__all__ = []

if __name__ == "__main__":
    main()
