"""One report in six formats and a terminal: well formed, within the limits of who reads it, alike findings together."""

import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from gradepost.check.grouping import grouped, rows
from gradepost.doors.reports import FORMATS
from gradepost.doors.reports.markdown import MAX_BYTES
from gradepost.doors.reports.sarif import MAX_RESULTS
from gradepost.doors.reports.terminal import print_text
from gradepost.model.findings import Finding, NotJudged, Report, Severity
from gradepost.rules import RULES
from gradepost.settings import from_environment

SARIF = json.loads((Path(__file__).parent / "sarif" / "sarif-2.1.0.json").read_bytes())
NO_LEDGER = [NotJudged(rule, "t.json", "no ledger at hand") for rule in ("D007", "D003", "D007")]
STRANGE = Finding(
    rule="L001",
    severity=Severity.ERROR,
    path="a:b,c%d\n::error::e|`f`<g>.json",
    pointer="/learners/0/uln",
    line=3,
    message="Half of 100% is: 50%,\r\nno more | than `that` <b>.",
    fix="Mend it.",
    help="https://x.example/rules/#l001",
)


def report(findings=(STRANGE,), not_judged=()) -> Report:
    return Report("sha256:0", 1, tuple(findings), tuple(not_judged))


def finding(pointer: str, message="Wrong.", severity=Severity.ERROR, rule="L001", path="t.json", **place) -> Finding:
    return Finding(
        rule, severity, path, pointer, place.pop("line", 2), message, "Mend it.", "https://x.example/", **place
    )


def alike(numbers, **facts) -> list[Finding]:
    """The same finding in some rows, counted from 1."""
    return [finding(f"/learners/{number - 1}/uln", line=number + 5, **facts) for number in numbers]


def different(number: int, severity: Severity) -> list[Finding]:
    """Findings of which no two say the same."""
    return [finding(f"/learners/{n}/uln", f"Wrong {n}.", severity, line=n + 2) for n in range(number)]


# All of them


def test_all_six_formats_are_there():
    assert sorted(FORMATS) == ["github", "json", "junit", "markdown", "sarif", "text"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_without_findings_is_well_formed_in_every_format(form):
    said = FORMATS[form](report(findings=()))

    assert said.endswith("\n")
    assert not said.endswith("\n\n")


@pytest.mark.parametrize("form", ["text", "github", "markdown"])
def test_what_is_not_judged_is_counted_and_listed_by_its_reason(form):
    said = FORMATS[form](report((), [*NO_LEDGER, NotJudged("T003", "t.json", "no schedule is given with it")]))

    assert "3 rules not judged:" in said
    assert "no ledger at hand: D003, D007\n" in said
    assert "no schedule is given with it: T003\n" in said


# Alike findings


def test_what_repeats_down_a_column_is_one_group_with_its_rows():
    (group,) = grouped(alike([2, 5, 9, 10, 11, 12]))

    assert group.first.pointer == "/learners/1/uln"
    assert group.rows == [2, 5, 9, 10, 11, 12]
    assert group.others == "The same in rows 5 and 9–12."


@pytest.mark.parametrize(
    "other",
    [
        finding("/learners/1/uci"),
        finding("/learners/1/uln", "Wrong in another way."),
        finding("/learners/1/uln", rule="L003"),
        finding("/learners/1/uln", severity=Severity.WARNING),
        finding("/learners/1/uln", path="s.json"),
        finding("/uln"),
    ],
)
def test_another_place_rule_weight_message_or_file_is_another_group(other):
    groups = grouped([finding("/learners/0/uln"), other])

    assert [group.others for group in groups] == ["", ""]


def test_names_that_were_submitted_make_no_difference_to_a_group():
    groups = grouped([finding(f"/learners/{n}/zyzzyva{n}", submitted_name=True) for n in range(3)])

    assert [group.rows for group in groups] == [[1, 2, 3]]


def test_groups_come_in_the_order_of_the_first_of_each():
    groups = grouped([finding("/b"), *alike([3]), finding("/a"), *alike([1])])

    assert [group.first.pointer for group in groups] == ["/b", "/learners/2/uln", "/a"]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([4], "row 4"),
        ([4, 5], "rows 4 and 5"),
        ([40, *range(4, 32)], "rows 4–31 and 40"),
        ([2, 5, *range(9, 13)], "rows 2, 5 and 9–12"),
        (range(1, 60, 2), "rows 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 18 more places"),
    ],
)
def test_rows_are_said_in_words(numbers, said):
    assert rows(numbers) == said


