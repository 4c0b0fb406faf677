"""A house for another series: its folder copied under a new name, and a gateway of its own on the local forge.

Nothing here knows a code, a kind, a maximum or a list of the series: all of it is read from the book.
"""

import json
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from gradepost.book import load
from gradepost.doors.building import build_site
from gradepost.doors.clock import system_now
from gradepost.doors.demo import examples, people
from gradepost.doors.ledger_files import Places, centre_file, ledger_files, ledger_toml
from gradepost.doors.state import make_key, new_secret, open_state
from gradepost.doors.web import build_app
from gradepost.doors.web.gateway import Gateway
from gradepost.doors.web.site_files import SiteFiles
from gradepost.forge.base import MAIN
from gradepost.forge.local import LocalForge
from gradepost.model.register import Person
from gradepost.people import make_session
from gradepost.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SHIPPED, COPIED = "2027-summer", "2031-autumn"
ADDRESS = "http://127.0.0.1:8000"
CENTRE, OFFICER, TEACHER, HEAD = "10234", "p-10234-officer", "p-10234-teacher-1", "p-10234-head"
REVIEWER = people.REVIEWERS[0].ref
RETURN = "conflict-of-interest"


def copied_site(folder: Path) -> Path:
    """A site repository that holds the copy of the series alone, under another name and in another year."""
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    shutil.copytree(ROOT / "forms" / SHIPPED, folder / "forms" / COPIED)
    for path in (folder / "forms" / COPIED).glob("*.yaml"):
        path.write_text(path.read_text().replace(SHIPPED, COPIED).replace("2027", "2031"))
    for name in ("docs", "scripts"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "mkdocs.yml").write_text(
        (ROOT / "mkdocs.yml").read_text().replace("series: 2021-summer", f"series: {COPIED}")
    )
    return folder


