"""A pipe gets one line an epoch; a terminal gets a bar, and always its cursor back."""

import io

import pytest
from rich.console import Console

from colorlab.cli.shared import count_progress
from colorlab.training.progress import EpochProgress

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


def console(terminal):
    stream = io.StringIO()
    return stream, Console(file=stream, force_terminal=terminal, width=80, highlight=False)


def watch(to, first_epoch=0, stop=None):
    with EpochProgress(to, batch_size=4) as progress:
        progress.set_params({"steps": 2, "epochs": 3})
        progress.on_train_begin()
        for epoch in range(first_epoch, 3):
            progress.on_epoch_begin(epoch)
            for batch in range(2):
                progress.on_train_batch_end(batch, {"loss": 0.5})
                if epoch == stop:
                    raise KeyboardInterrupt
            progress.on_epoch_end(epoch, {"loss": 0.25 / (epoch + 1), "val_loss": 0.75})
        progress.on_train_end()


def test_a_pipe_gets_one_line_an_epoch():
    stream, to = console(terminal=False)
    watch(to)
    lines = stream.getvalue().splitlines()
    assert [line.split()[1] for line in lines] == ["1/3", "2/3", "3/3"]
    for line, loss in zip(lines, ("0.2500", "0.1250", "0.0833"), strict=True):
        assert f"loss {loss}" in line and "validation loss 0.7500" in line
        assert "\x1b" not in line and len(line) <= 80


def test_a_continued_run_counts_on():
    stream, to = console(terminal=False)
    watch(to, first_epoch=2)
    assert [line.split()[1] for line in stream.getvalue().splitlines()] == ["3/3"]


def test_a_terminal_gets_a_bar_that_goes_away():
    stream, to = console(terminal=True)
    watch(to)
    text = stream.getvalue()
    assert "epoch 3/3" in text
    assert text.count(HIDE) == 1 and text.rfind(SHOW) > text.rfind(HIDE)


def test_a_run_that_breaks_off_gives_the_cursor_back():
    stream, to = console(terminal=True)
    with pytest.raises(KeyboardInterrupt):
        watch(to, stop=1)
    text = stream.getvalue()
    assert text.rfind(SHOW) > text.rfind(HIDE) >= 0


def test_counting_says_how_many_are_done():
    stream, to = console(terminal=True)
    with count_progress(to, "pictures", 8) as done:
        done(3)
        done(8)
    assert "pictures" in stream.getvalue() and "8/8" in stream.getvalue()
    stream, to = console(terminal=False)
    with count_progress(to, "pictures", 8) as done:
        done(8)
    assert not stream.getvalue().strip()
