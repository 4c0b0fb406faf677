"""What a rule is: an id that never changes meaning, its words, and a function that finds problems."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gradepost.model.case import Case, Stage
from gradepost.model.documents import Document
from gradepost.model.findings import Problem, Severity

Judge = Callable[[Case, Document], Iterator[Problem]]
Need = Callable[[Case, Document], str | None]

EVERY_STAGE = frozenset(Stage)
IN_A_LEDGER = frozenset({Stage.LEDGER, Stage.REVIEW})
WITH_A_REGISTER = frozenset({Stage.GATEWAY, Stage.LEDGER, Stage.REVIEW})
AT_REVIEW = frozenset({Stage.REVIEW})
NO_LEDGER = "no ledger at hand"


def submitter_is_known(_: Case, document: Document) -> str | None:
    """A need: that a receipt, or the gateway, says who submitted the document and how."""
    return None if document.filing else "it is not known who submitted it"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the book. `forms` names the documents it looks at (empty: any); `per` says what it is asked
    about: each "document", each "dossier" (once, by its first such document), each "change" (a pull request), or the
    "book" itself, which `check` leaves out.

    A rule that is not due at the stage of a case is listed as not judged where the reason is that no ledger is
    at hand (`needs_ledger`), and is silent otherwise. `need` names a fact that is missing, or nothing.
    `looks_around`: its answer on a document may change when another document arrives.
    """

    id: str
    title: str
    fix: str
    source: str
    judge: Judge
    severity: Severity = Severity.ERROR
    forms: tuple[str, ...] = ()
    per: str = "document"
    stages: frozenset[Stage] = EVERY_STAGE
    needs_ledger: bool = False
    need: Need | None = None
    reads_refused: bool = False
    looks_around: bool = False

    def looks_at(self, form: str | None) -> bool:
        """Whether it has anything to ask of a document of that form."""
        return not self.forms or form in self.forms


def rule(  # noqa: PLR0913 - a rule's facts are many, and all named
    rule_id: str,
    title: str,
    *,
    fix: str,
    source: str,
    severity: Severity = Severity.ERROR,
    forms: tuple[str, ...] = (),
    per: str = "document",
    stages: frozenset[Stage] = EVERY_STAGE,
    needs_ledger: bool = False,
    need: Need | None = None,
    reads_refused: bool = False,
    looks_around: bool = False,
) -> Callable[[Judge], Rule]:
    """Make a rule of a judging function."""

    def made(judge: Judge) -> Rule:
        return Rule(
            rule_id,
            title,
            fix,
            source,
            judge,
            severity,
            forms,
            per,
            stages,
            needs_ledger,
            need,
            reads_refused,
            looks_around,
        )

    return made
