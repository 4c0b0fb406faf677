"""A question and its answer as a page of the site's sources: every character of theirs is text, none is markup.

What was approved is plain text. Whatever Markdown or HTML would make of it is written as a character reference, so it
reads as it was approved wherever the site shows it: in a heading, a list, a title or a description.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

_MARKUP = re.compile(r"""[&<>"\\`*_\[\]{}|~^$#]|:(?=\S)""")
_BEGINS_A_BLOCK = re.compile(r"^(?:[^\w&“‘(]|[0-9]+(?=[.)]))")
_ITEM = "- "
_MARK = re.compile(r"^approved: \"sha256:([0-9a-f]{64})\"\n", re.MULTILINE)


def as_text(text: str) -> str:
    """A line of text for Markdown, for HTML and for an attribute in quotes: the same characters in all of them."""
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", text)


def page_of(answer: Mapping[str, Any], asked_on: date, answered_on: date, owner: str) -> str:
    """The page of an approved answer, with a mark by which it is known as untouched."""
    return _marked("\n".join([*_head(answer, asked_on, answered_on, owner), "", *_body(answer["answer"])]) + "\n")


def is_untouched(page: str) -> bool:
    """Whether a page stands as it was carried here: nobody has edited it since."""
    match = _MARK.search(page)
    return match is not None and _marked(_MARK.sub("", page, count=1)) == page


def _marked(page: str) -> str:
    digest = hashlib.sha256(page.encode()).hexdigest()
    before, _, after = page.partition("\n---\n")
    return f'{before}\napproved: "sha256:{digest}"\n---\n{after}'


def _head(answer: Mapping[str, Any], asked_on: date, answered_on: date, owner: str) -> Iterator[str]:
    yield "---"
    yield f"question: {_quoted(answer['question'])}"
    yield f"short: {_quoted(answer['short'])}"
    yield f"asked_on: {asked_on.isoformat()}"
    yield f"answered_on: {answered_on.isoformat()}"
    yield f"owner: {owner}"
    yield f"audience: [{', '.join(answer['audience'])}]"
    yield f"rules: [{', '.join(answer['rules'])}]"
    yield "---"


def _quoted(text: str) -> str:
    return json.dumps(as_text(text), ensure_ascii=False)


def _body(text: str) -> Iterator[str]:
    """Paragraphs, and lists of lines that begin with a hyphen; nothing else."""
    before = ""
    for line in text.split("\n"):
        is_item = line.startswith(_ITEM)
        if before and is_item != before.startswith(_ITEM) and line:
            yield ""
        yield _item(line) if is_item else _paragraph_line(line)
        before = line


def _item(line: str) -> str:
    return _ITEM + _paragraph_line(line.removeprefix(_ITEM))


def _paragraph_line(line: str) -> str:
    return _BEGINS_A_BLOCK.sub(_harmless, as_text(line))


def _harmless(match: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in match[0])


def with_question(groups: str, group: str, question: str) -> str | None:
    """The text of `groups.yml` with a question at the end of a group; None where the group is not there to be found."""
    lines = groups.split("\n")
    start = next((n for n, line in enumerate(lines) if re.fullmatch(rf"\s*- id: {re.escape(group)}\s*", line)), None)
    if start is None:
        return None
    end = _end_of_questions(lines, start)
    if end is None:
        return None
    indent = lines[end][: len(lines[end]) - len(lines[end].lstrip())]
    return "\n".join([*lines[: end + 1], f"{indent}- {question}", *lines[end + 1 :]])


def _end_of_questions(lines: Sequence[str], start: int) -> int | None:
    """The last line of a group's list, which begins after `questions:`; None where it is written otherwise."""
    found = None
    inside = False
    for number in range(start + 1, len(lines)):
        line = lines[number].strip()
        if line.startswith("- id:"):
            break
        inside = inside or line == "questions:"
        if inside and re.fullmatch(r"- [a-z0-9-]+", line):
            found = number
    return found
