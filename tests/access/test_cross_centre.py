"""No centre reads another's: random requests with another centre's ids, looked through for what only it knows.

A failure names the seed; the same seed sends the same requests.
"""

import json
import random
from dataclasses import dataclass

import pytest
import signing_house

SECRET = "Only Southgate knows this sentence."
OTHER = "10235"
PEOPLE = ("p-10234-officer", "p-10234-teacher-1", "p-10234-head", "p-10234-scheduler", None)
FORMS = ("schedule", "tags", "declaration", "nothing")
ACCEPT = ("text/html", "application/json", "*/*")


@dataclass
class Scene:
    """Clients of one centre, and what there is to know about the other."""

    clients: list
    ids: dict
    canaries: list
    names: list


@pytest.fixture(scope="module")
def scene(opened, tmp_path_factory):
    house = opened(tmp_path_factory.mktemp("across") / "state")
    signing_house.add(house, signing_house.person("scheduler", "teacher", "schedules", "views"))
    software = house.software(OTHER)
    house.submit(software, house.schedule(OTHER, "HB2D1", "HB2D1P1"))
    tags = house.tags(OTHER, "HB2D1", "HB2D1P1") | {"decision_record": SECRET}
    receipt = house.submit(software, tags).json()
    house.carry_on()
    others = house.state.inbox.of_centre(OTHER, "2021-summer")
    ids = {
        "receipt": [stored.receipt_id for stored in others],
        "pull": [str(pull.number) for pull in house.state.forge.pulls()],
        "sha256": [stored.sha256 for stored in others],
    }
    clients = [house.client(ref) for ref in PEOPLE] + [
        house.software(role=role) for role in ("exams-officer", "teacher")
    ]
    # Signatures and fingerprints are of the other centre's documents alone.
    return Scene(clients, ids, [SECRET, receipt["signature"], *ids["sha256"]], ["p-10235-officer", "Sam Okafor"])


def request(source, scene):
    """A request as somebody might make it up who knows every id of the other centre."""
    receipt, pull = source.choice(scene.ids["receipt"]), source.choice(scene.ids["pull"])
    form, qualification, component = source.choice(FORMS), "HB2D1", "HB2D1P1"
    asked = source.sample(
        [
            f"from={receipt}",
            f"return={pull}",
            f"centre={OTHER}",
            f"qualification={qualification}",
            f"component={component}",
            f"id={receipt}",
            "format=json",
            f"ref=p-{OTHER}-officer",
            "next=/status",
        ],
        source.randint(0, 4),
    )
    path = source.choice(
        [
            f"/receipts/{receipt}",
            f"/receipts/{receipt}/mail",
            f"/receipts/{receipt.upper()}",
            f"/receipts/..%2f{receipt}",
            f"/forms/{form}/",
            f"/check/{form}",
            f"/submit/{form}",
            f"/draft/{form}",
            f"/workbook/{form}",
            f"/upload/{form}",
            "/status",
            f"/status/{OTHER}",
            "/ask-declaration",
            "/reviews",
            f"/reviews/{pull}",
            f"/reviews/{pull}/approve",
            f"/reviews/{pull}/return",
            f"/declare/{receipt}",
            f"/object/{receipt}",
            "/centres/10/10235.json",
            "/metrics",
            "/sign-in/code",
        ]
    )
    return path + ("?" + "&".join(asked) if asked else ""), body(source, scene, form, receipt)


def body(source, scene, form, receipt):
    """What is posted: nothing (a GET), a form, or a document that says it is the other centre's."""
    fields = {
        "centre": OTHER,
        "series": "2021-summer",
        "qualification": "HB2D1",
        "component": "HB2D1P1",
        "kind": "external-exam",
        "form": form,
        "from": receipt,
        "head": source.choice(scene.ids["sha256"])[:40],
        "_document": json.dumps({"form": form, "centre": OTHER, "series": "2021-summer"}),
    }
    chosen = {name: fields[name] for name in source.sample(sorted(fields), source.randint(1, len(fields)))}
    return source.choice([None, None, {"data": chosen}, {"json": chosen}])


def campaign(scene, seed, count):
    source, seen = random.Random(seed), 0
    for number in range(count):
        client, (path, posted) = source.choice(scene.clients), request(source, scene)
        headers = {"Accept": source.choice(ACCEPT)}
        method, more = ("GET", {}) if posted is None else ("POST", posted)
        answer = client.request(method, path, headers=headers, **more)
        sent = path + json.dumps(posted)
        # The demo's sign-in page offers to continue as anybody, whoever asks.
        canaries = scene.canaries if answer.status_code == 401 else [*scene.canaries, *scene.names]
        found = [canary for canary in canaries if canary in answer.text and canary not in sent]
        assert found == [], f"seed {seed}, request {number}: {answer.request.method} {path}"
        assert answer.status_code < 500, f"seed {seed}, request {number}: {path}"
        seen += answer.status_code == 200
    return seen


def test_five_hundred_random_requests_read_nothing_of_another_centre(scene):
    # Enough of them are answered for the campaign to mean something.
    assert campaign(scene, seed=1, count=500) > 25


def test_the_canaries_are_there_to_be_read(opened, tmp_path):
    house = opened(tmp_path / "state")
    tags = house.tags(OTHER, "HB2D1", "HB2D1P1") | {"decision_record": SECRET}
    receipt = house.submit(house.software(OTHER), tags).json()

    own = house.client("p-10235-officer")

    assert SECRET in own.get(f"/forms/tags/?from={receipt['id']}").text
    assert receipt["signature"] in own.get(f"/receipts/{receipt['id']}?format=json").text


@pytest.mark.campaign
def test_twenty_thousand_random_requests_read_nothing_of_another_centre(scene):
    assert campaign(scene, seed=20210518, count=20_000) > 1_000
