"""Documents: strict in, canonical out, the line of a value, the path that a document names."""

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradepost.document.canonical import Layout, sha256
from gradepost.document.filing import (
    Dossier,
    document_of_receipt,
    dossier_of_branch,
    dossier_of_path,
    fault_of,
    is_receipt,
    path_of,
    receipt_path,
)
from gradepost.document.strict import MAX_BYTES, MAX_DEPTH, NotStrict, parse

GOLDEN = Path(__file__).parent / "golden"
REQUESTS = ["evidence-request", "evidence", "stage-one-meeting", "remote-visit", "extension"]
FORMS = ["schedule", "tags", "declaration", "question", "conflict-of-interest", "receipt", *REQUESTS]


NAMES = st.text(max_size=5)


def values(names=NAMES, max_leaves=20):
    """Any JSON value within the limits."""
    leaf = (
        st.none()
        | st.booleans()
        | st.integers(-(10**15) + 1, 10**15 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8)
    )
    return st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=max_leaves,
    )


# Strict


@given(values(), st.booleans(), st.sampled_from([None, 1, 4]))
def test_whatever_json_dumps_writes_within_the_limits_parses_to_itself(value, ascii_only, indent):
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()

    assert parse(raw) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_not_strict(raw):
    try:
        parse(raw)
    except NotStrict as refusal:
        assert str(refusal).endswith(".")


@given(values(), st.integers(0, 400), st.sampled_from(['"', "\\", "{", "}", "[", "]", ",", ":", "0", "\ud800", "\x00"]))
def test_a_damaged_text_is_a_value_or_not_strict(value, at, piece):
    text = json.dumps(value)
    raw = (text[:at] + piece + text[at + 1 :]).encode("utf-8", "surrogatepass")

    try:
        parse(raw)
    except NotStrict as refusal:
        assert str(refusal).endswith(".")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "Line 1, column 1 is not JSON."),
        (b"  \n ", "is not JSON."),
        (b"{", "is not JSON."),
        (b'{"a": 1,}', "is not JSON."),
        (b"[1, 2,]", "is not JSON."),
        (b"{'a': 1}", "is not JSON."),
        (b"[01]", "is not JSON."),
        (b"[+1]", "is not JSON."),
        (b"[.5]", "is not JSON."),
        (b"[1.]", "is not JSON."),
        (b"[True]", "is not JSON."),
        (b'["a\nb"]', "is not JSON."),
        (b'["\t"]', "is not JSON."),
        (b'["\\x41"]', "is not JSON."),
        (b'["\\u12"]', "is not JSON."),
        (b"{}\n{}", "Line 2, column 1 is not JSON."),
        (b"{} x", "is not JSON."),
        (b"\x00", "is not JSON."),
        ("{\u00a0}".encode(), "is not JSON."),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"\xff\xfe{\x00}\x00", "Byte 1 is not UTF-8."),
        (b'["\xc3\x28"]', "Byte 3 is not UTF-8."),
        (b'["\xed\xa0\x80"]', "is not UTF-8."),
        (b'["\xc0\xaf"]', "is not UTF-8."),
        (b"NaN", "NaN and Infinity"),
        (b"[Infinity]", "NaN and Infinity"),
        (b"[-Infinity]", "NaN and Infinity"),
        (b"1e309", "too large"),
        (b"-1e309", "too large"),
        (b"1" + b"0" * 400 + b".0", "too large"),
        (b"1000000000000000", "15 digits"),
        (b"-1000000000000000", "15 digits"),
        (b"9" * 17, "15 digits"),
        (b"9" * 5000, "15 digits"),
        (b"-" + b"9" * 5000, "15 digits"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"a": 1, "\\u0061": 1}', "twice"),
        (b'[{"x": {"": 0, "": 0}}]', "twice"),
        (b'["\\ud800"]', "surrogate"),
        (b'["\\udc00\\ud800"]', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b"[" * 21 + b"]" * 21, "20 levels"),
        (b'{"a":' * 21 + b"1" + b"}" * 21, "20 levels"),
        (b"[" * 100_000, "20 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "20 levels"),
        (b'{"":' * 100_000, "20 levels"),
        (b" " * (MAX_BYTES + 1), "1,048,577 bytes; the most is 1,048,576"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else "",
)
def test_what_is_not_strict_json_is_refused_in_plain_words(raw, says):
    with pytest.raises(NotStrict) as refusal:
        parse(raw)

    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b" \t\r\n{} \n", {}),
        (b"999999999999999", 10**15 - 1),
        (b"-999999999999999", 1 - 10**15),
        (b"-0", 0),
        (b"1.7976931348623157e308", 1.7976931348623157e308),
        (b"1e-999", 0.0),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\/\\b\\f\\n\\r\\t\\\\\\""', '/\b\f\n\r\t\\"'),
        (b"[" * 20 + b"]" * 20, None),
        (b'["' + b"[" * 100 + b'"]', ["[" * 100]),
        (b'["\\"' + b"{" * 100 + b'"]', ['"' + "{" * 100]),
        (b"[" + b"[]," * 1000 + b"[]]", None),
        (b'"\x7f"', "\x7f"),
        (b'"' + b"a" * (MAX_BYTES - 2) + b'"', None),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else "",
)
def test_what_keeps_the_limits_is_read(raw, value):
    found = parse(raw)

    assert value is None or found == value


