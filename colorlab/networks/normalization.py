"""Batch normalization with TensorFlow's fused operation.

Keras computes mean, variance and the rest one after the other, each over the whole batch and in
float32. On a processor that is more than a third of the recipe's training step. TensorFlow has a
fused operation for it; on other backends, whose compilers fuse by themselves, Keras's own layer is
used as it is.

Taught in :doc:`/notebooks/03_unet`.
"""

from colorlab.backend import keras
from colorlab.errors import InputError

__all__ = ["BatchNormalization"]

ops = keras.ops


@keras.saving.register_keras_serializable(package="colorlab")
class BatchNormalization(keras.layers.BatchNormalization):
    """Batch normalization [1]_ over the last axis, several times as fast in training.

    Parameters
    ----------
    **settings
        Those of ``keras.layers.BatchNormalization``, but for ``renorm`` and ``synchronized``.

    Raises
    ------
    InputError
        If ``renorm`` or ``synchronized`` is asked for: the short way has neither.

    Notes
    -----
    Pictures of the shape (batch, height, width, channels) take the short way; everything else,
    and everything outside training, takes Keras's. The numbers are the same to rounding.

    References
    ----------
    .. [1] S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by
       Reducing Internal Covariate Shift", ICML 2015, https://doi.org/10.48550/arXiv.1502.03167

    Examples
    --------
    >>> pictures = ops.arange(8.0)
    >>> layer = BatchNormalization(epsilon=1e-6)
    >>> normalized = layer(ops.reshape(pictures, (2, 2, 2, 1)), training=True)
    >>> round(float(ops.mean(normalized)), 4), round(float(ops.std(normalized)), 4)
    (0.0, 1.0)
    """

    def __init__(self, **settings):
        for name in ("renorm", "synchronized"):
            if settings.get(name):
                raise InputError(
                    f"{name} must be False in this layer; take keras.layers.BatchNormalization"
                )
        super().__init__(**settings)

    def call(self, inputs, training=None, mask=None):
        """Normalize a batch, in training by its own mean and variance."""
        short = (
            training
            and self.trainable
            and mask is None
            and len(inputs.shape) == 4
            and self.axis in (-1, 3)
            and self.scale
            and self.center
            and keras.backend.backend() == "tensorflow"
        )
        if not short:
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        replica = tf.distribute.get_replica_context()
        if replica is not None and replica.num_replicas_in_sync > 1:
            return self._normalize_all(inputs)
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs, self.gamma, self.beta, epsilon=self.epsilon, is_training=True
        )
        # The operation gives the variance of a sample, Keras remembers that of the batch.
        count = tf.cast(tf.size(inputs) / tf.shape(inputs)[-1], variance.dtype)
        variance = variance * (count - 1.0) / count
        self._remember(mean, variance)
        return outputs

    def _normalize_all(self, inputs):
        """Normalize by mean and variance of the whole batch, of which each device has a part."""
        mean, variance = ops.moments(inputs, axes=(0, 1, 2), synchronized=True)
        outputs = ops.batch_normalization(
            inputs, mean, variance, -1, self.beta, self.gamma, self.epsilon
        )
        self._remember(mean, variance)
        return outputs

    def _remember(self, mean, variance):
        for known, new in ((self.moving_mean, mean), (self.moving_variance, variance)):
            known.assign(known * self.momentum + new * (1.0 - self.momentum))
