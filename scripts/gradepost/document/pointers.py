"""RFC 6901 pointers: the text that names a place in a JSON value."""

from collections.abc import Iterable


def pointer_of(steps: Iterable[str | int]) -> str:
    """The pointer of a path of names and indexes: `/learners/0/uln`."""
    return "".join("/" + escaped(str(step)) for step in steps)


def escaped(name: str) -> str:
    """A property's name as one step of a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def unescaped(step: str) -> str:
    """The name that a step of a pointer stands for."""
    return step.replace("~1", "/").replace("~0", "~")
