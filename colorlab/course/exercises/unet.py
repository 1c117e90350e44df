"""Exercises of chapter 03: parameters, concatenated skips, the receptive field.

Taught in :doc:`/notebooks/03_unet`.
"""

from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "concatenated_weights", "count_parameters", "receptive_field"]

_RECIPE = (64, 64, 128, 256, 256, 512, 512)
_FILTERS = (_RECIPE, (16, 32), (8, 8, 24))


def count_parameters(filters):
    """Count the parameters of the U-Net with these filters, the head included."""
    down = list(zip((1, *filters[:-1]), filters, strict=True))
    middle = [(filters[-1], filters[-1])]
    up = list(zip(filters[::-1], (*filters[-2::-1], filters[0]), strict=True))
    total = sum(9 * i * o + o + 4 * o for i, o in down + middle + up)
    return total + 3 * filters[0] + 3


def concatenated_weights(filters):
    """Count the weights of the decoder's kernels if skips are concatenated."""
    channels_out = (*filters[-2::-1], filters[0])
    return sum(9 * 2 * i * o for i, o in zip(filters[::-1], channels_out, strict=True))


def receptive_field(blocks):
    """Return the side of the receptive field behind so many encoder blocks."""
    return 2 ** (blocks + 1) - 1


def _decoder_channels(filters):
    return sum(filters[:-1]) + filters[0]


def _channels(filters):
    return sum(filters) + filters[-1] + _decoder_channels(filters)


def _one_side(filters):
    return count_parameters(filters) - sum(
        9 * i * o + 5 * o
        for i, o in zip(filters[::-1], (*filters[-2::-1], filters[0]), strict=True)
    )


def _mirrored(filters):
    """Count a decoder whose blocks have as many filters as channels go in."""
    surplus = zip(filters[::-1], (*filters[-2::-1], filters[0]), strict=True)
    return count_parameters(filters) + sum((9 * i + 5) * (i - o) for i, o in surplus)


EXERCISES = (
    Exercise(
        count_parameters,
        lambda: [(filters,) for filters in _FILTERS],
        hints=(
            "A block has a kernel, one bias for each filter, and batch normalisation.",
            "Batch normalisation has four numbers for each filter: scale, shift and two averages.",
            "Decoder block k gives as many channels as the skip that the next block adds; the last "
            "one repeats the first number of filters. The head has 1x1 kernels.",
        ),
        mistakes=(
            (lambda f: count_parameters(f) - 3 * f[0] - 3, "the head is missing."),
            (lambda f: count_parameters(f) - 3, "the head has biases, too."),
            (
                lambda f: count_parameters(f) - 2 * _channels(f),
                "the moving averages of batch normalisation count too, as in count_params().",
            ),
            (
                lambda f: count_parameters(f) - 4 * _channels(f),
                "batch normalisation has parameters, too.",
            ),
            (
                lambda f: count_parameters(f) - _channels(f),
                "each filter of a convolution has a bias.",
            ),
            (
                lambda f: count_parameters(f) - 9 * f[-1] ** 2 - 5 * f[-1],
                "the middle block is missing.",
            ),
            (_one_side, "the decoder is missing."),
            (
                _mirrored,
                "a decoder block gives as many channels as the next skip has, not as it gets.",
            ),
            (
                lambda f: count_parameters(f) - 9 * f[0] ** 2 - 5 * f[0],
                "the decoder has as many blocks as the encoder; the last of them is missing.",
            ),
            (
                lambda f: count_parameters(f) + 9 * 2 * f[0],
                "the input is grey: it has one channel.",
            ),
        ),
        remark="The recipe has 11,483,715.",
        tolerance=0,
    ),
    Exercise(
        concatenated_weights,
        lambda: [(filters,) for filters in _FILTERS],
        hints=(
            "Only the kernels of the decoder are asked for: no biases, no normalisation.",
            "A concatenated skip doubles the channels that go into a decoder block.",
            "9 times channels in times channels out, summed over the decoder blocks.",
        ),
        mistakes=(
            (
                lambda f: concatenated_weights(f) // 2,
                "that is the decoder with added skips; concatenation gives each block more input.",
            ),
            (
                lambda f: concatenated_weights(f) * 2,
                "only the channels that go in are doubled, not those that come out.",
            ),
            (
                lambda f: concatenated_weights(f) - 18 * f[0] ** 2,
                "the last decoder block is missing; it repeats the first number of filters.",
            ),
            (
                lambda f: concatenated_weights(f) + 9 * f[-1] ** 2,
                "the middle block is no decoder block, and has no skip.",
            ),
            (lambda f: concatenated_weights(f) // 9, "a kernel has 3x3 weights for each pair."),
            (
                lambda f: concatenated_weights(f) + _decoder_channels(f),
                "the weights of the kernels are asked for, without the biases.",
            ),
            (
                lambda f: concatenated_weights(f) + 5 * _decoder_channels(f),
                "these are all parameters of the decoder; only its kernels are asked for.",
            ),
        ),
        remark="For the recipe this is twice 4,571,136.",
        tolerance=0,
    ),
    Exercise(
        receptive_field,
        lambda: [(blocks,) for blocks in range(1, 9)],
        hints=(
            "Each block adds two jumps to the field, and doubles the jump.",
            "The jumps are 1, 2, 4 and so on; their sum over n blocks is 2^n - 1.",
            "The field is 1 + 2 (2^n - 1).",
        ),
        mistakes=(
            (lambda n: 2 * n + 1, "that is the field without strides: the jump doubles each time."),
            (lambda n: 2 ** (n + 2) - 1, "this includes the middle block."),
            (lambda n: 2**n - 1, "this is the sum of the jumps; a kernel of 3 reaches further."),
            (lambda n: 2 ** (n + 1), "one pixel too many: a single pixel is a field of 1."),
            (lambda n: 2**n, "this is the jump, the distance of neighbours, not the field."),
            (lambda n: 2 ^ n, "in Python ^ is no power: write 2 ** n."),
            (lambda n: (2 ^ (n + 1)) - 1, "in Python ^ is no power: write 2 ** n."),
            (lambda n: 3**n, "kernels overlap, so their sizes do not multiply."),
        ),
        remark="Seven blocks reach 255 pixels.",
    ),
)
