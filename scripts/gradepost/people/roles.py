"""Roles × actions: ours in one table; who signs and who submits which form, the series and its form files say."""

from gradepost.book import Book
from gradepost.model.series import Form
from gradepost.people.credentials import Actor

_NOBODY: frozenset[str] = frozenset()

# What a role may do at its own centre. Scheduling is also held to the register's right (rule S004), and a
# teacher may try it, so that the answer names the rule and the way out.
_ACTIONS: dict[str, frozenset[str]] = {
    "check": frozenset({"exams-officer", "teacher"}),
    "submit:schedule": frozenset({"teacher"}),
    "submit": frozenset({"exams-officer"}),
    "see": frozenset({"exams-officer", "teacher"}),
    "ask-declaration": frozenset({"exams-officer"}),
    "review": frozenset({"reviewer"}),
}
_OF_SIGNATORIES = frozenset({"check", "see", "sign"})
_SENT_IN = frozenset({"form", "api"})


def may(actor: Actor, action: str, book: Book, form: str | None = None) -> bool:
    """Whether a role may do something at all; whose centre it is, is asked elsewhere."""
    if action in _OF_SIGNATORIES and actor.role in _signatories(book):
        return True
    named = _submitters(book.forms[form]) if action == "submit" and form else _NOBODY
    roles = named or _ACTIONS.get(action, _NOBODY)
    return actor.role in roles | _ACTIONS.get(f"{action}:{form}", _NOBODY)


def _signatories(book: Book) -> frozenset[str]:
    return frozenset(choice.id for choice in book.series.signatory_roles)


def _submitters(form: Form) -> frozenset[str]:
    # What comes by a link alone is nobody's to send in; whoever tries is told the rule.
    return frozenset(form.submitters) if _SENT_IN & {*form.channels} else _NOBODY
