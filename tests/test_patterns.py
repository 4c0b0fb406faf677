"""Every pattern of every schema: at once on any text, and the same in both engines and in ECMAScript."""

import json
import os
import random
import re
import re._parser as grammar
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
MEBIBYTE = 1_048_576
AT_MOST = 0.05
# Alike to a reader, or to a lax engine: none of them is a digit or a letter of ASCII.
LOOKALIKES = {"0": "０", "1": "１", "5": "٥", "A": "А", "a": "ａ", "-": "‐", ":": "：", "/": "∕", ".": "．", "@": "＠"}
STRANGE = [
    "\n",
    "\r",
    "\r\n",
    "\u2028",
    "\u2029",
    "\x85",
    "\x0b",
    "\x00",
    " ",
    "\u00a0",
    "\u0301",
    "\u200b",
    "\ufeff",
    "😀",
    "\\",
]


def patterns_in(schema: Any) -> Iterator[tuple[str, int | None]]:
    """Each pattern with the longest text it is asked about."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"], schema.get("maxLength")
        for name, inner in schema.get("patternProperties", {}).items():
            yield name, None
            yield from patterns_in(inner)
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from patterns_in(inner)


BY_SCHEMA = {path.name: list(patterns_in(json.loads(path.read_text()))) for path in sorted(SCHEMAS.glob("*.json"))}
LONGEST = {pattern: length for found in BY_SCHEMA.values() for pattern, length in found}
PATTERNS = sorted(LONGEST)


# Texts made of a pattern


def samples(pattern: str) -> list[str]:
    """Texts that a pattern takes, but for its look-arounds: the shortest and longest, and some between."""
    pick = random.Random(pattern)
    tree = grammar.parse(pattern)
    edges = [_text(tree, lambda least, _: least, first), _text(tree, lambda _, most: most, first)]
    edges += [_text(tree, lambda _, most: most, last), _text(tree, lambda least, _: least, last)]
    return [*edges, *(_text(tree, pick.randint, pick.choice) for _ in range(12))]


def first(items: list) -> Any:
    return items[0]


def last(items: list) -> Any:
    return items[-1]


def _text(tree: Any, count: Any, choose: Any) -> str:
    parts = []
    for op, what in tree:
        name = str(op)
        if name == "LITERAL":
            parts.append(chr(what))
        elif name == "IN":
            parts.append(choose(_members(what)))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inner = what
            times = count(least, min(int(most), least + 300))
            parts += [_text(inner, count, choose) for _ in range(times)]
        elif name == "SUBPATTERN":
            parts.append(_text(what[-1], count, choose))
        elif name == "BRANCH":
            parts.append(_text(choose(what[1]), count, choose))
        else:
            assert name in ("AT", "ASSERT", "ASSERT_NOT"), f"{name} is new here: say what texts it makes."
    return "".join(parts)


def _members(what: Any) -> list[str]:
    """The ends of each range of a class: its own alphabet in short."""
    found: list[str] = []
    for op, value in what:
        assert str(op) in ("LITERAL", "RANGE"), "Classes are of single characters and ranges, in ASCII."
        found += [chr(value)] if str(op) == "LITERAL" else [chr(value[0]), chr(value[1])]
    return found


def corpus(pattern: str) -> list[str]:
    """Right texts, each of them spoilt in every way that engines have been known to differ on, and plain nonsense."""
    found = ["", "\n", *STRANGE, *(chr(code) for code in range(128))]
    for text in samples(pattern):
        middle = len(text) // 2
        found += [text, text[1:], text[:-1], text * 2, text.swapcase(), f"{text}{text[-1:]}", text[::-1]]
        found += [f"{text}{strange}" for strange in STRANGE] + [f"{strange}{text}" for strange in STRANGE]
        found += [f"{text[:middle]}{strange}{text[middle:]}" for strange in STRANGE]
        found += [text.replace(plain, alike) for plain, alike in LOOKALIKES.items()]
        found += [f"{text}\n{text}", f"x\n{text}", f"{text}\nx"]
    return list(dict.fromkeys(found))


def attacks(pattern: str, size: int) -> list[str]:
    """Repetitions from the pattern's own alphabet that end in what it cannot take."""
    texts = [text for text in dict.fromkeys(samples(pattern)) if text]
    units = dict.fromkeys([*texts[:4], *(text[:1] for text in texts), *(text[-1:] for text in texts)])
    ends = ("", "\n", "!", "\x00")
    found = [(unit * (size // len(unit) + 1))[: size - len(end)] + end for unit in units for end in ends]
    stems = [text[:-1] + text[-2:-1] * (size - len(text)) + "!" for text in texts[:2] if size > len(text)]
    return list(dict.fromkeys(found + stems))


# Both engines


def engines(schema: dict) -> tuple:
    return Draft202012Validator(schema).is_valid, jsonschema_rs.Draft202012Validator(schema).is_valid


def answers(schema: dict, texts: list[str]) -> list[bool]:
    """What both engines say of each text, each answer given at once."""
    found = []
    for text in texts:
        both = []
        for engine in engines(schema):
            started = time.thread_time()
            both.append(engine(text))
            assert time.thread_time() - started <= AT_MOST, (schema, len(text), text[:40])
        assert both[0] == both[1], (schema, text[:40], len(text))
        found.append(both[0])
    return found


def test_every_schema_was_walked():
    assert len(BY_SCHEMA) >= 8
    assert sum(len(found) for found in BY_SCHEMA.values()) >= 40


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_has_a_longest_text_is_anchored_and_ascii(pattern):
    assert LONGEST[pattern] is not None
    assert pattern.isascii()
    assert pattern.startswith("^")
    assert pattern.endswith("(?!\\n)$")
    assert not re.search(r"\\[dDwWsSbBpP]", pattern)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_takes_some_text_within_its_limit(pattern):
    taken = [text for text in samples(pattern) if re.search(pattern, text)]

    assert any(len(text) <= LONGEST[pattern] for text in taken)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_both_engines_give_one_answer_on_right_texts_and_spoilt_ones(pattern):
    texts = corpus(pattern)

    taken = [text for text, right in zip(texts, answers({"pattern": pattern}, texts), strict=True) if right]

    assert taken
    assert all(text.isascii() and text.isprintable() for text in taken)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("size", [0, 1, 10_000])
def test_a_repetition_is_answered_at_once_by_both_engines(pattern, size):
    texts = attacks(pattern, size if size > 1 else LONGEST[pattern] + size)

    answers({"pattern": pattern}, texts)
    whole = answers({"type": "string", "pattern": pattern, "maxLength": LONGEST[pattern]}, texts)

    assert size == 0 or not any(whole)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_mebibyte_is_answered_at_once_by_both_engines(pattern):
    texts = attacks(pattern, MEBIBYTE)[::5]

    assert not any(answers({"type": "string", "pattern": pattern, "maxLength": LONGEST[pattern]}, texts))


# ECMAScript

IN_NODE = """
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const said = asked.map(([pattern, texts]) => ["", "u"].map(flag => {
  const made = new RegExp(pattern, flag);
  return texts.map(text => made.test(text));
}));
process.stdout.write(JSON.stringify(said));
"""


def test_patterns_mean_the_same_in_ecmascript():
    node = shutil.which("node")
    if node is None and os.environ.get("CI") != "true":
        pytest.skip("There is no node here.")
    assert node, "CI has node."
    asked = [(pattern, [*corpus(pattern), *attacks(pattern, LONGEST[pattern])]) for pattern in PATTERNS]

    ran = subprocess.run([node, "-e", IN_NODE], input=json.dumps(asked), capture_output=True, text=True, check=True)

    for (pattern, texts), by_flag in zip(asked, json.loads(ran.stdout), strict=True):
        here = [re.search(pattern, text) is not None for text in texts]
        assert any(here)
        for flag, there in zip(("", "u"), by_flag, strict=True):
            differing = [text for text, one, other in zip(texts, here, there, strict=True) if one != other]
            assert differing == [], (pattern, flag)
