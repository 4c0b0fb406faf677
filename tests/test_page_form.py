"""The form as HTML, and the document back from its fields."""

import json
import re
import time
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from string import ascii_letters

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradepost.book import load
from gradepost.check import check, read
from gradepost.model.case import Case, Stage
from gradepost.model.findings import Finding, NotJudged, Report, Severity
from gradepost.page.form import Around, document_of, render_form, rows_of
from gradepost.page.form_data import as_script

BOOK = load(Path(__file__).parents[1])
PATH = "posted.json"

SCHEDULE = {
    "form": "schedule",
    "series": "2021-summer",
    "centre": "10234",
    "qualification": "AM20530",
    "component": "UV21578",
    "starts_at": "2021-05-20T09:00:00+01:00",
    "learners": [
        {"candidate_number": "0042", "uln": "1000000051", "certificating": True},
        {"candidate_number": "0043", "uln": "1000000132"},
    ],
}
TAGS = {
    "form": "tags",
    "series": "2021-summer",
    "centre": "10234",
    "qualification": "AM20530",
    "component": "UV21578",
    "evidence": [{"source": "mock-examination", "dated": "2021-03-12"}],
    "decision_record": "Two teachers marked each paper.\n\nThey agreed.",
    "learners": [
        {"candidate_number": "0042", "uln": "1000000051", "outcome": "graded", "grade": "merit"},
        {
            "candidate_number": "0043",
            "uln": "1000000132",
            "outcome": "graded",
            "grade": "pass",
            "evidence": [{"source": "class-test", "dated": "2021-02-01"}, {"source": "homework"}],
            "rationale": 'Judged by "class" work & tests <2020>',
            "uci": "61234A0000001X",
            "circumstances_recorded": True,
        },
        {"candidate_number": "0044", "uln": "1000000043", "outcome": "withdrawn"},
    ],
    "sign_off": [
        {"name": "A. Teacher", "role": "teacher", "signed_on": "2021-05-18", "signature": "typed"},
        {
            "name": "B. Assessor",
            "role": "assessor",
            "signed_on": "2021-05-18",
            "signature": {"image_sha256": "0" * 64},
        },
    ],
}
DECLARATION = {
    "form": "declaration",
    "series": "2021-summer",
    "centre": "10234",
    "qualification": "AM20530",
    "kind": "external-exam",
    "covers": [{"document": "UV21578.tags.json", "sha256": "a" * 64, "learners": 28}],
    "signatory": {"name": "Prof. O’Brien", "role": "deputy", "delegation_reason": "The Principal was ill."},
    "statements": ["accurate", "two-teachers", "confidential"],
}
DOCUMENTS = [SCHEDULE, TAGS, DECLARATION]
NAMES = [document["form"] for document in DOCUMENTS]


