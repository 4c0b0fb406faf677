"""Roles × actions, in one table."""

from gradepost.people.credentials import Actor

_HEADS = frozenset({"principal", "head-teacher", "deputy", "senior-leader"})

# What a role may do at its own centre. Scheduling is also held to the register's right (rule S004), and a
# teacher may try it, so that the answer names the rule and the way out.
_ACTIONS: dict[str, frozenset[str]] = {
    "check": frozenset({"exams-officer", "teacher"}) | _HEADS,
    "submit:schedule": frozenset({"exams-officer", "teacher"}),
    "submit": frozenset({"exams-officer"}),
    "see": frozenset({"exams-officer", "teacher"}) | _HEADS,
    "ask-declaration": frozenset({"exams-officer"}),
    "sign": _HEADS,
    "review": frozenset({"reviewer"}),
}


def may(actor: Actor, action: str, form: str | None = None) -> bool:
    """Whether a role may do something at all; whose centre it is, is asked elsewhere."""
    roles = _ACTIONS.get(f"{action}:{form}", _ACTIONS[action])
    return actor.role in roles
