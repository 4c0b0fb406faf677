"""The words of a question and its answer as a reviewer's form sends them, and what keeps them from being approved."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gradepost.doors.state import State
from gradepost.doors.web.small_forms import Fields
from gradepost.inbox import Stored
from gradepost.page.questioning import AUDIENCES, MOST, Pair, groups
from gradepost.publish.answer_texts import NOT_A_PAGE, is_readable, one_line, tidy, traces
from gradepost.publish.answers import Answer, answer_path
from gradepost.rules import RULES

_ID = re.compile(r"[a-z][a-z0-9-]{2,59}")
_LEAST: Mapping[str, int] = {"question": 10, "short": 2, "answer": 2}
_CALLED: Mapping[str, str] = {
    "question": "The question",
    "short": "The short answer",
    "answer": "The answer",
    "id": "The address",
}


def pair_of(fields: Fields) -> Pair:
    """The words that a form sent, tidied: what is approved is what the page shows afterwards."""
    by_name = dict(fields)
    return Pair(
        question=one_line(by_name.get("question", "")),
        short=one_line(by_name.get("short", "")),
        answer=tidy(by_name.get("answer", "")),
        group=by_name.get("group", ""),
        id=by_name.get("id", "").strip(),
        rules=one_line(by_name.get("rules", "")),
        audience=tuple(known for known in AUDIENCES if ("audience", known) in fields),
    )


def facts_of(pair: Pair) -> dict[str, Any]:
    """The same as the ledger's file has it."""
    return {
        "id": pair.id,
        "group": pair.group,
        "audience": list(pair.audience),
        "rules": _rules(pair),
        "question": pair.question,
        "short": pair.short,
        "answer": pair.answer,
    }


def wrong_in(pair: Pair, state: State, stored: Stored, given: Mapping[str, Answer]) -> dict[str, str]:
    """What to put right, by field, one thing to a field. `given` are the answers on main, by path."""
    found: dict[str, str] = {}
    for name, words in _wrong(pair, state, stored, given):
        found.setdefault(name, words)
    order = ("question", "short", "answer", "group", "audience", "rules", "id")
    return {name: found[name] for name in order if name in found}


def _wrong(pair: Pair, state: State, stored: Stored, given: Mapping[str, Answer]) -> Iterator[tuple[str, str]]:
    facts = facts_of(pair)
    for name, least in _LEAST.items():
        if not least <= len(facts[name]) <= MOST[name]:
            yield name, f"{_CALLED[name]} needs {least} to {MOST[name]:,} characters."
        elif not is_readable(facts[name]):
            yield name, f"{_CALLED[name]} has a character that nobody sees. Type the text anew where it was pasted."
    if pair.group not in groups(state.book):
        yield "group", "Choose a group."
    if not pair.audience:
        yield "audience", "Choose whom it is for."
    known = {rule.id for rule in RULES}
    if unknown := [name for name in facts["rules"] if name not in known]:
        yield "rules", f"There is no rule {unknown[0][:20]}. The rule book has ids such as T001."
    yield from _wrong_id(pair, stored, given)
    for name, what in traces(facts, state.ledger.register(stored.centre).centre):
        yield name, f"{_CALLED[name]} has {what}. Take it out: everybody can read this."


def _wrong_id(pair: Pair, stored: Stored, given: Mapping[str, Answer]) -> Iterator[tuple[str, str]]:
    if not _ID.fullmatch(pair.id) or pair.id in NOT_A_PAGE:
        yield "id", "Give its page an address of 3 to 60 small letters, digits and hyphens that begins with a letter."
    own = answer_path(stored.path)
    if any(a.data and a.data["id"] == pair.id for path, a in given.items() if path != own):
        yield "id", "Another answer has this address. Choose another."


def _rules(pair: Pair) -> list[str]:
    return list(dict.fromkeys(re.findall(r"[^\s,]+", pair.rules.upper())))
