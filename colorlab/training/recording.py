"""The record that a run keeps of each epoch: a row of the log, and the weights.

Taught in :doc:`/notebooks/04_training`.
"""

import math
import time

from colorlab.backend import keras
from colorlab.errors import InputError
from colorlab.training import weights

__all__ = ["EpochRecord"]


class EpochRecord(keras.callbacks.Callback):
    """Write the log and the weights after each epoch.

    Parameters
    ----------
    run : colorlab.training.run.Run
    network : keras.Model
        What is saved: the model that is fitted, or the network that it is a part of.
    pictures : int
        Of an epoch.
    rows : list of dict
        The log so far, to which a row is added for each epoch.
    facts : dict
        What each row holds besides.
    """

    def __init__(self, run, network, pictures, rows, facts):
        super().__init__()
        self._run, self._network, self._pictures = run, network, pictures
        self._rows, self._facts = rows, facts

    def on_epoch_begin(self, epoch, logs=None):
        """Start the clock, and set the state of dropout."""
        self._start = time.monotonic()
        # Keras leaves the state of dropout out of the weights: a key, and how often it was used.
        for layer in self._network.layers:
            generator = getattr(layer, "seed_generator", None)
            if generator is not None:
                state = keras.ops.convert_to_numpy(generator.state).copy()
                state[1] = epoch * self.params["steps"]
                generator.state.assign(state)

    def on_epoch_end(self, epoch, logs=None):
        """Write what the epoch gave."""
        seconds = time.monotonic() - self._start
        loss, validation_loss = float(logs["loss"]), float(logs["val_loss"])
        if not (math.isfinite(loss) and math.isfinite(validation_loss)):
            raise InputError(
                f"{self._run.folder}: the loss is no longer a number in epoch {epoch + 1}; "
                "lower the learning rate and start a new run"
            )
        best = min((row["val_loss"] for row in self._rows), default=math.inf)
        self._rows.append(
            {
                "epoch": epoch + 1,
                "loss": loss,
                "val_loss": validation_loss,
                "seconds": round(seconds, 3),
                "pictures_per_second": round(self._pictures / seconds, 2),
                "learning_rate": float(keras.ops.add(self.model.optimizer.learning_rate, 0.0)),
                **self._facts,
            }
        )
        # The log first: when a run goes on, lines that the weights do not know are dropped.
        self._run.write_log(self._rows)
        if validation_loss < best:
            # A second model around the same layers leaves the optimizer's state out of the file.
            bare = keras.Model(self._network.inputs, self._network.outputs)
            weights.save_weights(bare, self._run.best_weights, epoch + 1)
        weights.save_weights(self._network, self._run.last_weights, epoch + 1)
