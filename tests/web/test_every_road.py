"""The rules about who signs and who schedules hold on every road: form, API, `gradepost submit`, pull request."""

import json
import threading
import time

import pytest
import signing_house
import uvicorn
from signing_house import BRANCH, declarations

from gradepost.check import read
from gradepost.doors.state import key_of
from gradepost.doors.web import build_app
from gradepost.people import make_token
from gradepost.receipt import RECEIPT_SCHEMA
from gradepost.receipt.signing import instant_text

OFFICER, TEACHER = ("p-10234-officer", "exams-officer"), ("p-10234-teacher-1", "teacher")
HEAD = ("p-10234-head", "principal")


def with_role(role):
    return lambda d: d["signatory"].update(role=role)


def with_name(name):
    return lambda d: d["signatory"].update(name=name)


# What is wrong with the declaration, by the rule that says so. H004: nothing but the road.
WRONG = {
    "H001": with_role("teacher"),
    "H002": with_role("deputy"),
    "H003": lambda d: d["covers"][0].update(sha256="0" * 64),
    "H004": lambda d: None,
    "H006": lambda d: d["statements"].pop(),
    "P003": with_name("Dr Priya RAMAN"),
    "P004": with_name("Morgan Ellis"),
}
ROADS = ("form", "api", "command", "pull request")


@pytest.fixture(scope="module")
def signed_for(opened, tmp_path_factory):
    """A house with grades that the exams officer submitted in person, filed on a pull request."""
    house = opened(tmp_path_factory.mktemp("roads") / "state")
    officer = house.client(OFFICER[0])
    for document in (house.schedule(), house.tags()):
        assert officer.post(f"/submit/{document['form']}", json=document).status_code == 201
    house.carry_on()
    return house


