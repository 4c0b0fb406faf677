"""What a schema says of a document's build: which properties there are, of what type, in what order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Shape:
    """One place of a document: a text, a list (`items`), a group (`properties`), or one of several of these."""

    type: str | None
    format: str | None = None
    constant: str | None = None
    items: "Shape | None" = None
    properties: Mapping[str, "Shape"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    takes_scalar: bool = True
    pattern: str | None = None
    title: str | None = None

    @property
    def is_scalar(self) -> bool:
        """Whether it is one value and nothing else."""
        return self.items is None and not self.properties

    @property
    def is_list(self) -> bool:
        """Whether it is a list of single values: a field whose name is repeated."""
        return self.items is not None and self.items.is_scalar

    def at(self, steps: Iterable[str | int]) -> "Shape":
        """What stands at the end of the steps, which the schema has; a number or "*" stands for any entry of a list."""
        found = self
        for step in steps:
            found = found.properties[step] if isinstance(step, str) and step in found.properties else found.entry
        return found

    @property
    def entry(self) -> "Shape":
        """What each entry of a list is; of anything else, one value."""
        return self.items or Shape(None)

    @property
    def takes_text(self) -> bool:
        """Whether a posted text can stand here."""
        return self.takes_scalar or self.is_list


def shape_of(schema: Mapping[str, Any]) -> Shape:
    """The shape that a document schema describes."""
    return _shape(schema, schema)


def _shape(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Shape:
    if "$ref" in schema:
        return _shape(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if alternatives := [_shape(one, root) for one in (*schema.get("oneOf", ()), *schema.get("anyOf", ()))]:
        return Shape(
            type=next((one.type for one in alternatives if one.takes_scalar), None),
            items=next((one.items for one in alternatives if one.items), None),
            properties={name: inner for one in alternatives for name, inner in one.properties.items()},
            takes_scalar=any(one.takes_scalar for one in alternatives),
        )
    items = _shape(schema["items"], root) if "items" in schema else None
    properties = {name: _shape(inner, root) for name, inner in schema.get("properties", {}).items()}
    return Shape(
        type=schema.get("type"),
        format=schema.get("format"),
        constant=schema.get("const") if isinstance(schema.get("const"), str) else None,
        items=items,
        properties=properties,
        required=frozenset(schema.get("required", ())),
        takes_scalar=items is None and not properties,
        pattern=schema.get("pattern"),
        title=schema.get("title"),
    )
