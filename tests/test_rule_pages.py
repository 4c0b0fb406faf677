"""`explain`, `rules`, `deadlines`, and the page of the rule book: the same facts for people and for programs."""

import json
import re
from pathlib import Path

import make_ledger
import pytest

from gradepost.book import load
from gradepost.doors.cli import rulebook
from gradepost.doors.rule_pages import rule_page, rules_page
from gradepost.rules import RULES

ROOT = Path(__file__).resolve().parents[1]
SERIES = ("--series", "2021-summer")
JSON = ("--format", "json")
(SITE_SERIES,) = re.findall(r"gradepost:\s+series: (\S+)", (ROOT / "mkdocs.yml").read_text())


# explain


def test_explain_says_what_holds_how_to_mend_it_and_where_it_comes_from(gradepost):
    ran = gradepost("explain", "L001", *SERIES)

    (rule,) = [rule for rule in RULES if rule.id == "L001"]
    assert ran.code == 0
    assert ran.out.startswith(f"L001  {rule.title}\n")
    assert rule.fix in ran.out
    assert "Error (2021-summer)" in ran.out
    assert "specification" in ran.out
    assert "http://127.0.0.1:8000/rules/#l001" in ran.out


def test_explain_takes_small_letters_too(gradepost):
    assert gradepost("explain", "l001", *SERIES).raw == gradepost("explain", "L001", *SERIES).raw


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_can_be_explained_with_an_example_that_breaks_it(gradepost, rule):
    ran = gradepost("explain", rule.id, *SERIES)

    assert ran.code == 0
    assert rule.fix in ran.out
    assert re.search(r"^For example: +\S", ran.out, re.MULTILINE)


def test_explain_says_which_facts_a_rule_needs(gradepost):
    assert "who submitted it" in gradepost("explain", "S004", *SERIES).out
    assert "the other documents" in gradepost("explain", "L004", *SERIES).out
    assert "Needs" not in gradepost("explain", "L001", *SERIES).out


@pytest.mark.parametrize(("unknown", "near"), [("L01", "L001"), ("l0001", "L001"), ("T0O8", "T008"), ("H", "H001")])
def test_an_unknown_rule_is_wrong_usage_and_names_those_near_it(gradepost, unknown, near):
    ran = gradepost("explain", unknown, *SERIES)

    assert ran.code == 2
    assert ran.out == ""
    assert near in ran.err


def test_an_unknown_rule_that_is_near_none_is_told_where_they_are_listed(gradepost):
    ran = gradepost("explain", "zyzzyva", *SERIES)

    assert ran.code == 2
    assert "gradepost rules" in ran.err
    assert "zyzzyva" not in ran.err


def test_a_rule_that_the_series_softens_is_explained_as_softened(gradepost, site, monkeypatch):
    path = site / "forms/2021-summer/series.yaml"
    path.write_text(path.read_text().replace("rules: {}", 'rules: { T001: warning, T008: "off" }'))
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))

    softened, off = gradepost("explain", "T001", *SERIES), gradepost("explain", "T008", *SERIES)

    assert "Warning (2021-summer)" in softened.out
    assert "Switched off (2021-summer)" in off.out


# rules


def test_rules_lists_every_rule_once_and_in_order(gradepost):
    lines = gradepost("rules", *SERIES).out.splitlines()

    assert [line.split()[0] for line in lines[1:]] == [rule.id for rule in RULES]
    assert all(rule.title in line for rule, line in zip(RULES, lines[1:], strict=True))


def test_rules_as_json_are_facts(gradepost):
    found = gradepost("rules", *SERIES, *JSON).json

    assert [rule["id"] for rule in found] == [rule.id for rule in RULES]
    assert all(list(r) == ["id", "severity", "forms", "title", "fix", "source", "help"] for r in found)
    assert {rule["severity"] for rule in found} == {"error", "warning"}


def test_rules_as_markdown_are_the_page_of_the_site(gradepost):
    assert gradepost("rules", *SERIES, "--format", "markdown").out == rules_page(load(ROOT, "2021-summer"))


def test_in_a_terminal_rules_are_a_table(monkeypatch, capsys):
    monkeypatch.setattr(rulebook.sys.stdout, "isatty", lambda: True)

    rulebook._print_table(("Rule", "What must hold"), [("L001", "[red]ULN[/red]")])

    said = capsys.readouterr().out
    assert "┃" in said
    assert "[red]ULN[/red]" in said


# The page


def test_the_committed_page_is_the_one_that_the_rules_make():
    committed = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")

    fresh = rules_page(load(ROOT, SITE_SERIES))
    assert committed == fresh, f"Run: gradepost rules --series {SITE_SERIES} --format markdown > docs/rules.md"


