"""Sampling: every dossier with a signal, a seeded part of the others; the same bytes again, and each explained."""

import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from back_office import AT, EXTERNAL, Office

from gradepost.document.filing import Dossier
from gradepost.forge.base import MAIN
from gradepost.model.series import Sampling
from gradepost.publish.profiles import has_shifted
from gradepost.publish.sampling import Weighed, choose, sample_record
from gradepost.publish.weighing import weighed

SCALE = ("fail", "pass", "merit", "distinction")
LEARNERS = {"UV21578": [f"{number:04d}" for number in range(1, 29)]}
DEADLINE = datetime(2021, 5, 21, 22, 59, 59, 999000, tzinfo=UTC)


def dossier(number):
    return Dossier("2021-summer", f"{number:05d}", "AM20530", "external-exam")


def many(count, flagged=()):
    signals = dict.fromkeys(flagged, ("shift",))
    return [Weighed(dossier(n), signals.get(n, ()), LEARNERS, (f"{n}",)) for n in range(count)]


def test_every_dossier_with_a_signal_is_drawn_and_so_many_in_a_hundred_of_the_others():
    chosen = choose(many(210, flagged=range(10)), "7", Sampling(share=10))

    flagged = [one for one in chosen if one.reasons == ("shift",)]
    drawn = [one for one in chosen if one.reasons == ("random",)]
    assert [one.dossier for one in flagged] == [dossier(n) for n in range(10)]
    assert (len(drawn), len(chosen)) == (20, 30)


def test_a_sample_is_the_same_bit_by_bit_whatever_the_order_of_what_it_is_drawn_from():
    ordered = many(300, flagged=[3, 77])
    mixed = random.Random(1).sample(ordered, len(ordered))
    sampling = Sampling()

    records = [
        sample_record(w, choose(w, "spring", sampling), "spring", sampling, "2021-summer") for w in (ordered, mixed)
    ]

    assert records[0] == records[1]


def test_a_sample_is_what_it_always_was():
    """Drawn once, written down here: another Python, another machine, another library draws no other."""
    chosen = choose(many(40), "7", Sampling(share=10, learners=3))

    assert [one.dossier.centre for one in chosen] == KNOWN_CENTRES
    assert chosen[0].learners == KNOWN_LEARNERS


KNOWN_CENTRES = ["00001", "00009", "00017", "00037"]
KNOWN_LEARNERS = {"UV21578": ("0004", "0016", "0025")}


def test_another_seed_draws_others():
    assert choose(many(200), "7", Sampling()) != choose(many(200), "8", Sampling())


def test_a_dossier_that_comes_later_moves_no_other_out_of_its_lot():
    """Each has a lot of its own, so what is drawn of 100 is, of 101, the same but for one at the most."""
    before, after = ({one.dossier for one in choose(many(n), "7", Sampling())} for n in (100, 101))

    assert len(before - after) <= 1


def test_no_more_learners_are_drawn_than_there_are():
    (chosen,) = choose(many(1, flagged=[0]), "7", Sampling(learners=100))

    assert list(chosen.learners["UV21578"]) == LEARNERS["UV21578"]


@pytest.mark.parametrize(
    ("now", "before", "shifted"),
    [
        ({"pass": 8, "merit": 2}, {"pass": 6, "merit": 4}, True),
        ({"pass": 81, "merit": 19}, {"pass": 62, "merit": 38}, False),
        ({"pass": 4, "merit": 6}, {"pass": 6, "merit": 4}, True),
        ({"merit": 10}, {}, False),
        ({}, {"merit": 10}, False),
        ({"fail": 2, "merit": 8}, {"merit": 10}, True),
    ],
)
def test_a_shift_is_so_many_points_at_some_grade_or_above(now, before, shifted):
    assert has_shifted(now, before, SCALE, 20) is shifted


# Signals, from a real ledger


@pytest.fixture
def office(made, tmp_path):
    return Office(Path(shutil.copytree(made, tmp_path / "state")))


def signals(office, earlier=("2020-summer",)):
    (one,) = weighed(office.state.book.series, office.inbox, office.state.forge, earlier)
    return one.signals


def put_on_main(office, path, value):
    head = office.state.forge.head(MAIN)
    office.state.forge.commit(MAIN, {path: json.dumps(value).encode()}, "Earlier", AT, expected=head)


def earlier(office, centre, grades):
    learners = [{"candidate_number": f"{n:04d}", "outcome": "graded", "grade": g} for n, g in enumerate(grades)]
    path = f"submissions/2020-summer/{centre[:2]}/{centre}/AM20530/external-exam/UV21578.tags.json"
    put_on_main(office, path, {"form": "tags", "learners": learners})


