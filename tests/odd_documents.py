"""Documents nobody would send, made from a seed: from a schema with slips here and there, and from real documents."""

import copy
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

GOLDEN = Path(__file__).parent / "golden"
LEDGER = Path(__file__).parent / "ledger"
NAMES = ("tags", "schedule", "declaration", "receipt", "centre", "extensions", "conflict-of-interest")

PIECES = [
    None, True, False, 0, 1, -1, -0.0, 28.0, 1.5, 1e300, 5001, 10**15 - 1, 2**64 - 1, 2**63, "", " ", "a", "A1",
    "typed", "0042", "0000", "1000000051", "1000000051\n", "１０２３４", "10234\n", "UV21578\n", "\nUV21578",
    "UV21578\u2028", "UV\x0021", "2021-02-30", "2021-02-29", "2020-02-29", "0000-01-01", "1000-01-01", "9999-12-31",
    "2021-W20-2", "20210518", "2021-5-8", "2021-05-18T25:00:00Z", "2021-05-18T24:00:00Z", "2021-05-18T23:59:60Z",
    "2021-05-20T09:00:00+24:00", "2021-05-20T09:00:00-23:59", "2021-05-20T09:00:00+01:60", "2021-05-20t09:00:00Z",
    "2021-05-20T09:00:00z", "2021-05-20 09:00:00Z", "2021-05-20T09:00Z", "2021-05-20T09:00:00",
    "0000-01-01T00:00:00.000Z", "2021-02-30T00:00:00.000Z", "2021-05-20T09:00:00.1234567Z",
    "2021-05-20T23:59:60.000Z", "2021-05-20T24:00:00.000Z", "graded", "accurate", "x" * 41, "😀" * 120, "x" * 121,
    "x" * 4001, "0" * 64, "0" * 65, "AB" * 32, [], [[]], {}, [1, 1], [1, 1.0, True], [{"a": 1}, {"a": True}],
    ["accurate", "accurate"], [None, None], {"image_sha256": "0" * 64}, {"image_sha256": "0" * 63},
    {"image_sha256": "0" * 64, "x": 1}, [{"source": "homework"}] * 2, [{"source": 5}], {"": 0},
    {"a": {"b": [{"c": [[]]}]}},
]  # fmt: skip
UNKNOWN = ["", "0", "~/", "~1", "x", "Form", "form ", "__proto__", "learners", "covers", "é", "\u202e", "a\nb", "type"]
ODD_CHARACTERS = ["\n", "\r", "\x00", "\u2028", "\ufeff", "１", "ı", "\u212a", "é", "😀", " ", "\u0663"]


