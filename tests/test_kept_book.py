"""A book that was read before is read again only when something that it hangs on has changed."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gradepost.book import load as load_afresh
from gradepost.book import loading
from gradepost.doors import kept_book
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import from_environment

ROOT = Path(__file__).parents[1]


@pytest.fixture
def settings(tmp_path):
    for name in ("schemas", "forms"):
        shutil.copytree(ROOT / name, tmp_path / "site" / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path / "site")
    return replace(from_environment({}), root=tmp_path / "site", cache=tmp_path / "cache")


def never(*_):
    raise AssertionError("it was read again")


def files(settings):
    return list((settings.cache / "books").iterdir())


def change(settings, name, old, new):
    path = settings.root / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("series", [None, "2021-summer", "2027-summer"])
def test_the_second_time_the_same_book_comes_without_its_files_being_read(settings, series, monkeypatch):
    afresh = load_afresh(settings.root, series)
    first = kept_book.load(settings, series)
    monkeypatch.setattr(loading, "facts_of", never)

    second = kept_book.load(settings, series)

    for one in (first, second):
        assert (one.digest, one.series, one.forms, one.lines) == (
            afresh.digest,
            afresh.series,
            afresh.forms,
            afresh.lines,
        )
        assert {name: s.schema for name, s in one.schemas.items()} == {n: s.schema for n, s in afresh.schemas.items()}
        assert one.as_json() == afresh.as_json()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("forms/2021-summer/series.yaml", "title: Summer 2021", "title: Summer of 2021"),
        ("forms/2021-summer/tags.form.yaml", "Submit grades", "Send grades"),
        ("schemas/tags.schema.json", "ten digits", "10 digits"),
    ],
)
def test_a_changed_file_makes_another_book(settings, name, old, new):
    before = kept_book.load(settings)
    change(settings, name, old, new)

    assert kept_book.load(settings).digest != before.digest


def test_another_series_in_force_is_another_book(settings):
    kept_book.load(settings)
    change(settings, "mkdocs.yml", "series: 2021-summer", "series: 2027-summer")

    assert kept_book.load(settings).series.id == "2027-summer"


def test_a_mistake_is_told_although_the_book_was_right_before(settings):
    kept_book.load(settings)
    change(settings, "forms/2021-summer/series.yaml", "kind: internal-assignment", "kind: nothing-known")

    with pytest.raises(ConfigurationError):
        kept_book.load(settings)


def test_other_code_reads_it_again(settings, monkeypatch):
    kept_book.load(settings)
    monkeypatch.setattr(kept_book, "code_digest", lambda: "another")
    monkeypatch.setattr(loading, "facts_of", never)

    with pytest.raises(AssertionError, match="read again"):
        kept_book.load(settings)


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff"])
def test_what_is_kept_and_damaged_only_costs_time(settings, damage):
    book = kept_book.load(settings)
    files(settings)[0].write_bytes(damage)

    assert kept_book.load(settings).digest == book.digest
    assert len(files(settings)[0].read_bytes()) > 1000


def test_nothing_is_kept_where_nothing_may_be(settings):
    assert kept_book.load(replace(settings, cache=None)).series.id == "2021-summer"
    assert not settings.cache.exists()


def test_a_folder_that_cannot_be_written_to_only_costs_time(settings):
    settings.cache.write_text("a file stands in its place", "utf-8")

    assert kept_book.load(settings).series.id == "2021-summer"