class Page(HTMLParser):
    """The controls of a page as a browser would post them, and the elements by id."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.controls = []
        self._select = self._textarea = None
        self.feed(str(html))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements.append((tag, attrs))
        name = attrs.get("name")
        if tag == "input" and name and (attrs.get("type") != "checkbox" or "checked" in attrs):
            self.controls.append([name, attrs.get("value", "on")])
        elif tag == "select":
            self._select = [name, None]
        elif tag == "option" and self._select and (self._select[1] is None or "selected" in attrs):
            self._select[1] = attrs["value"]
        elif tag == "textarea":
            self._textarea = [name, ""]

    def handle_data(self, data):
        if self._textarea:
            self._textarea[1] += data

    def handle_endtag(self, tag):
        if tag == "select":
            self.controls.append(self._select)
            self._select = None
        elif tag == "textarea":
            self._textarea[1] = self._textarea[1].removeprefix("\n").replace("\n", "\r\n")
            self.controls.append(self._textarea)
            self._textarea = None

    @property
    def fields(self):
        return [(name, value) for name, value in self.controls]

    def ids(self):
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]

    def by_id(self, wanted):
        return next(attrs for _, attrs in self.elements if attrs.get("id") == wanted)

    def by_name(self, wanted):
        return next(attrs for _, attrs in self.elements if attrs.get("name") == wanted)


def judged(document, *, at="2021-05-18T09:00:00+00:00"):
    raw = BOOK.schema_of(document["form"]).layout.bytes_of(document)
    read_as = read(raw, PATH, BOOK, form=document["form"])
    return check(Case([read_as], BOOK.series, datetime.fromisoformat(at), Stage.GATEWAY), BOOK)


def without_script(html):
    """The page without what only its script takes into it."""
    return str(html).partition('<div id="gp-script"')[0]


def finding(pointer, message="It is wrong.", **also):
    facts = {"rule": "L001", "severity": Severity.ERROR, "path": PATH, "line": 1, "fix": "Mend it.", "help": "/rules/"}
    return Finding(pointer=pointer, message=message, **{**facts, **also})


def report(*findings, not_judged=()):
    return Report("sha256:0", 1, tuple(findings), tuple(not_judged))


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_a_document_comes_back_as_it_was_shown(document):
    page = Page(render_form(BOOK, document["form"], values=document))

    assert document_of(BOOK, document["form"], page.fields) == document


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_it_comes_back_in_the_order_of_its_schema(document):
    page = Page(render_form(BOOK, document["form"], values=document))

    assert list(document_of(BOOK, document["form"], page.fields)) == [
        name for name in BOOK.schema_of(document["form"]).schema["properties"] if name in document
    ]


@pytest.mark.parametrize("form", NAMES)
def test_an_empty_form_posts_no_rows(form):
    page = Page(render_form(BOOK, form))

    document = document_of(BOOK, form, page.fields)

    assert document["form"] == form
    assert document["series"] == "2021-summer"
    assert not any(isinstance(value, list) and value for value in document.values())


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_names_are_unique_but_for_check_boxes(document):
    page = Page(render_form(BOOK, document["form"], values=document))

    names = [a["name"] for _, a in page.elements if a.get("name") and a.get("type") not in ("checkbox", "submit")]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_id_that_is_referred_to_exists_once(document):
    broken = {"centre": "1", "learners": [{"candidate_number": "1"}, {"uln": "2"}], "statements": []}
    document = {**document, **{name: value for name, value in broken.items() if name in document}}
    page = Page(render_form(BOOK, document["form"], values=document, report=judged(document), path=PATH))
    ids = page.ids()

    referred = [
        target
        for tag, attrs in page.elements
        for name in ("for", "aria-describedby", "aria-labelledby")
        for target in attrs.get(name, "").split()
    ]
    referred += [a["href"][1:] for tag, a in page.elements if tag == "a" and a["href"].startswith("#")]

    assert len(ids) == len(set(ids))
    assert referred
    assert set(referred) <= set(ids)


@pytest.mark.parametrize("form", NAMES)
def test_every_control_has_a_name_that_people_hear(form):
    page = Page(render_form(BOOK, form))
    labelled = {attrs["for"] for tag, attrs in page.elements if tag == "label"}

    unnamed = [
        attrs
        for tag, attrs in page.elements
        if tag in ("input", "select", "textarea")
        and attrs.get("type") != "hidden"
        and not attrs.get("aria-label")
        and attrs.get("id") not in labelled
    ]

    assert unnamed == []


def test_a_cell_is_called_by_its_column_and_row():
    page = Page(render_form(BOOK, "schedule"))

    assert page.by_name("learners.2.candidate_number")["aria-label"] == "Candidate number, row 3"


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '" onfocus="x', "{{ 7*7 }}", "${x}", "]]>", "&lt;", "'"]
)
def test_what_was_typed_is_never_markup(hostile):
    values = {
        **TAGS,
        "decision_record": hostile,
        "component": hostile,
        "centre": hostile,
        "sign_off": [{"name": hostile}],
    }
    page = Page(render_form(BOOK, "tags", values=values, notice=hostile, centre=None))

    document = document_of(BOOK, "tags", page.fields)

    assert [attrs.get("type") for tag, attrs in page.elements if tag == "script"] == ["application/json"]
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert (document["decision_record"], document["component"], document["centre"]) == (hostile, hostile, hostile)
    assert document["sign_off"] == [{"name": hostile}]


def learners(count, **also):
    return [
        {"candidate_number": f"{n:04}", "uln": "1000000051", "outcome": "graded", **also} for n in range(1, count + 1)
    ]


def test_a_thousand_learners_render_within_a_quarter_of_a_second():
    values = {**TAGS, "learners": learners(1000, grade="merit", evidence=[{"source": "class-test"}])}
    render_form(BOOK, "tags")

    def spent():
        started = time.thread_time()
        assert "learners.999.uln" in render_form(BOOK, "tags", values=values)
        return time.thread_time() - started

    assert min(spent() for _ in range(3)) < 0.25


def tables_of(html, name="learners"):
    sheet = html.partition(f'data-list="{name}"')[2].partition("</section>")[0]
    return sheet.split("<table")[1:]


def test_a_long_list_stands_in_tables_of_fifty_rows_each_with_its_heads():
    html = render_form(BOOK, "tags", values={**TAGS, "learners": learners(120)})

    tables = tables_of(html)

    assert [table.count("data-row=") for table in tables] == [50, 50, 20]
    assert all(">Candidate number<" in table for table in tables)
    assert [
        f'aria-label="Learners, rows {rows}"' in tables[i]
        for i, rows in enumerate(["1 to 50", "51 to 100", "101 to 120"])
    ]
    assert html.count('class="gp-sheet__page gp-sheet__page--full"') == 2


def test_a_hint_is_heard_in_the_first_row_of_a_table():
    page = Page(render_form(BOOK, "tags", values={**TAGS, "learners": learners(60)}))

    heard = [n for n in range(60) if "aria-describedby" in page.by_id(f"f-learners-{n}-uln")]

    assert heard == [0, 50]


def test_a_short_list_is_drawn_at_once():
    html = render_form(BOOK, "tags", values={**TAGS, "learners": learners(50)})

    assert 'class="gp-sheet__page"' in html
    assert 'class="gp-sheet__page gp-sheet__page--full"' not in html


def test_the_script_is_given_a_blank_row_that_sends_nothing_and_holds_no_answer():
    html = render_form(BOOK, "tags", values={**TAGS, "learners": learners(3, grade="distinction")})
    data = json.loads(re.search(r'id="gp-form-data">(.+?)</script>', html)[1])

    head, row, foot = data["blanks"]["learners"]
    page = Page(head + row + foot)

    assert 'aria-label="Learners, rows 1000001 to 1000050"' in head
    assert page.by_id("f-learners-1000000-uln")["value"] == ""
    assert "aria-describedby" not in row
    assert 'type="submit"' not in row
    assert "gp-remove" in row


def test_a_list_is_typed_into_by_its_labels_and_stands_on_the_page_once():
    html = render_form(BOOK, "tags", values={**TAGS, "learners": learners(60, grade="distinction")})
    page = Page(html)

    assert html.count('<datalist id="gp-list-grades">') == 1
    assert '<option value="Distinction"></option>' in html
    assert page.by_id("f-learners-59-grade")["list"] == "gp-list-grades"
    assert page.by_id("f-learners-59-grade")["value"] == "Distinction"


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("Distinction", "distinction"),
        (" DISTINCTION ", "distinction"),
        ("distinction", "distinction"),
        ("Dist", "distinction"),
        ("Superb", "Superb"),
    ],
)
def test_what_is_typed_into_a_list_is_read_as_its_entry(typed, read_as):
    fields = [("learners.0.grade", typed), ("component", "UV21578"), ("qualification", "AM20530")]

    assert document_of(BOOK, "tags", fields)["learners"] == [{"grade": read_as}]


def test_a_date_may_be_typed_as_people_write_it():
    assert document_of(BOOK, "tags", [("evidence.0.dated", "12/03/2021")])["evidence"] == [{"dated": "2021-03-12"}]


def test_every_row_can_be_taken_away_by_its_own_button():
    page = Page(render_form(BOOK, "tags", values=TAGS))

    removing = [(a["value"], a["aria-label"]) for _, a in page.elements if a.get("name") == "_remove_row"]

    assert ("learners.2", "Remove learner 3") in removing
    assert len({words for _, words in removing}) == len(removing) == 3 + 30 + 2


def test_a_row_that_is_taken_away_leaves_the_others():
    fields = [
        ("learners.1.uln", "1"),
        ("learners.10.uln", "2"),
        ("learners.11.uln", "3"),
        ("_remove_row", "learners.1"),
    ]

    assert document_of(BOOK, "schedule", fields)["learners"] == [{"uln": "2"}, {"uln": "3"}]
    assert rows_of(BOOK, "schedule", fields) == {"learners": 2}


# Fields that are asked for only of some components


def synoptic(**also):
    return {**TAGS, "qualification": "BT2D1", "component": "BT2D1SY", **also}


def test_practicals_are_asked_about_where_the_component_comes_after_them():
    assert "unit_practicals_completed" in render_form(BOOK, "tags", values=synoptic())
    assert 'name="learners.0.unit_practicals_completed"' not in render_form(BOOK, "tags", values=TAGS)


def test_until_a_component_is_chosen_everything_is_asked():
    assert 'name="learners.0.unit_practicals_completed"' in render_form(BOOK, "tags")


def test_what_a_document_holds_is_shown_even_where_it_is_not_asked_for():
    held = {**TAGS, "learners": [{**TAGS["learners"][0], "unit_practicals_completed": True}]}
    page = Page(render_form(BOOK, "tags", values=held))

    assert page.by_name("learners.0.unit_practicals_completed")["type"] == "checkbox"
    assert document_of(BOOK, "tags", page.fields)["learners"] == held["learners"]


# Around the form


def test_names_stand_beside_the_numbers_and_are_part_of_no_field():
    around = Around(names={"0042": "Ostrowicki <Zephyrine>"})

    html = render_form(BOOK, "tags", values=TAGS, around=around)

    assert "Ostrowicki &lt;Zephyrine&gt;</span></th>" in html
    assert not any("Ostrowicki" in value for _, value in Page(html).fields)
    assert "<Zephyrine>" not in html


def test_the_script_is_told_what_stands_in_a_cell_that_nobody_filled_in():
    layout = deepcopy(BOOK.forms["tags"].layout)
    learners = next(group for group in layout["groups"] if group.get("rows") == "learners")
    defaults = {"outcome": "graded", "unit_practicals_completed": True}
    for field in learners["fields"]:
        if field["property"] in defaults:
            field["default"] = defaults[field["property"]]
    book = replace(BOOK, forms={**BOOK.forms, "tags": replace(BOOK.forms["tags"], layout=layout)})

    html = render_form(book, "tags")

    told = json.loads(html.partition('id="gp-form-data">')[2].partition("</script>")[0])
    empty = {column["property"]: column["empty"] for column in told["rows"]["learners"]["columns"]}
    assert (empty["outcome"], empty["unit_practicals_completed"], empty["uln"]) == ("Graded", "true", "")
    assert 'value="Graded" id="f-learners-0-outcome"' in html


def test_the_form_tells_its_script_what_the_schema_and_the_series_say():
    html = render_form(BOOK, "tags", around=Around(schedules={"UV21578": ["0042", "0043"]}))

    told = json.loads(html.partition('id="gp-form-data">')[2].partition("</script>")[0])
    columns = {column["property"]: column for column in told["rows"]["learners"]["columns"]}

    assert (told["form"], told["book"], told["check"], told["submit"]) == (
        "tags",
        BOOK.digest,
        "/check/tags",
        "/submit/tags",
    )
    assert columns["uln"]["pattern"] == "^[0-9]{10}(?!\\n)$"
    assert (columns["grade"]["list"], columns["evidence.0.source"]["list"]) == ("grades", "evidence_sources")
    assert ["distinction", "Distinction", ["Dist"]] in told["lists"]["grades"]
    assert told["schedules"] == {"UV21578": ["0042", "0043"]}
    assert told["outcomes"] == {
        "graded": ["graded"],
        "too_little": ["insufficient-evidence"],
        "withdrawn": ["withdrawn"],
    }
    assert (told["fails"], told["minimum_record"], told["checks"]["uln"]) == (["fail"], 40, "uln")


@pytest.mark.parametrize("text", ["</script><b>", "<!--", "\u2028", "<SCRIPT"])
def test_no_text_leaves_the_data_of_a_script(text):
    assert "<" not in as_script({"x": text})
    assert json.loads(as_script({"x": text})) == {"x": text}


def test_a_finding_says_where_it_came_from_in_the_uploaded_sheet():
    around = Around(sheet=lambda pointer: "sheet Learners, row 14, column C" if pointer == "/learners/1/uln" else None)

    html = render_form(BOOK, "tags", values=TAGS, report=report(finding("/learners/1/uln")), path=PATH, around=around)

    assert "In your file: sheet Learners, row 14, column C." in html


def test_what_is_asked_about_a_text_stands_with_the_warnings_and_leads_to_it():
    html = render_form(
        BOOK, "tags", values=TAGS, around=Around(questions=[("f-learners-1-rationale", "Is this a name?")])
    )

    assert "gp-warning-summary" in html
    assert '<a href="#f-learners-1-rationale">Is this a name?</a>' in html


def test_without_a_gateway_there_is_no_way_to_upload():
    assert "/upload/tags" not in re.sub("<script.*?</script>", "", render_form(BOOK, "tags"))
    assert 'formaction="/upload/tags"' in render_form(BOOK, "tags", idempotency_key="k")
    assert 'formaction="https://g.example/upload/tags"' in render_form(
        BOOK, "tags", around=Around(gateway="https://g.example")
    )


def test_the_workbook_is_that_of_the_component_on_the_page():
    html = render_form(BOOK, "tags", values=TAGS, idempotency_key="k")

    assert 'href="/workbook/tags?qualification=AM20530&amp;component=UV21578"' in html


def test_rows_left_empty_are_dropped_and_the_rest_close_up():
    fields = [
        ("learners.0.candidate_number", "0042"),
        ("learners.1.candidate_number", "  "),
        ("learners.1.uln", "\xa0"),
        ("learners.7.candidate_number", "0044"),
    ]

    document = document_of(BOOK, "schedule", fields)

    assert document["learners"] == [{"candidate_number": "0042"}, {"candidate_number": "0044"}]


def test_a_row_emptied_by_hand_takes_what_was_carried_along_with_it():
    fields = [
        ("learners.0.candidate_number", ""),
        ("learners.0.uln", ""),
        ("learners.0.uci", "612340000001X"),
    ]

    assert document_of(BOOK, "schedule", fields)["learners"] == []


def test_rows_come_in_the_order_of_their_numbers():
    fields = [("learners.10.uln", "2"), ("learners.9.uln", "1")]

    assert document_of(BOOK, "schedule", fields)["learners"] == [{"uln": "1"}, {"uln": "2"}]


@pytest.mark.parametrize(
    "typed", ["10000 00051", " 1000000051\t", "10000-00051", "’1000000051", "1000000051\u200b", "１０００００００５１"]
)
def test_digits_are_cleaned_of_what_stands_between(typed):
    document = document_of(BOOK, "schedule", [("learners.0.uln", typed)])

    assert document["learners"] == [{"uln": "1000000051"}]


def test_what_is_not_digits_stays_as_typed():
    document = document_of(BOOK, "schedule", [("learners.0.uln", "12 34 ab"), ("learners.0.candidate_number", "4O2")])

    assert document["learners"] == [{"candidate_number": "4O2", "uln": "12 34 ab"}]


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("2021-05-20T09:00", "2021-05-20T09:00:00+01:00"),
        ("2021-01-20T09:00:30", "2021-01-20T09:00:30+00:00"),
        ("2021-03-28T01:30", "2021-03-28T01:30:00+00:00"),
        ("2021-10-31T01:30", "2021-10-31T01:30:00+01:00"),
        ("2021-05-20T09:00:00Z", "2021-05-20T09:00:00Z"),
        ("2021-02-30T09:00", "2021-02-30T09:00"),
        ("tomorrow", "tomorrow"),
    ],
)
def test_a_wall_time_gets_the_offset_of_the_series_zone(typed, read_as):
    assert document_of(BOOK, "schedule", [("starts_at", typed)])["starts_at"] == read_as


def test_whole_numbers_are_numbers_and_anything_else_stays_text():
    fields = [("covers.0.learners", "28"), ("covers.1.learners", "many"), ("covers.2.learners", "9" * 40)]

    document = document_of(BOOK, "declaration", fields)

    assert [cover["learners"] for cover in document["covers"]] == [28, "many", "9" * 40]


@pytest.mark.parametrize(
    "name",
    [
        "__class__",
        "learners.__class__.x",
        "learners.0.__class__",
        "learners.0",
        "learners",
        "learners.-1.uln",
        "learners.0.uln.0",
        "learners.9999999999999.uln",
        "learners" + ".0" * 5000,
        "_csrf",
        "_add_rows",
        "unknown",
        "",
        ".",
        "learners..uln",
        "learners.²" + ".uln",
    ],
)
def test_a_name_that_the_schema_does_not_know_is_not_there(name):
    assert document_of(BOOK, "schedule", [(name, "x")]) == document_of(BOOK, "schedule", [])


def test_a_huge_row_number_only_orders():
    document = document_of(BOOK, "schedule", [("learners.999999999.uln", "1"), ("learners.3.uln", "2")])

    assert document["learners"] == [{"uln": "2"}, {"uln": "1"}]


def test_the_form_cannot_be_posted_as_another():
    assert document_of(BOOK, "tags", [("form", "declaration")])["form"] == "tags"


def test_an_old_series_is_left_for_the_rules_to_refuse():
    assert document_of(BOOK, "tags", [("series", "2020-summer")])["series"] == "2020-summer"


NAME = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            [
                "learners",
                "0",
                "1",
                "99",
                "uln",
                "evidence",
                "source",
                "sign_off",
                "signature",
                "image_sha256",
                "statements",
                "covers",
                "signatory",
                "name",
                "starts_at",
                "",
                "__init__",
                "form",
            ]
        ),
        max_size=10,
    ).map(".".join),
)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(NAMES), st.lists(st.tuples(NAME, st.text() | st.text(ascii_letters + "0123456789-:T")), max_size=30)
)
def test_whatever_is_posted_makes_a_document_that_can_be_judged_and_shown(form, fields):
    document = document_of(BOOK, form, fields)

    html = render_form(BOOK, form, values=document, report=judged(document), path=PATH)

    assert document_of(BOOK, form, Page(html).fields) == document


def test_rows_are_counted_as_posted_and_ten_are_added():
    page = Page(render_form(BOOK, "tags"))

    assert rows_of(BOOK, "tags", page.fields) == {"evidence": 3, "learners": 30, "sign_off": 2}
    assert rows_of(BOOK, "tags", [*page.fields, ("_add_rows", "learners")])["learners"] == 40
    assert 'name="learners.39.uln"' in render_form(BOOK, "tags", rows={"learners": 40})


def linked(html):
    """Where the lines of the summary of problems lead, in their order."""
    box = html.partition('class="gp-error-summary"')[2].partition("</ul>")[0]
    return re.findall(r'<a href="#([^"]+)">', box)


def test_the_lines_of_a_summary_come_in_the_order_of_the_fields():
    wrong = {
        "/sign_off/0/name": "P001",
        "/learners/2/uln": "L001",
        "/learners/0/grade": "T005",
        "/component": "D004",
        "/learners/0/uln": "L002",
        "/decision_record": "T010",
        "/evidence/0/source": "E002",
    }
    found = [finding(pointer, f"Wrong {n}.", rule=rule) for n, (pointer, rule) in enumerate(wrong.items())]
    html = render_form(BOOK, "tags", values=TAGS, report=report(*found), path=PATH)

    at = [html.index(f'id="{link}"') for link in linked(html)]

    assert len(at) == len(wrong)
    assert at == sorted(at)


def test_what_one_rule_says_of_two_rows_does_not_push_one_of_them_up():
    rows = [finding(f"/learners/{n}/uln", f"Wrong {n}.") for n in (2, 0)]
    other = finding("/learners/1/grade", "It is not on the scale.", rule="T005")
    html = render_form(BOOK, "tags", values=TAGS, report=report(*rows, other), path=PATH)

    assert linked(html) == ["f-learners-0-uln", "f-learners-1-grade", "f-learners-2-uln"]


def test_a_repair_is_shown_by_the_labels_of_its_list():
    html = render_form(BOOK, "tags", values={**TAGS, "learners": learners(2, outcome="graded", grade="M")})

    assert "Grade, row 1: M → Merit" in html


def test_a_clean_form_has_no_summary():
    html = without_script(render_form(BOOK, "tags", values=TAGS, report=report(), path=PATH))

    assert "gp-error" not in html
    assert "aria-invalid" not in html


def test_a_wrong_cell_says_so_and_the_summary_leads_to_it():
    page = Page(render_form(BOOK, "tags", values=TAGS, report=report(finding("/learners/1/uln")), path=PATH))

    cell = page.by_id("f-learners-1-uln")

    assert cell["aria-invalid"] == "true"
    assert "f-learners-1-uln-error" in cell["aria-describedby"].split()
    assert ("a", {"href": "#f-learners-1-uln"}) in page.elements


def test_a_missing_value_lands_at_its_field():
    document = document_of(BOOK, "schedule", [("learners.0.uln", "1000000051")])

    page = Page(render_form(BOOK, "schedule", values=document, report=judged(document), path=PATH))

    wrong = {attrs["id"] for _, attrs in page.elements if attrs.get("aria-invalid")}
    assert wrong == {"f-centre", "f-qualification", "f-component", "f-starts_at", "f-learners-0-candidate_number"}


def test_the_same_message_down_a_column_is_one_line():
    wrong = [finding(f"/learners/{n}/uln", "The ULN's check digit is wrong.") for n in [*range(3, 31), 39]]

    html = render_form(BOOK, "tags", rows={"learners": 50}, report=report(*wrong), path=PATH)

    assert "29 learners: The ULN&#39;s check digit is wrong. Show the first" in html
    assert "Rows 4–31 and 40." in html
    assert html.count('href="#f-learners') == 1


def test_a_rule_with_many_different_messages_is_one_line_with_its_title():
    wrong = [finding(f"/learners/{n}/uln", f"The same ULN stands in row {n}.", rule="L003") for n in range(1, 9)]

    html = render_form(BOOK, "tags", report=report(*wrong), path=PATH)

    assert "8 learners: A ULN appears once in a document. Show the first" in html


def test_a_finding_of_a_whole_table_stands_above_it():
    document = {**TAGS, "sign_off": []}

    page = Page(render_form(BOOK, "tags", values=document, report=judged(document), path=PATH))

    table = next(a for tag, a in page.elements if tag == "fieldset" and "-error" in a.get("aria-describedby", ""))
    assert ("a", {"href": "#f-sign_off-0-name"}) in page.elements
    assert set(table["aria-describedby"].split()) <= set(page.ids())


def test_a_finding_without_a_control_goes_to_the_nearest_or_to_none():
    wrong = [
        finding("/learners/0/uci"),
        finding("/learners/1/evidence"),
        finding("", "Sent by somebody else."),
        finding("/series", "Another series."),
    ]

    page = Page(render_form(BOOK, "tags", values=TAGS, report=report(*wrong), path=PATH))

    links = {attrs["href"] for tag, attrs in page.elements if tag == "a" and attrs["href"].startswith("#")}
    assert links == {"#f-learners-0-candidate_number", "#f-learners-1-evidence-0-source"}


def test_a_finding_of_another_document_is_told_without_a_link():
    other = finding("/learners/0/uln", path="submissions/2021-summer/10/10234/AM20530/external-exam/declaration.json")

    html = render_form(BOOK, "tags", values=TAGS, report=report(other), path=PATH)

    assert "declaration.json: It is wrong." in html
    assert 'href="#f-' not in html


def test_what_is_wrong_in_this_form_is_told_before_what_is_wrong_elsewhere():
    other = finding("/learners/0/uln", "Elsewhere.", path="submissions/2021-summer/10/10234/schedule.json")
    here = finding("/learners/0/uln", "Here.", rule="T001")

    html = render_form(BOOK, "tags", values=TAGS, report=report(other, here), path=PATH)

    assert html.index("Here.") < html.index("Elsewhere.")


def test_warnings_stand_apart_and_mark_no_field():
    html = render_form(BOOK, "tags", report=report(finding("/learners", severity=Severity.WARNING)), path=PATH)

    assert "gp-warning-summary" in html
    assert "gp-error-summary" not in html
    assert "aria-invalid" not in html


def test_what_could_not_be_checked_is_said():
    html = render_form(BOOK, "tags", report=report(not_judged=[NotJudged("D007", PATH, "no ledger at hand")]))

    assert "D007: no ledger at hand" in html


def test_a_value_that_the_list_lacks_stays_chosen():
    html = render_form(BOOK, "tags", values={**TAGS, "component": "BT2D1U1"})

    assert '<option value="BT2D1U1" selected>BT2D1U1 (not in the list)</option>' in html


def test_components_without_a_tag_are_not_offered():
    html = render_form(BOOK, "schedule")

    assert "BT2D1P1" in html
    assert "BT2D1U1" not in html


def test_the_centre_of_the_person_is_shown_and_not_asked():
    page = Page(render_form(BOOK, "tags", values={"centre": "10299"}, centre=("10234", "Invented College")))

    assert page.by_name("centre") == {"type": "hidden", "name": "centre", "value": "10234"}


def test_deadlines_are_said_in_the_series_zone_with_what_is_assumed():
    html = render_form(BOOK, "schedule")

    assert "Deadline: 23:59 on Thursday 20 May 2021, UK time (time of day assumed)" in html
    assert "Deadline: no fixed date" in html


def test_enter_in_a_field_checks_and_submits_nothing():
    page = Page(render_form(BOOK, "tags"))

    first = next(attrs for tag, attrs in page.elements if tag == "button")
    form = next(attrs for tag, attrs in page.elements if tag == "form")

    assert first["form"] == form["id"]
    assert "formaction" not in first
    assert form["action"] == "/check/tags"
