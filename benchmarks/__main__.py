"""Run the benchmarks, all or the named ones, and keep the results as JSON."""

import importlib
import importlib.metadata
import json
import os
import pathlib
import platform
import sys

_RESULTS = pathlib.Path(__file__).parents[1] / "book" / "results" / "benchmarks.json"
_NAMES = (
    "startup",
    "input_pipeline",
    "training_step",
    "memory",
    "coloring",
    "hinting",
    "notebooks",
)


def main(names):
    """Measure and write; return the exit code."""
    unknown = set(names) - set(_NAMES)
    if unknown:
        print(f"benchmarks: unknown {', '.join(sorted(unknown))}; expected {', '.join(_NAMES)}")
        return 2
    results = json.loads(_RESULTS.read_text()) if _RESULTS.exists() else {}
    results["machine"] = {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "keras": importlib.metadata.version("keras"),
        "tensorflow": importlib.metadata.version("tensorflow"),
        "onnxruntime": importlib.metadata.version("onnxruntime"),
    }
    for name in names or _NAMES:
        results[name] = importlib.import_module(f"benchmarks.{name}").measure()
        print(name, json.dumps(results[name], indent=2))
    _RESULTS.parent.mkdir(exist_ok=True)
    _RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
