"""`gradepost book check`: every mistake in the awarding organisation's own files, all at once, each in its place."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from gradepost.book import load, look
from gradepost.check import check_book
from gradepost.model.trouble import ConfigurationError

ROOT = Path(__file__).resolve().parents[1]
SERIES = "forms/2021-summer/series.yaml"
TAGS = "forms/2021-summer/tags.form.yaml"
SCHEDULE = "forms/2021-summer/schedule.form.yaml"
DECLARATION = "forms/2021-summer/declaration.form.yaml"
TAGS_SCHEMA = "schemas/tags.schema.json"

SCIENCE = "Science, kind: internal-assignment, takes_tag: true, grades: component"
COMPONENT = "qualifications.AM20530.components.UV21582"
TAG_DATE = "    external-exam: 2021-05-21"
HOMEWORK = "  - { id: homework, label: Homework }"
ACCURATE = (
    '  - { id: accurate, label: "The grades are accurate and complete, to the best of my knowledge.", required: true }'
)
OUTCOME = "      - { property: outcome, label: Outcome, widget: select, choices: outcomes }\n"

ULN = r'"pattern": "^[0-9]{10}(?!\\n)$"'

# What is wrong: (file, what stands there, what is written instead, the key that is named, what is said of it).
ONE_MISTAKE = {
    "a key twice": (SERIES, "rules: {}", "sign_offs: 2", "sign_offs", "stands twice, first in line"),
    "a key that is misspelt": (SERIES, "rules: {}", "ruels: {}", "ruels", "Did you mean rules?"),
    "a deep key that is misspelt": (
        TAGS,
        "choices: outcomes",
        "choises: outcomes",
        "groups.3.fields.2.choises",
        "Did you mean choices?",
    ),
    "a key that is missing": (SERIES, "needs_approval:", "# needs_approval:", "", "needs_approval is missing"),
    "an unknown kind": (
        SERIES,
        SCIENCE,
        SCIENCE.replace("internal-assignment", "internal-asignment"),
        f"{COMPONENT}.kind",
        "Did you mean internal-assignment?",
    ),
    "a deadline of an unknown kind": (
        SERIES,
        TAG_DATE,
        f"{TAG_DATE}\n    external-exm: 2021-05-21",
        "deadlines.tags.external-exm",
        "Did you mean external-exam?",
    ),
    "a kind without a deadline": (
        SERIES,
        f"{TAG_DATE}\n",
        "",
        "deadlines.tags",
        "external-exam is missing",
    ),
    "an unknown scale": (
        SERIES,
        SCIENCE,
        SCIENCE.replace("grades: component", "grades: componnt"),
        f"{COMPONENT}.grades",
        "Did you mean component?",
    ),
    "an unknown component": (
        SERIES,
        "  minimum_record: The",
        "  qualifications.AM20530.components.UV99999: Not known.\n  minimum_record: The",
        "assumed.qualifications.AM20530.components.UV99999",
        "nothing named UV99999 there",
    ),
    "an unknown thing assumed": (
        SERIES,
        "  opens: The source",
        "  open: The source",
        "assumed.open",
        "Did you mean opens?",
    ),
    "an unknown source assumed": (
        SERIES,
        "  evidence_sources: The Guide",
        "  evidence_sources.telepathy: The Guide",
        "assumed.evidence_sources.telepathy",
        "nothing named telepathy",
    ),
    "a deadline in a gap of the clock": (
        SERIES,
        TAG_DATE,
        "    external-exam: 2022-03-27T01:30",
        "deadlines.tags.external-exam",
        "the clocks of Europe/London skip 01:30",
    ),
    "a deadline in an overlap of the clock": (
        SERIES,
        TAG_DATE,
        "    external-exam: 2021-10-31T01:30",
        "deadlines.tags.external-exam",
        "Write 2021-10-31T01:30+01:00 or 2021-10-31T01:30+00:00.",
    ),
    "an offset that the zone does not have then": (
        SERIES,
        TAG_DATE,
        "    external-exam: 2021-05-21T17:00+00:00",
        "deadlines.tags.external-exam",
        "Europe/London is at +01:00 then",
    ),
    "an hour that no day has": (
        SERIES,
        TAG_DATE,
        "    external-exam: 2021-05-21T24:00",
        "deadlines.tags.external-exam",
        "must be a date such as",
    ),
    "a day that no year has": (
        SERIES,
        TAG_DATE,
        "    external-exam: 2021-02-29",
        "deadlines.tags.external-exam",
        "there is no such day",
    ),
    "a release in a gap of the clock": (
        SERIES,
        "embargo_until: null",
        "embargo_until: 2022-03-27T01:30",
        "embargo_until",
        "skip 01:30",
    ),
    "a deadline before the opening": (
        SERIES,
        TAG_DATE,
        "    external-exam: 2021-04-30",
        "deadlines.tags.external-exam",
        "before the series opens",
    ),
    "a scale without a fail": (
        SERIES,
        "  component: [fail, pass",
        "  short: [pass, merit]\n  component: [fail, pass",
        "grade_scales.short",
        "none of these grades is a fail",
    ),
    "a scale written out without a fail": (
        SERIES,
        SCIENCE,
        SCIENCE.replace("grades: component", "grades: [pass, merit]"),
        f"{COMPONENT}.grades",
        "none of these grades is a fail",
    ),
    "no fail at all": (SERIES, "fail_grades: [fail]", "", "", "fail_grades is missing"),
    "a fail that is no grade": (
        SERIES,
        "fail_grades: [fail]",
        "fail_grades: [fail, failed]",
        "fail_grades.1",
        "no grade failed. Did you mean fail?",
    ),
    "a kind after practicals that is none": (
        SERIES,
        "kinds_after_practicals: [synoptic-practical]",
        "kinds_after_practicals: [synoptic]",
        "kinds_after_practicals.0",
        "no kind synoptic. Did you mean synoptic-practical?",
    ),
    "grades and a maximum mark": (
        SERIES,
        SCIENCE,
        SCIENCE + ", maximum_mark: 80",
        f"{COMPONENT}.maximum_mark",
        "Keep one of the two",
    ),
    "neither grades nor a maximum mark": (
        SERIES,
        SCIENCE,
        SCIENCE.replace(", grades: component", ""),
        COMPONENT,
        "needs a scale, or a maximum mark",
    ),
    "a form on request that is not there": (
        SERIES,
        "on_request: [evidence]",
        "on_request: [minutes]",
        "on_request.0",
        "no form minutes",
    ),
    "approval of a form that is not there": (
        SERIES,
        "schedule: true, tags: true",
        "shedule: true, tags: true",
        "needs_approval.shedule",
        "Did you mean schedule?",
    ),
    "a rule that is not there": (SERIES, "rules: {}", "rules: { S009: off }", "rules.S009", "no such rule"),
    "a rule of the ledger softened": (
        SERIES,
        "rules: {}",
        "rules: { R002: warning }",
        "rules.R002",
        "cannot be softened",
    ),
    "a rule of the documents softened": (
        SERIES,
        "rules: {}",
        "rules: { D002: warning }",
        "rules.D002",
        "cannot be softened",
    ),
    "a source twice": (
        SERIES,
        HOMEWORK,
        HOMEWORK.replace("homework", "class-test"),
        "evidence_sources.2.id",
        "class-test stands twice",
    ),
    "a statement twice": (
        SERIES,
        ACCURATE,
        ACCURATE.replace("accurate,", "objective,"),
        "statements.4.id",
        "objective stands twice",
    ),
    "nobody who may sign": (
        SERIES,
        re.compile(r"signatory_roles:\n(  - .*\n)+"),
        "signatory_roles: []\n",
        "signatory_roles",
        "at least 1",
    ),
    "sense checks alone": (
        SERIES,
        re.compile(r"evidence_sources:\n(  - .*\n)+"),
        "evidence_sources:\n  - { id: attendance, label: A, sense_check_only: true }\n",
        "evidence_sources",
        "sense check only",
    ),
    "a field without a schema": (
        TAGS,
        "property: rationale",
        "property: rational",
        "groups.3.fields.5.property",
        "rational has no place in it. Did you mean rationale?",
    ),
    "a field that is a group": (
        DECLARATION,
        "property: signatory/delegation_reason",
        "property: signatory",
        "groups.3.fields.2.property",
        "signatory is a group",
    ),
    "rows that are no list": (
        TAGS,
        "rows: learners",
        "rows: centre",
        "groups.3.rows",
        "no list of groups named centre",
    ),
    "rows that are a list of texts": (
        DECLARATION,
        "rows: covers",
        "rows: statements",
        "groups.1.rows",
        "no list of groups named statements",
    ),
    "a property that nobody is asked for": (
        TAGS,
        OUTCOME,
        "",
        "groups",
        "need learners/*/outcome and no field asks for it",
    ),
    "a list of choices that is not there": (
        TAGS,
        "choices: outcomes",
        "choices: outcome",
        "groups.3.fields.2.choices",
        "Did you mean outcomes?",
    ),
    "a deadline that is not there": (
        TAGS,
        "deadline: tags",
        "deadline: tag",
        "deadline",
        "no deadlines named tag. Did you mean tags?",
    ),
    "a schema that is not there": (TAGS, "schema: tags", "schema: tag", "schema", "no schema tag. Did you mean tags?"),
    "a schema of another form": (TAGS, "schema: tags", "schema: schedule", "schema", "of the form schedule"),
    "a folder of another series": (
        SERIES,
        "series: 2021-summer",
        "series: 2021-sumer",
        "series",
        "the folder is called 2021-summer",
    ),
    "a pattern without an end": (
        TAGS_SCHEMA,
        ULN,
        ULN.replace(r"(?!\\n)$", "$"),
        "properties.learners.items.properties.uln.pattern",
        "not anchored",
    ),
    "a pattern without a beginning": (
        TAGS_SCHEMA,
        ULN,
        ULN.replace("^", ""),
        "properties.learners.items.properties.uln.pattern",
        "not anchored",
    ),
    "a pattern of more than ASCII": (
        TAGS_SCHEMA,
        ULN,
        ULN.replace("[0-9]", r"\\d"),
        "properties.learners.items.properties.uln.pattern",
        "ASCII",
    ),
    "a pattern that is none": (
        TAGS_SCHEMA,
        ULN,
        ULN.replace("[0-9]", "([0-9]"),
        "properties.learners.items.properties.uln.pattern",
        "no pattern",
    ),
    "a name that the schema does not have": (
        TAGS_SCHEMA,
        '"centre": { "$ref": "#/$defs/centre" }',
        '"centre": { "$ref": "#/$defs/center" }',
        "properties.centre.$ref",
        "nothing under that name",
    ),
    "a text without an end": (
        TAGS_SCHEMA,
        f'{ULN}, "maxLength": 10 }}',
        f"{ULN} }}",
        "properties.learners.items.properties.uln",
        "Add a `maxLength`",
    ),
}


def write(path: Path, old: str | re.Pattern, new: str) -> None:
    """Put one mistake into a file."""
    text = path.read_text()
    changed = old.sub(new, text, count=1) if isinstance(old, re.Pattern) else text.replace(old, new, 1)
    assert changed != text, "the mistake was not made"
    path.write_text(changed)


@pytest.fixture
def checked(site, gradepost, monkeypatch):
    """What `book check` says of the copied site."""
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))
    shutil.rmtree(site / "forms/2027-summer", ignore_errors=True)
    return lambda *arguments: gradepost("book", "check", *arguments)


def test_what_is_right_is_said_in_one_line_to_a_series(checked, book):
    ran = checked()

    assert ran.code == 0
    assert ran.out == f"2021-summer: {len(book.forms)} forms, 4 qualifications, {book.digest}\n"
    assert ran.err == ""


@pytest.mark.parametrize("mistake", ONE_MISTAKE)
def test_one_mistake_is_said_once_with_file_line_key_and_what_to_do(mistake, site, checked):
    name, old, new, key, words = ONE_MISTAKE[mistake]
    write(site / name, old, new)

    ran = checked()

    assert ran.code == 2
    said, count = ran.err.splitlines()
    assert count == "1 mistake in our own files."
    found = re.fullmatch(rf"{re.escape(str(site / name))}, line ([0-9]+)(?:, key (\S+))?: (.+[.?])", said)
    assert found[2] == (key or None)
    assert words in found[3]


@pytest.mark.parametrize(
    ("mistake", "line"),
    [
        ("an unknown kind", SCIENCE),
        ("a deadline before the opening", TAG_DATE),
        ("a field without a schema", "property: rationale"),
        ("a text without an end", ULN),
    ],
)
def test_the_line_is_the_one_that_holds_the_mistake(mistake, line, site, checked):
    name, old, new, _, _ = ONE_MISTAKE[mistake]
    text = (site / name).read_text()
    write(site / name, old, new)

    said = checked().err

    assert f"{site / name}, line {text[: text.index(line)].count(chr(10)) + 1}, key" in said


def test_mistakes_in_several_files_are_all_said_at_once(site, checked):
    independent = [
        "a deep key that is misspelt",
        "an unknown kind",
        "a deadline in a gap of the clock",
        "a kind after practicals that is none",
        "a rule that is not there",
        "a source twice",
        "an unknown thing assumed",
        "a field that is a group",
        "a pattern without an end",
    ]
    for mistake in independent:
        write(site / ONE_MISTAKE[mistake][0], *ONE_MISTAKE[mistake][1:3])
    write(site / TAGS, "property: rationale", "property: rational")
    write(site / SCHEDULE, "deadline: schedule", "deadline: schedul")

    ran = checked()

    for mistake in independent:
        assert ONE_MISTAKE[mistake][4] in ran.err, mistake
    assert "rational has no place" in ran.err
    assert "no deadlines named schedul." in ran.err
    assert ran.err.splitlines()[-1] == f"{len(independent) + 2} mistakes in our own files."


def test_a_value_that_is_refused_brings_no_second_mistake_with_it(site, checked):
    write(site / SERIES, SCIENCE, SCIENCE.replace("kind: internal-assignment", "kind: 5"))
    write(site / SERIES, "  external-exam: External examination", "  external-exam: 5")
    write(site / SERIES, HOMEWORK, "  - { id: Homework, label: Homework }")

    said = checked().err.splitlines()

    assert len(said) == 4
    assert "small letters, digits and hyphens" in said[0] + said[1] + said[2]


def test_several_broken_schemas_are_all_named(site, checked):
    (site / "schemas/tags.schema.json").write_text('{"type": "text"}')
    (site / "schemas/form.schema.json").write_text("{")
    write(site / SERIES, "minimum_record: 40", "minimum_record: many")

    ran = checked()

    assert ran.code == 2
    assert "tags.schema.json: not a JSON Schema" in ran.err
    assert "form.schema.json: not a JSON Schema" in ran.err
    assert "key minimum_record: this must be a whole number." in ran.err


def test_a_key_twice_in_a_schema_is_a_mistake(site, checked):
    write(site / TAGS_SCHEMA, '"title": "Teacher', '"title": "Again", "title": "Teacher')

    ran = checked()

    assert ran.code == 2
    assert "tags.schema.json: not a JSON Schema" in ran.err


def test_a_mistake_in_a_schema_is_said_once_however_many_series_there_are(site, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))
    copied(site, "2022-summer")
    write(site / TAGS_SCHEMA, *ONE_MISTAKE["a text without an end"][1:3])

    assert gradepost("book", "check").err.count("maxLength") == 1


def test_load_says_every_mistake_to_a_line(site):
    write(site / SERIES, TAG_DATE, "    external-exam: 2021-02-29")
    write(site / TAGS, "deadline: tags", "deadline: tag")

    with pytest.raises(ConfigurationError) as raised:
        load(site, "2021-summer")

    assert [re.search(r"key (\S+):", line)[1] for line in str(raised.value).splitlines()] == [
        "deadlines.tags.external-exam",
        "deadline",
    ]


def test_what_is_right_in_a_series_may_be_written_in_other_ways(site):
    write(site / SERIES, TAG_DATE, "    external-exam: 2021-10-31T01:30+00:00")
    write(site / SERIES, "rules: {}", "rules: { L006: error, T008: off }")
    write(site / SERIES, "on_request: [evidence]", "on_request: [tags]")
    write(site / SERIES, SCIENCE, SCIENCE.replace("grades: component", "maximum_mark: 80"))
    write(
        site / SERIES,
        "  minimum_record: The",
        "  qualifications.AM20530.components.UV21582: Invented.\n  minimum_record: The",
    )
    write(site / SERIES, "  sign_off_roles: The", "  evidence_sources.homework: Invented.\n  sign_off_roles: The")

    book, mistakes = look(site, "2021-summer")

    assert mistakes == []
    assert book.series.deadlines["tags"]["external-exam"].isoformat() == "2021-10-31T01:30:00+00:00"


def test_a_series_that_is_marked_alone_needs_no_fail(site):
    write(site / SERIES, re.compile(r"grade_scales:\n.*\nfail_grades: .*\n"), "")
    write(site / SERIES, "  grade_scales.component: Fail", "  qualifications.AM20530: Fail")
    text = (site / SERIES).read_text()
    (site / SERIES).write_text(text.replace("grades: component", "maximum_mark: 80"))

    assert look(site, "2021-summer")[1] == []


# Rules about the book


def with_a_wrong_qan(site):
    write(site / SERIES, "qan: 603/0229/X", "qan: 603/0229/1")


def test_a_qualification_number_with_another_check_character_is_a_warning(site, checked):
    with_a_wrong_qan(site)
    line = (site / SERIES).read_text().split("qan: 603/0229/1")[0].count("\n") + 1

    ran = checked("--format", "json")

    assert ran.code == 0
    assert (ran.json["judged"], ran.json["errors"], ran.json["warnings"]) == (1, 0, 1)
    (finding,) = ran.json["findings"]
    assert (finding["rule"], finding["severity"], finding["path"]) == ("L008", "warning", SERIES)
    assert (finding["pointer"], finding["line"]) == ("/qualifications/BT2D1/qan", line)


def test_as_text_it_stands_below_the_line_of_its_series(site, checked):
    with_a_wrong_qan(site)

    ran = checked()

    assert ran.code == 0
    assert re.match(r"2021-summer: [0-9]+ forms, .*\n(.|\n)*L008", ran.out)


def test_of_a_book_that_is_right_there_is_nothing_to_report(book):
    report = check_book(book)

    assert (report.judged, report.findings, report.book) == (1, (), book.digest)


# Which series


def copied(site: Path, name: str) -> None:
    shutil.rmtree(site / "forms/2027-summer", ignore_errors=True)
    folder = shutil.copytree(site / "forms/2021-summer", site / "forms" / name)
    write(folder / "series.yaml", "series: 2021-summer", f"series: {name}")


def test_without_a_word_the_latest_series_is_in_force(site):
    copied(site, "2022-summer")
    (site / "mkdocs.yml").unlink(missing_ok=True)

    assert load(site).series.id == "2022-summer"


@pytest.mark.parametrize(
    "text",
    [
        "plugins:\n  - search\n  - gradepost:\n      series: 2021-summer\n      gateway: !ENV [X, '']\n",
        "site_url: !ENV [X]\nplugins: { search: {}, gradepost: { series: 2021-summer } }\n",
        "markdown_extensions:\n  - x: { y: !!python/name:a.b }\nplugins:\n  - gradepost: { series: 2021-summer }\n",
    ],
)
def test_the_series_that_the_site_names_is_in_force(text, site):
    copied(site, "2022-summer")
    (site / "mkdocs.yml").write_text(text)

    assert load(site).series.id == "2021-summer"
    assert load(site, "2022-summer").series.id == "2022-summer"


@pytest.mark.parametrize(
    "text",
    [
        "site_name: x\n",
        "plugins:\n  - search\n  - gradepost\n",
        "plugins:\n  - gradepost:\n      series: !ENV SERIES\n",
        "plugins:\n  - gradepost:\n      series: !ENV [SERIES, 2021-summer]\n",
    ],
)
def test_a_site_that_names_no_series_leaves_the_latest_in_force(text, site):
    copied(site, "2022-summer")
    (site / "mkdocs.yml").write_text(text)

    assert load(site).series.id == "2022-summer"


def test_a_site_that_names_a_series_which_is_not_there_is_our_own_mistake(site):
    (site / "mkdocs.yml").write_text("plugins:\n  - gradepost:\n      series: 2021-sumer\n")

    with pytest.raises(ConfigurationError, match=r"mkdocs.yml, line 3, .*no series 2021-sumer.* mean 2021-summer"):
        load(site)


def test_a_series_can_be_checked_alone(site, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))
    copied(site, "2022-summer")
    write(site / "forms/2022-summer/series.yaml", "minimum_record: 40", "minimum_record: many")

    assert gradepost("book", "check", "--series", "2021-summer").code == 0
    assert gradepost("book", "check", "--series", "2022-summer").code == 2
    assert gradepost("book", "check").code == 2


def test_every_series_that_ships_is_right(gradepost):
    ran = gradepost("book", "check", "--format", "json")

    assert ran.code == 0
    assert ran.json["findings"] == []
    assert ran.json["judged"] == len(list(ROOT.glob("forms/*/series.yaml")))
    assert json.loads(ran.raw)["book"].count("sha256:") == ran.json["judged"]


def test_the_series_may_be_said_before_the_subcommand(site, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(site))
    copied(site, "2022-summer")

    ran = gradepost("book", "--series", "2022-summer", "check")

    assert [line.partition(":")[0] for line in ran.out.splitlines()] == ["2022-summer"]


# The hook for commits


def test_the_hook_for_commits_is_given_documents_and_no_receipts():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    paths = [path.relative_to(ROOT / "tests/ledger").as_posix() for path in (ROOT / "tests/ledger").rglob("*.json")]

    given = [path for path in paths if re.search(hook["files"], path) and not re.search(hook["exclude"], path)]

    assert given
    assert set(given) == {path for path in paths if path.startswith("submissions/") and "/receipts/" not in path}
    # Documents of one dossier are judged together: the tool must not share them out.
    assert hook["require_serial"] is True