@pytest.mark.parametrize("form", ["text", "github", "markdown"])
def test_reports_for_people_say_alike_findings_once(form):
    said = FORMATS[form](report(alike(range(4, 32))))

    assert said.count("Wrong.") == 1
    assert "The same in rows 5–31." in said
    assert "28 errors" in said


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_reports_for_programs_have_each_finding(form):
    assert FORMATS[form](report(alike(range(4, 32)))).count("/uln") == 28


# Text


def test_the_text_names_place_rule_words_and_help():
    said = FORMATS["text"](report([finding("/learners/0/uln", severity=Severity.WARNING, column=14)])).splitlines()

    assert said == [
        "t.json:2:14: warning L001 /learners/0/uln",
        "    Wrong.",
        "    Mend it.",
        "    https://x.example/",
        "1 document judged: 0 errors, 1 warning.",
    ]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(found: Report, source: str | None, terminal=True, **options) -> str:
    file = Terminal() if terminal else io.StringIO()
    console = Console(file=file, width=80, color_system=None, **options)
    raw = source.encode() if source is not None else None
    print_text(found, (lambda _: raw) if source is not None else None, console)
    return file.getvalue()


def caret_line(said: str) -> tuple[str, str]:
    """The source line that stands over the caret, and the caret's."""
    lines = said.splitlines()
    number = next(n for n, line in enumerate(lines) if line.strip() == "^")
    return lines[number - 1], lines[number]


def test_a_terminal_is_shown_the_line_with_a_caret_under_the_place():
    said = shown(report([finding("/uln", line=2, column=10)]), '{\n  "uln": "1000000052"\n}')

    line, caret = caret_line(said)
    assert line == '      "uln": "1000000052"'
    assert line[caret.index("^")] == '"'
    assert line[caret.index("^") :] == '"1000000052"'
    assert "t.json:2:10: error L001 /uln\n" in said
    assert "Wrong." in said
    assert "https://x.example/" in said
    assert said.endswith("1 document judged: 1 error, 0 warnings.\n")


def test_a_long_line_is_cut_to_what_stands_around_the_caret():
    source = "".join(f"{n:04d} " for n in range(1000))

    line, caret = caret_line(shown(report([finding("/uln", line=1, column=2501)]), source))

    assert line[caret.index("^") :].startswith("0500 ")
    assert line.strip().startswith("… ")
    assert line.endswith(" …")
    assert len(line) <= 110


def test_a_wide_character_moves_the_caret_by_two():
    line, caret = caret_line(shown(report([finding("/uln", line=1, column=5)]), "漢字 x8"))

    assert line.strip() == "漢字 x8"
    assert caret.index("^") == 4 + len("漢字 x") + 2


@pytest.mark.parametrize(
    "mark", ["\x1b[31m", "\u202e", "\u2066", "\u200f", "\x07", "\r", "\u2028", "\x9b", "\t", "\u200b"]
)
def test_a_terminal_is_never_sent_a_control_or_a_bidirectional_mark(mark):
    said = shown(report([finding("/uln", line=1, column=1)]), f'"a{mark}b"')

    assert mark not in said
    assert mark[0] not in said
    assert "·" in said


def test_a_terminal_does_not_read_markup_in_what_was_submitted():
    said = shown(report([finding("/uln", line=1, column=1)]), '"[red]x[/red] [link=https://x.example]y"')

    assert '"[red]x[/red] [link=https://x.example]y"' in said


@pytest.mark.parametrize("options", [{}, {"force_terminal": True}])
def test_what_was_submitted_goes_nowhere_but_to_a_terminal(options):
    said = shown(report([finding("/uln", line=1, column=1)]), '"zyzzyva"', terminal=False, **options)

    assert said == FORMATS["text"](report([finding("/uln", line=1, column=1)]))


def test_without_sources_a_terminal_is_shown_no_line():
    said = shown(report([finding("/uln", line=1, column=1)]), None)

    assert "^" not in said
    assert "Wrong." in said


