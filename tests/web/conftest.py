"""The real gateway over a real state: made once by the demo's own seeding, copied wherever a test changes it."""

import json
import re
import shutil
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gradepost.doors.building import build_site
from gradepost.doors.clock import DemoClock
from gradepost.doors.demo import examples
from gradepost.doors.demo.seeding import prepare_demo
from gradepost.doors.state import clock_file, new_secret, open_state
from gradepost.doors.web import build_app
from gradepost.doors.web.gateway import Gateway
from gradepost.doors.web.site_files import SiteFiles
from gradepost.people import make_token
from gradepost.settings import Settings

ROOT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:8000"


class Page(HTMLParser):
    """A page as a browser reads it: its title, its text, and the fields that its last form would send."""

    def __init__(self, response):
        super().__init__()
        self.title, self.text, self.fields, self.inline, self.scripts, self.styles = "", "", [], [], [], 0
        self._within, self._name, self._chosen = None, None, None
        self.feed(response.text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.inline += [name for name in found if name == "style" or name.startswith("on")]
        self.styles += tag == "style"
        if tag == "form":
            self.fields = []
        chosen = found.get("type") not in ("checkbox", "radio") or "checked" in found
        if tag == "input" and "name" in found and chosen:
            self.fields.append((found["name"], found.get("value", "")))
        if tag == "select":
            self._name, self._chosen = found.get("name"), ""
        if tag == "option" and "selected" in found:
            self._chosen = found.get("value", "")
        if tag in ("title", "textarea", "script"):
            self._within, self._name = tag, found.get("name", self._name)
            if tag == "script" and "src" not in found and "json" not in found.get("type", ""):
                self.scripts.append("")
            elif tag == "script":
                self._within = "data"
            if tag == "textarea":
                self.fields.append((found.get("name"), ""))

    def handle_endtag(self, tag):
        if tag == "select" and self._name:
            self.fields.append((self._name, self._chosen))
        if tag in ("title", "textarea", "script"):
            self._within = None

    def handle_data(self, data):
        if self._within == "title":
            self.title += data.strip()
        elif self._within == "textarea":
            name, text = self.fields[-1]
            self.fields[-1] = (name, text + data.removeprefix("\n") if not text else text + data)
        elif self._within == "script":
            self.scripts[-1] += data
        elif self._within is None:
            self.text += data

    def with_(self, **changed):
        """Its fields with some changed: `__` stands for the dot in their names."""
        wanted = {name.replace("__", "."): value for name, value in changed.items()}
        return [(name, wanted.get(name, value)) for name, value in self.fields]


@dataclass
class House:
    """One gateway with its state, and the ways into it."""

    gateway: Gateway

    @property
    def state(self):
        return self.gateway.state

    def client(self, ref=None):
        """A browser, signed in as somebody where `ref` says so."""
        client = TestClient(
            build_app(self.gateway), base_url=ADDRESS, follow_redirects=False, raise_server_exceptions=False
        )
        if ref:
            assert client.post("/sign-in", data={"ref": ref, "next": "/"}).status_code == 303
        return client

    def software(self, centre="10234", role="exams-officer"):
        """A centre's own software: a client with a token."""
        secret = make_token(self.state.inbox, centre, role, self.state.now(), new_secret)
        client = self.client()
        client.headers["Authorization"] = f"Bearer {secret}"
        return client

    def schedule(self, centre="10234", qualification="AM20530", component="UV21578"):
        return examples.schedule(self.state.book, centre, qualification, component, self.state.now())

    def tags(self, centre="10234", qualification="AM20530", component="UV21578"):
        return examples.tags(self.state.book, centre, qualification, component, self.state.now())

    def submit(self, client, document, **headers):
        """Send a document to its form."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        form = "tags" if isinstance(document, bytes) else document["form"]
        sent = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return client.post(f"/submit/{form}", content=body, headers=sent)

    def carry_on(self):
        """What the worker does in a round."""
        self.state.publisher.file_due()
        self.state.publisher.judge_due()
        self.state.merger.merge_due()
        self.state.merger.record_due()

    def stored(self):
        """How many submissions are stored."""
        return len(self.rows("SELECT seq FROM submissions"))

    def rows(self, sql):
        return self.state.inbox._rows(sql)

    def letters(self):
        return self.state.inbox.messages()

    def link(self, qualification="AM20530", kind="external-exam"):
        """Ask for a declaration as the exams officer; the path of the link in the letter."""
        asked = {"series": "2021-summer", "qualification": qualification, "kind": kind}
        answer = self.client("p-10234-officer").post("/ask-declaration", data=asked)
        assert answer.status_code == 303, answer.text
        return re.search(rf"{ADDRESS}(/declare/\S+)", self.letters()[-1].body)[1]

    def declared(self, path):
        """Open a link, fill in the declaration as the Head would, and send it."""
        client = self.client()
        page = Page(client.get(path))
        return client.post(path, data=as_form(declaration_fields(self.state.book, page)))


def declaration_fields(book, page):
    """The fields of a declaration page as a Head of Centre fills them in."""
    fields = [(n, v) for n, v in page.fields if not n.startswith(("signatory", "statements"))]
    fields += [("signatory.name", "Helen Achterberg"), ("signatory.role", "principal")]
    return fields + [("statements", statement.id) for statement in book.series.statements]


def as_form(fields):
    """Fields in the shape that the test client posts: names that repeat become lists."""
    found = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture(scope="session")
def settings():
    return Settings(ROOT, f"{ADDRESS}/", None, None)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory, settings):
    """The demo's state as a first start makes it."""
    folder = tmp_path_factory.mktemp("seeded") / "state"
    prepare_demo(folder, settings)
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory, settings):
    output = tmp_path_factory.mktemp("built") / "site"
    build_site(settings, settings.site_url, output)
    return SiteFiles(output)


@pytest.fixture(scope="session")
def opened(seeded, site, settings):
    """Open a copy of the seeded state at a folder, with its clock."""

    def open_at(folder):
        if not folder.exists():
            shutil.copytree(seeded, folder)
        clock = DemoClock.start(clock_file(folder), datetime(2021, 5, 18, 9, tzinfo=UTC))
        return House(Gateway(open_state(folder, settings, clock.now), site, settings, clock))

    return open_at


@pytest.fixture(scope="module")
def house(opened, tmp_path_factory):
    """A gateway for tests that leave no trace that another would mind."""
    return opened(tmp_path_factory.mktemp("house") / "state")


@pytest.fixture
def fresh(opened, tmp_path):
    """A gateway of one's own."""
    return opened(tmp_path / "state")


@pytest.fixture(scope="session")
def page_of():
    return Page


@pytest.fixture
def fields_for():
    """The fields of a declaration page, filled in, ready to post."""
    return lambda house, response: as_form(declaration_fields(house.state.book, Page(response)))


@pytest.fixture
def form_of():
    return as_form


@pytest.fixture
def at_once():
    """Do something in several threads that start together; what each returned, or raised."""

    def run(acts):
        gate, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

        def one(number, act):
            gate.wait()
            try:
                outcomes[number] = act()
            except Exception as error:
                outcomes[number] = error

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    return run
