"""The states of a dossier and of its pull request in words and colours, and the steps of the road."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradepost.model.standing import Standing, State


@dataclass(frozen=True, slots=True)
class Pill:
    """A state: its words, the modifier of its style, and what it means for the centre."""

    words: str
    style: str
    meaning: str


_PILLS: Mapping[State, Pill] = {
    State.SCHEDULED: Pill("Scheduled", "", "The learners are scheduled. Grades may follow at once."),
    State.AWAITING_DECLARATION: Pill(
        "Awaiting declaration",
        "awaiting",
        "Nothing is missing but the Head of Centre's declaration. Quality assurance cannot start without it.",
    ),
    State.DECLARATION_VOID: Pill(
        "Declaration void", "failed", "The grades changed after they were declared. The Head of Centre declares again."
    ),
    State.FILING: Pill(
        "Being filed", "filing", "It was received and is safe. It is being filed and checked; this takes a moment."
    ),
    State.NEEDS_ATTENTION: Pill("Needs attention", "failed", "Something has to be put right before review."),
    State.IN_REVIEW: Pill("In review", "review", "A reviewer is looking at it. There is nothing for you to do."),
    State.RETURNED: Pill("Returned", "returned", "A reviewer returned it. Correct it and submit again."),
    State.MERGED: Pill("Merged", "merged", "It was approved and stands in the record."),
    State.REJECTED: Pill(
        "Rejected", "failed", "A reviewer rejected it. Your receipts are kept; the centre may submit anew."
    ),
}

_EARLIER_STANDS = Pill(
    "Amendment rejected",
    "failed",
    "A reviewer rejected the amendment. What was accepted before stands in the record, and counts. "
    "Your receipts are kept; the centre may submit anew.",
)

_CHECKS: Mapping[str, Pill] = {
    "success": Pill("Checks passed", "passed", ""),
    "pending": Pill("Awaits declaration", "awaiting", ""),
    "failure": Pill("Checks failed", "failed", ""),
}

_PULLS: Mapping[str, Pill] = {
    "open": Pill("Open", "review", ""),
    "merged": Pill("Merged", "merged", ""),
    "closed": Pill("Closed", "", ""),
}

_ROAD = ("Received", "Filed", "Checked", "Declared", "Approved", "Merged")
_FAILED: Mapping[State, str] = {
    State.NEEDS_ATTENTION: "Needs attention",
    State.DECLARATION_VOID: "Declaration void",
    State.RETURNED: "Returned",
    State.REJECTED: "Rejected",
}
_ROAD_OF_THE_CENTRE = ("Received", "Filed", "Checked", "Approved", "Merged")
_ROAD_BEFORE_GRADES = ("Received", "Filed", "Checked", "Graded", "Declared", "Approved", "Merged")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the road; `mark` is done, now, failed or ahead."""

    words: str
    mark: str


def pill_of(state: State) -> Pill:
    """How a state is shown."""
    return _PILLS[state]


def pill_of_standing(standing: Standing) -> Pill:
    """How it is shown where a dossier stands."""
    return _EARLIER_STANDS if standing.earlier_stands else _PILLS[standing.state]


def pill_of_check(state: str | None) -> Pill:
    """How the outcome of judging is shown; None = not judged yet."""
    return _CHECKS.get(str(state), Pill("Being checked", "filing", ""))


def pill_of_pull(state: str) -> Pill:
    """How a pull request's state is shown."""
    return _PULLS.get(str(state), Pill(str(state).capitalize(), "", ""))


def lacks_declaration(standing: Standing | None) -> bool:
    """Whether it is the declaration that is missing, as far as is known so far. None: it was just received."""
    if standing is None:
        return True
    if standing.state is State.FILING:
        graded = any(document.form == "tags" for document in standing.documents)
        return graded and not any(document.form == "declaration" for document in standing.documents)
    return standing.state in (State.AWAITING_DECLARATION, State.DECLARATION_VOID)


def steps_of(standing: Standing | None, *, of_the_centre: bool) -> Sequence[Step]:
    """The road of a dossier: what is done, where it is, what lies ahead. None: just received.

    What is about the whole centre is declared by nobody, so its road is shorter.
    """
    state = (standing.as_accepted.state if standing.earlier_stands else standing.state) if standing else State.FILING
    road = _ROAD_OF_THE_CENTRE if of_the_centre else _ROAD
    if state is State.SCHEDULED:
        return _steps(_ROAD_BEFORE_GRADES, "Graded")
    if state is State.MERGED:
        return [Step(words, "done") for words in road]
    place = {
        State.FILING: "Filed",
        State.NEEDS_ATTENTION: "Checked",
        State.AWAITING_DECLARATION: "Declared",
        State.DECLARATION_VOID: "Declared",
        State.IN_REVIEW: "Approved",
        State.RETURNED: "Approved",
        State.REJECTED: "Approved",
    }[state]
    return _steps(road if place in road else _ROAD, place, _FAILED.get(state))


def _steps(road: Sequence[str], place: str, failed: str | None = None) -> list[Step]:
    at = road.index(place)
    here = Step(failed, "failed") if failed else Step(place, "now")
    return [*(Step(words, "done") for words in road[:at]), here, *(Step(words, "ahead") for words in road[at + 1 :])]