def test_the_page_has_a_row_and_an_anchor_for_each_rule(book):
    page = rules_page(load(ROOT, "2021-summer"))

    assert re.findall(r"^\| \[(\w+)\]", page, re.MULTILINE) == [rule.id for rule in RULES]
    assert re.findall(r"^### (\w+) .*\{ #(\w+) \}$", page, re.MULTILINE) == [(r.id, r.id.lower()) for r in RULES]


def test_no_cell_of_the_page_ends_its_row():
    for line in rules_page(load(ROOT, "2021-summer")).splitlines():
        if line.startswith("|"):
            assert line.count("|") == 6, line


def test_a_committed_page_gives_way_to_that_of_the_series_that_the_site_shows(tmp_path):
    from mkdocs.config import load_config
    from mkdocs.structure.files import File, Files

    config = load_config(str(ROOT / "mkdocs.yml"))
    config.plugins["gradepost"].on_config(config)
    (tmp_path / "rules.md").write_text("# Stale")
    files = Files([File("rules.md", str(tmp_path), str(tmp_path / "site"), use_directory_urls=True)])

    found = config.plugins.on_files(files, config=config)

    (page,) = [file for file in found if file.src_uri == "rules.md"]
    made = rules_page(load(ROOT, SITE_SERIES))
    assert page.content_string.partition("\n---\n")[2] == made.partition("\n---\n")[2]


# deadlines


def test_deadlines_are_said_in_the_time_of_the_series_and_in_utc(gradepost):
    said = gradepost("deadlines", *SERIES).out

    assert "23:59:59 on Thursday 20 May 2021" in said
    assert "2021-05-20T22:59:59.999Z" in said
    assert "Europe/London" in said
    assert re.search(r"synoptic-practical +no fixed date$", said, re.MULTILINE)


def test_deadlines_as_json_are_every_row_and_kind_of_the_series(gradepost):
    found = gradepost("deadlines", *SERIES, *JSON).json

    deadlines = load(ROOT, "2021-summer").series.deadlines
    assert list(found) == ["series", "time_zone", "deadlines"]
    assert [(d["deadline"], d["kind"]) for d in found["deadlines"]] == [
        (row, kind) for row, kinds in deadlines.items() for kind in kinds
    ]
    (paper,) = [d for d in found["deadlines"] if (d["deadline"], d["kind"]) == ("tags", "external-exam")]
    assert paper["until"] == "2021-05-21T22:59:59.999Z"
    assert paper["local"] == "2021-05-21T23:59:59.999+01:00"


@pytest.mark.parametrize(
    ("at", "passed"), [("2021-05-20T23:59:59.999+01:00", False), ("2021-05-21T00:00:00+01:00", True)]
)
def test_at_says_which_deadlines_have_passed(gradepost, at, passed):
    found = gradepost("deadlines", *SERIES, "--at", at, *JSON).json["deadlines"]

    assert {d["passed"] for d in found if d["deadline"] == "schedule" and d["until"]} == {passed}
    assert {d["passed"] for d in found if d["until"] is None} == {False}


def test_with_a_ledger_each_centres_extensions_are_listed(gradepost):
    said = gradepost("deadlines", *SERIES, "--ledger", make_ledger.LEDGER).out
    found = gradepost("deadlines", *SERIES, "--ledger", make_ledger.LEDGER, *JSON).json["extensions"]

    granted = {
        path.stem: json.loads(path.read_bytes())["extensions"]
        for path in sorted((make_ledger.LEDGER / "extensions/2021-summer").glob("*.json"))
    }
    assert granted
    assert [e["centre"] for e in found] == [centre for centre, extensions in granted.items() for _ in extensions]
    for extension in found:
        assert extension["centre"] in said
        assert extension["until"] in said


def test_a_ledger_without_extensions_says_so(gradepost, ledger):
    for path in (ledger / "extensions/2021-summer").glob("*.json"):
        path.unlink()

    assert gradepost("deadlines", *SERIES, "--ledger", ledger).out.endswith("No extensions.\n")


@pytest.mark.parametrize("arguments", [["rules", "--format", "pdf"], ["deadlines", "--at", "today"], ["explain"]])
def test_wrong_usage_ends_with_2(gradepost, arguments):
    assert gradepost(*arguments).code == 2


# A page for each rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_a_page_with_an_example_on_either_side(rule, book):
    page = rule_page(rule, book, ROOT)

    assert page.startswith(f"---\ntitle: {rule.id}\n")
    assert rule.fix in page
    assert "## What breaks it\n\nFor example: " in page
    assert "## What keeps it\n\nFor example: " in page
    assert f"(../rules.md#{rule.id.lower()})" in page


def test_a_page_shows_what_is_changed_in_an_example(book):
    (rule,) = [rule for rule in RULES if rule.id == "L002"]

    assert '| `/learners/1/candidate_number` | `"0042"` |' in rule_page(rule, book, ROOT)


def test_without_the_examples_a_page_still_explains_its_rule(book, tmp_path):
    assert "For example" not in rule_page(RULES[0], book, tmp_path)
