"""TIFF files of several pages: one page, all in one file, or a file for each."""

import numpy as np
import pytest
from PIL import Image

from colorlab.images.opening import page_numbers
from colorlab.images.provenance import SOURCE_TYPE
from colorlab.inference import batch
from colorlab.inference.jobs import plan

PAGES = [np.full((20 + 4 * number, 30), 40 * number + 30, "uint8") for number in range(4)]


@pytest.fixture
def scan(tmp_path):
    """Return a TIFF file of four pages of different sizes, and a preview after the first one."""
    pages = [Image.fromarray(page) for page in PAGES]
    preview = pages[0].reduce(4)
    preview.encoderinfo = {"tiffinfo": {254: 1}}
    path, options = tmp_path / "scan.tif", {"compression": "tiff_adobe_deflate"}
    pages[0].save(path, save_all=True, append_images=[preview, *pages[1:]], **options)
    return path


def color(scan, out, colorizer, **settings):
    planned = plan([scan], out, all_pages=True, overwrite=settings.get("overwrite", False))
    settings = batch.Settings(saturation=0, all_pages=True, **settings)
    return planned, list(batch.colorize_all(planned, colorizer, settings))


def test_previews_are_no_pages(scan, tmp_path):
    assert page_numbers(scan) == ((0, 2, 3, 4), True)
    (tmp_path / "text.tif").write_text("text")
    assert page_numbers(tmp_path / "text.tif") == ((0,), True)
    Image.fromarray(PAGES[0]).save(tmp_path / "one.png")
    assert page_numbers(tmp_path / "one.png") == ((0,), True)


def test_damaged_pages_are_told(scan, tmp_path, colorizer):
    content = scan.read_bytes()
    with Image.open(scan) as picture:
        picture.seek(3)
        start = picture.tag_v2._offset
    scan.write_bytes(content[: start + 4])
    assert page_numbers(scan) == ((0, 2), False)
    _, [(_, facts)] = color(scan, tmp_path / "out" / "scan.tif", colorizer)
    assert "the pages behind these are damaged" in facts["notes"]
    planned = plan([scan], tmp_path / "png", image_format=".png", all_pages=True)
    assert planned.unreadable == (f"{scan}: has damaged pages behind page 3",)


def test_only_the_first_page_has_the_hints(scan, tmp_path):
    planned = plan([scan], tmp_path / "out", image_format=".png", all_pages=True)
    assert [job.hinted for job in planned.jobs] == [True, False, False, False]


@pytest.mark.parametrize("mark", [True, False])
def test_each_page_says_who_made_its_colours(scan, tmp_path, colorizer, mark):
    """A page may be taken out of its file."""
    color(scan, tmp_path / "out.tif", colorizer, mark=mark)
    with Image.open(tmp_path / "out.tif") as picture:
        assert picture.n_frames == 4
        for number in range(4):
            picture.seek(number)
            assert (SOURCE_TYPE.encode() in picture.tag_v2.get(700, b"")) == mark


def test_all_pages_become_one_file(scan, tmp_path, colorizer):
    _, [(_, facts)] = color(scan, tmp_path / "out" / "scan.tif", colorizer)
    assert facts["notes"] == ["4 pages"]
    with Image.open(tmp_path / "out" / "scan.tif") as picture:
        assert picture.n_frames == 4
        for number, page in enumerate(PAGES):
            picture.seek(number)
            assert (np.asarray(picture) == page[..., None]).all()


def test_each_page_becomes_a_file_of_another_format(scan, tmp_path, colorizer):
    planned, results = color(scan, tmp_path / "scan.png", colorizer)
    names = [f"scan-{number}.png" for number in (1, 2, 3, 4)]
    assert [job.target.name for job in planned.jobs] == names
    assert [facts["notes"] for _, facts in results] == [[]] * 4
    for name, page in zip(names, PAGES, strict=True):
        assert (np.asarray(Image.open(tmp_path / name)) == page[..., None]).all()
    # The same again does what is missing.
    (tmp_path / "scan-3.png").unlink()
    planned, results = color(scan, tmp_path / "scan.png", colorizer)
    assert [facts["photograph"] for _, facts in results] == [f"{scan}, page 4"]
    assert len(planned.existing) == 3


def test_pages_beside_their_scan_are_not_coloured_again(scan, tmp_path):
    options = {"suffix": "_c", "image_format": ".png", "all_pages": True, "doubt": True}
    planned = plan([tmp_path], tmp_path, **options)
    for job in planned.jobs:
        Image.fromarray(PAGES[0]).save(job.target)
        Image.fromarray(PAGES[0]).save(job.target.with_name(f"{job.target.name}.doubt.png"))
    Image.fromarray(PAGES[0]).save(tmp_path / "scan_c-1_variant2.png")
    Image.fromarray(PAGES[0]).save(tmp_path / "scan-1.png")  # somebody else's
    again = plan([tmp_path], tmp_path, **options)
    assert [job.source.name for job in again.jobs] == ["scan-1.png"]
    assert again.existing == planned.jobs


def test_a_damaged_page_leaves_no_file(scan, tmp_path, colorizer):
    content = bytearray(scan.read_bytes())
    with Image.open(scan) as picture:
        picture.seek(3)
        (strip,), (length,) = picture.tag_v2[273], picture.tag_v2[279]
    content[strip : strip + length] = b"x" * length
    scan.write_bytes(content)
    out = tmp_path / "out"
    _, [(_, facts)] = color(scan, out / "scan.tif", colorizer)
    assert facts["error"].startswith(f"{scan}: is damaged or cut short")
    assert list(out.iterdir()) == []
    # One by one, the others are coloured.
    _, results = color(scan, out / "scan.png", colorizer)
    assert ["error" in facts for _, facts in results] == [False, False, True, False]


def test_by_default_the_first_page_is_coloured(scan, tmp_path, colorizer):
    planned = plan([scan], tmp_path / "out")
    [(_, facts)] = batch.colorize_all(planned, colorizer)
    assert facts["notes"] == ["first of 5 pages"]


def test_pages_that_one_file_cannot_hold_are_refused(scan, tmp_path, colorizer, monkeypatch):
    monkeypatch.setattr("colorlab.images.writing._LARGEST_TIFF", 2000)
    _, ((_, facts),) = color(scan, tmp_path / "out", colorizer)
    assert facts["error"].startswith(f"{scan}: its pages need more than the 4 GB of a TIFF file")
    assert list((tmp_path / "out").iterdir()) == []
    planned = plan([scan], tmp_path / "out", image_format=".png", all_pages=True)
    settings = batch.Settings(saturation=0, all_pages=True, image_format="PNG")
    assert all("error" not in each for _, each in batch.colorize_all(planned, colorizer, settings))
    assert len(list((tmp_path / "out").glob("*.png"))) == 4
