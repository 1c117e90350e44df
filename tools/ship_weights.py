"""Ship a trained network with the package.

``python tools/ship_weights.py RUN NAME`` writes the best weights of a run to
``colorlab/weights/NAME.onnx``, as float16, and what is known about them to
``models.json`` beside it: checksum, settings, the training pictures' fingerprint, time spent, and
the same of the runs that it began with, which are looked for beside RUN.
"""

import argparse
import json
from pathlib import Path

from colorlab import training
from colorlab.checksum import sha256_of
from colorlab.export.run import export_run
from colorlab.inference.predictors import OnnxPredictor
from colorlab.networks import registry

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "colorlab" / "weights"
ORDER = ("default", "small", "vivid", "unet_small")


def _effort(run):
    """Return how long a run took, and how much it saw."""
    log = training.Run(run).read_log()
    best = min(log, key=lambda row: row["val_loss"])
    return {
        "passes": len(log),
        "best_epoch": best["epoch"],
        "val_loss": round(best["val_loss"], 4),
        "pictures_seen": round(sum(row["seconds"] * row["pictures_per_second"] for row in log)),
        "seconds": round(sum(row["seconds"] for row in log)),
    }


def _before(run):
    """Return the runs whose weights a run began with, the first one first."""
    start = training.Run(run).read_record().get("start")
    if start is None:
        return []
    earlier = run.parent / start["run"]
    settings = training.Run(earlier).configuration
    own = {"learning_rate": settings.learning_rate, "dropout_rate": settings.dropout_rate}
    return [*_before(earlier), {"run": start["run"], **own, **_effort(earlier)}]


def ship(run, name, saturation=1.0, temperature=None, folder=WEIGHTS):
    """Write the weights of a run, and enter them in the catalogue."""
    path = folder / f"{name}.onnx"
    folder.mkdir(exist_ok=True)
    export_run(run, path, saturation, overwrite=True)
    predictor = OnnxPredictor(path)
    configuration = predictor.configuration
    settings = {} if temperature is None else {"temperature": temperature}

    record = training.Run(run).read_record()
    content = path.read_bytes()
    catalogue = folder / "models.json"
    models = json.loads(catalogue.read_text(encoding="utf-8")) if catalogue.exists() else {}
    models[name] = {
        "file": path.name,
        "sha256": sha256_of(content),
        "bytes": len(content),
        "image_size": configuration.image_size,
        "stride": predictor.stride,
        "target": predictor.target,
        "saturation": saturation,
        **settings,
        "parameters": registry.build_network(configuration).count_params(),
        "configuration": configuration.to_dict(),
        "data": record["data"],
        "versions": record["versions"],
        "before": _before(run),
        **_effort(run),
    }
    ordered = {each: models[each] for each in (*ORDER, *models) if each in models}
    catalogue.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    return path


def main():
    """Read the command line and ship."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("name", choices=ORDER)
    parser.add_argument("--saturation", type=float, default=1.0, help="factor of the colours")
    parser.add_argument("--temperature", type=float, help="of the annealed mean, for ab_bins")
    arguments = parser.parse_args()
    path = ship(arguments.run, arguments.name, arguments.saturation, arguments.temperature)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
