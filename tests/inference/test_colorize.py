"""`colorlab.colorize`: any picture, any size, its own luma; at once and without TensorFlow."""

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies
from hypothesis.extra import numpy as arrays
from PIL import Image

import colorlab
from colorlab.color import luma
from colorlab.errors import InputError
from colorlab.images.photograph import read_photograph
from colorlab.images.writing import write_photograph
from colorlab.inference import network_input, one_call, pretrained
from colorlab.inference.pretrained import load_pretrained

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = [0.299, 0.587, 0.114]


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype("uint8")


def grey_of(image):
    return image[..., :3] @ np.array(WEIGHTS) if image.shape[2:] == (3,) else image.squeeze(-1)


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(
    shape=strategies.tuples(
        strategies.integers(1, 90), strategies.integers(1, 90), strategies.sampled_from([1, 3])
    ),
    flat=strategies.booleans(),
    saturation=strategies.sampled_from([None, 0, 0.3, 1, 4.0]),
    size=strategies.sampled_from([None, 1, 8, 31, 64]),
    data=strategies.data(),
)
def test_size_is_kept_and_grey_within_one_level(chroma_file, shape, flat, saturation, size, data):
    image = data.draw(arrays.arrays("uint8", shape))
    given = image[..., 0] if flat and shape[2] == 1 else image
    found = colorlab.colorize(given, chroma_file, saturation, size)
    assert found.shape == (*shape[:2], 3) and found.dtype == np.uint8
    assert np.abs(found @ np.array(WEIGHTS) - grey_of(image)).max() <= 1.001
    if saturation == 0:
        assert np.ptp(found, axis=-1).max() == 0


def test_a_model_is_loaded_again_when_its_file_has_changed(chroma_file, hinted_file, tmp_path):
    """As in a notebook, where the next cell exports the network that was trained further."""
    model, image = tmp_path / "network.onnx", noise(30, 40)
    found = []
    for source in (chroma_file, hinted_file):
        model.write_bytes(source.read_bytes())
        found.append(colorlab.colorize(image, model))
        np.testing.assert_array_equal(found[-1], load_pretrained(source).colorize(image))
    assert (found[0] != found[1]).any()
    assert one_call._load(model) is one_call._load(model)


@pytest.mark.parametrize("model", ["", ["default"], 3, load_pretrained])
def test_what_can_be_no_model_is_refused(model):
    for call in (load_pretrained, lambda model: colorlab.colorize(noise(8, 8), model)):
        with pytest.raises(InputError, match="model must be the name of a network, a file or"):
            call(model)


MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"]


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(
    mode=strategies.sampled_from(MODES),
    width=strategies.integers(1, 70),
    height=strategies.integers(1, 70),
    image_format=strategies.sampled_from(["PNG", "TIFF"]),
    seed=strategies.integers(0, 2**32 - 1),
)
def test_every_mode_of_every_size_goes_through_files(
    chroma_file, mode, width, height, image_format, seed
):
    hypothesis.assume(not (mode == "CMYK" and image_format == "PNG"))
    colors = Image.fromarray(noise(height, width, 4, seed=seed), "RGBA")
    if mode == "I;16":
        levels = np.random.default_rng(seed).integers(0, 2**16, (height, width))
        picture = Image.fromarray(levels.astype("uint16"))
        expected = levels / 257
    else:
        picture = colors.convert("RGB").convert(mode) if mode != "RGBA" else colors
        if mode == "LA":
            picture.putalpha(colors.getchannel("A"))
        expected = np.asarray(picture.convert("RGB")) @ np.array(WEIGHTS)
    stored = io.BytesIO()
    picture.save(stored, image_format)
    photograph = read_photograph(stored.getvalue(), "x")
    colored = load_pretrained(chroma_file, threads=1).colorize(photograph.grey)
    written = io.BytesIO()
    write_photograph(written, colored, photograph, "PNG")
    found = np.asarray(Image.open(written))
    assert found.shape[:2] == (height, width)
    assert np.abs(found[..., :3] @ np.array(WEIGHTS) - expected).max() <= 1.05
    if mode in ("LA", "RGBA") and np.asarray(colors)[..., 3].min() < 255:
        np.testing.assert_array_equal(found[..., 3], np.asarray(colors)[..., 3])
    else:
        assert found.shape[2] == 3


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (700, 1200)])
def test_sizes_at_the_edge(chroma_file, shape):
    image = noise(*shape)
    found = colorlab.colorize(image, chroma_file)
    assert found.shape == (*shape, 3)
    assert np.abs(found @ np.array(WEIGHTS) - image).max() <= 0.501


