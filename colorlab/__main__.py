"""The command ``colorlab``, also as ``python -m colorlab``.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import gc
import sys

__all__ = ["main"]


def main():
    """Run the command line, and end in silence if it is stopped before it has started."""
    gc.disable()  # what is imported is no garbage, and takes long to look through
    try:
        from colorlab import cli
    except KeyboardInterrupt:
        sys.exit(130)
    gc.freeze()
    gc.enable()
    cli.main()


if __name__ == "__main__":
    main()
