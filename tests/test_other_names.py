"""Other names of entries and headers of exports, as data: `gradepost book check` knows when they cannot hold."""

import pytest

from gradepost.book import look

SERIES = "forms/2021-summer/series.yaml"
TAGS = "forms/2021-summer/tags.form.yaml"
FAIL = "fail: { also: [Failed]"
MOCK = "also: [Mock, "
ULN = "headers: [Unique learner number, "

MISTAKES = {
    "names of a grade that is not there": (
        SERIES,
        "  merit: { perhaps",
        "  merrit: { perhaps",
        "grade_names.merrit",
        "there is no grade merrit. Did you mean merit?",
    ),
    "one name for two grades": (
        SERIES,
        FAIL,
        "fail: { also: [Failed, DIST.]",
        "grade_names.distinction.also.0",
        "Dist already stands for fail.",
    ),
    "a guess that is another grade's id": (
        SERIES,
        FAIL,
        "fail: { also: [merit]",
        "grade_names.fail.also.0",
        "merit already stands for merit.",
    ),
    "one name for two sources": (
        SERIES,
        MOCK,
        "also: [Coursework, ",
        "evidence_sources.4.also.0",
        "Coursework already stands for mock-examination.",
    ),
    "a name that is another outcome's label": (
        SERIES,
        "also: [Withdrew, ",
        "also: [graded, ",
        "outcomes.2.also.0",
        "graded already stands for graded.",
    ),
    "names under a key that there is not": (SERIES, MOCK, "alias: [Mock, ", "evidence_sources.0.alias", "no key alias"),
    "no name at all": (SERIES, FAIL, 'fail: { also: [""]', "grade_names.fail.also.0", "must"),
    "a header of two columns": (
        TAGS,
        ULN,
        "headers: [cand-no, ",
        "groups.3.fields.1.headers.0",
        "cand-no is already a header of Candidate number.",
    ),
    "no header at all": (TAGS, ULN, 'headers: ["", ', "groups.3.fields.1.headers.0", "must"),
    "a header that is another column's label": (
        TAGS,
        ULN,
        "headers: [Outcome, ",
        "groups.3.fields.1.headers.0",
        "Outcome is already a header of Outcome.",
    ),
    "a header of names that is a column's": (
        TAGS,
        "[Name, Full name, ",
        "[ULN, Full name, ",
        "groups.3.name_headers.0",
        "ULN is already a header of ULN.",
    ),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_name_that_cannot_hold_is_told_with_its_place(site, what):
    file, there, instead, key, says = MISTAKES[what]
    text = (site / file).read_text()
    assert text.count(there) == 1
    (site / file).write_text(text.replace(there, instead))

    _, mistakes = look(site, "2021-summer")

    assert [mistake.key for mistake in mistakes] == [key]
    assert says in mistakes[0].message


@pytest.mark.parametrize("series", ["2021-summer", "2027-summer"])
def test_the_shipped_series_have_names_that_hold(site, series):
    assert look(site, series)[1] == []