def test_it_colours_and_does_it_the_same_way_twice(chroma_file):
    image = noise(6, 8).repeat(20, axis=0).repeat(20, axis=1)
    found = colorlab.colorize(image, chroma_file)
    assert np.ptp(found, axis=-1).mean() > 5
    np.testing.assert_array_equal(found, colorlab.colorize(image, chroma_file))
    weak, strong = (colorlab.colorize(image, chroma_file, saturation) for saturation in (0.2, 2))
    assert np.ptp(weak, axis=-1).mean() < np.ptp(found, axis=-1).mean()
    assert np.ptp(found, axis=-1).mean() < np.ptp(strong, axis=-1).mean()
    np.testing.assert_array_equal(found, colorlab.colorize(image, chroma_file, saturation=0.8))
    assert (found != colorlab.colorize(image, chroma_file, size=96)).any()


def test_a_path_is_read_upright(chroma_file, tmp_path):
    image = noise(20, 30, 3)
    tags = Image.Exif()
    tags[0x0112] = 3
    Image.fromarray(image[::-1, ::-1]).save(tmp_path / "a b.png", exif=tags)
    for path in (tmp_path / "a b.png", str(tmp_path / "a b.png")):
        np.testing.assert_array_equal(
            colorlab.colorize(path, chroma_file), colorlab.colorize(image, chroma_file)
        )


@pytest.mark.parametrize(
    "image",
    [
        np.full((8, 8), 99.0),
        np.zeros((8, 8, 5), "uint8"),
        np.zeros((0, 8), "uint8"),
        np.zeros(8, "uint8"),
        None,
    ],
)
def test_what_is_no_picture_is_refused(chroma_file, image):
    with pytest.raises(InputError, match="image"):
        colorlab.colorize(image, chroma_file)


@pytest.mark.parametrize("saturation", [-0.1, 10.5, float("nan"), float("inf"), "1"])
def test_saturations_out_of_range_are_refused(chroma_file, saturation):
    with pytest.raises(InputError, match="saturation must be a number from 0 to 10"):
        colorlab.colorize(noise(8, 8), chroma_file, saturation)


@pytest.mark.parametrize("size", [0, -8, 1025, 2.5, True])
def test_sizes_out_of_range_are_refused(chroma_file, size):
    with pytest.raises(InputError, match="size must be a whole number from 1 to 1024"):
        colorlab.colorize(noise(8, 8), chroma_file, size=size)


def test_models_that_are_none_are_refused(chroma_file, tmp_path):
    whole = chroma_file.read_bytes()
    (tmp_path / "cut.onnx").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.onnx").write_bytes(b"")
    (tmp_path / "text.onnx").write_text("text")
    for name in ("cut.onnx", "empty.onnx", "text.onnx", "nowhere.onnx"):
        with pytest.raises(InputError) as error:
            colorlab.colorize(noise(8, 8), tmp_path / name)
        (line,) = str(error.value).splitlines()
        assert line.startswith(str(tmp_path / name))
    with pytest.raises(InputError, match="is not a run"):
        colorlab.colorize(noise(8, 8), tmp_path)


def test_a_network_of_another_kind_is_refused(tmp_path, chroma_file):
    import onnx

    model = onnx.load(chroma_file)
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "silent.onnx")
    with pytest.raises(
        InputError, match="says image_size = nothing, expected a whole number from 1 to 1024"
    ):
        load_pretrained(tmp_path / "silent.onnx")
    other = onnx.helper.make_model(
        onnx.helper.make_graph(
            [onnx.helper.make_node("Identity", ["x"], ["y"])],
            "other",
            [onnx.helper.make_tensor_value_info("x", 1, [1])],
            [onnx.helper.make_tensor_value_info("y", 1, [1])],
        ),
        ir_version=8,
        opset_imports=[onnx.helper.make_opsetid("", 17)],
    )
    onnx.save(other, tmp_path / "other.onnx")
    with pytest.raises(InputError, match="is no network that colours.*got x, y"):
        load_pretrained(tmp_path / "other.onnx")


