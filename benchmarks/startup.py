"""How long Python takes to start, alone, with `import colorlab`, and with `colorlab --help`.

What is imported by mistake shows here: TensorFlow alone takes seconds.
"""

import subprocess
import sys
import time

_TURNS = 10
_WAYS = {
    "python": ["-c", "pass"],
    "import_colorlab": ["-c", "import colorlab"],
    "help": ["-m", "colorlab", "--help"],
}


def _seconds(arguments):
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def measure():
    """Take turns, and keep the fastest of each: milliseconds, and the difference to Python."""
    fastest = dict.fromkeys(_WAYS, float("inf"))
    for _ in range(_TURNS):
        for name, arguments in _WAYS.items():
            fastest[name] = min(fastest[name], _seconds(arguments))
    milliseconds = {f"{name}_ms": round(1000 * value, 1) for name, value in fastest.items()}
    added = round(1000 * (fastest["import_colorlab"] - fastest["python"]), 1)
    return {**milliseconds, "import_colorlab_adds_ms": added}
