"""What no schema sees in a form file: fields that its documents have no place for, and what nobody is asked."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from gradepost.book.mistakes import Mistake, instead
from gradepost.book.own_shape import Keys
from gradepost.book.own_yaml import OwnFile
from gradepost.document.filing import PLACES, fault_of, placeholders
from gradepost.model.names import fold

Schema = Mapping[str, Any]
Steps = tuple[str, ...]

# Set without asking: the form is a constant, the series is the one in force.
_SET_BY_THE_GATEWAY = ("form", "series")


def form_mistakes(
    file: OwnFile, schemas: Mapping[str, Schema | None], deadlines: Collection[str] | None
) -> Iterator[Mistake]:
    """Every mistake in a form file that its schema cannot see. `deadlines` are the series' rows, where known; a
    schema that is broken is None."""
    raw = file.sound
    name = file.path.name.removesuffix(".form.yaml")
    if raw.get("form", name) != name:
        yield file.mistake(("form",), f"the file is called {file.path.name}. Give both the same name.")
    for unknown in sorted(placeholders(raw.get("path", "")) - PLACES):
        yield file.mistake(("path",), f"there is no {unknown}.{instead(unknown, PLACES)}")
    if {"scope", "path"} <= raw.keys() and (fault := fault_of(name, raw["scope"], raw["path"])):
        yield file.mistake(("path",), f"nothing can be filed there: {fault}")
    row = raw.get("deadline")
    if row is not None and deadlines is not None and row not in deadlines:
        yield file.mistake(("deadline",), f"the series has no deadlines named {row}.{instead(row, deadlines)}")
    if "schema" in raw and raw["schema"] not in schemas:
        yield file.mistake(("schema",), f"there is no schema {raw['schema']}.{instead(raw['schema'], schemas)}")
    elif "schema" in raw and (schema := schemas[raw["schema"]]) is not None:
        yield from _against(file, _Walk(schema), raw["schema"])


class _Walk:
    """A schema, and the way through it by the names that a form file uses."""

    def __init__(self, root: Schema) -> None:
        self.root = root

    def alternatives(self, schema: Schema) -> Iterator[Schema]:
        """The schema itself, or each of those that it stands for."""
        if "$ref" in schema:
            yield from self.alternatives(self.root["$defs"][schema["$ref"].rsplit("/", 1)[1]])
        elif several := [*schema.get("oneOf", ()), *schema.get("anyOf", ())]:
            for one in several:
                yield from self.alternatives(one)
        else:
            yield schema

    def step(self, schema: Schema, name: str) -> Schema | None:
        """What stands under a property, or under any index of a list."""
        for one in self.alternatives(schema):
            if (name.isdigit() or name == "*") and "items" in one:
                inner: Schema = one["items"]
                return inner
            if name in one.get("properties", {}):
                found: Schema = one["properties"][name]
                return found
        return None

    def at(self, schema: Schema, steps: Steps) -> Schema | None:
        """What stands at the end of the steps; None where there is no such place."""
        found: Schema | None = schema
        for name in steps:
            found = self.step(found, name) if found is not None else None
        return found

    def lists_objects(self, schema: Schema) -> bool:
        """Whether it is a list whose entries are groups of properties."""
        items = self.step(schema, "*")
        return items is not None and any("properties" in one for one in self.alternatives(items))

    def takes_a_value(self, schema: Schema) -> bool:
        """Whether one value, or a list of single values, can stand there: what a field can fill."""
        for one in self.alternatives(schema):
            if "properties" not in one and ("items" not in one or not self.lists_objects(one)):
                return True
        return False


def _against(file: OwnFile, walk: _Walk, name: str) -> Iterator[Mistake]:
    constant = (walk.step(walk.root, "form") or {}).get("const")
    if constant is not None and file.sound.get("form", constant) != constant:
        words = (
            f"documents of the schema {name} say that they are of the form {constant}. Name the schema of this form."
        )
        yield file.mistake(("schema",), words)
        return
    groups = enumerate(file.sound.get("groups", ()))
    mistakes = [m for index, group in groups if group for m in _group(file, walk, ("groups", index), group)]
    yield from mistakes
    # Of a form with misplaced fields it is not known yet what it asks for.
    if not mistakes and file.sound == file.value:
        yield from _never_asked(file, walk, name)


def _group(file: OwnFile, walk: _Walk, keys: Keys, group: Mapping[str, Any]) -> Iterator[Mistake]:
    around: Schema | None = walk.root
    if rows := group.get("rows"):
        found = walk.at(walk.root, tuple(rows.split("/")))
        around = walk.step(found, "*") if found is not None and walk.lists_objects(found) else None
        if around is None:
            yield file.mistake((*keys, "rows"), f"the schema has no list of groups named {rows}. Name one that it has.")
            return
    yield from _headers(file, keys, group)
    for index, field in enumerate(group["fields"]):
        if field and around is not None:
            yield from _field(file, walk, (*keys, "fields", index, "property"), field["property"], around)


def _headers(file: OwnFile, keys: Keys, group: Mapping[str, Any]) -> Iterator[Mistake]:
    """Headers of a spreadsheet that would mean two columns."""
    fields = [(index, field) for index, field in enumerate(group["fields"]) if field]
    owners = {fold(field["label"]): field["label"] for _, field in fields}
    named = [((*keys, "fields", index, "headers"), f["label"], f.get("headers", ())) for index, f in fields]
    for place, owner, headers in (*named, ((*keys, "name_headers"), "names", group.get("name_headers", ()))):
        for index, header in enumerate(headers):
            if header and (taken := owners.setdefault(fold(header), owner)) != owner:
                message = f"{header} is already a header of {taken}. Leave it to one of the two."
                yield file.mistake((*place, index), message)


def _field(file: OwnFile, walk: _Walk, keys: Keys, name: str, around: Schema) -> Iterator[Mistake]:
    *path, last = name.split("/")
    parent = walk.at(around, tuple(path))
    found = walk.step(parent, last) if parent is not None else None
    if found is None:
        known = {k for one in walk.alternatives(parent) for k in one.get("properties", ())} if parent else set[str]()
        yield file.mistake(keys, f"a field without a schema: {name} has no place in it.{instead(last, known)}")
    elif not walk.takes_a_value(found):
        yield file.mistake(keys, f"{name} is a group. Ask for each of the properties in it, or use `rows`.")


def _never_asked(file: OwnFile, walk: _Walk, schema: str) -> Iterator[Mistake]:
    if set(file.sound["channels"]) <= {"api"}:
        return
    asked = {
        (*((*group["rows"].split("/"), "*") if "rows" in group else ()), *_any_index(field["property"]))
        for group in file.sound["groups"]
        for field in group["fields"]
    }
    for place in _missing(walk, walk.root, (), asked):
        if place[0] not in _SET_BY_THE_GATEWAY:
            name = "/".join(place)
            yield file.mistake(("groups",), f"{schema} documents need {name} and no field asks for it. Add a field.")


def _any_index(name: str) -> Steps:
    return tuple("*" if step.isdigit() else step for step in name.split("/"))


def _missing(walk: _Walk, schema: Schema, at: Steps, asked: Collection[Steps]) -> Iterator[Steps]:
    """Each required property that nobody is asked for, in the groups and rows that somebody is asked about."""
    below = {place[len(at)] for place in asked if place[: len(at)] == at and len(place) > len(at)}
    for one in walk.alternatives(schema):
        for name in one.get("required", ()):
            if name not in below and "const" not in one["properties"].get(name, {}):
                yield (*at, name)
        for name in sorted(below & one.get("properties", {}).keys()):
            yield from _missing(walk, one["properties"][name], (*at, name), asked)
        if "*" in below and "items" in one:
            yield from _missing(walk, one["items"], (*at, "*"), asked)