def real(name: str) -> list[Any]:
    """Right documents of a schema, small ones."""
    if name == "centre":
        centre = json.loads((LEDGER / "centres/10/10234.json").read_bytes())
        return [{**centre, "people": centre["people"][:2], "qualifications": centre["qualifications"][:2]}]
    if name == "extensions":
        return [json.loads(path.read_bytes()) for path in sorted(LEDGER.glob("extensions/*/*.json"))]
    return [json.loads((GOLDEN / f"{name}.json").read_bytes())]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every value within a value, as its container and its name or index there."""
    steps = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield value, step
        yield from places(value[step])


def mutated(value: Any, chance: Random) -> Any:
    """A copy with one to four mistakes made in it."""
    value = copy.deepcopy(value)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        found = list(places(value))
        if found:
            _mistake(*chance.choice(found), chance)
    return value


def _mistake(within: Any, step: Any, chance: Random) -> None:
    value = within[step]
    kind = chance.randrange(11)
    if kind == 0:
        del within[step]
    elif kind == 1 and isinstance(within, list):
        within.insert(step, copy.deepcopy(value))
    elif kind == 2 and isinstance(within, dict):
        within[chance.choice(UNKNOWN)] = copy.deepcopy(chance.choice([*PIECES, value]))
    elif kind == 3 and isinstance(within, dict):
        within[chance.choice(list(within))] = value
    elif kind <= 6 and isinstance(value, str):
        within[step] = _misspelt(value, chance)
    elif kind == 7 and isinstance(value, list):
        within[step] = value * chance.choice((0, 2, 25, 201))
    elif kind <= 8 and type(value) in (int, str):
        within[step] = chance.choice((type(value)(), -1, 0, 10**13))
    else:
        within[step] = copy.deepcopy(chance.choice(PIECES))


def _misspelt(text: str, chance: Random) -> str:
    at, odd = chance.randint(0, len(text)), chance.choice(ODD_CHARACTERS)
    spellings = (
        text + "\n", odd + text, text[:at] + odd + text[at:], text[:at] + odd + text[at + 1 :], text[:-1], text * 2,
        text * 100, text.upper(), text.lower(),
    )  # fmt: skip
    return chance.choice(spellings)


def made(schema: Any, root: Any, chance: Random, slips: float) -> Any:
    """A value of a schema; at each place, with the probability `slips`, something else."""
    if chance.random() < slips:
        return copy.deepcopy(chance.choice(PIECES))
    if "$ref" in schema:
        return made(root["$defs"][schema["$ref"].rpartition("/")[2]], root, chance, slips)
    for choices in ("oneOf", "anyOf"):
        if choices in schema:
            return made(chance.choice(schema[choices]), root, chance, slips)
    if "const" in schema or "enum" in schema:
        return chance.choice(schema.get("enum", [schema.get("const")]))
    return _MAKERS[schema["type"]](schema, root, chance, slips)


def _group(schema: Any, root: Any, chance: Random, slips: float) -> Any:
    wanted = [n for n in schema["properties"] if n in schema["required"] or chance.random() < 0.5]
    if chance.random() < slips:
        chance.shuffle(wanted)
        wanted.pop()
    found = {name: made(schema["properties"][name], root, chance, slips) for name in wanted}
    return {**found, chance.choice(UNKNOWN): 1} if chance.random() < slips else found


def _list(schema: Any, root: Any, chance: Random, slips: float) -> Any:
    return [made(schema["items"], root, chance, slips) for _ in range(chance.choice((1, 1, 2, 3)))]


def _text(schema: Any, _: Any, chance: Random, __: float) -> Any:
    if schema.get("format") == "date-time":
        return f"2021-05-{chance.randint(10, 33)}T{chance.randint(10, 24)}:30:00.000Z"
    if schema.get("format") == "date":
        return f"2021-{chance.randint(10, 12)}-{chance.randint(10, 31)}"
    if "pattern" in schema:
        return _matching(re._parser.parse(schema["pattern"]), chance)
    return "Ünïcode 😀" * chance.choice((1, 1, 1, 14))


def _matching(tree: Sequence[Any], chance: Random) -> str:
    return "".join(_PARTS[str(kind)](inner, chance) for kind, inner in tree)


def _of_set(inner: Sequence[Any], chance: Random) -> str:
    kind, found = chance.choice(inner)
    return chr(found if str(kind) == "LITERAL" else chance.randint(*found))


def _repeated(inner: Sequence[Any], chance: Random) -> str:
    least, most, tree = inner
    number = chance.choice((least, min(most, least + 3), most))
    return "".join(_matching(tree, chance) for _ in range(number))


_PARTS = {
    "LITERAL": lambda inner, _: chr(inner),
    "IN": _of_set,
    "MAX_REPEAT": _repeated,
    "SUBPATTERN": lambda inner, chance: _matching(inner[-1], chance),
    "BRANCH": lambda inner, chance: _matching(chance.choice(inner[1]), chance),
    "AT": lambda _, chance: "\n" if chance.random() < 0.005 else "",
    "ASSERT_NOT": lambda *_: "",
}
_MAKERS = {
    "object": _group,
    "array": _list,
    "string": _text,
    "integer": lambda schema, _, chance, __: chance.choice((schema["minimum"], schema["maximum"], 2)),
    "boolean": lambda _, __, chance, ___: chance.choice((True, False)),
    "null": lambda *_: None,
}  # fmt: skip
