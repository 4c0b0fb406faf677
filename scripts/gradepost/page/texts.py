"""The fixed words of forms and of the pages around them: one catalogue for each language, in `texts/`.

Words that belong to data stand with the data: a form's labels in its form file, a rule's in its module.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

LANGUAGE = "en"
Section = Mapping[str, str | Mapping[str, str]]


@cache
def catalogue(language: str = LANGUAGE) -> Mapping[str, Section]:
    """Every text by section and name. One that depends on a number has two: `one` and `other`."""
    source = files("gradepost.page").joinpath("texts", f"{language}.yaml").read_text("utf-8")
    found: Mapping[str, Section] = yaml.safe_load(source)
    return found


def text(key: str, **facts: Any) -> str:
    """The text called `section.name`, its facts filled in; `n` decides between one and other."""
    section, _, name = key.partition(".")
    found = catalogue()[section][name]
    if not isinstance(found, str):
        found = found["one" if facts["n"] == 1 else "other"]
    return found.format(**facts)
