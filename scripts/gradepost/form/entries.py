"""The entries ledger: who is scheduled, who has a result, who is missing. By candidate number alone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradepost.model.series import Series

_MOST_NAMED = 10
_BETWEEN = " · "
Words = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Entries:
    """How many learners a document has of each sort, and the candidate numbers that do not add up.

    `scheduled` is None where no schedule is known; nobody is then missing or unexpected. `undecided` have no outcome.
    """

    learners: int
    scheduled: int | None
    graded: int
    too_little: int
    withdrawn: int
    undecided: int
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    repeated: tuple[str, ...]

    def said(self, words: Words) -> str:
        """All of it in one line. `words` gives each phrase by its name in the catalogue: `words("graded", n=26)`."""
        known = self.scheduled is not None
        parts = [words("scheduled", n=self.scheduled) if known else words("learners", n=self.learners)]
        parts += [words("graded", n=self.graded)]
        parts += [words(name, n=n) for name, n in self._sometimes() if n]
        parts += [_named(words, "missing", self.missing), _named(words, "unexpected", self.unexpected)] if known else []
        parts += [_named(words, "repeated", self.repeated)] if self.repeated else []
        return _BETWEEN.join(parts)

    def _sometimes(self) -> Sequence[tuple[str, int]]:
        return ("too_little", self.too_little), ("withdrawn", self.withdrawn), ("undecided", self.undecided)


def entries(scheduled: Sequence[str] | None, learners: Sequence[Mapping[str, Any]], series: Series) -> Entries:
    """The ledger of a document's learners against the candidate numbers that are scheduled."""
    numbers = Counter(str(number) for learner in learners if (number := learner.get("candidate_number")))
    outcomes = Counter(str(learner.get("outcome", "")) for learner in learners)
    known = {choice.id for choice in series.outcomes}
    graded, too_little = (sum(outcomes[o] for o in of) for of in (series.graded_outcomes, series.recorded_outcomes))
    undecided = sum(n for outcome, n in outcomes.items() if outcome not in known)
    wanted = dict.fromkeys(scheduled or ())
    return Entries(
        learners=len(learners),
        scheduled=None if scheduled is None else len(wanted),
        graded=graded,
        too_little=too_little,
        withdrawn=len(learners) - graded - too_little - undecided,
        undecided=undecided,
        missing=() if scheduled is None else tuple(sorted(number for number in wanted if number not in numbers)),
        unexpected=() if scheduled is None else tuple(sorted(number for number in numbers if number not in wanted)),
        repeated=tuple(sorted(number for number, n in numbers.items() if n > 1)),
    )


def learners_of(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The learners of a document that nobody has judged yet: whatever else stands among them is left out."""
    found = document.get("learners")
    return [learner for learner in found if isinstance(learner, Mapping)] if isinstance(found, list) else []


def _named(words: Words, name: str, numbers: Sequence[str]) -> str:
    said = words(name, n=len(numbers))
    if not numbers:
        return said
    listed = list(numbers[:_MOST_NAMED])
    rest = len(numbers) - len(listed)
    return words("named", said=said, numbers=", ".join([*listed, *([words("more", n=rest)] if rest else [])]))
