"""Roles × endpoints × one's own centre or another's: the gateway does what the table in `people/roles.py` says."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
import signing_house
from signing_house import person

from gradepost.doors.clock import system_now
from gradepost.doors.role_pages import roles_page
from gradepost.doors.state import new_secret
from gradepost.intake import Submission
from gradepost.people import Actor
from gradepost.people.roles import TABLE
from gradepost.people.tokens import make_token, ref_of, revoke

OWN, OTHER = "10234", "10235"
QUALIFICATION = {OWN: ("AM20530", "UV21578"), OTHER: ("HB2D1", "HB2D1P1")}
BROWSER = {"Accept": "text/html"}
KNOWN_TO_ONE = "Only this centre knows this sentence."
OF_OWN = frozenset({"check", "submit", "submit:schedule", "see", "read", "read-own", "ask-declaration", "send"})
ALSO = (
    person("scheduler", "teacher", "schedules", "views"),
    person("deputy", "deputy", "declares", "views"),
    person("senior", "senior-leader", "declares", "views"),
    person("head-2", "head-teacher", "declares", "views"),
    person("governor", "governor", "objects"),
    person("caretaker", "caretaker", "views"),
    person("operator", "operator", "views"),
    person("reviewing", "governor", "views") | {"email": "a.osei@awarding.example"},
)
# Who acts, and in which rows of the table they are.
PEOPLE = {
    None: (),
    "p-10234-officer": ("exams-officer",),
    "p-10234-scheduler": ("exams-officer", "teacher"),
    "p-10234-teacher-1": ("teacher",),
    "p-10234-head": ("signatory",),
    "p-10234-head-2": ("signatory",),
    "p-10234-deputy": ("signatory",),
    "p-10234-senior": ("signatory",),
    "p-10234-governor": ("second-contact",),
    "p-10234-caretaker": (),
    "p-10234-operator": ("operator",),
    "r-lindqvist": ("reviewer",),
    "r-osei": ("reviewer",),
}
# Tokens: their role, their limits, and how long they have been over.
TOKENS = {
    "token of the officer": ("exams-officer", {}),
    "token of a teacher": ("teacher", {}),
    "token to check": ("exams-officer", {"actions": ["check"]}),
    "token to see": ("exams-officer", {"actions": ["see"]}),
    "token for grades": ("exams-officer", {"forms": ["tags"]}),
    "token to submit schedules": ("exams-officer", {"forms": ["schedule"], "actions": ["submit"]}),
    "token that ran out": ("exams-officer", {"expires_at": system_now() - timedelta(seconds=1)}),
    "token that was revoked": ("exams-officer", {"revoked": True}),
}
ACTORS = [*PEOPLE, *TOKENS]


@dataclass(frozen=True)
class Endpoint:
    """A way in: the actions of the table that open it, any of them; whether it belongs to a centre at all."""

    actions: tuple
    form: str | None = None
    is_of_a_centre: bool = True


ENDPOINTS = {
    **{f"check {form}": Endpoint(("check",), form) for form in ("schedule", "tags", "declaration")},
    "submit schedule": Endpoint(("submit", "submit:schedule"), "schedule"),
    "submit tags": Endpoint(("submit",), "tags"),
    "submit declaration": Endpoint(("submit",), "declaration"),
    "fetch a workbook": Endpoint(("check",), "tags", is_of_a_centre=False),
    "receipt as a page": Endpoint(("see", "review")),
    "receipt as JSON": Endpoint(("see", "review")),
    "receipt by mail": Endpoint(("see",)),
    "earlier grades in a form": Endpoint(("read", "read-own")),
    "returned grades in a form": Endpoint(("read", "read-own")),
    "ask for the declaration": Endpoint(("ask-declaration",)),
    "status": Endpoint(("see",), is_of_a_centre=False),
    "list of reviews": Endpoint(("review",), is_of_a_centre=False),
    "one review": Endpoint(("review",)),
    "approve": Endpoint(("review",)),
    "return": Endpoint(("review",)),
    "requests of a dossier": Endpoint(("review",)),
    "see a request": Endpoint(("see",)),
    "send files": Endpoint(("send",)),
}
CELLS = [(actor, endpoint, centre) for actor in ACTORS for endpoint in ENDPOINTS for centre in (OWN, OTHER)]


@dataclass
class Scene:
    """A house, with a receipt and a pull request of each centre, and everybody at their browser."""

    house: object
    receipts: dict
    pulls: dict
    clients: dict
    references: dict


@pytest.fixture(scope="module")
def scene(opened, tmp_path_factory):
    house = opened(tmp_path_factory.mktemp("matrix") / "state")
    signing_house.add(house, *ALSO)
    receipts, pulls, references = {}, {}, {}
    for centre, (qualification, component) in QUALIFICATION.items():
        software = house.software(centre)
        house.submit(software, house.schedule(centre, qualification, component))
        tags = house.tags(centre, qualification, component) | {"decision_record": KNOWN_TO_ONE}
        answer = house.submit(software, tags)
        assert answer.status_code == 201, answer.text
        receipts[centre] = answer.json()["id"]
        references[centre] = ask_for_evidence(house, centre)
        house.carry_on()
        branch = house.state.inbox.submission(receipts[centre]).branch
        pulls[centre] = house.state.forge.pull_of(branch).number
    clients = {actor: house.client(actor) for actor in PEOPLE} | {name: software_of(house, name) for name in TOKENS}
    return Scene(house, receipts, pulls, clients, references)


def ask_for_evidence(house, centre):
    """A request of a reviewer to a centre; its reference."""
    qualification, component = QUALIFICATION[centre]
    kind = house.state.book.series.component(qualification, component).kind
    about = {"series": "2021-summer", "centre": centre, "qualification": qualification, "kind": kind}
    reference, until = f"r{centre}ab", "2021-05-21T12:00:00+01:00"
    asked = {"form": "evidence-request", **about, "reference": reference, "asked_for": ["other"], "until": until}
    actor = Actor("r-lindqvist", "reviewer", centre, "session")
    house.state.intake.receive(Submission(json.dumps(asked).encode(), "evidence-request", actor, "form"))
    return reference


def software_of(house, name):
    role, limits = TOKENS[name]
    limits = {"expires_at": system_now() + timedelta(days=1)} | limits
    is_revoked = limits.pop("revoked", False)
    secret = make_token(house.state.inbox, OWN, role, system_now(), new_secret, **limits)
    if is_revoked:
        assert revoke(house.state.inbox, ref_of(secret))
    client = house.client()
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def is_allowed(actor, endpoint, centre):
    """What the table says, and whose centre it is."""
    found = ENDPOINTS[endpoint]
    if actor in TOKENS:
        # Software has no address that a receipt could be sent to.
        return endpoint != "receipt by mail" and token_is_allowed(actor, found, centre)
    actions = {action for action in found.actions for row in PEOPLE[actor] if action in TABLE[row].may}
    if actor == "r-osei" and found.is_of_a_centre and endpoint not in ("receipt as a page", "receipt as JSON"):
        return bool(actions) and centre != OWN
    if found.is_of_a_centre and centre == OTHER:
        actions -= OF_OWN
    return bool(actions)


def token_is_allowed(name, found, centre):
    role, limits = TOKENS[name]
    actions = {a for a in found.actions if a in TABLE[role].may and a in TABLE["software"].may}
    plain = {action.partition(":")[0] for action in actions} & set(limits.get("actions", ["check", "submit", "see"]))
    good = "expires_at" not in limits and "revoked" not in limits
    for_form = found.form is None or found.form in limits.get("forms", [found.form])
    return good and bool(plain) and for_form and not (found.is_of_a_centre and centre == OTHER)


def was_allowed(scene, actor, endpoint, centre):
    """What the gateway did."""
    answer = asked(scene, scene.clients[actor], endpoint, centre)
    if endpoint.endswith("in a form"):
        return KNOWN_TO_ONE in answer.text
    if endpoint == "ask for the declaration":
        return answer.status_code == 303 and answer.headers["location"] == "/status"
    if answer.status_code in (301, 302, 303) and "/sign-in" in answer.headers["location"]:
        return False
    assert answer.status_code < 500, answer.text
    return answer.status_code not in (401, 403, 404)


def asked(scene, client, endpoint, centre):  # one branch to an endpoint
    house, receipt, pull = scene.house, scene.receipts[centre], scene.pulls[centre]
    qualification, component = QUALIFICATION[centre]
    if endpoint.startswith(("check", "submit")):
        act, form = endpoint.split()
        return client.post(f"/{act}/{form}", json=document(house, form, centre))
    if endpoint == "ask for the declaration":
        kind = house.state.book.series.component(qualification, component).kind
        fields = {"series": "2021-summer", "centre": centre, "qualification": qualification, "kind": kind}
        return client.post("/ask-declaration", data=fields | {"signatory": f"p-{centre}-head"})
    posts = {
        "receipt by mail": (f"/receipts/{receipt}/mail", {}),
        "approve": (f"/reviews/{pull}/approve", {"head": "0" * 40}),
        "return": (f"/reviews/{pull}/return", {"head": "0" * 40}),
    }
    if endpoint == "send files":
        return client.post(f"/requests/{scene.references[centre]}", files={"files": ("none.pdf", b"")})
    kind = house.state.book.series.component(qualification, component).kind
    if endpoint in posts:
        return client.post(posts[endpoint][0], data=posts[endpoint][1])
    gets = {
        "fetch a workbook": ("/workbook/tags", BROWSER),
        "receipt as a page": (f"/receipts/{receipt}", BROWSER),
        "receipt as JSON": (f"/receipts/{receipt}", {"Accept": "application/json"}),
        "earlier grades in a form": (f"/forms/tags/?from={receipt}", BROWSER),
        "returned grades in a form": (f"/forms/tags/?return={pull}", BROWSER),
        "status": ("/status", BROWSER),
        "list of reviews": ("/reviews", BROWSER),
        "one review": (f"/reviews/{pull}", BROWSER),
        "requests of a dossier": (f"/reviews/{centre}/{qualification}/{kind}/requests", BROWSER),
        "see a request": (f"/requests/{scene.references[centre]}", BROWSER),
    }
    path, headers = gets[endpoint]
    return client.get(path, headers=headers)


def document(house, form, centre):
    qualification, component = QUALIFICATION[centre]
    if form != "declaration":
        also = {"decision_record": KNOWN_TO_ONE} if form == "tags" else {}
        return {**getattr(house, form)(centre, qualification, component), "centre": centre, **also}
    return {"form": "declaration", **signing_house.ASKED, "centre": centre, "covers": []}


@pytest.mark.parametrize("actor", ACTORS, ids=str)
def test_everybody_may_do_what_the_table_says_at_their_own_centre_and_nothing_elsewhere(scene, actor):
    cells = [(endpoint, centre) for who, endpoint, centre in CELLS if who == actor]

    found = {cell: was_allowed(scene, actor, *cell) for cell in cells}

    assert found == {cell: is_allowed(actor, *cell) for cell in cells}


def test_the_matrix_has_at_least_five_hundred_cells_of_both_kinds():
    allowed = [cell for cell in CELLS if is_allowed(*cell)]

    assert len(CELLS) >= 500
    assert 100 <= len(allowed) <= len(CELLS) - 100


def test_a_teacher_opens_only_what_names_them(scene):
    """The example is signed off by Priya Raman and Tom Whitlock; a third teacher signed nothing off."""
    signing_house.add(scene.house, person("teacher-9", "teacher", "views", name="Somebody Else"))

    answer = scene.house.client("p-10234-teacher-9").get(f"/forms/tags/?from={scene.receipts[OWN]}")

    assert KNOWN_TO_ONE not in answer.text


def test_the_page_of_roles_is_the_table():
    committed = (signing_house.ROOT / "docs/about/roles.md").read_text(encoding="utf-8")

    assert committed == roles_page(), "Run `gradepost roles > docs/about/roles.md`."