@pytest.mark.parametrize(
    "place", [{"line": 9, "column": 1}, {"line": None, "column": None}, {"line": 1, "column": None}]
)
def test_a_finding_without_its_place_in_the_source_is_shown_without_a_line(place):
    said = shown(report([finding("/uln", **place)]), '"zyzzyva"')

    assert "zyzzyva" not in said
    assert "Mend it." in said


def test_a_terminal_says_alike_findings_once_and_why_rules_were_not_judged():
    said = shown(report(alike(range(4, 32)), NO_LEDGER), None)

    assert said.count("Wrong.") == 1
    assert "The same in rows 5–31." in said
    assert "not judged, no ledger at hand: D003, D007" in said


@pytest.mark.parametrize(
    ("ci", "found"), [({}, False), ({"CI": "false"}, False), ({"CI": "true"}, True), ({"CI": "1"}, True)]
)
def test_the_environment_says_whether_this_is_ci(ci, found):
    assert from_environment(ci).in_ci is found


# SARIF


def sarif(*arguments) -> dict:
    value = json.loads(FORMATS["sarif"](report(*arguments)))
    Draft202012Validator(SARIF).validate(value)
    return value["runs"][0]


def test_the_schema_refuses_what_is_no_sarif():
    value = json.loads(FORMATS["sarif"](report()))
    value["runs"][0]["results"][0]["level"] = "fatal"

    assert not Draft202012Validator(SARIF).is_valid(value)


def test_sarif_keeps_to_the_official_schema():
    whole_series = [finding("", line=None), finding("/x", submitted_name=True, column=3), finding("/y", path="")]

    sarif()
    sarif(())
    sarif([finding("/uln", rule=rule.id, severity=rule.severity) for rule in RULES], NO_LEDGER)
    sarif(whole_series, NO_LEDGER)


