"""The states that a form goes through between an empty page and a receipt, by name, with the way to each.

Every way starts signed out at a demo on which `prepare` has run.
"""

import re
from datetime import datetime
from functools import cache

from demonstration import ROOT
from filling import open_filled, submit_at_once
from playwright.sync_api import expect
from walking import continue_as

from gradepost.book import load
from gradepost.doors.demo import examples

CENTRE, QUALIFICATION = "10234", "AM20530"
FEW, MANY = 30, 1000
# Where so many learners are scheduled; what is submitted goes to a component of its own, so that order does not matter.
COMPONENTS = {FEW: "UV21578", MANY: "UV21579"}
SUBMITTED = "UV21580"
FAILS = 2

_NOW = datetime.fromisoformat("2021-05-18T10:00:00+01:00")
_HEADERS = "Cand No,Surname,Forename,ULN,Result,Comments"


@cache
def _book():
    return load(ROOT)


def prepare(page):
    """As the exams officer: the schedules that grades are held to."""
    sign_in(page)
    for how_many, component in [*COMPONENTS.items(), (FEW, SUBMITTED)]:
        document = _with_learners(examples.schedule(_book(), CENTRE, QUALIFICATION, component, _NOW), how_many, {})
        assert submit_at_once(page, document) == 201


def sign_in(page, then="/status"):
    """As the exams officer, and wait for the page that follows."""
    continue_as(page, "exams officer", then=then)
    page.wait_for_url(f"**{then}")


def tags(how_many, component=None):
    """Grades for so many learners, in which nothing is wrong and some are a fail."""
    document = examples.tags(_book(), CENTRE, QUALIFICATION, component or COMPONENTS[how_many], _NOW)
    document = _with_learners(document, how_many, {"outcome": "graded", "grade": "merit"})
    for learner in document["learners"][:FAILS]:
        learner |= {"grade": "fail", "rationale": "The mock and both class tests fall short of every criterion."}
    return document


def _with_learners(document, how_many, rest):
    numbers = examples.learners(CENTRE, how_many)
    return document | {"learners": [{"candidate_number": n, "uln": uln, **rest} for n, uln in numbers]}


def with_mistakes():
    """Grades with something wrong in the first rows, in the last, and outside the table."""
    document = tags(FEW)
    rows = document["learners"]
    rows[2] |= {"uln": rows[2]["uln"][:-1]}
    rows[3] |= {"candidate_number": rows[4]["candidate_number"]}
    rows[5] |= {"outcome": "withdrawn"}
    rows[0] |= {"rationale": "Too short."}
    rows[-1] |= {"grade": "starred", "uln": "1234567890"}
    return document | {"sign_off": document["sign_off"][:1], "evidence": [{"source": "attendance"}]}


def to_mend():
    """Grades as a spreadsheet damages them: zeros lost, grades abbreviated."""
    document = tags(FEW)
    for row in document["learners"][5:15]:
        row |= {"candidate_number": row["candidate_number"].lstrip("0"), "grade": "M"}
    return document


def _filled(document):
    def go(page):
        sign_in(page)
        open_filled(page, document())
        last = len(document()["learners"]) - 1
        page.locator(f"#f-learners-{last}-uln").wait_for(state="attached")

    return go


def _checked(document):
    def go(page):
        _filled(document)(page)
        press_check(page)

    return go


def press_check(page):
    """Press the form's main button."""
    with page.expect_navigation():
        page.get_by_role("button", name="Check answers").last.click()


def answer_fails(page):
    """On the check-answers page: there is evidence of every fail."""
    for number in range(FAILS):
        page.locator(f"#f-fail-{number}").check()


def _receipt(page):
    _checked(lambda: tags(FEW, SUBMITTED))(page)
    answer_fails(page)
    page.get_by_role("button", name="Submit grades").click()
    page.wait_for_url("**/receipts/*")


def _spreadsheet():
    rows = [f"{n},Ashworth,Billie,{uln},Merit,Sound work" for n, uln in examples.learners(CENTRE, FEW)]
    return "\r\n".join([_HEADERS, *rows]).encode()


def _uploaded(page):
    sign_in(page, "/forms/tags/")
    page.get_by_label("Assessment component").select_option(COMPONENTS[FEW])
    page.locator("#gp-file").set_input_files({"name": "learners.csv", "mimeType": "text/csv", "buffer": _spreadsheet()})
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Upload")).click()
    expect(page.locator("select[name^='_column.']").first).to_be_attached()


STATES = {
    "empty": lambda page: sign_in(page, "/forms/tags/"),
    "30 rows": _filled(lambda: tags(FEW)),
    "1,000 rows": _filled(lambda: tags(MANY)),
    "with errors": _checked(with_mistakes),
    "to be mended": _filled(to_mend),
    "check answers": _checked(lambda: tags(FEW)),
    "check answers, 1,000 rows": _checked(lambda: tags(MANY)),
    "receipt": _receipt,
    "mapping": _uploaded,
}
