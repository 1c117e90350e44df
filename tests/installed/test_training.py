"""Training as it is installed with the extra `train`: one short run, whose network then colours."""

import numpy as np
import pytest
from command import colorlab as command
from PIL import Image


@pytest.mark.slow
def test_a_network_is_trained_evaluated_and_colours(picture_folder, tmp_path):
    run, coloured = tmp_path / "run", tmp_path / "coloured"
    short = ["--epochs", 1, "--image-size", 16, "--filters", "4,8", "--batch-size", 4]
    trained = command("train", "--data", picture_folder, "--out", run, *short)
    assert (trained.code, trained.errors) == (0, "")
    evaluated = command("evaluate", run, "--data", picture_folder)
    assert evaluated.code == 0 and "PSNR" in evaluated.out
    photograph = next(picture_folder.rglob("*.jpg"))
    assert command("colorize", photograph, "-o", coloured, "--model", run).code == 0
    assert np.asarray(Image.open(coloured / photograph.name)).shape == (48, 48, 3)
