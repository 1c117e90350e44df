"""Exercises of chapter 01: colours of one grey, the mean of each row, crops.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "count_colors", "crop_edges", "mean_by_row"]

_WEIGHTS = (0.299, 0.587, 0.114)


def count_colors(steps, level):
    """Count the colours with channels from 0 to steps - 1 whose grey rounds to a level."""
    channel = np.arange(steps)
    red, green, blue = np.meshgrid(channel, channel, channel)
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    return int(np.sum(np.round(grey) == level))


def mean_by_row(ab):
    """Return the mean a and b of each row, over pictures and columns."""
    return ab.mean(axis=(0, 2))


def crop_edges(picture, percent):
    """Cut hundredths of the side off each edge, one pixel at least."""
    edge = max(1, round(len(picture) * percent / 100))
    return picture[edge:-edge, edge:-edge]


def _greys(steps, weights=_WEIGHTS):
    channel = np.arange(steps)
    planes = np.meshgrid(channel, channel, channel)
    return sum(weight * plane for weight, plane in zip(weights, planes, strict=True))


def _pictures():
    return [(np.random.default_rng(seed).normal(0, 20, (3, 6, 5, 2)),) for seed in (6, 7)]


def _crops():
    random = np.random.default_rng(8)
    pictures = [random.integers(0, 256, (size, size, 3), "uint8") for size in (128, 50)]
    return [(picture, percent) for picture in pictures for percent in (1, 4, 16)]


def _half_at_each_edge(picture, percent):
    return crop_edges(picture, percent / 2)


def _rows_only(picture, percent):
    edge = max(1, round(len(picture) * percent / 100))
    return picture[edge:-edge]


def _without_a_minimum(picture, percent):
    edge = round(len(picture) * percent / 100)
    return picture[edge:-edge, edge:-edge]


def _columns_only(picture, percent):
    return np.swapaxes(_rows_only(np.swapaxes(picture, 0, 1), percent), 0, 1)


def _two_sides_only(picture, percent):
    edge = max(1, round(len(picture) * percent / 100))
    return picture[edge:, edge:]


def _percent_as_pixels(picture, percent):
    return picture[percent:-percent, percent:-percent]


EXERCISES = (
    Exercise(
        count_colors,
        lambda: [(32, 29), (16, 13), (16, 2)],
        hints=(
            "How many greys are there for one level of red? np.arange(steps) has the levels.",
            "Broadcasting gives all sums: red[:, None, None], green[:, None] and blue.",
            "Round the sums, compare them with the level, and add up what is equal.",
        ),
        mistakes=(
            (
                lambda steps, level: int(np.sum(np.floor(_greys(steps)) == level)),
                "the decimals are cut off, where rounding is asked for.",
            ),
            (
                lambda steps, level: int(np.sum(np.round(_greys(steps, (1 / 3,) * 3)) == level)),
                "this is the plain mean of the channels; luma weighs them.",
            ),
            (
                lambda steps, level: count_colors(steps + 1, level),
                "the channels run from 0 to steps - 1.",
            ),
            (
                lambda steps, level: count_colors(steps, level) / steps**3,
                "this is a fraction, where a number of colours is asked for.",
            ),
        ),
        remark="With 256 steps, level 0 has 7 colours and level 120 has more than 100,000.",
    ),
    Exercise(
        mean_by_row,
        _pictures,
        hints=(
            "The axes are picture, row, column and channel. Two of them remain.",
            "mean takes a tuple of axes, those over which it averages.",
            "Average over pictures and columns: axes 0 and 2.",
        ),
        mistakes=(
            (
                lambda ab: np.broadcast_to(ab.mean(axis=(0, 1, 2)), ab.shape[1::2]),
                "each row should have a mean of its own.",
            ),
            (lambda ab: ab.mean(axis=(0, 1)), "this is the mean of each column, not of each row."),
            (
                lambda ab: ab.mean(axis=(1, 2)),
                "this is the mean of each picture: the rows should remain, not the pictures.",
            ),
            (
                lambda ab: ab.mean(axis=0),
                "the columns remain; the mean goes over pictures and columns.",
            ),
            (
                lambda ab: ab.mean(axis=(0, 2, 3)),
                "this is one number for each row: keep a and b apart.",
            ),
            (lambda ab: ab[0].mean(axis=1), "this is the mean of the first picture alone."),
            (lambda ab: np.median(ab, axis=(0, 2)), "this is the median, not the mean."),
            (lambda ab: ab.sum(axis=(0, 2)), "this is the sum, not the mean."),
        ),
        remark="It is a baseline that knows the height and nothing else.",
    ),
    Exercise(
        crop_edges,
        _crops,
        hints=(
            "Compute the number of pixels first: len(picture) * percent / 100, rounded.",
            "At 1 % of 50 pixels that is 0: cut one pixel at least.",
            "picture[edge:-edge, edge:-edge] cuts all four edges.",
        ),
        mistakes=(
            (_half_at_each_edge, "the percentage is that of each edge, not of both together."),
            (_rows_only, "only two of the four edges are cut."),
            (_columns_only, "only two of the four edges are cut."),
            (_two_sides_only, "only two of the four edges are cut."),
            (
                _without_a_minimum,
                "where the edge is rounded to 0 pixels, the slice 0:-0 is empty; cut one pixel.",
            ),
            (_percent_as_pixels, "so many hundredths of the side, not so many pixels."),
        ),
        remark="Resize the result before you compare it.",
    ),
)
