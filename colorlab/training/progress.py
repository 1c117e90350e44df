"""Progress bars of the command line: what is done, how fast, how long still.

Taught in :doc:`/notebooks/04_training`.
"""

import datetime
import time

from rich import progress

from colorlab.backend import keras

__all__ = ["EpochProgress"]


class EpochProgress(keras.callbacks.Callback):
    """Show a bar for each epoch, with loss, pictures a second and the time left for the run.

    Where the output is no terminal, only one line an epoch is printed. Used in a ``with``
    statement around the training.

    Parameters
    ----------
    console : rich.console.Console
    batch_size : int
        Pictures a step.
    epochs : int, optional
        Of the whole run, where it is fitted in phases; by default those of the fit.
    """

    def __init__(self, console, batch_size, epochs=None):
        super().__init__()
        self._epochs = epochs
        self._console = console
        self._batch_size = batch_size
        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=24),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[facts]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", facts="")

    def __enter__(self):
        """Open the bar."""
        self._bar.start()
        return self

    def __exit__(self, *exception):
        """Close the bar, also after an interruption: the terminal gets its cursor back."""
        self._bar.stop()

    def on_train_begin(self, logs=None):
        """Start the clock."""
        self._start = time.monotonic()
        self._epochs = self._epochs or self.params["epochs"]
        self._steps_done = 0
        self._first_epoch = None

    def on_epoch_begin(self, epoch, logs=None):
        """Start the bar anew."""
        if self._first_epoch is None:
            self._first_epoch = epoch
        self._epoch_start = time.monotonic()
        self._bar.reset(
            self._task,
            total=self.params["steps"],
            description=f"epoch {epoch + 1}/{self._epochs}",
        )

    def on_train_batch_end(self, batch, logs=None):
        """Move the bar on."""
        self._steps_done += 1
        all_steps = self.params["steps"] * (self._epochs - self._first_epoch)
        each = (time.monotonic() - self._start) / self._steps_done
        left = datetime.timedelta(seconds=round(each * (all_steps - self._steps_done)))
        self._bar.update(
            self._task,
            completed=batch + 1,
            facts=f"loss {logs['loss']:.4f}  {self._batch_size / each:.1f} pictures/s  {left} left",
        )

    def on_epoch_end(self, epoch, logs=None):
        """Print the epoch's losses."""
        seconds = time.monotonic() - self._epoch_start
        self._console.print(
            f"epoch {epoch + 1}/{self._epochs}  loss {logs['loss']:.4f}  "
            f"validation loss {logs['val_loss']:.4f}  {seconds:.1f} s"
        )