@pytest.fixture(scope="module")
def address(signed_for):
    """Where the house really listens, for the command."""
    server = uvicorn.Server(uvicorn.Config(build_app(signed_for.gateway), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def declaration(house, rule=None):
    (tags,) = [s for s in house.state.inbox.of_branch(BRANCH) if s.form == "tags"]
    found = {
        "form": "declaration",
        **signing_house.ASKED,
        "centre": "10234",
        "covers": [{"document": "UV21578.tags.json", "sha256": tags.sha256, "learners": 28}],
        "signatory": {"name": "Helen Achterberg", "role": "principal"},
        "statements": [statement.id for statement in house.state.book.series.statements],
    }
    if rule:
        WRONG[rule](found)
    return found


def fields_of(value, at=()):
    """A document as the fields of its form."""
    if isinstance(value, dict):
        return {k: v for name, inner in value.items() for k, v in fields_of(inner, (*at, name)).items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {k: v for n, inner in enumerate(value) for k, v in fields_of(inner, (*at, str(n))).items()}
    return {".".join(at): [str(item).lower() for item in value] if isinstance(value, list) else plain(value)}


def plain(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def rules_by_form(house, rule):
    if rule == "H004":
        answer = house.client(OFFICER[0]).post("/submit/declaration", data=fields_of(declaration(house)))
        return answer.text
    path = house.link()
    answer = house.client().post(path, data=fields_of(declaration(house, rule)))
    if answer.status_code == 200:
        # It only warns: what was signed stands, and the report on the dossier says it.
        report = house.state.intake.standing("10234", BRANCH)
        return " ".join(finding.rule for finding in report.warnings)
    return answer.text


def rules_by_api(house, document, role="exams-officer"):
    answer = house.software(role=role).post(f"/submit/{document['form']}", json=document)
    assert answer.status_code == 422
    return " ".join(finding["rule"] for finding in answer.json()["findings"])


def rules_by_command(house, address, gradepost, monkeypatch, tmp_path, document, role="exams-officer"):
    secret = make_token(house.state.inbox, "10234", role, house.state.now(), lambda: f"{role}-{tmp_path.name}")
    monkeypatch.setenv("GRADEPOST_TOKEN", secret)
    file = tmp_path / "document.json"
    file.write_text(json.dumps(document))

    ran = gradepost("submit", file, "--to", address)

    assert ran.code == 1
    return ran.err


def rules_by_pull_request(house, gradepost, document, by, *, channel, attested):
    """The document filed past the gateway, with a receipt of the gateway's own key, as review judges it."""
    state, at = house.state, house.state.now()
    found = read(json.dumps(document).encode(), "", state.book, form=document["form"])
    head = state.forge.head(BRANCH)
    last = max(p for p in state.forge.list(head, f"{found.filed_at.rpartition('/')[0]}/receipts"))
    before = state.forge.read(head, last)
    facts = {
        **{k: v for k, v in json.loads(before).items() if k not in ("signature", "key")},
        "form": document["form"],
        "path": found.filed_at,
        "sha256": found.sha256,
        "received_sha256": found.sha256,
        "bytes": len(found.canonical),
        "received_at": instant_text(at),
        "submitted_by": {"ref": by[0], "role": by[1]},
        "channel": channel,
        "attested": attested and {"ref": attested, "method": "email-link", "at": instant_text(at)},
        "previous": read_sha256(before),
        "seq": json.loads(before)["seq"] + 1,
    }
    receipt = key_of(state.folder).sign(facts, state.book.schemas[RECEIPT_SCHEMA].layout)
    folder, name = found.filed_at.rsplit("/", 1)
    files = {found.filed_at: found.canonical, f"{folder}/receipts/{facts['seq']:012d}-{name}": receipt}
    branch = BRANCH.replace("dossier/", "try/") + f"-{time.monotonic_ns()}"
    made = state.forge.commit(branch, files, "File it\n", at, expected=None, parent=head)

    ran = gradepost(
        "review", "--base", state.forge.head("main"), "--head", made, "--branch", BRANCH,
        "--ledger", state.folder / "ledger.git", "--format", "json",
    )  # fmt: skip

    found_rules = {finding["rule"] for finding in ran.json["findings"]}
    assert not found_rules & {"R001", "R002", "R003", "D008"}, ran.json
    return " ".join(found_rules)


def read_sha256(raw):
    from gradepost.document.canonical import sha256

    return sha256(raw)


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("rule", WRONG)
def test_a_declaration_is_held_to_the_rule(signed_for, address, gradepost, monkeypatch, tmp_path, rule, road):
    document = declaration(signed_for, rule)
    if road == "form":
        said = rules_by_form(signed_for, rule)
    elif road == "api":
        said = rules_by_api(signed_for, document)
    elif road == "command":
        said = rules_by_command(signed_for, address, gradepost, monkeypatch, tmp_path, document)
    else:
        by_link = rule != "H004"
        said = rules_by_pull_request(
            signed_for,
            gradepost,
            document,
            HEAD if by_link else OFFICER,
            channel="declaration-link" if by_link else "api",
            attested=HEAD[0] if by_link else None,
        )

    assert rule in said
    signed = [json.loads(stored.document)["signatory"]["name"] for stored in declarations(signed_for)]
    # P004 only warns, so what it warned of stands; nothing else was received.
    assert set(signed) <= {"Morgan Ellis"}


@pytest.mark.parametrize("road", ROADS)
def test_a_schedule_is_held_to_the_right_to_schedule(signed_for, address, gradepost, monkeypatch, tmp_path, road):
    document = signed_for.schedule()
    if road == "form":
        said = signed_for.client(TEACHER[0]).post("/submit/schedule", data=fields_of(document)).text
    elif road == "api":
        said = rules_by_api(signed_for, document, role="teacher")
    elif road == "command":
        said = rules_by_command(signed_for, address, gradepost, monkeypatch, tmp_path, document, role="teacher")
    else:
        said = rules_by_pull_request(signed_for, gradepost, document, TEACHER, channel="form", attested=None)

    assert "S004" in said


def test_what_nothing_is_wrong_with_passes_by_pull_request(signed_for, gradepost):
    said = rules_by_pull_request(
        signed_for, gradepost, declaration(signed_for), HEAD, channel="declaration-link", attested=HEAD[0]
    )

    assert not {"H001", "H002", "H003", "H004", "H006", "P003", "P004"} & set(said.split())
