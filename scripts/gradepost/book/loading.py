"""Reading a book from a site repository: its schemas, one series and its forms, with every mistake in them."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from gradepost.book import own_yaml
from gradepost.book.book import Book
from gradepost.book.facts import Facts, book_of
from gradepost.book.form_mistakes import form_mistakes
from gradepost.book.in_force import series_in, series_in_force
from gradepost.book.mistakes import Mistake, instead
from gradepost.book.own_yaml import OwnFile
from gradepost.book.schema_mistakes import schema_mistakes
from gradepost.book.schemas import Schema, read_schema
from gradepost.book.series_mistakes import series_mistakes
from gradepost.model.trouble import ConfigurationError

# By name; None where the file is there and is broken.
Schemas = Mapping[str, Schema | None]

_OURS = frozenset({"series", "form", "receipt", "centre", "extensions"})


def load(root: Path, series: str | None = None, *, site_url: str = "http://127.0.0.1:8000/") -> Book:
    """Read and check the book of one series (default: the one that `mkdocs.yml` names, else the latest).

    Raises `ConfigurationError` with every mistake, each on its own line.
    """
    return book_of(facts_of(root, series), site_url)


def facts_of(root: Path, series: str | None = None) -> Facts:
    """What the book of one series is made of. Raises as `load` does."""
    facts, mistakes = _looked_at(root, series)
    if facts is None:
        raise ConfigurationError("\n".join(map(str, mistakes)))
    return facts


def look(
    root: Path, series: str | None = None, *, site_url: str = "http://127.0.0.1:8000/"
) -> tuple[Book | None, list[Mistake]]:
    """The book of one series, or None and every mistake in its files. Raises where there is no such series."""
    facts, mistakes = _looked_at(root, series)
    return (None if facts is None else book_of(facts, site_url)), mistakes


def _looked_at(root: Path, series: str | None) -> tuple[Facts | None, list[Mistake]]:
    known = series_in(root)
    name = series or series_in_force(root)
    if name not in known:
        raise ConfigurationError(f"There is no series {name} in {root}/forms.{instead(name, known)}")
    folder = root / "forms" / name
    schemas, mistakes = _schemas(root / "schemas")
    own, wrong = _series(folder, schemas)
    forms, wrong_forms = _forms(folder, schemas, own)
    mistakes += [*wrong, *wrong_forms]
    if mistakes or own is None:
        return None, mistakes
    return {
        "digest": _digest(root, folder),
        "series": own.value,
        "forms": [file.value for file in forms],
        "schemas": {schema.name: schema.schema for schema in schemas.values() if schema is not None},
        "lines": own.lines(),
    }, []


def _schemas(folder: Path) -> tuple[Schemas, list[Mistake]]:
    found: dict[str, Schema | None] = {}
    mistakes: list[Mistake] = []
    for path in sorted(folder.glob("*.schema.json")):
        wrong = list(schema_mistakes(path))
        found[path.name.removesuffix(".schema.json")] = None
        # One that is no JSON, or names what is not there, cannot be used, not even to find more.
        if not any(mistake.line == 0 or mistake.key.endswith("$ref") for mistake in wrong):
            try:
                found[path.name.removesuffix(".schema.json")] = read_schema(path)
            except ConfigurationError as error:
                words = f"{str(error).removeprefix(f'{path}: ')} Compare it with one that works."
                wrong.append(Mistake(str(path), 0, "", words))
        mistakes += wrong
    for name in sorted(_OURS - found.keys()):
        mistakes.append(Mistake(str(folder), 0, "", f"there is no {name}.schema.json. Take it from the last release."))
    return found, mistakes


def _series(folder: Path, schemas: Schemas) -> tuple[OwnFile | None, list[Mistake]]:
    file, mistakes = own_yaml.read(folder / "series.yaml", schemas.get("series"))
    if file is not None:
        forms = [path.name.removesuffix(".form.yaml") for path in folder.glob("*.form.yaml")]
        mistakes += series_mistakes(file, forms)
    return file, mistakes


def _forms(folder: Path, schemas: Schemas, series: OwnFile | None) -> tuple[list[OwnFile], list[Mistake]]:
    deadlines = series.value.get("deadlines") if series is not None else None
    rows = list(deadlines) if isinstance(deadlines, Mapping) else None
    known = {name: schema.schema if schema else None for name, schema in schemas.items()}
    found, mistakes = [], []
    for path in sorted(folder.glob("*.form.yaml")):
        file, wrong = own_yaml.read(path, schemas.get("form"))
        mistakes += wrong
        if file is not None:
            found.append(file)
            mistakes += form_mistakes(file, known, rows)
    return found, mistakes


def _digest(root: Path, folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted((*(root / "schemas").glob("*.schema.json"), *folder.glob("*.yaml"))):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return f"sha256:{digest.hexdigest()}"
