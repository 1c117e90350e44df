"""A decoder from the features of an encoder to colour, with hints from a person.

At each stride the features from below are doubled in size, put beside the encoder's features of
that stride and the hints at that stride, and convolved. The encoder does not see the hints: it runs
once a photograph, and each hint costs a run of the decoder only.

Taught in :doc:`/notebooks/08_borrowed_eyes` and :doc:`/notebooks/09_ask_a_person`.

References
----------
.. [1] O. Ronneberger, P. Fischer and T. Brox, "U-Net: Convolutional Networks for Biomedical Image
   Segmentation", MICCAI 2015, https://doi.org/10.1007/978-3-319-24574-4_28
.. [2] R. Zhang et al., "Real-Time User-Guided Image Colorization with Learned Deep Priors", ACM
   Transactions on Graphics 36 (2017), https://doi.org/10.1145/3072959.3073703
"""

from collections.abc import Sequence

from colorlab.backend import keras
from colorlab.errors import InputError
from colorlab.networks import heads
from colorlab.networks.hint_propagation import AB_SCALE, HintPropagation, hint_logits

__all__ = [
    "DECODER_STRIDES",
    "HINT_CHANNELS",
    "DoubleSize",
    "PooledHints",
    "build_decoder",
    "decode",
]

layers, ops = keras.layers, keras.ops

#: Strides of the features that the decoder takes, from the finest to the coarsest.
DECODER_STRIDES = (4, 8, 16, 32)

#: Channels of the hints: a, b and a mask.
HINT_CHANNELS = 3

# The stride at which hints are carried far, and the channels in which places are compared.
_PROPAGATION_STRIDE, _PROPAGATION_CHANNELS = 8, 32


