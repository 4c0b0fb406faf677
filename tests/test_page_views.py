"""Every page that the gateway shows: right HTML, nothing inline, nothing unescaped, and the words that matter."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gradepost.book import load
from gradepost.document.filing import Dossier
from gradepost.model.findings import Finding, Report, Severity
from gradepost.model.register import Centre, Person
from gradepost.model.standing import Difference, Standing, StandingDocument, State
from gradepost.model.trouble import ConfigurationError
from gradepost.page.form import document_of, render_form
from gradepost.page.shell import Shell, error_title
from gradepost.page.views import (
    continue_page,
    declare_page,
    declared_page,
    link_gone_page,
    mail_page,
    message_page,
    receipt_page,
    review_page,
    reviews_page,
    status_page,
    top,
)

BOOK = load(Path(__file__).parents[1])
NOW = datetime(2021, 5, 18, 9, 3, tzinfo=UTC)
HOSTILE = "<script>\"{{ 7*7 }}'&"
DOSSIER = Dossier("2021-summer", "10234", "AM20530", "external-exam")
CENTRE = Centre("10234", HOSTILE, (), ("AM20530",))
OFFICER = Person("p-1", "exams-officer", ("schedules",), HOSTILE, "o@example.org")
HEAD = Person("p-2", "principal", (), "H. Head", "h@example.org")
REVIEWER = Person("r-1", "reviewer", (), "R. Viewer", "r@example.org")
LEARNERS = [
    {"candidate_number": "0042", "uln": "1000000051", "outcome": "graded", "grade": "merit"},
    {"candidate_number": "0043", "uln": "1000000132", "outcome": "graded", "grade": "pass", "rationale": HOSTILE},
    {"candidate_number": "0044", "uln": "1000000043", "outcome": "insufficient-evidence"},
]
TAGS = {
    "form": "tags",
    "series": "2021-summer",
    "centre": "10234",
    "qualification": "AM20530",
    "component": "UV21578",
    "evidence": [{"source": "homework", "dated": "2021-03-12"}],
    "decision_record": f"{HOSTILE}\nsecond line",
    "learners": LEARNERS,
    "sign_off": [{"name": HOSTILE, "role": "teacher", "signed_on": "2021-05-18"}],
}
COVERED = [("UV21578.tags.json", "a" * 64, TAGS)]
RECEIPT = {
    "id": "0f3k2m9x7c1v5b8n4q6z",
    "seq": 17,
    "form": "tags",
    "path": f"{DOSSIER.folder}/UV21578.tags.json",
    "sha256": "a" * 64,
    "received_at": "2021-05-18T09:03:21.512Z",
    "deadline": "2021-05-21T22:59:59.999Z",
    "on_time": True,
    "submitted_by": {"ref": "p-1", "role": "exams-officer"},
    "demo": True,
}
DECLARED = {**RECEIPT, "form": "declaration", "path": f"{DOSSIER.folder}/declaration.json", "deadline": None}
PULL = {
    "number": 3,
    "title": HOSTILE,
    "branch": DOSSIER.branch,
    "state": "open",
    "opened_at": NOW,
    "head": "c0ffee" * 6,
}


def finding(rule="H005", message=HOSTILE, path=RECEIPT["path"]):
    return Finding(rule, Severity.ERROR, path, "", 1, message, HOSTILE, BOOK.help(rule))


def standing(state=State.AWAITING_DECLARATION, kind="external-exam", **also):
    documents = [
        StandingDocument("UV21578.schedule.json", "schedule", "UV21578", 3, "r1", 1, NOW, True, True),
        StandingDocument("UV21578.tags.json", "tags", "UV21578", 3, "r2", 2, NOW, False, False),
        StandingDocument("declaration.json", "declaration", None, None, "r3", 3, NOW, True, True),
    ]
    return Standing("2021-summer", "10234", "AM20530", kind, state, also.pop("documents", documents), **also)


def review(**also):
    facts = {
        "pull": PULL,
        "standing": standing(State.IN_REVIEW),
        "check": "success",
        "findings": [finding(), finding()],
        "differences": [
            Difference("UV21578.tags.json", "candidate 0042, grade", "pass", "merit"),
            Difference("UV21578.tags.json", HOSTILE, None, HOSTILE),
            Difference("UV21578.tags.json", "candidate 0044", "listed", None),
        ],
        "documents": [("UV21578.tags.json", TAGS)],
        "receipts": [(RECEIPT, True), ({**RECEIPT, "on_time": False}, False)],
        "reviews": [{"by": "r-1", "verdict": "changes-requested", "reason": HOSTILE, "at": NOW}],
        "may_decide": True,
    }
    return review_page(BOOK, **{**facts, **also})


def declare(**also):
    facts = {"centre": CENTRE, "dossier": DOSSIER, "documents": COVERED, "action": "/declare/token"}
    return declare_page(BOOK, **{**facts, **also})


PAGES = {
    "continue": continue_page([(CENTRE, OFFICER), (CENTRE, HEAD)], [REVIEWER], next_url=HOSTILE, demo=True),
    "no sign-in": continue_page([], [], next_url="/", demo=False),
    "receipt": receipt_page(BOOK, RECEIPT, standing=standing(), told=[finding("H003")], can_ask_declaration=True),
    "receipt, late": receipt_page(BOOK, {**RECEIPT, "on_time": False}),
    "declared": declared_page(BOOK, DECLARED, standing=standing(State.IN_REVIEW)),
    "status": status_page(
        BOOK,
        centre=CENTRE,
        standings=[
            standing(state, kind=kind, findings=[finding()], returned_because=HOSTILE, declaration_asked_at=NOW)
            for state, kind in zip(State, "abcdefghi", strict=True)
        ],
        may_ask=True,
    ),
    "status, empty": status_page(BOOK, centre=CENTRE, standings=[], may_ask=False),
    "declare": declare(signatory_name=HOSTILE),
    "declare, wrong": declare(report=Report("b", 1, (finding("H001"),))),
    "link gone": link_gone_page(HOSTILE),
    "reviews": reviews_page(BOOK, items=[(PULL, standing(), "pending"), ({**PULL, "state": "merged"}, None, None)]),
    "reviews, none": reviews_page(BOOK, items=[]),
    "review": review(),
    "review, nothing": review(findings=[], differences=[], documents=[], receipts=[], reviews=[], may_decide=False),
    "mail": mail_page(
        BOOK, messages=[{"to": HOSTILE, "subject": HOSTILE, "at": NOW, "body": HOSTILE, "links": ["/declare/x"]}]
    ),
    "mail, none": mail_page(BOOK, messages=[]),
    "message": message_page(HOSTILE, HOSTILE, links=[("/", HOSTILE)]),
    "top": top(
        demo={"now": NOW, "zone": BOOK.series.zone, "moves": [("after", HOSTILE)]}, person=OFFICER, centre=CENTRE
    ),
    **{f"form {name}": render_form(BOOK, name, demo_links=True, idempotency_key=HOSTILE) for name in BOOK.forms},
    "form, wrong": render_form(BOOK, "tags", values=TAGS, report=Report("b", 1, (finding("L001"),)), notice=HOSTILE),
}

EMPTY = {"input", "br", "hr", "img", "meta", "link", "col"}
DATA = re.compile(r'<script type="application/json" id="gp-[a-z-]+">([^<]*)</script>')
BLOCKS = {
    "p",
    "div",
    "ul",
    "ol",
    "dl",
    "table",
    "form",
    "fieldset",
    "section",
    "details",
    "h1",
    "h2",
    "h3",
    "blockquote",
}


class Checked(HTMLParser):
    """Collects what is wrong with a fragment of HTML."""

    def __init__(self, html):
        super().__init__()
        self.open, self.wrong, self.ids, self.referred, self.named = [], [], [], [], []
        self.feed(html)
        self.wrong += [f"<{tag}> is not closed" for tag in self.open]
        self.wrong += [f"id {i} stands twice" for i in self.ids if self.ids.count(i) > 1]
        self.wrong += [f"no id {i}" for i in self.referred if i not in self.ids]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        attrs = dict(attrs)
        if tag in BLOCKS and {"p", "span", "h1", "h2", "h3"} & set(self.open):
            self.wrong.append(f"<{tag}> within {self.open}")
        if tag == "form" and "form" in self.open:
            self.wrong.append("a form within a form")
        is_data = tag == "script" and attrs.get("type") == "application/json"
        is_inline = tag in ("script", "style") and not is_data
        if is_inline or "style" in attrs or any(name.startswith("on") for name in names):
            self.wrong.append(f"inline <{tag}> {names}")
        if len(names) != len(attrs):
            self.wrong.append(f"<{tag}> has an attribute twice: {names}")
        if "id" in attrs:
            self.ids.append(attrs["id"])
        for name in ("for", "aria-labelledby", "aria-describedby"):
            if name in attrs and not attrs[name]:
                self.wrong.append(f"{name} is empty")
            self.referred += attrs.get(name, "").split()
        if tag == "a" and attrs["href"].startswith("#"):
            self.referred.append(attrs["href"][1:])
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_right_html_with_nothing_inline(name):
    assert Checked(PAGES[name]).wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_handed_in_becomes_markup(name):
    html = DATA.sub("", PAGES[name]).replace(BOOK.digest, "")

    assert "<script" not in html
    assert "49" not in html.replace("0049", "")


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("form")])
def test_what_a_form_tells_its_script_is_json(name):
    told = [json.loads(found) for found in DATA.findall(PAGES[name])]

    assert [one["check"] for one in told] == [f"/check/{told[0]['form']}"]


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith(("form", "top"))])
def test_a_page_has_one_heading_of_the_first_level(name):
    assert PAGES[name].count("<h1") == 1


@pytest.mark.parametrize("name", PAGES)
def test_no_page_says_please_or_invalid(name):
    words_of_page = PAGES[name].lower().replace("aria-invalid", "")

    assert "please" not in words_of_page
    assert "invalid" not in words_of_page


def test_the_receipt_says_number_time_and_deadline():
    html = PAGES["receipt"]

    assert RECEIPT["id"] in html
    assert "10:03:21 on Tuesday 18 May 2021, UK time" in html
    assert "The deadline is 23:59:59 on Friday 21 May 2021, UK time." in html
    assert 'href="/receipts/0f3k2m9x7c1v5b8n4q6z?format=json"' in html


def test_a_late_receipt_says_so():
    assert "Late" in PAGES["receipt, late"]
    assert "On time" not in PAGES["receipt, late"]


def test_the_declaration_is_asked_for_only_where_that_is_allowed():
    assert 'action="/ask-declaration"' in PAGES["receipt"]
    assert 'action="/ask-declaration"' not in PAGES["receipt, late"]


@pytest.mark.parametrize(
    ("state", "asked"),
    [(state, state in (State.AWAITING_DECLARATION, State.DECLARATION_VOID)) for state in State],
)
def test_the_status_page_asks_for_a_declaration_that_is_missing_or_void(state, asked):
    html = status_page(BOOK, centre=CENTRE, standings=[standing(state)], may_ask=True)

    assert ('action="/ask-declaration"' in html) is asked


def test_a_teacher_is_not_offered_to_ask():
    assert "/ask-declaration" not in status_page(BOOK, centre=CENTRE, standings=[standing()], may_ask=False)


def test_what_a_form_took_can_be_corrected_in_that_form_and_a_declaration_cannot():
    html = status_page(BOOK, centre=CENTRE, standings=[standing(State.RETURNED)], may_ask=True)

    assert 'href="/forms/tags/?from=r2"' in html
    assert "/forms/declaration/?from=" not in html


def test_what_is_merged_is_not_corrected():
    assert "?from=" not in status_page(BOOK, centre=CENTRE, standings=[standing(State.MERGED)], may_ask=True)


def test_the_declaration_shows_each_result_and_the_counts():
    html = declare()

    assert "<dt>Merit</dt><dd>1</dd>" in html
    assert "<dt>Too little evidence for a grade</dt><dd>1</dd>" in html
    assert '<th scope="row">0043</th><td>Pass</td>' in html


def test_the_declaration_posts_what_it_covers_and_what_was_ticked():
    fields = _fields(declare(values={"statements": ["accurate"], "signatory": {"name": "H", "role": "principal"}}))

    document = document_of(BOOK, "declaration", fields)

    assert document == {
        "form": "declaration",
        "series": "2021-summer",
        "centre": "10234",
        "qualification": "AM20530",
        "kind": "external-exam",
        "covers": [{"document": "UV21578.tags.json", "sha256": "a" * 64, "learners": 3}],
        "signatory": {"name": "H", "role": "principal"},
        "statements": ["accurate"],
    }
    assert BOOK.schema_of("declaration").violations(document) == ()


def test_what_the_link_settles_cannot_be_filled_in_otherwise():
    fields = _fields(declare(values={"centre": "10299", "covers": []}))

    assert ("centre", "10234") in fields
    assert ("covers.0.learners", "3") in fields


def _fields(html):
    class Inputs(HTMLParser):
        def __init__(self):
            super().__init__()
            self.found = []

        def handle_starttag(self, tag, attrs):
            attrs = dict(attrs)
            if tag == "input" and (attrs["type"] != "checkbox" or "checked" in attrs):
                self.found.append((attrs["name"], attrs.get("value", "")))
            elif tag == "select":
                self.name = attrs["name"]
            elif tag == "option" and "selected" in attrs:
                self.found.append((self.name, attrs["value"]))

    inputs = Inputs()
    inputs.feed(html)
    return inputs.found


def test_open_reviews_come_before_those_that_are_done():
    html = PAGES["reviews"]

    assert html.index("Open</h2>") < html.index("Done</h2>")
    assert "Awaits declaration" in html


def test_a_review_shows_what_changed_and_posts_the_head_that_was_seen():
    html = PAGES["review"]

    assert "<del>pass</del>" in html
    assert "<ins>merit</ins>" in html
    assert html.count(f'name="head" value="{PULL["head"]}"') == 2
    assert 'action="/reviews/3/approve"' in html
    assert 'action="/reviews/3/return"' in html


def test_whoever_may_not_decide_is_told_why():
    html = review(may_decide=False, why_not="The checks have not passed.")

    assert "The checks have not passed." in html
    assert "<form" not in html


def test_the_same_finding_in_many_places_is_one_line():
    assert PAGES["review"].count("UV21578.tags.json, 2 places:") == 1


def test_the_banner_says_what_the_clock_says():
    html = PAGES["top"]

    assert "10:03 on Tuesday 18 May 2021" in html
    assert "UK time" in html
    assert '<button type="submit" name="to" value="after">' in html
    assert ", exams officer of centre 10234</span>" in html


def test_without_demo_and_without_anybody_there_is_nothing_on_top():
    assert top().strip() == ""


def test_everybody_can_be_continued_as():
    html = PAGES["continue"]

    assert [f'name="ref" value="{ref}"' in html for ref in ("p-1", "p-2", "r-1")] == [True] * 3
    assert "Continue as Head of Centre<" in html


BUILT = """<html><head><title>Page not found - Gradepost</title></head><body>
<!--gradepost:top-->
<main><!--gradepost:content--><h1>Page not found</h1><!--/gradepost:content--></main></body></html>"""


def test_the_shell_puts_a_page_into_the_frame():
    html = Shell(BUILT).page("Fish & chips", "<p>\\1 here</p>", "<b>top</b>")

    assert "<title>Fish &amp; chips - Gradepost</title>" in html
    assert "<main><p>\\1 here</p></main>" in html
    assert "<b>top</b>" in html
    assert "not found" not in html


def test_the_shell_decorates_a_built_form_page():
    page = "<title>Tags - Gradepost</title><!--gradepost:top--><!--gradepost:form-->old<!--/gradepost:form-->end"

    html = Shell(BUILT).decorate(page, "T", "new", error=True)

    assert html == f"<title>{error_title('Tags - Gradepost')}</title>Tnewend"
    assert "old" in Shell(BUILT).decorate(page, "T")


def test_a_frame_without_marks_is_refused():
    with pytest.raises(ConfigurationError):
        Shell("<title>Not found</title>")
