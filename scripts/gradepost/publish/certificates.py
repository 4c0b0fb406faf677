"""Who has completed a qualification: by the grades in the record, by what the awarding organisation's own system says
of units, or both. Certificates are claimed elsewhere, as before. No clock: whoever calls says whether results are
released."""

from collections.abc import Iterable, Iterator, Sequence

from gradepost.model.completions import Claim, Complete, Completion, Open
from gradepost.model.identifiers import PLACEHOLDER_ULN
from gradepost.model.series import Series
from gradepost.publish.results import Result


def claims_of(
    results: Iterable[Result], completions: Iterable[Completion], series: Series, *, is_released: bool
) -> list[Claim]:
    """Every learner of one centre who stands in the record or in that system, by qualification and candidate number.

    Before the release nothing is said that depends on a grade.
    """
    graded: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        graded.setdefault((result.qualification, result.candidate_number), []).append(result)
    known = {(one.qualification, one.candidate_number): one for one in completions}
    return [
        _claim(place, graded.get(place, ()), known.get(place), series, is_released=is_released)
        for place in sorted(graded.keys() | known.keys())
    ]


def _claim(
    place: tuple[str, str],
    results: Sequence[Result],
    completion: Completion | None,
    series: Series,
    *,
    is_released: bool,
) -> Claim:
    ulns = [*(result.uln for result in results), *([completion.uln] if completion else ())]
    uln = next((uln for uln in ulns if uln != PLACEHOLDER_ULN), PLACEHOLDER_ULN)
    if results and not is_released:
        return Claim(*place, uln, Complete.AFTER_RELEASE)
    open_ = [*_of_grades(results, series), *_of_units(results, completion), *_of_numbers(ulns)]
    if open_:
        return Claim(*place, uln, Complete.NOT_YET, open_)
    return Claim(*place, uln, Complete.BY_GRADES if results else Complete.WITHOUT_GRADES)


def _of_grades(results: Sequence[Result], series: Series) -> Iterator[tuple[str, str]]:
    if any(result.certificating is False for result in results):
        yield "", Open.NOT_CERTIFICATING
    for result in results:
        if result.outcome not in series.graded_outcomes:
            yield result.component, result.outcome
        elif result.grade in series.fail_grades:
            yield result.component, Open.FAILED


def _of_units(results: Sequence[Result], completion: Completion | None) -> Iterator[tuple[str, str]]:
    """The units that are open over there and for which nothing stands in the record here."""
    if completion is None:
        return
    here = {result.component for result in results}
    yield from ((unit, Open.UNIT) for unit in completion.units_open if unit not in here)
    if not completion.completed and not completion.units_open:
        yield "", Open.UNITS


def _of_numbers(ulns: Sequence[str]) -> Iterator[tuple[str, str]]:
    known = {uln for uln in ulns if uln != PLACEHOLDER_ULN}
    if len(known) > 1:
        yield "", Open.ULNS_DIFFER
    if not known:
        yield "", Open.PLACEHOLDER