def test_shipped_names_without_their_files_are_explained(monkeypatch, tmp_path, chroma_file):
    monkeypatch.setattr(pretrained, "_WEIGHTS", tmp_path)
    with pytest.raises(InputError, match="default: this network is not part"):
        load_pretrained("default")
    digest = hashlib.sha256(chroma_file.read_bytes()).hexdigest()
    record = {"file": "a.onnx", "sha256": digest, "image_size": 48, "stride": 8, "saturation": 0.5}
    (tmp_path / "models.json").write_text(json.dumps({"default": record}))
    with pytest.raises(InputError, match="a.onnx: is missing or damaged"):
        load_pretrained("default")
    (tmp_path / "a.onnx").write_bytes(chroma_file.read_bytes())
    assert load_pretrained("default").predictor.saturation == 0.5
    content = bytearray(chroma_file.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "b.onnx").write_bytes(content)
    (tmp_path / "models.json").write_text(json.dumps({"default": {**record, "file": "b.onnx"}}))
    with pytest.raises(InputError, match="b.onnx: is missing or damaged"):
        load_pretrained("default")
    assert set(pretrained.shipped_models()) == {"default"}


def test_the_input_is_padded_and_the_padding_cut_off_again(chroma_file):
    """A photograph whose network input needs padding is coloured like one padded by hand."""
    wide = noise(6, 6).repeat(8, axis=0).repeat(8, axis=1)[..., None]  # 48 x 48
    narrow = wide[:, :45]
    padded, valid_fraction = network_input.network_input(narrow, 45, 8)
    assert padded.shape == (48, 48, 1) and valid_fraction == (1.0, 45 / 48)
    by_hand = np.pad(narrow, [(0, 0), (0, 3), (0, 0)], mode="symmetric")
    colorizer = load_pretrained(chroma_file)
    ab = colorizer.predictor.predict(by_hand[None] / np.float32(127.5) - 1)[0]
    expected = luma.recombine(by_hand, ab, colorizer.predictor.saturation)[:, :45]
    found = colorizer.colorize(narrow, size=45)
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_colours_lie_where_the_network_put_them():
    """The left half of the prediction is red and the right one blue, at every size."""
    ab = np.zeros((8, 8, 2), "float32")
    ab[:, :4], ab[:, 4:] = (60, 40), (20, -70)
    for height, width in ((8, 8), (50, 90), (301, 33)):
        found = luma.recombine(np.full((height, width, 1), 110, "uint8"), ab).astype(int)
        quarter = width // 4
        assert (found[:, : quarter - 1, 0] > found[:, : quarter - 1, 2] + 20).all()
        assert (found[:, -quarter + 1 :, 2] > found[:, -quarter + 1 :, 0] + 20).all()
    half = luma.recombine(np.full((8, 8, 1), 110, "uint8"), ab, valid_fraction=(1.0, 0.5)).astype(
        int
    )
    assert (half[:, :6, 0] > half[:, :6, 2] + 20).all()


@pytest.mark.parametrize("spread", [5, 40, 100])
def test_recombination_agrees_with_the_plain_formulas(spread):
    from colorlab import color

    random = np.random.default_rng(spread)
    grey = random.integers(0, 256, (60, 70, 1)).astype("uint8")
    ab = random.uniform(-spread, spread, (60, 70, 2)).astype("float32")
    lightness = color.srgb_to_lab(np.repeat(grey / 255, 3, axis=-1))[..., :1]
    rgb = 255 * color.lab_to_srgb(np.concatenate([lightness, ab], axis=-1), clip=False)
    away = rgb - color.grey(rgb)
    room = np.where(away > 0, 255.0 - grey, grey)
    share = np.minimum((room / np.maximum(np.abs(away), 1e-6)).min(-1, keepdims=True), 1)
    assert np.abs(luma.recombine(grey, ab) - (grey + share * away)).max() < 0.5 + 0.6


CHILD = """
import sys
import colorlab
assert "numpy" not in sys.modules, "import colorlab takes time"
image = colorlab.colorize(sys.argv[1], sys.argv[2])
assert image.shape == (20, 30, 3)
for name in ("tensorflow", "keras", "onnx", "matplotlib", "skimage", "jax", "torch"):
    assert name not in sys.modules, name
"""


def test_neither_tensorflow_nor_keras_is_imported(chroma_file, tmp_path):
    Image.fromarray(noise(20, 30)).save(tmp_path / "a.png")
    command = [sys.executable, "-c", CHILD, tmp_path / "a.png", chroma_file]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
