"""The catalogue of fixed words: whole, used, and in words that blame nobody."""

import re
import string
from pathlib import Path

import pytest

from gradepost.page.texts import catalogue, text

SOURCES = Path(__file__).parents[1] / "scripts" / "gradepost"
READ = "\n".join(
    path.read_text()
    for folder in ("form", "page", "doors")
    for path in sorted((SOURCES / folder).rglob("*"))
    if path.suffix in (".py", ".j2", ".js")
)
ENTRIES = [(section, name, said) for section, texts in catalogue().items() for name, said in texts.items()]
FORMS = [(f"{s}.{n}", one) for s, n, said in ENTRIES for one in ([said] if isinstance(said, str) else said.values())]


def test_every_text_that_is_asked_for_is_there():
    asked = set(re.findall(r'\btext\(\s*"([a-z_]+\.[a-z_]+)"[,)]', READ))

    assert len(asked) > 50
    assert [key for key in sorted(asked) if key.partition(".")[2] not in catalogue()[key.partition(".")[0]]] == []


@pytest.mark.parametrize(("section", "name"), [(section, name) for section, name, _ in ENTRIES])
def test_every_text_is_asked_for_somewhere(section, name):
    parts = (name, name.removesuffix("_hint"), *name.partition("_")[::2])

    assert any(re.search(rf"\b{part}\b", READ) for part in parts if part)


@pytest.mark.parametrize(("section", "name", "said"), [entry for entry in ENTRIES if not isinstance(entry[2], str)])
def test_what_depends_on_a_number_is_said_for_one_and_for_more(section, name, said):
    assert set(said) == {"one", "other"}
    assert "n" in {field for _, field, _, _ in string.Formatter().parse(said["other"])}


@pytest.mark.parametrize(("key", "said"), FORMS)
def test_no_text_blames_or_begs(key, said):
    if key == "form.error":  # what a screen reader hears before a field's message, as people know it
        return

    assert not re.search(r"\b(please|invalid|error|errors|sorry|oops|failed|illegal)\b", said.lower())


def test_a_number_chooses_between_one_and_other():
    assert text("repairs.done", n=1) == "1 value was changed."
    assert text("repairs.done", n=37) == "37 values were changed."


def test_a_text_that_is_not_there_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        text("form.nothing_of_the_kind")
