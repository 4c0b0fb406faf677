"""The page of roles × actions, as Markdown: the very table that the gateway asks."""

from collections.abc import Iterator

from gradepost.people.roles import ACTIONS, TABLE

_SHORT = {
    "check": "check",
    "submit": "submit",
    "submit:schedule": "try to schedule",
    "see": "see",
    "read": "read",
    "read-own": "read own",
    "ask-declaration": "ask",
    "send": "send files",
    "sign": "sign",
    "object": "object",
    "review": "review",
}


def roles_page() -> str:
    """The page: what each action is, then who may do it."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "---\ntitle: Who may do what\n---\n\n<!-- Written by `gradepost roles`. -->\n\n# Who may do what\n"
    yield (
        "The gateway asks this table, and nothing else, before it does anything. Everybody acts for their own centre "
        "alone: another centre's documents, receipts and names are out of reach, whatever the role. Roles and rights "
        "are those of the register at that moment; whoever leaves it is signed out at once.\n"
    )
    yield "| Action | What it is |\n|---|---|"
    for action, words in ACTIONS.items():
        yield f"| {_SHORT[action]} | {words} |"
    yield "\n## The table { #the-table }\n"
    yield f"| Who | {' | '.join(_SHORT[action] for action in ACTIONS)} |\n|---|{'---|' * len(ACTIONS)}"
    for role in TABLE.values():
        yield f"| {role.who} | {' | '.join('yes' if action in role.may else '' for action in ACTIONS)} |"
    yield "\n## Notes { #notes }\n"
    for role in TABLE.values():
        if role.note:
            yield f"- {role.who}: {role.note}"
    yield (
        "- Which form is sent in by whom, its form file says (`submitters`); who may sign a declaration, the series "
        "says (`signatory_roles`).\n"
        "- A learner is withdrawn by submitting again with the outcome `withdrawn`, so whoever may submit may do that."
    )
