"""The whole road with the ledger on GitHub: a gateway's state, and everybody who walks it."""

import json
from datetime import UTC, datetime

import github_emulator
from github_emulator import client

from gradepost.document.filing import dossier_of_branch
from gradepost.doors.clock import DemoClock
from gradepost.doors.demo import examples, people
from gradepost.doors.demo.seeding import make_demo_ledger
from gradepost.doors.state import clock_file, open_state
from gradepost.forge.github import GitHubForge
from gradepost.intake import Accepted, Submission
from gradepost.people import Actor
from gradepost.publish import standing_of
from gradepost.settings import from_environment

CENTRE, QUALIFICATION, KIND = "10234", "AM20530", "external-exam"
BRANCH = f"dossier/2021-summer/{CENTRE}/{QUALIFICATION}/{KIND}"
SECRET = "a secret that GitHub shares"


class Road:
    """A gateway's state whose ledger is on GitHub, and everybody on the road."""

    def __init__(self, api, repository, folder):
        self.api, self.repository, self.folder = api, repository, folder
        self.state = open_state(folder, from_environment())
        self.forge = GitHubForge(api.url, repository, github_emulator.PUBLISHER)

    def open_again(self):
        self.state = open_state(self.folder, from_environment())

    def send(self, document, role="exams-officer", ref=f"p-{CENTRE}-officer", channel="form", attested=None):
        actor = Actor(ref, role, CENTRE, "link" if channel == "declaration-link" else "session")
        sent = Submission(json.dumps(document).encode(), document["form"], actor, channel, attested=attested)
        outcome = self.state.intake.receive(sent)
        assert isinstance(outcome, Accepted), outcome
        return outcome

    def schedule(self):
        for component in self.components:
            self.send(examples.schedule(self.state.book, CENTRE, QUALIFICATION, component, self.state.now()))

    def grade(self):
        for component in self.components:
            self.send(examples.tags(self.state.book, CENTRE, QUALIFICATION, component, self.state.now()))

    @property
    def components(self):
        found = self.state.book.series.qualifications[QUALIFICATION].components.values()
        return [c.code for c in found if c.kind == KIND and c.takes_tag]

    def declare(self):
        ref, series = f"p-{CENTRE}-head", self.state.book.series
        tags = [s for s in self.state.inbox.of_centre(CENTRE, series.id) if s.form == "tags" and s.branch == BRANCH]
        covers = [
            {
                "document": s.path.rpartition("/")[2],
                "sha256": s.sha256,
                "learners": len(json.loads(s.document)["learners"]),
            }
            for s in tags
        ]
        document = {"form": "declaration", "series": series.id, "centre": CENTRE, "qualification": QUALIFICATION}
        document |= {"kind": KIND, "covers": covers, "statements": [statement.id for statement in series.statements]}
        document["signatory"] = {"name": people.head(CENTRE), "role": "principal"}
        at = self.state.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        attested = {"ref": ref, "method": "email-link", "at": at}
        self.send(document, "principal", ref, "declaration-link", attested)

    def carry_on(self):
        """What the worker does in a round; the numbers of what it judged and merged."""
        self.state.publisher.file_due()
        judged = self.state.publisher.judge_due()
        merged = self.state.merger.merge_due()
        self.state.merger.record_due()
        return judged, len(merged)

    def wake(self):
        self.state.inbox.wake_pull(self.pull.number, datetime.now(UTC))

    def walk_to_review(self):
        self.schedule()
        self.grade()
        self.declare()
        self.carry_on()

    def review(self, token, event, body="Look at the date of the mock."):
        pull = client(self.api, token).get_repo(self.repository).get_pull(self.pull.number)
        pull.create_review(body=body, event=event)
        self.wake()

    @property
    def pull(self):
        return self.forge.last_pull_of(BRANCH)

    @property
    def standing(self):
        return standing_of(dossier_of_branch(BRANCH), self.state.inbox, self.state.forge)

    @property
    def _issue(self):
        pull = self.pull
        return f"/repos/{self.repository}/issues", pull.number if pull else 0

    @property
    def labels(self):
        return self.api.issues.labels.get(self._issue, [])

    @property
    def comments(self):
        return self.api.issues.comments.get(self._issue, [])

    @property
    def status(self):
        said = self.api.statuses.get(f"/repos/{self.repository}/statuses/{self.pull.head}", [])
        return said[0]["state"] if said else None


def name_account(forge, login, more=""):
    """Write the first reviewer's account into ledger.toml on main."""
    toml = forge.read("main", "ledger.toml").decode()
    first = f'ref = "{people.REVIEWERS[0].ref}"'
    named = toml.replace(first, f'{first}\ngithub = "{login}"{more}')
    at = datetime(2021, 5, 18, 9, 1, tzinfo=UTC)
    forge.commit("main", {"ledger.toml": named.encode()}, "Name accounts", at, expected=forge.head("main"))


def begun(api, repository, folder, set_variable, *, as_app=False):
    """A road on a new ledger in an empty repository, reached with a token or as the App."""
    set_variable("GRADEPOST_FORGE", "github")
    set_variable("GRADEPOST_GITHUB_API", api.url)
    set_variable("GRADEPOST_GITHUB_REPOSITORY", repository)
    if as_app:
        key = folder / "app.pem"
        key.write_text(github_emulator.private_key())
        set_variable("GRADEPOST_GITHUB_APP_ID", str(github_emulator.APP["id"]))
        set_variable("GRADEPOST_GITHUB_INSTALLATION_ID", str(github_emulator.INSTALLATION))
        set_variable("GRADEPOST_GITHUB_PRIVATE_KEY_FILE", str(key))
    else:
        set_variable("GRADEPOST_GITHUB_TOKEN", github_emulator.PUBLISHER)
    set_variable("GRADEPOST_WEBHOOK_SECRET", SECRET)
    forge = GitHubForge(api.url, repository, github_emulator.PUBLISHER)
    make_demo_ledger(forge, folder, from_environment())
    name_account(forge, "Reviewer-One")
    DemoClock.start(clock_file(folder), datetime(2021, 5, 18, 9, 0, tzinfo=UTC))
    return Road(api, repository, folder)