def test_sarif_has_places_in_characters_and_relative_to_the_repository():
    run = sarif([STRANGE, finding("/learners/0/uln", line=7, column=14)])

    first, second = (result["locations"][0] for result in run["results"])
    assert run["columnKind"] == "unicodeCodePoints"
    assert re.fullmatch(r"[A-Za-z0-9%._/-]+", first["physicalLocation"]["artifactLocation"]["uri"])
    assert first["physicalLocation"]["region"] == {"startLine": 3}
    assert second["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 14}
    assert second["logicalLocations"] == [{"fullyQualifiedName": "/learners/0/uln"}]


def test_sarif_explains_each_rule_that_speaks_and_points_to_it():
    run = sarif([finding("/a", rule="T008", severity=Severity.WARNING), finding("/b"), finding("/c", rule="T008")])

    rules = run["tool"]["driver"]["rules"]
    l001 = next(rule for rule in RULES if rule.id == "L001")
    assert [rule["id"] for rule in rules] == ["L001", "T008"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["T008", "L001", "T008"]
    assert rules[0]["shortDescription"]["text"] == f"{l001.title}."
    assert rules[0]["help"]["text"] == l001.fix
    assert "https://x.example/" in rules[0]["help"]["markdown"]
    assert rules[0]["helpUri"] == "https://x.example/"
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == ["error", "warning"]


def test_sarif_says_what_was_not_judged():
    (invocation,) = sarif((), NO_LEDGER)["invocations"]

    (note,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is True
    assert note["message"]["text"] == "Not judged, no ledger at hand: D003, D007"


def test_a_sarif_fingerprint_stays_with_its_finding_and_is_its_own():
    def prints(*findings):
        return [result["partialFingerprints"]["gradepost/v1"] for result in sarif(findings)["results"]]

    here, below = finding("/a", line=3), finding("/a", line=9)

    assert prints(here) == prints(below)
    assert len(set(prints(here, below, finding("/b"), finding("/a", "Other.")))) == 4


def test_sarif_holds_as_many_results_as_github_takes_errors_first():
    warnings = different(MAX_RESULTS, Severity.WARNING)

    value = json.loads(FORMATS["sarif"](report([*warnings, finding("/last")])))

    (run,) = value["runs"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert MAX_RESULTS == 25_000
    assert len(run["results"]) == MAX_RESULTS
    assert run["results"][0]["level"] == "error"
    assert note["message"]["text"] == "1 more finding left out: a run holds 25,000."


# JUnit


def junit(*arguments) -> ET.Element:
    root = ET.fromstring(FORMATS["junit"](report(*arguments)))
    assert root.tag == "testsuites"
    (suite,) = root
    for element in (root, suite):
        assert set(element.attrib) == {"name", "tests", "failures", "errors", "skipped", "time"}
    return suite


def test_junit_is_xml_with_a_case_to_a_finding_and_counts():
    suite = junit([*different(2, Severity.ERROR), *different(1, Severity.WARNING), STRANGE], NO_LEDGER[:1])

    assert suite.tag == "testsuite"
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "3", "1")
    assert len(suite.findall("testcase/failure")) == 3
    assert len(suite.findall("testcase/system-out")) == 1
    assert all(set(case.attrib) == {"classname", "name", "time"} for case in suite)
    assert all(len(case) == 1 for case in suite)


def test_a_rule_that_was_not_judged_is_a_skipped_case():
    (case,) = junit((), NO_LEDGER[:1])

    assert (case.get("name"), case.find("skipped").get("message")) == ("D007", "no ledger at hand")


def test_a_failure_says_what_where_and_how_to_mend_it():
    (case,) = junit([finding("/learners/0/uln", column=14)])

    failure = case.find("failure")
    assert (case.get("classname"), case.get("name")) == ("t.json", "L001 /learners/0/uln")
    assert (failure.get("type"), failure.get("message")) == ("L001", "Wrong. Mend it.")
    assert failure.text == "t.json:2:14 https://x.example/"


def test_junit_stands_a_control_character_in_a_path():
    (case,) = junit([finding("", path="a\x01\ufffe.json", line=None)])

    assert case.get("classname") == "a……"[:3] + ".json"


# GitHub


def test_github_commands_escape_line_ends_percents_and_colons():
    said = FORMATS["github"](report())

    (command,) = [line for line in said.splitlines() if line.startswith("::")]
    properties, _, message = command.removeprefix("::error ").partition("::")
    assert re.fullmatch(r"file=[^:,]+,line=3,title=L001", properties)
    assert "%25" in message
    assert "%0D%0A" in message
    assert said.splitlines()[-1] == "1 document judged: 1 error, 0 warnings."


def test_github_is_told_line_and_column():
    said = FORMATS["github"](report([finding("/learners/0/uln", line=7, column=14)]))

    assert said.startswith("::error file=t.json,line=7,col=14,title=L001::/learners/0/uln Wrong. Mend it.\n")


def test_github_gets_ten_of_each_level_and_the_number_of_the_rest():
    findings = [*different(12, Severity.WARNING), *different(11, Severity.ERROR)]

    said = FORMATS["github"](report(findings)).splitlines()

    assert sum(line.startswith("::error ") for line in said) == 10
    assert sum(line.startswith("::warning ") for line in said) == 10
    assert "1 more of level error are in the job summary." in said
    assert "2 more of level warning are in the job summary." in said
    assert said[0].startswith("::error ")


def test_alike_findings_are_one_annotation_at_the_first_place():
    said = FORMATS["github"](report(alike(range(4, 32))))

    (command,) = [line for line in said.splitlines() if line.startswith("::")]
    assert ",line=9," in command


# Markdown


def test_a_markdown_cell_stays_in_its_row():
    said = FORMATS["markdown"](report([STRANGE, *different(1, Severity.WARNING)]))

    found = [line for line in said.splitlines() if line.startswith("| [")]
    assert len(found) == 2
    for row in found:
        assert len(re.findall(r"(?<!\\)\|", row)) == 5
        assert "<b>" not in row


def test_markdown_fits_a_comment_and_says_how_many_it_left_out():
    findings = different(3000, Severity.ERROR)

    said = FORMATS["markdown"](report(findings))

    shown_rows = said.count("\n| [")
    assert len(said.encode()) <= MAX_BYTES <= 65_536
    assert shown_rows > 100
    assert said.endswith(f"\n\n{3000 - shown_rows:,} more findings not shown here.\n")


def test_markdown_that_fits_leaves_nothing_out():
    said = FORMATS["markdown"](report(different(203, Severity.ERROR)))

    assert said.count("\n| [") == 203
    assert "not shown" not in said