class Clock:
    """A clock that is a second later each time it is read."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class House:
    """The gateway of the copied series, and the ways into it."""

    gateway: Gateway
    site: Path

    @property
    def state(self):
        return self.gateway.state

    @property
    def book(self):
        return self.gateway.state.book

    def client(self, ref=None):
        """A browser, signed in as somebody of the register or as a reviewer."""
        client = TestClient(
            build_app(self.gateway), base_url=ADDRESS, follow_redirects=False, raise_server_exceptions=False
        )
        if ref:
            secret = make_session(self.state.inbox, *self._person(ref), system_now(), new_secret)
            client.cookies.set("gradepost", secret)
        return client

    def _person(self, ref) -> tuple[Person, str | None]:
        found = self.state.ledger.register(CENTRE).centre.person(ref)
        return (found, CENTRE) if found else (people.REVIEWERS[0], None)

    def submit(self, document, ref=OFFICER):
        return self.client(ref).post(f"/submit/{document['form']}", json=document)

    def carry_on(self):
        """What the worker does in a round."""
        self.state.publisher.file_due()
        self.state.publisher.judge_due()
        self.state.merger.merge_due()
        self.state.merger.record_due()

    def approve(self, branch):
        """Approve the pull request of a branch, as the reviewer's page does."""
        pull = self.state.forge.pull_of(branch)
        return self.client(REVIEWER).post(f"/reviews/{pull.number}/approve", data={"head": pull.head})

    def link(self, subject):
        """Ask for the declaration as the exams officer; the path of the link in the letter."""
        asked = {"series": self.book.series.id, "qualification": subject["qualification"], "kind": self.kind(subject)}
        assert self.client(OFFICER).post("/ask-declaration", data=asked).status_code == 303
        return re.search(rf"{ADDRESS}(/declare/\S+)", self.state.inbox.messages()[-1].body)[1]

    def signed(self, link, fields, **signatory):
        """Sign by a link; `fields` are those that its page carries along."""
        given = {name: value for name, value in fields if not name.startswith(("signatory", "statements"))}
        words = {f"signatory.{name}": value for name, value in signatory.items()}
        said = [statement.id for statement in self.book.series.statements]
        return self.client().post(link, data={**given, **words, "statements": said})

    # Documents of the first component of the series that takes marks

    def subject(self):
        """Series, centre, qualification and component: how a document begins."""
        code, component = next(
            (q.code, c.code)
            for q in self.book.series.qualifications.values()
            for c in q.components.values()
            if c.maximum_mark is not None
        )
        return {"series": self.book.series.id, "centre": CENTRE, "qualification": code, "component": component}

    def component(self, subject):
        return self.book.series.component(subject["qualification"], subject["component"])

    def kind(self, subject):
        return self.component(subject).kind

    def schedule(self):
        learners = [{"candidate_number": number, "uln": uln} for number, uln in examples.learners(CENTRE, 3)]
        starts_at = (self.state.now() + timedelta(days=1)).replace(microsecond=0).isoformat()
        return {"form": "schedule", **self.subject(), "starts_at": starts_at, "learners": learners}

    def marks(self, *marks):
        """Marks for the three learners; None for one with too little work."""
        subject = self.subject()
        marks = marks or (0, self.component(subject).maximum_mark, None)
        today = self.state.now().date().isoformat()
        roles = [choice.id for choice in self.book.series.sign_off_roles]
        names = people.teachers(CENTRE)
        return {
            "form": "tags",
            **subject,
            "decision_record": "Two teachers marked every script apart and compared their marks in a meeting.",
            "learners": [
                _marked(learner, mark) for learner, mark in zip(self.schedule()["learners"], marks, strict=True)
            ],
            "sign_off": [
                {"name": name, "role": role, "signed_on": today} for name, role in zip(names, roles, strict=True)
            ],
        }

    def conflicts(self, *interests):
        """A return; without interests, one that declares nothing."""
        head = {"form": RETURN, "series": self.book.series.id, "centre": CENTRE}
        return {**head, "interests": list(interests), "complete": True}

    def interest(self, **changed):
        """One interest, by the first entry of each of the form's own lists."""
        asked = {f["property"]: f for g in self.book.forms[RETURN].layout["groups"] for f in g["fields"]}
        listed = {name: next(iter(field["options"])) for name, field in asked.items() if "options" in field}
        plan = "Another member of staff marks this work, and the moderator sees all of it."
        subject = {name: self.subject()[name] for name in ("qualification", "component")}
        return {"person": "staff-12", **listed, **subject, "management_plan": plan} | changed


def _marked(learner, mark):
    if mark is None:
        reason = "One page of the work was handed in, and it covers none of what the task asks for this year."
        return {**learner, "outcome": "insufficient-evidence", "rationale": reason}
    return {**learner, "outcome": "graded", "mark": mark}


def open_house(folder: Path) -> House:
    """A gateway on the copied series, its ledger holding one centre with an acting Head and no submission."""
    site = copied_site(folder / "site")
    settings = Settings(site, f"{ADDRESS}/", None, None)
    state = folder / "state"
    book = load(site, COPIED, site_url=settings.site_url)
    toml = ledger_toml(
        book,
        make_key(state / "keys"),
        not_before=people.KEY_VALID_FROM,
        demo=False,
        reviewers=people.REVIEWERS,
        site_commit="",
    )
    files = ledger_files(book, toml, Places()) | dict([centre_file(book, _centre(book))])
    forge = LocalForge.create(state / "ledger.git")
    forge.commit(MAIN, files, "Make the ledger\n", people.KEY_VALID_FROM, expected=None)
    built = folder / "built"
    build_site(settings, settings.site_url, built)
    clock = Clock(datetime(2031, 5, 5, 9, tzinfo=UTC))
    return House(Gateway(open_state(state, settings, clock), SiteFiles(built), settings), site)


def _centre(book):
    """The demo's centre, whose Head is an acting one."""
    delegate = next(choice.id for choice in book.series.signatory_roles if choice.detail.get("needs_reason"))
    centre = json.loads(json.dumps(next(c for c in people.centres(book) if c["centre"] == CENTRE)))
    for person in centre["people"]:
        if person["ref"] == HEAD:
            person["role"] = delegate
    return centre
