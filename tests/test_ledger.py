"""The miniature ledger: as its script makes it, clean, and what is found when somebody tampers with it."""

import base64
import re
from datetime import datetime
from pathlib import Path

import make_ledger
import pytest
from casebook import RECEIVED_AT, files, load_case, name_of, tamper

from gradepost.check import read
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import DirectorySource
from gradepost.review import review

LEDGER = make_ledger.LEDGER
PUBLIC = base64.b64encode(make_ledger.KEY.public).decode()
EXAMPLES = files("ledger")
TAMPERED = [path for path in EXAMPLES if "changes" not in load_case(path)]
CHANGED = [path for path in EXAMPLES if "changes" in load_case(path)]


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_committed_ledger_is_what_its_script_makes(tmp_path):
    committed = content_of(LEDGER)
    del committed[make_ledger.WRITTEN_BY_HAND]

    make_ledger.make(tmp_path)

    made = content_of(tmp_path)
    differing = sorted(path for path in committed | made if committed.get(path) != made.get(path))
    assert differing == [], "The ledger's shape has changed: run `python tests/make_ledger.py` and look at the diff."


def test_the_committed_ledger_is_clean(gradepost):
    ran = gradepost("check", LEDGER, "--format", "json")

    assert ran.code == 0
    assert ran.json["judged"] == 5
    assert ran.json["findings"] == []
    assert ran.json["not_judged"] == []


def test_it_is_clean_at_any_time_because_receipts_say_when(gradepost):
    ran = gradepost("check", LEDGER, "--at", "2031-01-01T00:00:00Z", "--format", "json")

    assert ran.json["findings"] == []


def test_the_ledger_holds_no_private_key():
    everything = b"".join(content_of(LEDGER).values())

    assert b"PRIVATE" not in everything
    assert make_ledger.KEY.to_pem() not in everything


def test_it_pins_no_book_so_that_a_new_label_does_not_void_it(book):
    settings = LedgerReader(DirectorySource(LEDGER), book).settings

    assert settings.book == ""
    assert settings.demo


@pytest.mark.parametrize("path", TAMPERED, ids=name_of)
def test_tampering_breaks_exactly_the_rules_that_the_example_names(path, ledger, gradepost, book):
    example = load_case(path)
    tamper(ledger, example, book)

    ran = gradepost("check", ledger, "--at", RECEIVED_AT, "--format", "json")

    assert ran.errors == set(example["breaks"]), ran.out
    assert ran.code == (1 if example["breaks"] else 0)
    assert {n["rule"] for n in ran.json["not_judged"]} == set(example.get("not_judged", ()))


@pytest.mark.parametrize("path", CHANGED, ids=name_of)
def test_a_change_breaks_r004_where_the_example_says(path, book):
    example = load_case(path)

    report = review(
        DirectorySource(LEDGER), example["changes"], example["branch"], book, datetime.fromisoformat(RECEIVED_AT)
    )

    assert {f.rule for f in report.findings} == set(example["breaks"])


def test_every_finding_in_a_ledger_has_a_path_from_its_root(ledger, gradepost, book):
    tamper(ledger, load_case(files("ledger")[0].parent / "D003-moved.json"), book)

    ran = gradepost("check", ledger, "--format", "json")

    assert ran.json["findings"]
    assert all(re.match(r"submissions/2021-summer/10/", f["path"]) for f in ran.json["findings"])


def test_a_register_that_does_not_match_its_schema_is_our_own_mistake(ledger, gradepost):
    (ledger / "centres/10/10234.json").write_text('{"centre": "10234"}')

    ran = gradepost("check", ledger)

    assert ran.code == 2
    assert "centre file of 10234" in ran.err


def key(public: str = PUBLIC, not_before: str = '"2021-05-01T00:00:00Z"') -> str:
    return f'series = "2021-summer"\n[[keys]]\nid = "k1"\npublic = "{public}"\nnot_before = {not_before}\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("series = ", "not TOML"),
        ('book = ""', "series is missing"),
        ('series = "2099-winter"', "no series 2099-winter"),
        (key(public="AAAA"), "32 bytes"),
        (key(public="?"), "base64"),
        (key(not_before="2021-05-01"), "2021-05-01"),
        (key(not_before="2021-05-01T00:00:00"), "no offset"),
        (key(not_before='"soon"'), "soon"),
        (key().replace("public", "pubic"), "public is missing"),
        ('series = "2021-summer"\nkeys = 5', "ledger.toml"),
        ('series = "2021-summer"\nreviewers = ["r-osei"]', "ledger.toml"),
    ],
)
def test_a_wrong_ledger_toml_is_our_own_mistake(ledger, gradepost, text, says):
    (ledger / "ledger.toml").write_text(text)

    ran = gradepost("check", ledger)

    assert ran.code == 2
    assert says in ran.err


def test_a_folder_without_ledger_toml_is_not_a_ledger(tmp_path, gradepost):
    ran = gradepost("check", tmp_path)

    assert ran.code == 2
    assert "not a ledger" in ran.err


def test_a_document_whose_rows_were_let_go_is_the_same_document(ledger, book):
    source = DirectorySource(ledger)
    seen = 0
    for path in (p for p in source.list("submissions") if "/receipts/" not in p):
        held, let_go = read(source.read(path), path, book), LedgerReader(source, book).document(path)
        properties = {name for learner in held.learners for name in learner} | {"mark", "certificating", "nothing"}

        assert {name: let_go.columns[name] for name in properties} == {n: held.columns[n] for n in properties}
        assert {n: let_go.evidence[n] for n in ("source", "dated", "x")} == {
            n: held.evidence[n] for n in ("source", "dated", "x")
        }
        assert (let_go.pieces, let_go.people, let_go.subject) == (held.pieces, held.people, held.subject)
        assert (list(let_go.learners), len(let_go.learners)) == (list(held.learners), len(held.learners))
        assert (let_go.canonical, let_go.sha256) == (held.canonical, held.sha256)
        seen += let_go.learners is not held.learners and not isinstance(let_go.learners, list)

    assert seen > 2
