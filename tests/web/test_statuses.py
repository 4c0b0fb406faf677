"""The gateway's contract, status by status: what it answers to what, and that a refusal leaves nothing behind."""

import json
from datetime import timedelta

import pytest

from gradepost.document.canonical import sha256
from gradepost.doors.clock import system_now
from gradepost.doors.state import new_secret
from gradepost.model.register import Person
from gradepost.people import make_session
from gradepost.people.credentials import SESSION_HOURS

MIB = 1024 * 1024
JSON = {"Content-Type": "application/json"}


def errors_of(response):
    return {f["rule"] for f in response.json()["findings"] if f["severity"] == "error"}


def test_a_received_submission_is_answered_with_the_very_receipt_that_is_filed(fresh):
    answer = fresh.submit(fresh.software(), fresh.schedule())

    fresh.carry_on()
    receipt = answer.json()
    branch = "dossier/2021-summer/10234/AM20530/external-exam"
    folder = "submissions/2021-summer/10/10234/AM20530/external-exam"
    filed = fresh.state.forge.read(branch, f"{folder}/receipts/{receipt['seq']:012d}-UV21578.schedule.json")
    assert answer.status_code == 201
    assert answer.content == filed
    assert answer.headers["location"] == f"/receipts/{receipt['id']}"
    assert sha256(fresh.state.forge.read(branch, receipt["path"])) == receipt["sha256"]


def test_the_receipt_can_be_had_again_at_its_location(house):
    client = house.software()
    answer = house.submit(client, house.schedule())

    again = client.get(answer.headers["location"], headers={"Accept": "application/json"})

    assert again.status_code == 200
    assert again.content == answer.content


def test_a_receipt_says_what_came_in_and_from_whom(house):
    body = json.dumps(house.schedule(), indent=7).encode()

    receipt = house.submit(house.software(), house.schedule()).json()
    spaced = house.software().post("/submit/schedule", content=body, headers=JSON).json()

    assert receipt["sha256"] == spaced["sha256"]
    assert spaced["received_sha256"] == sha256(body)
    assert spaced["bytes"] == len(body)
    assert spaced["submitted_by"]["role"] == "exams-officer"
    assert spaced["submitted_by"]["ref"].startswith("token-")
    assert spaced["channel"] == "api"
    assert spaced["demo"] is True
    assert spaced["previous"] == sha256(house.state.inbox.submission(receipt["id"]).receipt)


def test_a_check_is_answered_200_clean_or_not_and_stores_nothing(house):
    before, client = house.stored(), house.software()
    wrong = house.schedule() | {"qualification": "XX99999"}

    clean = client.post("/check/schedule", json=house.schedule())
    faulty = client.post("/check/schedule", json=wrong)

    assert (clean.status_code, clean.json()["errors"]) == (200, 0)
    assert (faulty.status_code, faulty.json()["errors"] > 0) == (200, True)
    assert house.stored() == before


def test_findings_come_all_at_once_in_the_shape_of_the_command_line_and_nothing_is_stored(house):
    before, document = house.stored(), house.schedule()
    document["learners"][3]["uln"] = "1000000050"
    document["learners"][9]["candidate_number"] = document["learners"][8]["candidate_number"]
    document["starts_at"] = "2020-05-20T09:00:00+01:00"

    answer = house.submit(house.software(), document)

    report = answer.json()
    assert answer.status_code == 422
    assert {"L001", "S002"} <= errors_of(answer)
    assert list(report) == ["book", "judged", "errors", "warnings", "findings", "not_judged"]
    assert all(
        list(f) == ["rule", "severity", "path", "pointer", "line", "column", "message", "fix", "help"]
        for f in report["findings"]
    )
    assert report["errors"] == sum(f["severity"] == "error" for f in report["findings"]) > 2
    assert house.stored() == before


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"Authorization": "Bearer gp_nobody"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic Zm9vOmJhcg=="},
        {"Authorization": "Bearer \xff\xfe"},
        {"Authorization": "Bearer " + "a" * 5000},
        {"Cookie": "gradepost=nobody"},
        {"Cookie": 'gradepost="\\000"; ='},
    ],
)
def test_without_a_credential_that_we_know_nothing_is_judged(house, credential):
    headers = {k: v.encode("latin-1") for k, v in (credential | JSON).items()}

    answers = [
        house.client().post(f"/{act}/schedule", content=json.dumps(house.schedule()), headers=headers)
        for act in ("check", "submit")
    ]

    assert [answer.status_code for answer in answers] == [401, 401]


def test_a_session_that_has_run_out_is_no_credential(house):
    person = Person("p-10234-officer", "exams-officer", (), "", "")
    made_at = system_now() - timedelta(hours=SESSION_HOURS, seconds=1)
    client = house.client()
    client.cookies.set("gradepost", make_session(house.state.inbox, person, "10234", made_at, new_secret))

    assert house.submit(client, house.schedule()).status_code == 401


def test_a_token_is_no_session_and_a_session_no_token(house):
    officer = house.client("p-10234-officer")
    secret = officer.cookies["gradepost"]
    software = house.software()
    token = software.headers["authorization"].removeprefix("Bearer ")

    swapped, other = house.client(), house.client()
    swapped.headers["Authorization"] = f"Bearer {secret}"
    other.cookies.set("gradepost", token)

    assert house.submit(swapped, house.schedule()).status_code == 401
    assert house.submit(other, house.schedule()).status_code == 401


