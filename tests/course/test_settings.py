"""The quick and the full run find their pictures and choose their settings in one place."""

import dataclasses

import pytest
from PIL import Image

from colorlab import course
from colorlab.configuration import Configuration
from colorlab.datasets import toy
from colorlab.errors import InputError


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """A cache of its own, no other setting, and only a few pictures to paint."""
    monkeypatch.setenv("COLORLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COLORLAB_RUN", raising=False)
    monkeypatch.delenv("COLORLAB_DATA", raising=False)
    paint = toy.write_folder

    def few(folder, pictures_per_category, size):
        assert pictures_per_category == 64
        return paint(folder, 3, 16 if size == 128 else 32)

    monkeypatch.setattr(course.settings.toy, "write_folder", few)
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Seventy pictures in one category, five in another."""
    place = tmp_path_factory.mktemp("photographs")
    for category, count in (("many", 70), ("few", 5)):
        (place / category).mkdir()
        for number in range(count):
            picture = Image.new("RGB", (8, 8), (number, 2 * number, len(category)))
            picture.save(place / category / f"{number}.png")
    return place


def test_quick_on_painted_pictures_is_the_default(own_cache):
    lesson = course.load()
    assert lesson.run == "quick"
    assert lesson.table.categories == tuple(sorted(toy.CATEGORIES))
    assert len(lesson.table) == 24
    assert "24" in lesson.pictures and "painted" in lesson.pictures
    assert own_cache in lesson.table.folder.parents
    assert own_cache in lesson.run_folder.parents
    assert not lesson.run_folder.exists()
    recipe = Configuration.from_preset("recipe")
    assert lesson.configuration.image_size < recipe.image_size
    assert len(lesson.configuration.filters) == len(recipe.filters), "another architecture"
    assert sum(lesson.configuration.filters) < sum(recipe.filters)


def test_full_is_the_recipe():
    lesson = course.load("full")
    assert (lesson.run, lesson.configuration) == (
        "full",
        Configuration.from_preset("recipe"),
    )
    assert lesson.table.pictures[0].height == 32, "the pictures of the quick run"


def test_the_environment_decides_where_the_call_does_not(monkeypatch):
    monkeypatch.setenv("COLORLAB_RUN", "full")
    assert course.load().run == "full"
    assert course.load("quick").run == "quick"


@pytest.mark.parametrize("run", ["fast", "QUICK", " quick"])
def test_an_unknown_run_is_refused(monkeypatch, run):
    with pytest.raises(InputError, match="quick or full"):
        course.load(run)
    monkeypatch.setenv("COLORLAB_RUN", run)
    with pytest.raises(InputError, match="COLORLAB_RUN"):
        course.load()


def test_the_quick_run_takes_at_most_64_pictures_a_category(monkeypatch, photographs):
    monkeypatch.setenv("COLORLAB_DATA", str(photographs))
    quick, full = course.load("quick"), course.load("full")
    assert quick.table.counts == {"few": 5, "many": 64}
    assert full.table.counts == {"few": 5, "many": 70}
    assert "69" in quick.pictures and "COLORLAB_DATA" in quick.pictures
    assert course.load("quick").table == quick.table


def test_a_data_folder_that_is_missing_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("COLORLAB_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="nowhere"):
        course.load()


def test_the_run_folder_depends_on_settings_and_pictures(monkeypatch, photographs):
    lesson = course.load()
    assert course.load().run_folder == lesson.run_folder
    other = dataclasses.replace(lesson.configuration, learning_rate=0.5)
    folders = {
        lesson.run_folder,
        dataclasses.replace(lesson, configuration=other).run_folder,
        dataclasses.replace(lesson, table=lesson.table.select(range(23))).run_folder,
    }
    monkeypatch.setenv("COLORLAB_DATA", str(photographs))
    folders |= {course.load("quick").run_folder, course.load("full").run_folder}
    assert len(folders) == 5


def test_the_split_is_the_configured_one(photographs, monkeypatch):
    monkeypatch.setenv("COLORLAB_DATA", str(photographs))
    lesson = course.load()
    seeds = [dataclasses.replace(lesson.configuration, seed=seed, test=0.5) for seed in (0, 1)]
    first, second = (dataclasses.replace(lesson, configuration=one).split() for one in seeds)
    for parts in (first, second):
        tables = (parts.train, parts.validation, parts.test)
        paths = [row.path for table in tables for row in table.pictures]
        assert len(paths) == len(set(paths)) == len(lesson.table)
    assert first.test != second.test
    assert len(lesson.split().test) < len(first.test)


def test_a_preset_takes_settings_of_its_own_in_both_runs():
    for run, epochs in (("quick", 6), ("full", 3)):
        lesson = course.load(run).with_preset("efficientnet_course", frozen_stages=2)
        assert lesson.configuration.network == "efficientnet"
        assert lesson.configuration.frozen_stages == 2
        assert lesson.configuration.epochs == epochs
    assert course.load("quick").with_preset("ab").configuration.epochs == 6, "compared with it"
    assert course.load("quick").with_preset("ab", epochs=1).configuration.epochs == 1
    with pytest.raises(InputError, match="frozen_stages"):
        course.load().with_preset("efficientnet_course", frozen_stages=9)
