"""Whatever is sent, the answer is one of those promised, at once, and nothing is half stored."""

import json
import os
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PROMISED = {200, 201, 303, 308, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422}
# By hand, with a larger number, it looks further: GRADEPOST_EXAMPLES=5000 pytest tests/web/test_hostile.py
EXAMPLES = int(os.environ.get("GRADEPOST_EXAMPLES", "25"))
RELAXED = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = [
    *("form", "series", "centre", "qualification", "component", "kind", "starts_at", "covers", "signatory"),
    *("learners", "evidence", "sign_off", "decision_record", "statements", "extra"),
]
FIELD_NAMES = [
    *("_idempotency_key", "_add_rows", "learners", "learners.0", "learners.0.uln", "learners.999999999.uln"),
    *(
        "learners.-1.uln",
        "learners.x.uln",
        "learners.0.evidence.0.source",
        "learners.0.evidence.source",
        "evidence.source",
    ),
    *(
        "sign_off.0.name",
        "sign_off.name",
        "sign_off.0.signature.image_sha256",
        "decision_record",
        "starts_at",
        "centre",
    ),
    *("learners." * 40, ".", "..", "__proto__", "learners.0.uln.x", "covers.0.learners", "statements", "statements.0"),
]


@pytest.fixture(scope="module")
def officer(house):
    return house.client("p-10234-officer")


def stored_whole(house):
    """Every submission has its receipt, its place among the current ones or a later one there, and its outbox row."""
    unfinished = """SELECT s.seq FROM submissions s LEFT JOIN outbox o USING (seq)
        WHERE (o.seq IS NULL) = (s.filed_at IS NULL) OR s.seq > (SELECT seq FROM current WHERE path = s.path)"""
    return house.rows(unfinished) == []


@given(body=st.binary(max_size=300) | values.map(lambda v: json.dumps(v).encode("utf-8", "surrogatepass")))
@RELAXED
def test_any_bytes_as_json(house, officer, body):
    for act in ("check", "submit"):
        answer = officer.post(f"/{act}/tags", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in PROMISED
    assert stored_whole(house)


@given(
    form=st.sampled_from(["schedule", "tags", "declaration"]), changes=st.dictionaries(st.sampled_from(NAMES), values)
)
@RELAXED
def test_a_right_document_with_any_values_in_it(house, officer, form, changes):
    right = house.schedule() if form == "schedule" else house.tags()

    answer = officer.post(
        f"/submit/{form}",
        content=json.dumps(right | changes).encode("utf-8", "surrogatepass"),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code in PROMISED
    assert stored_whole(house)


@given(
    fields=st.lists(st.tuples(st.sampled_from(FIELD_NAMES) | st.text(max_size=40), st.text(max_size=60)), max_size=12),
    form=st.sampled_from(["schedule", "tags", "declaration"]),
    act=st.sampled_from(["check", "submit"]),
)
@RELAXED
def test_any_fields_of_a_form(house, officer, fields, form, act):
    body = urlencode(fields, errors="surrogatepass")

    answer = officer.post(f"/{act}/{form}", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert answer.status_code in PROMISED
    assert stored_whole(house)


@given(body=st.binary(max_size=200))
@RELAXED
def test_any_bytes_as_a_form_wherever_forms_are_sent(house, officer, body):
    for path in ("/submit/tags", "/sign-in", "/ask-declaration", "/declare/x", "/demo/clock", "/reviews/1/approve"):
        answer = officer.post(path, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status_code in PROMISED


@given(path=st.text(max_size=60).map(lambda text: quote(text, safe="/%?&=;:@", errors="replace")))
@RELAXED
def test_any_path(house, officer, path):
    for before in ("/", "/receipts/", "/declare/", "/reviews/", "/assets/", "/forms/tags/?from="):
        assert officer.get(before + path.lstrip("/")).status_code in PROMISED


@pytest.mark.parametrize(
    "path",
    [
        "/receipts/%00",
        "/receipts/..%2f..%2finbox.sqlite3",
        "/receipts/%2e%2e/%2e%2e/keys/receipt.pem",
        "/receipts/%f0%9f",
        "/receipts/%ed%a0%80",
        "/receipts/" + "a" * 60_000,
        "/receipts/' OR 1=1 --",
        "/" + "a/" * 20_000,
        "/" + "a" * 300,
        "/%00",
        "/index.html%00.css",
        "/../inbox.sqlite3",
        "/..%2finbox.sqlite3",
        "/assets/..%2f..%2finbox.sqlite3",
        "/assets/../../keys/receipt.pem",
        "/.%2e/keys/receipt.pem",
        "/site.stamp",
        "/reviews/99999999999999999999",
        "/reviews/-1",
        "/reviews/%D9%A1",
    ],
)
def test_odd_paths_lead_nowhere(house, officer, path):
    for client in (house.client(), officer, house.client("r-osei")):
        assert client.get(path, headers={"Accept": "application/json"}).status_code in (303, 401, 404)


headers_of = st.dictionaries(
    st.sampled_from(
        [
            *("Accept", "Content-Type", "Content-Encoding", "Content-Length", "Cookie", "Authorization", "Origin"),
            *("Sec-Fetch-Site", "Idempotency-Key", "Host", "Range", "If-Range", "Expect", "Accept-Language"),
        ]
    ),
    st.binary(max_size=60).map(lambda raw: raw.replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")),
)


@given(headers=headers_of)
@RELAXED
def test_any_headers(house, officer, headers):
    for method, path in (("POST", "/submit/tags"), ("GET", "/forms/tags/"), ("GET", "/assets/gradepost.css")):
        answer = officer.request(method, path, headers=headers, content=b"{}" if method == "POST" else None)
        assert answer.status_code in PROMISED | {206, 416}


def test_a_table_of_very_many_rows_is_answered_in_reasonable_time(officer):
    fields = [(f"learners.{number}.uln", "1000000078") for number in range(4_000)]

    answer = officer.post("/check/schedule", data=dict(fields))

    assert answer.status_code in (200, 400, 413)
    assert answer.elapsed.total_seconds() < 20


def test_more_fields_than_anybody_has_are_not_read(officer):
    answer = officer.post(
        "/check/schedule",
        content="&".join("a=" for _ in range(100_001)),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert answer.status_code == 400