def deep(value: Any) -> int:
    return 1 + max(map(deep, value), default=0) if isinstance(value, list) else 0


def test_the_limit_of_depth_is_exact():
    assert deep(parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)) == MAX_DEPTH


@pytest.mark.parametrize(
    "raw",
    [
        b'"' + b'\\"' * 524_287,
        b"[" * 30 + b'"' + b'\\"' * 524_200,
        b'\\"' * 524_288,
        b"[" * 21 + b'"' * 1_048_000,
        b'"' * 1_048_576,
        b"[" * 21 + b"\\" * 1_048_000,
        b"]" * 524_288 + b"[" * 524_288,
        b"[]" * 524_288,
        b"9" * 1_048_576,
        b"0." + b"9" * 1_048_574,
        b"1e" + b"9" * 1_048_574,
        b" " * 1_048_576,
        b'{"a":1,' * 149_000,
        b'["\\ud800",' * 95_000,
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_hostile_text_of_a_mebibyte_is_answered_at_once(raw):
    assert len(raw) <= MAX_BYTES
    started = time.thread_time()

    with contextlib.suppress(NotStrict):
        parse(raw)

    assert time.thread_time() - started < 0.2


# Canonical


def turned(value: Any) -> Any:
    """The same value with the properties of every object the other way round."""
    if isinstance(value, dict):
        return {name: turned(value[name]) for name in reversed(value)}
    return [turned(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("form", FORMS)
def test_canonical_bytes_are_the_golden_file_in_whatever_order_it_came(form, book):
    golden = (GOLDEN / f"{form}.json").read_bytes()
    layout = book.schemas[form].layout

    value = json.loads(golden)

    assert layout.bytes_of(value) == golden
    assert layout.bytes_of(turned(value)) == golden


@pytest.mark.parametrize("form", FORMS)
def test_a_golden_file_keeps_its_schema_and_has_every_property(form, book):
    value = json.loads((GOLDEN / f"{form}.json").read_bytes())
    schema = book.schemas[form]

    assert schema.violations(value) == ()
    assert list(value) == list(schema.schema["properties"])


@pytest.mark.parametrize("form", FORMS)
def test_canonical_bytes_end_with_one_newline_and_keep_characters(form):
    raw = (GOLDEN / f"{form}.json").read_bytes()

    assert raw.endswith(b"}\n")
    assert not raw.endswith(b"\n\n")
    assert b"\r" not in raw
    assert "\\u" not in raw.decode().replace("\\u2028", "")


@pytest.mark.parametrize("form", ["schedule", "tags"])
def test_each_learner_has_a_line(form):
    text = (GOLDEN / f"{form}.json").read_text()

    lines = [line for line in text.split("\n") if line.startswith("    {")]

    rows = [json.loads(line.rstrip(",")) for line in lines if "candidate_number" in line]
    assert rows == json.loads(text)["learners"]


def test_unicode_stands_as_it_is():
    raw = Layout({"properties": {"name": {}}}).bytes_of({"name": "José 😀 \u2028"})

    assert raw == '{\n  "name": "José 😀 \u2028"\n}\n'.encode()


def test_what_the_schema_does_not_know_goes_last():
    layout = Layout({"properties": {"b": {}, "a": {}}})

    assert list(json.loads(layout.bytes_of({"x": 1, "a": 2, "b": 3}))) == ["b", "a", "x"]


def test_an_empty_document_and_an_empty_list_have_one_spelling():
    layout = Layout({"properties": {"learners": {}}})

    assert layout.bytes_of({}) == b"{}\n"
    assert layout.bytes_of({"learners": []}) == b'{\n  "learners": []\n}\n'


DOCUMENTS = st.dictionaries(
    st.sampled_from(["learners", "a", "b", "\n", '"']) | st.text(max_size=3), values(max_leaves=12), max_size=6
)
ORDERED = Layout(
    {
        "properties": {
            "a": {},
            "learners": {"type": "array", "items": {"properties": {"a": {}, "b": {"properties": {"b": {}, "a": {}}}}}},
            "b": {"properties": {"learners": {}, "a": {}}},
        }
    }
)


@given(DOCUMENTS)
def test_canonical_bytes_say_the_same_value(value):
    raw = ORDERED.bytes_of(value)

    assert parse(raw) == value
    assert raw.endswith(b"}\n")


@given(DOCUMENTS)
def test_canonical_bytes_of_canonical_bytes_are_the_same_bytes(value):
    raw = ORDERED.bytes_of(value)

    assert ORDERED.bytes_of(json.loads(raw)) == raw


@given(st.permutations(["form", "series", "centre", "qualification", "component", "starts_at", "learners"]))
def test_the_order_in_which_it_came_does_not_matter(book, order):
    golden = (GOLDEN / "schedule.json").read_bytes()
    value = json.loads(golden)

    assert book.schemas["schedule"].layout.bytes_of({name: value[name] for name in order}) == golden


def test_sha_256_is_that_of_the_bytes():
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


# Filing

SCHEDULE_PATH = "submissions/{series}/{shard}/{centre}/{qualification}/{kind}/{component}.schedule.json"
DATA = {"series": "2021-summer", "centre": "10234", "qualification": "AM20530", "component": "UV21578"}
HOSTILE = [
    "..",
    "../..",
    "",
    ".",
    "a/b",
    "/etc",
    "a\\b",
    "１０２３４",
    "10234\n",
    "10 234",
    "-rf",
    ".git",
    "a" * 41,
    "é",
    "a\x00",
    "{centre}",
    "AM20530.json",
]


def test_a_document_is_filed_where_its_ids_say():
    path = path_of(SCHEDULE_PATH, DATA, "external-exam")

    assert path == "submissions/2021-summer/10/10234/AM20530/external-exam/UV21578.schedule.json"


@pytest.mark.parametrize("name", [*DATA, "kind"])
@pytest.mark.parametrize("value", HOSTILE)
def test_an_id_that_is_none_names_no_path(name, value):
    data = {**DATA, name: value}

    assert path_of(SCHEDULE_PATH, data, value if name == "kind" else "external-exam") is None


@pytest.mark.parametrize("value", [None, 5, ["10234"], {"a": 1}, True])
@pytest.mark.parametrize("name", DATA)
def test_an_id_that_is_no_text_names_no_path(name, value):
    assert path_of(SCHEDULE_PATH, {**DATA, name: value}, "external-exam") is None


def test_a_shard_of_ones_own_is_not_taken():
    data = {**DATA, "shard": "..", "kind": ".."}

    assert path_of(SCHEDULE_PATH, data, "external-exam") == path_of(SCHEDULE_PATH, DATA, "external-exam")


@given(st.fixed_dictionaries(dict.fromkeys(DATA, st.text(max_size=12) | st.none())), st.text(max_size=12))
def test_no_ids_lead_out_of_submissions(data, kind):
    path = path_of(SCHEDULE_PATH, data, kind)

    if path is not None:
        parts = path.split("/")
        assert parts[0] == "submissions"
        assert len(parts) == 7
        assert not {"", ".", ".."} & set(parts)
        assert path.isascii()


def test_a_dossier_has_one_folder_one_branch_and_one_place_for_its_reviews():
    dossier = Dossier("2021-summer", "10234", "AM20530", "external-exam")

    assert dossier.folder == "submissions/2021-summer/10/10234/AM20530/external-exam"
    assert dossier.branch == "dossier/2021-summer/10234/AM20530/external-exam"
    assert dossier.reviews == "reviews/2021-summer/10/10234/AM20530/external-exam"
    assert dossier_of_branch(dossier.branch) == dossier
    assert dossier_of_path(f"{dossier.folder}/declaration.json") == dossier


@pytest.mark.parametrize(
    "path",
    [
        "submissions/2021-summer/10/10234/AM20530/external-exam",
        "submissions/2021-summer/11/10234/AM20530/external-exam/declaration.json",
        "submissions/x.json",
        "centres/10/10234.json",
        "reviews/2021-summer/10/10234/AM20530/external-exam/000000000001.json",
        "",
    ],
)
def test_a_path_elsewhere_lies_in_no_dossier(path):
    assert dossier_of_path(path) is None


@pytest.mark.parametrize(
    "branch",
    ["main", "", "dossier", "dossier/2021-summer/10234/AM20530", "Dossier/a/b/c/d", "dossier/a/b/c/d/e", "x/a/b/c/d"],
)
def test_a_branch_of_another_shape_names_no_dossier(branch):
    assert dossier_of_branch(branch) is None


def test_a_receipt_stands_beside_its_document_under_its_number():
    document = "submissions/2021-summer/10/10234/AM20530/external-exam/UV21578.tags.json"

    path = receipt_path(document, 17)

    assert path == ("submissions/2021-summer/10/10234/AM20530/external-exam/receipts/000000000017-UV21578.tags.json")
    assert is_receipt(path)
    assert document_of_receipt(path) == document


@pytest.mark.parametrize(
    "path",
    [
        "submissions/a/receipts/17-UV21578.tags.json",
        "submissions/a/receipts/00000000001７-UV21578.tags.json",
        "submissions/a/receipts/000000000017-",
        "submissions/a/receipts/000000000017-a/b",
        "centres/receipts/000000000017-UV21578.tags.json",
        "submissions/a/UV21578.tags.json",
    ],
)
def test_what_only_looks_like_a_receipt_is_none(path):
    assert not is_receipt(path)


def test_what_is_about_the_whole_centre_has_a_folder_and_a_branch_of_its_own():
    centre = Dossier("2021-summer", "10234")

    assert centre.folder == "submissions/2021-summer/10/10234"
    assert centre.branch == "dossier/2021-summer/10234/centre"
    assert centre.reviews == "reviews/2021-summer/10/10234"
    assert dossier_of_branch(centre.branch) == centre
    assert dossier_of_path(f"{centre.folder}/return.json") == centre
    assert dossier_of_path(receipt_path(f"{centre.folder}/return.json", 17)) == centre


def test_the_centres_folder_does_not_hold_its_dossiers():
    centre, dossier = Dossier("2021-summer", "10234"), Dossier("2021-summer", "10234", "AM20530", "external-exam")

    assert not centre.holds(f"{dossier.folder}/declaration.json")
    assert not dossier.holds(f"{centre.folder}/return.json")
    assert dossier.holds(receipt_path(f"{dossier.folder}/declaration.json", 17))


@pytest.mark.parametrize(
    "branch", ["dossier/2021-summer/10234//", "dossier/2021-summer//centre", "dossier/10234/centre"]
)
def test_a_branch_with_a_part_left_out_is_nobodys(branch):
    assert dossier_of_branch(branch) is None


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ("dossier", "submissions/{series}/{shard}/{centre}/{qualification}/{kind}/{component}.return.json"),
        ("dossier", "submissions/{series}/{shard}/{centre}/{qualification}/{kind}/return.json"),
        ("centre", "submissions/{series}/{shard}/{centre}/{form}.json"),
    ],
)
def test_a_form_files_its_documents_in_the_folder_of_its_scope(scope, path):
    assert fault_of("return", scope, path) is None


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ("centre", "submissions/{series}/{shard}/{centre}/{qualification}/{kind}/return.json"),
        ("centre", "submissions/{series}/{shard}/{centre}/receipts/return.json"),
        ("centre", "submissions/{series}/{centre}/return.json"),
        ("dossier", "submissions/{series}/{shard}/{centre}/return.json"),
        ("centre", "submissions/{series}/{shard}/{centre}/{series}.json"),
        ("centre", "submissions/{series}/{shard}/{centre}/noreturn.json"),
        ("public", "submissions/{series}/return.json"),
    ],
)
def test_nothing_is_filed_where_no_branch_would_hold_it(scope, path):
    assert fault_of("return", scope, path) is not None
