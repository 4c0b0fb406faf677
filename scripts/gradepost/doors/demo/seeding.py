"""The demo's ledger and, for centre 10235, a dossier in each state: made by the same parts that serve."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gradepost.book import load
from gradepost.document.filing import Dossier
from gradepost.doors.clock import DemoClock
from gradepost.doors.demo import examples, people
from gradepost.doors.ledger_files import Places, centre_file, commit_of, ledger_files, ledger_toml
from gradepost.doors.state import State, clock_file, key_of, make_key, open_state
from gradepost.forge.base import MAIN, Forge, Review, Verdict
from gradepost.forge.local import LocalForge
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.intake import Accepted, Submission
from gradepost.model.trouble import ConfigurationError
from gradepost.people import Actor
from gradepost.publish.deciding import signed
from gradepost.receipt.signing import instant_text
from gradepost.settings import Settings

CENTRE = "10235"
_BEFORE = datetime(2021, 5, 17, 8, 0, tzinfo=UTC)


def prepare_demo(folder: Path, settings: Settings) -> DemoClock:
    """Make the demo's ledger where the state folder has none, and start or go on with its clock."""
    forge = LocalForge.create(folder / "ledger.git")
    if forge.head(MAIN) is None:
        make_demo_ledger(forge, folder, settings)
        _seed(folder, settings)
    at_least = SqliteInbox(folder / "inbox.sqlite3").last_instant() or people.STARTS_AT
    return DemoClock.start(clock_file(folder), max(people.STARTS_AT, at_least))


def make_demo_ledger(forge: Forge, folder: Path, settings: Settings) -> None:
    """Put the demo's ledger on main: two centres, their people, the reviewers, no submission."""
    book = load(settings.root, site_url=settings.site_url)
    site_commit = commit_of(settings.root)
    keys = folder / "keys"
    key = key_of(folder) if (keys / "receipt.pem").exists() else make_key(keys)
    toml = ledger_toml(
        book,
        key,
        not_before=people.KEY_VALID_FROM,
        demo=True,
        reviewers=people.REVIEWERS,
        site_commit=site_commit,
    )
    files = ledger_files(book, toml, Places(commit=site_commit)) | dict(
        centre_file(book, raw) for raw in people.centres(book)
    )
    forge.commit(MAIN, dict(files), "Make the ledger of the demo\n", people.KEY_VALID_FROM, expected=None)


class _Ticking:
    """A clock for the past: each look is a minute later."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def __call__(self) -> datetime:
        self._at += timedelta(minutes=1)
        return self._at


def _seed(folder: Path, settings: Settings) -> None:
    now = _Ticking(_BEFORE)
    state = open_state(folder, settings, now)
    qualifications = [
        (code, kind)
        for code, qualification in state.book.series.qualifications.items()
        if (kind := next((c.kind for c in qualification.components.values() if c.takes_tag), None))
    ]
    states: list[Callable[[State, Dossier], None]] = [_merged, _awaiting, _in_review, _returned]
    for (qualification, kind), make in zip(qualifications, states, strict=False):
        make(state, Dossier(state.book.series.id, CENTRE, qualification, kind))


def _awaiting(state: State, dossier: Dossier) -> None:
    officer = Actor(f"p-{CENTRE}-officer", "exams-officer", CENTRE, "session")
    components = state.book.series.qualifications[dossier.qualification].components.values()
    for component in (c.code for c in components if c.kind == dossier.kind and c.takes_tag):
        for make in (examples.schedule, examples.tags):
            document = make(state.book, CENTRE, dossier.qualification, component, state.now())
            _send(state, Submission(json.dumps(document).encode(), document["form"], officer, "form"))
    state.publisher.file_due()
    state.publisher.judge_due()


def _in_review(state: State, dossier: Dossier) -> None:
    _awaiting(state, dossier)
    at = instant_text(state.now())
    ref = f"p-{CENTRE}-head"
    document = {
        "form": "declaration",
        "series": dossier.series,
        "centre": dossier.centre,
        "qualification": dossier.qualification,
        "kind": dossier.kind,
        "covers": [
            {
                "document": stored.path.rpartition("/")[2],
                "sha256": stored.sha256,
                "learners": len(json.loads(stored.document)["learners"]),
            }
            for stored in state.inbox.of_centre(CENTRE, dossier.series)
            if stored.branch == dossier.branch and stored.form == "tags"
        ],
        "signatory": {"name": people.head(CENTRE), "role": "principal"},
        "statements": [statement.id for statement in state.book.series.statements],
    }
    actor = Actor(ref, "principal", CENTRE, "link")
    attested = {"ref": ref, "method": "email-link", "at": at}
    _send(
        state,
        replace(Submission(json.dumps(document).encode(), "declaration", actor, "declaration-link"), attested=attested),
    )
    state.publisher.file_due()
    state.publisher.judge_due()


def _returned(state: State, dossier: Dossier) -> None:
    _in_review(state, dossier)
    _decide(state, dossier, Verdict.CHANGES_REQUESTED, "The mock is dated after the last lesson. Check its date.")


def _merged(state: State, dossier: Dossier) -> None:
    _in_review(state, dossier)
    _decide(state, dossier, Verdict.APPROVED, "")
    state.merger.merge_due()


def _decide(state: State, dossier: Dossier, verdict: Verdict, reason: str) -> None:
    pull = state.forge.pull_of(dossier.branch)
    if pull is not None:
        review = Review(pull.number, pull.head, people.REVIEWERS[0].ref, verdict, reason, state.now())
        state.forge.add_review(signed(review, key_of(state.folder)))


def _send(state: State, submission: Submission) -> None:
    outcome = state.intake.receive(submission)
    if not isinstance(outcome, Accepted):
        report = getattr(outcome, "report", None)
        said = (
            "; ".join(f"{f.rule} {f.pointer} {f.message}" for f in report.errors) if report else type(outcome).__name__
        )
        raise ConfigurationError(f"The demo's own {submission.form} is refused: {said}")