def test_whoever_signed_out_is_signed_out_everywhere(house):
    client = house.client("p-10234-officer")
    kept = client.cookies["gradepost"]

    client.post("/sign-out")

    other = house.client()
    other.cookies.set("gradepost", kept)
    assert house.submit(other, house.schedule()).status_code == 401


@pytest.mark.parametrize("act", ["check", "submit"])
def test_another_centres_document_is_refused(house, act):
    before = house.stored()

    answer = house.software("10235").post(f"/{act}/schedule", json=house.schedule("10234"))

    assert answer.status_code == 403
    assert house.stored() == before


@pytest.mark.parametrize(
    "sent_by",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://127.0.0.1:8000.elsewhere.example"},
    ],
)
def test_a_post_that_another_site_makes_a_browser_send_is_refused(house, sent_by):
    before, client = house.stored(), house.client("p-10234-officer")

    answers = [
        client.post("/submit/schedule", json=house.schedule(), headers=sent_by),
        client.post("/check/schedule", json=house.schedule(), headers=sent_by),
        client.post("/sign-in", data={"ref": "r-osei"}, headers=sent_by),
        client.post("/sign-out", headers=sent_by),
        client.post("/ask-declaration", data={}, headers=sent_by),
        client.post("/reviews/2/approve", data={}, headers=sent_by),
    ]

    assert [answer.status_code for answer in answers] == [403] * 6
    assert "set-cookie" not in answers[2].headers
    assert house.stored() == before


@pytest.mark.parametrize(
    "sent_by", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://127.0.0.1:8000"}]
)
def test_a_post_of_our_own_pages_is_taken(house, sent_by):
    client = house.client("p-10234-officer")

    assert client.post("/check/schedule", json=house.schedule(), headers=sent_by).status_code == 200


def test_browsers_are_told_to_name_our_own_origin_to_us(house):
    """Under `no-referrer` a browser posts `Origin: null`, and our own forms would be refused."""
    assert house.client().get("/forms/schedule/").headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/nothing", "/forms", "/submit/nothing", "/check/x", "/receipts/nothing", "/%00"])
def test_where_there_is_nothing_it_says_so(house, path):
    client = house.software()

    answer = client.post(path, json={}) if path.startswith(("/submit", "/check")) else client.get(path)

    assert answer.status_code == (308 if path == "/forms" else 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/submit/tags"), ("PUT", "/submit/tags"), ("DELETE", "/receipts/x"), ("POST", "/healthz"), ("POST", "/")],
)
def test_a_method_that_is_not_for_that_address_is_405(house, method, path):
    answer = house.software().request(method, path)

    assert answer.status_code == 405
    assert "allow" in answer.headers


def of_size(document, size):
    body = json.dumps(document).encode()
    return body + b" " * (size - len(body))


def test_exactly_one_mebibyte_is_read_and_judged(house):
    answer = house.software().post("/submit/schedule", content=of_size(house.schedule(), MIB), headers=JSON)

    assert answer.status_code == 201
    assert answer.json()["bytes"] == MIB


def test_one_byte_more_is_too_large(house):
    before = house.stored()

    answer = house.software().post("/submit/schedule", content=of_size(house.schedule(), MIB + 1), headers=JSON)

    assert answer.status_code == 413
    assert house.stored() == before


def test_a_body_of_no_declared_length_is_read_no_further_than_allowed(house):
    undeclared = (b" " * 65536 for _ in range(17))

    answer = house.software().post("/submit/schedule", content=undeclared, headers=JSON)

    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["1048577", "9" * 5000])
def test_a_length_that_is_too_large_is_refused_before_the_body(house, length):
    headers = JSON | {"Content-Length": length}

    answer = house.software().post("/submit/schedule", content=b"{}", headers=headers)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/xml"},
        {"Content-Type": ""},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "br"},
        {"Content-Type": "application/json", "Content-Encoding": "identity, gzip"},
    ],
)
def test_what_is_no_json_and_no_form_is_not_taken(house, headers):
    client = house.software()

    assert client.post("/submit/schedule", content=b"{}", headers=headers).status_code == 415
    assert client.post("/check/schedule", content=b"{}", headers=headers).status_code == 415


def test_json_may_name_its_charset(house):
    body = json.dumps(house.schedule())
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}

    assert house.software().post("/check/schedule", content=body, headers=headers).status_code == 200


def test_errors_are_json_for_software_and_pages_for_browsers(house):
    software = house.software().get("/receipts/nothing")
    browser = house.client("p-10234-officer").get("/receipts/nothing", headers={"Accept": "text/html"})

    assert set(software.json()) == {"error", "message"}
    assert browser.headers["content-type"].startswith("text/html")
    assert "<title>Page not found" in browser.text


def test_health_and_readiness_answer_anybody(house):
    client = house.client()

    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"
    assert "gradepost_outbox_waiting" in client.get("/metrics").text


def test_a_mistake_of_ours_is_500_with_a_number_and_without_details(fresh):
    (fresh.state.folder / "keys" / "receipt.pub.pem").unlink()

    answer = fresh.client().get("/receipt-key.pem", headers={"Accept": "application/json"})

    assert answer.status_code == 500
    assert "number" in answer.json()["message"]
    assert "receipt.pub" not in answer.text
    assert answer.headers["content-security-policy"]


def test_whoever_loads_the_page_of_a_sent_form_again_is_led_back_to_the_form(house):
    answer = house.client().get("/submit/tags", headers={"Accept": "text/html"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/forms/tags/")
