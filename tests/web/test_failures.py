"""When the disk, the store or the forge fails: 503, nothing half stored, and whoever asks is told the truth."""

import json
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

BROWSER = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def without_its_forge(fresh):
    """A gateway whose forge went away after it had served its centre, with a submission's receipt."""
    receipt = fresh.submit(fresh.software(), fresh.schedule())
    clients = {ref: fresh.client(ref) for ref in ("p-10234-officer", "r-osei")}
    shutil.move(fresh.state.folder / "ledger.git", fresh.state.folder / "away.git")
    return fresh, receipt, clients


def test_health_and_readiness_do_not_depend_on_the_forge(without_its_forge):
    house, _, _ = without_its_forge

    assert house.client().get("/healthz").status_code == 200
    assert house.client().get("/readyz").status_code == 200
    assert house.client().get("/metrics").status_code == 200


def test_guidance_and_forms_are_there_without_the_forge(without_its_forge):
    house, _, clients = without_its_forge

    for client in (house.client(), *clients.values()):
        assert [client.get(path).status_code for path in ("/", "/faq/", "/forms/tags/")] == [200] * 3


def test_guidance_is_there_for_somebody_whose_centre_was_never_looked_up(fresh):
    client = fresh.client("p-10235-officer")
    shutil.move(fresh.state.folder / "ledger.git", fresh.state.folder / "away.git")

    assert [client.get(path).status_code for path in ("/", "/faq/", "/nothing")] == [200, 200, 404]


def test_a_submission_is_received_without_the_forge_and_filed_when_it_is_back(without_its_forge):
    house, _, clients = without_its_forge

    answer = house.submit(clients["p-10234-officer"], house.tags())
    house.state.publisher.file_due()
    shutil.move(house.state.folder / "away.git", house.state.folder / "ledger.git")
    house.gateway.clock.move_to(house.state.now().replace(hour=20))
    house.carry_on()

    receipt = answer.json()
    branch = "dossier/2021-summer/10234/AM20530/external-exam"
    folder = receipt["path"].rpartition("/")[0]
    filed = house.state.forge.read(branch, f"{folder}/receipts/{receipt['seq']:012d}-UV21578.tags.json")
    assert answer.status_code == 201
    assert filed == answer.content


def test_a_receipt_can_be_had_without_the_forge(without_its_forge):
    _, receipt, clients = without_its_forge
    officer, location = clients["p-10234-officer"], receipt.headers["location"]

    as_json, as_page = officer.get(location, headers=JSON), officer.get(location, headers=BROWSER)

    assert (as_json.status_code, as_json.content) == (200, receipt.content)
    assert (as_page.status_code, "Your submission was received" in as_page.text) == (200, True)


def test_what_needs_the_forge_says_that_it_cannot_be_shown(without_its_forge):
    house, _, clients = without_its_forge

    answers = [
        clients["r-osei"].get("/reviews", headers=BROWSER),
        clients["r-osei"].get("/reviews/2", headers=BROWSER),
        house.client().get("/sign-in", headers=BROWSER),
    ]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert all("cannot be shown at the moment" in answer.text for answer in answers)


def test_a_centre_that_was_never_served_is_told_that_nothing_was_received(without_its_forge):
    house, _, _ = without_its_forge
    before = house.stored()

    answer = house.submit(house.software("10235"), house.schedule("10235"))

    assert answer.status_code == 503
    assert "Nothing was received" in answer.json()["message"]
    assert house.stored() == before


def test_a_mistake_in_a_centres_file_on_main_is_503_until_it_is_put_right(fresh):
    forge, path = fresh.state.forge, "centres/10/10234.json"
    right = forge.read("main", path)
    forge.commit("main", {path: b"{}"}, "Slip", fresh.state.now(), expected=forge.head("main"))
    client = fresh.software()

    slipped = fresh.submit(client, fresh.schedule())
    forge.commit("main", {path: right}, "Mend", fresh.state.now(), expected=forge.head("main"))

    assert slipped.status_code == 503
    assert fresh.submit(client, fresh.schedule()).status_code == 201


# A child process may write no file beyond a limit, as on a disk that is full: the real system call fails.
FULL_DISK = """
    import json, resource, sys
    from pathlib import Path
    from starlette.testclient import TestClient
    from gradepost.doors.clock import DemoClock
    from gradepost.doors.demo import examples, people
    from gradepost.doors.state import clock_file, new_secret, open_state
    from gradepost.doors.web import build_app
    from gradepost.doors.web.gateway import Gateway
    from gradepost.doors.web.site_files import SiteFiles
    from gradepost.people import make_token
    from gradepost.settings import Settings

    root, folder, site = map(Path, sys.argv[1:])
    settings = Settings(root, "http://127.0.0.1:8000/", None, None)
    clock = DemoClock.start(clock_file(folder), people.STARTS_AT)
    state = open_state(folder, settings, clock.now)
    client = TestClient(build_app(Gateway(state, SiteFiles(site), settings, clock)), raise_server_exceptions=False)
    token = make_token(state.inbox, "10234", "exams-officer", state.now(), new_secret)
    client.headers["Authorization"] = f"Bearer {token}"
    schedule = examples.schedule(state.book, "10234", "AM20530", "UV21578", state.now())

    def send():
        return client.post("/submit/schedule", json=schedule).status_code

    def stored():
        return len(state.inbox.of_branch("dossier/2021-summer/10234/AM20530/external-exam"))

    before = send(), client.get("/readyz").status_code
    log = folder / "inbox.sqlite3-wal"
    had = stored()
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 100, resource.RLIM_INFINITY))
    full = send(), send(), stored() - had
    client.app.state.gateway.readiness._asked_at = -10.0
    ready = client.get("/readyz").status_code
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    client.app.state.gateway.readiness._asked_at = -10.0
    after = send(), client.get("/readyz").status_code
    sound = state.inbox._rows("PRAGMA integrity_check")[0][0]
    print(json.dumps([before, full, ready, after, stored() - had, sound]))
"""


def test_a_full_disk_is_503_with_nothing_half_stored_and_it_goes_on_when_there_is_room(seeded, site, tmp_path):
    folder = tmp_path / "state"
    shutil.copytree(seeded, folder)
    root = Path(__file__).parents[2]

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), root, folder, site.folder],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    before, full, ready, after, stored, sound = json.loads(done.stdout)
    assert before == [201, 200]
    assert full == [503, 503, 0]
    assert ready == 503
    assert after == [201, 200]
    assert (stored, sound) == (1, "ok")
