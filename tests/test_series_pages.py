"""The series as pages: every qualification, component, scale and source, and everything that is assumed."""

from dataclasses import replace

from gradepost.doors.series_pages import ASSUMED, EVIDENCE, OF_RULES, PAGE, series_pages
from gradepost.rules import RULES


def test_every_component_stands_under_its_qualification_with_its_scale(book):
    pages = series_pages(book)

    for code, qualification in book.series.qualifications.items():
        page = pages[f"series/{code.lower()}.md"]
        assert qualification.qan in page
        for component in qualification.components.values():
            assert f"| {component.code} | {component.title} | {'Yes' if component.takes_tag else 'No'} |" in page


def test_a_kind_of_component_has_its_deadlines_and_says_which_are_assumed(book):
    page = series_pages(book)["series/am20530.md"]
    papers, assignments = page.split("## Internal assignment")

    assert "TAGs: 23:59 on Friday 21 May 2021" in papers
    assert "Friday 21 May 2021" in assignments and "(assumed)" in assignments
    assert "no fixed date" in series_pages(book)["series/bt2d1.md"]


def test_sense_checks_are_told_from_evidence(book):
    page = series_pages(book)[EVIDENCE]

    assert "| Attendance record | A sense check, beside other evidence |" in page
    assert "| Mock examination | Evidence |" in page


def test_everything_that_is_assumed_is_listed_with_its_reason(book):
    page = series_pages(book)[ASSUMED]

    assert all(why in page for why in book.series.assumed.values())


def test_the_pages_follow_the_series(book):
    without = replace(book, series=replace(book.series, qualifications={}, assumed={}))

    assert "AM20530" not in series_pages(without)[PAGE]


def test_the_rules_that_look_something_up_lead_to_where_it_stands(book):
    assert OF_RULES.keys() <= {rule.id for rule in RULES}
    pages = series_pages(book)
    for page, _ in OF_RULES.values():
        path, _, anchor = page.partition("#")
        assert path == "deadlines.md" or not anchor or f"{{ #{anchor} }}" in pages[path]
