"""A gateway's back office over a real ledger and a real inbox, in one process, with its own hand on the clock."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.demo import examples, people
from gradepost.doors.reports import FORMATS
from gradepost.doors.state import key_of, open_state
from gradepost.forge.base import Review, Verdict
from gradepost.intake import Accepted, Submission
from gradepost.ledger.sources import CommitSource
from gradepost.model.trouble import ForgeError
from gradepost.people import Actor
from gradepost.publish import MergeWorker, Publisher, standing_of
from gradepost.publish.deciding import signed
from gradepost.publish.rejecting import Rejecter
from gradepost.review import review
from gradepost.settings import Settings

ROOT = Path(__file__).parents[1]
AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)
EXTERNAL = "dossier/2021-summer/10234/AM20530/external-exam"
FOLDER = "submissions/2021-summer/10/10234/AM20530/external-exam"
SETTINGS = Settings(ROOT, "http://127.0.0.1:8000/", None, None)


class Flaky:
    """The real forge, whose named act fails: before it is done, or after, so that only the answer is lost."""

    def __init__(self, forge):
        self._forge, self.failing, self.calls = forge, {}, []

    def fail(self, act, *, when, only=lambda *args: True, error=ForgeError):
        self.failing[act] = (when, only, error)

    def heal(self):
        self.failing.clear()

    def __getattr__(self, name):
        real = getattr(self._forge, name)

        def act(*args, **kwargs):
            self.calls.append(name)
            when, only, error = self.failing.get(name, (None, None, None))
            if when == "before" and only(*args):
                raise error("The forge is away.")
            done = real(*args, **kwargs)
            if when == "after" and only(*args):
                raise error("The answer was lost.")
            return done

        return act


class Killed(BaseException):
    """The process ended here."""


class Office:
    """A gateway's back office over a real ledger and a real inbox, with its own hand on the clock."""

    def __init__(self, folder):
        self.at = AT
        self.state = open_state(folder, SETTINGS, lambda: self.at)
        self.forge = Flaky(self.state.forge)
        self.inbox = self.state.inbox
        self.reviewers = 1
        self.needs_approval = dict(self.state.book.series.needs_approval)
        self.begin()

    def begin(self):
        """A new process: nothing is known but what is on the disk."""
        self.publisher = Publisher(self.inbox, self.forge, self.run_review, lambda: self.at)
        self.merger = MergeWorker(
            self.forge,
            self.run_review,
            lambda: self.at,
            self.needs_approval,
            rejecter=Rejecter(self.forge, self.inbox, key_of(self.state.folder), lambda: self.at),
            reviewers=self.reviewers,
        )

    def run_review(self, base, head, branch):
        """What `gradepost review` says, in this process."""
        forge = self.state.forge
        report = review(CommitSource(forge, head), forge.changed(base, head), branch, self.state.book, self.at)
        return (1 if report.errors or report.not_judged else 0), FORMATS["json"](report)

    def receive(self, document, channel="form", actor=None, **more):
        self.at += timedelta(seconds=1)
        actor = actor or Actor("p-10234-officer", "exams-officer", "10234", "session")
        outcome = self.state.intake.receive(
            Submission(json.dumps(document).encode(), document["form"], actor, channel, **more)
        )
        assert isinstance(outcome, Accepted), outcome
        return outcome.receipt

    def schedule(self, component="UV21578", learners=None):
        """A schedule of the example learners, or of the first of them."""
        document = examples.schedule(self.state.book, "10234", "AM20530", component, self.at)
        return self.receive(document | {"learners": document["learners"][:learners]})

    def tags(self, component="UV21578", **changes):
        return self.receive(examples.tags(self.state.book, "10234", "AM20530", component, self.at) | changes)

    def declaration(self):
        covers = [
            {"document": s.path.rpartition("/")[2], "sha256": s.sha256, "learners": 28}
            for s in self.inbox.of_centre("10234", "2021-summer")
            if s.form == "tags" and s.branch == EXTERNAL
        ]
        document = {
            "form": "declaration",
            "series": "2021-summer",
            "centre": "10234",
            "qualification": "AM20530",
            "kind": "external-exam",
            "covers": covers,
            "signatory": {"name": people.head("10234"), "role": "principal"},
            "statements": [statement.id for statement in self.state.book.series.statements],
        }
        head = Actor("p-10234-head", "principal", "10234", "link")
        attested = {"ref": head.ref, "method": "email-link", "at": "2021-05-18T09:00:00.000Z"}
        return self.receive(document, "declaration-link", head, attested=attested)

    def whole_dossier(self):
        """A dossier that lacks nothing, filed and judged clean."""
        receipts = [self.schedule(), self.tags(), self.declaration()]
        self.publisher.file_due()
        self.publisher.judge_due()
        return receipts

    def decide(self, verdict=Verdict.APPROVED, *, head=None, branch=EXTERNAL, by="r-osei", reason=""):
        pull = self.forge.pull_of(branch)
        review = Review(pull.number, head or pull.head, by, verdict, reason, self.at)
        self.forge.add_review(signed(review, key_of(self.state.folder)))
        return pull

    def carry_on(self):
        """What the worker does in a round."""
        self.publisher.file_due()
        self.publisher.judge_due()
        self.merger.merge_due()
        self.merger.record_due()

    def standing(self, branch=EXTERNAL):
        """Where a dossier stands; None where nothing was received."""
        return standing_of(dossier_of_branch(branch), self.inbox, self.forge)

    def receipts_filed(self, revision):
        forge = self.state.forge
        return [forge.read(revision, path) for path in forge.list(revision, f"{FOLDER}/receipts")]
