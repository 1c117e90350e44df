"""Weights that come with the package: ready to colour, without training and without a network.

Each model is one ONNX file in ``colorlab/weights``, which holds numbers and a description of the
layers and runs no code when it is loaded. ``models.json`` beside them names each file's checksum,
the settings of its training and its strength.

Taught in :doc:`/notebooks/05_keep_the_light`.
"""

from colorlab.configuration import Configuration
from colorlab.errors import InputError
from colorlab.export import onnx
from colorlab.inference import predictors
from colorlab.inference.colorizer import Colorizer
from colorlab.networks import registry

__all__ = ["load_pretrained", "training_configuration"]


def _look_up(name):
    shipped = predictors.shipped_models()
    if name not in shipped:
        raise InputError(f"model must be one of {', '.join(shipped) or 'none'}, got {name!r}")
    return shipped[name]


def training_configuration(name):
    """Return the settings that a shipped model was trained with.

    Parameters
    ----------
    name : str
        As for :func:`load_pretrained`.

    Returns
    -------
    colorlab.configuration.Configuration

    Raises
    ------
    InputError
        If there is no such model.
    """
    return Configuration.from_dict(_look_up(name)["configuration"])


def load_pretrained(name="default"):
    """Load weights that were installed with the package, as a Keras network.

    Parameters
    ----------
    name : str
        ``default``; ``small``, a quarter of its size; or ``vivid``, which dares more colour.

    Returns
    -------
    colorlab.inference.colorizer.Colorizer

    Raises
    ------
    InputError
        If there is no such model, or its file is damaged.

    Notes
    -----
    What each model was trained on, and how well it does, is in the book's model cards. To colour
    photographs without Keras, which takes seconds to import, use :func:`colorlab.colorize`.

    Examples
    --------
    >>> load_pretrained("huge")
    Traceback (most recent call last):
    colorlab.errors.InputError: model must be one of default, small, vivid, got 'huge'
    """
    facts = _look_up(name)
    path = predictors.weights_file(name)
    configuration = training_configuration(name)
    network = registry.prediction_network(
        registry.build_network(configuration), configuration, facts.get("temperature", 1.0)
    )
    onnx.read_onnx(path, network)
    return Colorizer(network, facts["image_size"], facts["step"], facts["strength"])
