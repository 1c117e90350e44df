"""The first phase of a run whose encoder is frozen at first: the decoder learns alone.

The encoder's features are computed once, for several views of each training picture and for the
validation pictures, and kept in the folder of the run as long as the phase lasts. Interrupted, also
while they are computed, the run goes on with what is there.

Taught in :doc:`/notebooks/08_borrowed_eyes`.
"""

import shutil
import time

import numpy as np

from colorlab.backend import keras
from colorlab.errors import InputError
from colorlab.networks import registry
from colorlab.training.compilation import precision_policy
from colorlab.training.feature_cache import FeatureCache, encoder_hash
from colorlab.training.hints import simulate_hints

__all__ = ["Features"]


class Features:
    """The features of a run's training and validation pictures, as its encoder gives them.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration
    batches : colorlab.training.batches.Batches
        Of the run.
    run : colorlab.training.run.Run
    start : colorlab.training.weights.Start, optional
        What a new run begins with.

    Attributes
    ----------
    network : keras.Model
        Encoder and decoder, with the weights that the run begins or goes on with.
    """

    def __init__(self, configuration, batches, run, start=None):
        self._configuration, self._batches, self._run = configuration, batches, run
        keras.utils.set_random_seed(configuration.seed)
        with precision_policy(configuration.precision):
            self.network = registry.build_network(configuration)
        if run.last_weights.exists():
            self.network.load_weights(run.last_weights)
        elif start is not None:
            start.apply(self.network)
        else:
            registry.initialize(self.network, configuration)
        self._encoder, _ = registry.split_network(self.network, configuration)
        views = {part: batches.views(part) for part in ("train", "validation")}
        self._caches = {
            part: FeatureCache(run.features, each, self._encoder) for part, each in views.items()
        }
        epochs = min(configuration.frozen_epochs, configuration.epochs)
        self._views = {"train": min(views["train"].most, epochs), "validation": 1}

    def fill(self, report) -> None:
        """Compute what is not on disk yet.

        Parameters
        ----------
        report : callable
            Called with a line of text for the whole, before anything is computed, and for each
            view.

        Raises
        ------
        InputError
            If the disk has no room for it.
        """
        wanted = [(part, view) for part, count in self._views.items() for view in range(count)]
        size = sum(self._caches[part].bytes_per_view for part, _ in wanted)
        pictures = {part: len(cache) for part, cache in self._caches.items()}
        self._run.note(
            "frozen_phase",
            {
                "views": self._views["train"],
                "pictures": pictures,
                "bytes": size,
                "encoder_sha256": encoder_hash(self._encoder),
            },
        )
        missing = [each for each in wanted if not self._is_filled(*each)]
        if not missing:
            return
        needed = sum(self._caches[part].bytes_missing(view) for part, view in missing)
        free = shutil.disk_usage(self._run.folder).free
        if free < needed:
            raise InputError(
                f"{self._run.features}: the encoder's features need {needed / 1e6:.0f} MB, "
                f"{free / 1e6:.0f} MB are free; make room, or choose frozen_epochs=0"
            )
        views = self._views["train"]
        report(
            f"{self._run.features}: features of {views} view{'s' * (views != 1)} of "
            f"{pictures['train']} training pictures, and of {pictures['validation']} for "
            f"validation, take {size / 1e6:.1f} MB until the encoder is no longer frozen"
        )
        for part, view in missing:
            cache, start = self._caches[part], time.monotonic()
            before = cache.done(view)
            cache.fill(view)
            rate = (len(cache) - before) / (time.monotonic() - start)
            name = "training" if part == "train" else part
            report(
                f"{name} view {view + 1} of {self._views[part]}: {len(cache) - before} pictures, "
                f"{rate:.1f} pictures/s"
            )

    def _is_filled(self, part, view):
        return self._caches[part].done(view) == len(self._caches[part])

    def training(self, first_epoch: int):
        """Return the batches of the rest of the phase.

        Parameters
        ----------
        first_epoch : int
            Number of finished epochs.

        Returns
        -------
        keras.utils.PyDataset
            Pairs ((features, ..., hints), target), see :class:`FeatureCache`. The
            pictures are drawn as configured; an epoch shows every picture in another view than the
            one before.
        """
        steps, size = self._batches.steps_per_epoch, self._batches.batch_size
        epochs = min(self._configuration.frozen_epochs, self._configuration.epochs)
        drawn: dict[int, tuple] = {}

        def pick(number):
            epoch, step = divmod(number, steps)
            if epoch not in drawn:
                drawn.clear()
                drawn[epoch] = self._batches.draw(epoch)
            rows, repeats = (each[step * size : (step + 1) * size] for each in drawn[epoch])
            return rows, (epoch + rows + repeats) % self._views["train"]

        seed = self._configuration.seed
        numbers = range(first_epoch * steps, epochs * steps)
        return _CachedBatches(self._caches["train"], pick, numbers, (seed, 0))

    def validation(self):
        """Return the batches of the validation pictures.

        Returns
        -------
        keras.utils.PyDataset
            Those of :meth:`colorlab.training.batches.Batches.validation`, to half precision.
        """
        cache, size = self._caches["validation"], self._batches.batch_size

        def pick(number):
            return np.arange(number * size, min((number + 1) * size, len(cache))), 0

        numbers = range(-(-len(cache) // size))
        return _CachedBatches(cache, pick, numbers, (self._configuration.seed, 1))


class _CachedBatches(keras.utils.PyDataset):
    """Batches of cached features, with the hints that such batches have."""

    def __init__(self, cache, pick, numbers, key):
        super().__init__()
        self._cache, self._pick, self._numbers, self._key = cache, pick, numbers, key

    def __len__(self):
        return len(self._numbers)

    def __getitem__(self, index):
        number = self._numbers[index]
        features, ab, target = self._cache.read(*self._pick(number))
        # As of Batches: a batch's hints follow from the seed, the part and the batch's number.
        hints = simulate_hints(ab, np.random.default_rng([*self._key, number]))
        return (*features, hints), target