def graded(office, at=AT, **changes):
    office.at = at
    office.tags(**changes)


def test_a_ledger_without_an_earlier_series_takes_nobody_for_new(office):
    office.schedule()
    graded(office)

    assert signals(office) == ()


def test_a_centre_that_was_not_there_before_is_new_and_one_that_was_is_not(office):
    office.schedule()
    graded(office)
    earlier(office, "10235", ["merit"])
    new = signals(office)
    grades = [learner["grade"] for learner in _learners(office) if "grade" in learner]
    earlier(office, "10234", grades)

    assert (new, signals(office)) == (("first-submission",), ())


def _learners(office):
    (stored,) = office.inbox.standing_of_series("2021-summer", "tags")
    return json.loads(stored.document)["learners"]


def test_grades_unlike_those_of_the_last_series_are_a_shift(office):
    office.schedule()
    graded(office)
    earlier(office, "10234", ["fail"] * 28)

    assert signals(office) == ("shift",)


def test_one_and_the_same_source_for_all_is_a_single_source(office):
    office.schedule()
    learners = _without_evidence(office)
    graded(office, evidence=[{"source": "mock-examination"}], learners=learners)

    assert signals(office) == ("single-source",)


def _without_evidence(office):
    from gradepost.doors.demo import examples

    made = examples.tags(office.state.book, "10234", "AM20530", "UV21578", office.at)
    return [{k: v for k, v in learner.items() if k != "evidence"} for learner in made["learners"]]


@pytest.mark.parametrize(
    ("at", "late"), [(DEADLINE - timedelta(hours=26), ()), (DEADLINE - timedelta(hours=23), ("late-amendment",))]
)
def test_grades_that_were_changed_close_to_the_deadline_are_a_late_amendment(office, at, late):
    office.schedule()
    graded(office)
    graded(office, at, decision_record="Compared once more.")

    assert signals(office) == late


def test_grades_that_came_once_close_to_the_deadline_are_no_amendment(office):
    office.schedule()
    graded(office, DEADLINE - timedelta(hours=1))

    assert signals(office) == ()


# The command


@pytest.fixture
def sample(gradepost, office):
    office.schedule()
    graded(office)
    return lambda *arguments: gradepost("sample", "--state", office.state.folder, *arguments)


def kept(office, seed="7"):
    return office.state.forge.read(MAIN, f"reviews/2021-summer/samples/{seed}.json")


def test_the_choice_is_kept_on_main_told_to_the_trail_and_shown(sample, office):
    ran = sample("--seed", "7", "--series", "2021-summer")

    (entry,) = json.loads(kept(office))["chosen"]
    event = list(office.inbox.audit_trail())[-1]
    assert ran.code == 0
    assert (entry["centre"], entry["reasons"], len(entry["learners"]["UV21578"])) == ("10234", ["random"], 5)
    assert (event.what, event.about) == ("sampled", "sample-7")
    assert "1 of 1 dossiers with grades in 2021-summer." in ran.out


def test_a_record_holds_no_grade_and_no_number_of_a_learner_but_the_candidates(sample, office):
    sample("--seed", "7")

    said = kept(office).decode()
    assert not any(word in said for word in ("merit", "distinction", '"pass"', "uln", "10000"))


def test_the_same_seed_again_keeps_the_same_and_changed_submissions_ask_for_another(sample, office):
    first, again = sample("--seed", "7"), sample("--seed", "7")
    before = kept(office)
    graded(office, decision_record="Compared once more.")
    changed = sample("--seed", "7")

    assert (first.code, again.code, changed.code) == (0, 0, 1)
    assert "Draw with another seed." in changed.err
    assert kept(office) == before


def test_a_dry_run_keeps_nothing(sample, office):
    assert sample("--seed", "7", "--dry-run").code == 0
    assert kept(office) is None


@pytest.mark.parametrize("seed", ["", "../x", "A", "x" * 41, "a/b"])
def test_a_seed_that_names_no_file_is_a_mistake_in_use(sample, seed):
    assert sample("--seed", seed).code == 2


def test_another_series_is_a_mistake_in_use(sample):
    assert sample("--seed", "7", "--series", "2020-summer").code == 2


def test_what_was_rejected_is_not_drawn(sample, office):
    office.inbox.take_back(EXTERNAL, [1, 2])

    assert "0 of 0 dossiers" in sample("--seed", "7").out