@keras.saving.register_keras_serializable(package="colorlab")
class PooledHints(layers.Layer):
    """Hints at a coarser stride, at which a single hint keeps its full weight.

    Parameters
    ----------
    pool_size : int
        How many cells in height and in width become one.

    Notes
    -----
    Takes hints of the shape (batch, height, width, 3): a and b of CIE Lab and a mask, 1 where there
    is a hint; without a hint all three are 0. Gives the mean a and b of the hints in each
    coarser cell, divided by 50, and 1 where there is any hint; (batch, height / pool_size,
    width / pool_size, 3).

    Examples
    --------
    >>> hints = ops.array([[[[0.0, 0.0, 0.0], [25.0, -50.0, 1.0]], [[0.0, 0.0, 0.0]] * 2]])
    >>> ops.convert_to_numpy(PooledHints(2)(hints)).tolist()
    [[[[0.5, -1.0, 1.0]]]]
    """

    def __init__(self, pool_size: int, **settings):
        super().__init__(**settings)
        self.pool_size = pool_size

    def call(self, hints):
        """Pool the hints."""
        pooled = hints
        if self.pool_size > 1:
            pooled = ops.average_pool(hints, self.pool_size, self.pool_size)
        covered = pooled[..., 2:]
        ab = pooled[..., :2] / (ops.maximum(covered, 1e-6) * AB_SCALE)
        return ops.concatenate([ab, ops.minimum(covered * self.pool_size**2, 1.0)], axis=-1)

    def compute_output_shape(self, input_shape):
        """Return the shape of the pooled hints."""
        batch, height, width, channels = input_shape
        sides = [None if side is None else side // self.pool_size for side in (height, width)]
        return (batch, *sides, channels)

    def get_config(self):
        """Return the settings that recreate this layer."""
        return {**super().get_config(), "pool_size": self.pool_size}


@keras.saving.register_keras_serializable(package="colorlab")
class DoubleSize(layers.Layer):
    """Bilinear upsampling to twice the height and width.

    Notes
    -----
    As ``keras.layers.UpSampling2D(2, interpolation="bilinear")``, which on TensorFlow refuses
    pictures whose size is not known beforehand.

    Examples
    --------
    >>> row = ops.reshape(ops.array([0.0, 4.0]), (1, 1, 2, 1))
    >>> ops.convert_to_numpy(DoubleSize()(row))[0, :, :, 0].tolist()
    [[0.0, 1.0, 3.0, 4.0], [0.0, 1.0, 3.0, 4.0]]
    """

    def call(self, inputs):
        """Double the size."""
        x = inputs
        _, height, width, channels = (
            known or ops.shape(x)[axis] for axis, known in enumerate(x.shape)
        )
        above = ops.concatenate([x[:, :1], x[:, :-1]], axis=1)
        below = ops.concatenate([x[:, 1:], x[:, -1:]], axis=1)
        x = ops.stack([0.75 * x + 0.25 * above, 0.75 * x + 0.25 * below], axis=2)
        x = ops.reshape(x, (-1, 2 * height, width, channels))
        left = ops.concatenate([x[:, :, :1], x[:, :, :-1]], axis=2)
        right = ops.concatenate([x[:, :, 1:], x[:, :, -1:]], axis=2)
        x = ops.stack([0.75 * x + 0.25 * left, 0.75 * x + 0.25 * right], axis=3)
        return ops.reshape(x, (-1, 2 * height, 2 * width, channels))

    def compute_output_shape(self, input_shape):
        """Return the doubled shape."""
        batch, height, width, channels = input_shape
        return (batch, *(None if side is None else 2 * side for side in (height, width)), channels)


def _convolve(x, filters, kernel, name):
    """Add a convolution, normalization and ReLU."""
    x = layers.Conv2D(filters, kernel, padding="same", use_bias=False, name=f"{name}_conv")(x)
    x = layers.BatchNormalization(momentum=0.97, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _refine(x, repeats, name):
    """Add several residual convolutions."""
    for index in range(1, repeats + 1):
        change = _convolve(x, x.shape[-1], 3, f"{name}_refine{index}")
        x = layers.Add(name=f"{name}_add{index}")([x, change])
    return x


def decode(
    features: Sequence,
    hints,
    target: str = "ab_bins",
    filters: Sequence[int] = (48, 64, 128, 192),
    repeats: Sequence[int] = (0, 0, 1, 1),
):
    """Add the layers of the decoder, from stride 32 up to stride 4.

    Parameters
    ----------
    features : sequence of KerasTensor
        An encoder's, one for each of :data:`DECODER_STRIDES`.
    hints : KerasTensor, shape (batch, height / 4, width / 4, 3)
        See :class:`PooledHints`; zeros are no hints.
    target : {"ab_bins", "ab"}
        What is predicted, see :func:`colorlab.networks.heads.add_head`.
    filters : sequence of int
        Channels of the decoder's own features, one for each of :data:`DECODER_STRIDES`.
    repeats : sequence of int
        How many more convolutions follow at each stride. They are cheap at the coarse ones, and
        carry a hint to the rest of the object that it lies on.

    Returns
    -------
    KerasTensor, shape (batch, height / 4, width / 4, channels)
        The prediction, float32.

    Raises
    ------
    InputError
        If there is not one number for each stride, or one of them is too small.
    """
    _require_numbers(filters=(filters, 1), repeats=(repeats, 0))
    x = far = None
    for level in reversed(range(len(DECODER_STRIDES))):
        stride = DECODER_STRIDES[level]
        name = f"decoder_{stride}"
        pooled = PooledHints(stride // DECODER_STRIDES[0], dtype="float32", name=f"{name}_hints")(
            hints
        )
        beside = [features[level], pooled]
        if x is not None:
            # Reducing the channels before doubling the size gives the same result, faster.
            x = layers.Conv2D(filters[level], 1, name=f"{name}_narrow")(x)
            x = DoubleSize(name=f"{name}_double")(x)
            beside = [x, *beside]
        if far is not None:
            far = DoubleSize(dtype="float32", name=f"{name}_far_hints")(far)
            beside.append(far)
        x = layers.Concatenate(name=f"{name}_concatenate")(beside)
        x = _convolve(x, filters[level], 3, name)
        x = _refine(x, repeats[level], name)
        if stride == _PROPAGATION_STRIDE:
            queries = layers.Conv2D(_PROPAGATION_CHANNELS, 1, name="hint_queries")(x)
            far = HintPropagation(name="hint_propagation")([queries, pooled])
    prediction = heads.add_head(x, target, DECODER_STRIDES[0])
    if target != "ab_bins":
        return prediction
    said = layers.Concatenate(dtype="float32", name="hint_colors")([far, pooled])
    return hint_logits(prediction, said)


def _require_numbers(**numbers):
    for name, (values, least) in numbers.items():
        if len(values) != len(DECODER_STRIDES) or min(values) < least:
            raise InputError(
                f"{name} must be {len(DECODER_STRIDES)} whole numbers from {least}, got {values!r}"
            )


def build_decoder(encoder_channels: Sequence[int], **settings):
    """Build the decoder as a network of its own.

    Parameters
    ----------
    encoder_channels : sequence of int
        Channels of the encoder's features, one for each of :data:`DECODER_STRIDES`.
    **settings
        Of :func:`decode`: ``target``, ``filters`` and ``repeats``.

    Returns
    -------
    keras.Model
        From a list (features at strides 4, 8, 16 and 32, then the hints at stride 4) to the
        prediction at stride 4, as :func:`decode` gives it.

    Raises
    ------
    InputError
        If there is not one number for each stride, or one of them is too small.

    Examples
    --------
    >>> decoder = build_decoder((24, 48, 120, 352))
    >>> decoder.output_shape
    (None, None, None, 227)
    """
    _require_numbers(encoder_channels=(encoder_channels, 1))
    features = [
        keras.Input((None, None, channels), name=f"features_{stride}")
        for stride, channels in zip(DECODER_STRIDES, encoder_channels, strict=True)
    ]
    hints = keras.Input((None, None, HINT_CHANNELS), name="hints")
    return keras.Model([*features, hints], decode(features, hints, **settings), name="decoder")
