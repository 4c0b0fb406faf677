"""A series that no Python knows: its folder, copied under another name, goes the whole road by data alone.

It asks for marks in place of grades, lets nobody sign for the Head of Centre but an acting Head, and has a form of its
own that is about the whole centre.
"""

import json
import re
from pathlib import Path

import pytest
from second_instance import (
    CENTRE,
    COPIED,
    HEAD,
    OFFICER,
    RETURN,
    REVIEWER,
    ROOT,
    SHIPPED,
    TEACHER,
    copied_site,
    open_house,
)

from gradepost.book import load
from gradepost.document.filing import Dossier
from gradepost.doors.web.declaring import head_of
from gradepost.model.identifiers import qan_is_right
from gradepost.model.register import Centre, Person
from gradepost.page.form import document_of, render_form
from gradepost.page.receipts import receipt_page

OF_THE_CENTRE = Dossier(COPIED, CENTRE)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return load(copied_site(tmp_path_factory.mktemp("book")), COPIED)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return open_house(tmp_path_factory.mktemp("second"))


def rules_of(answer):
    return {finding["rule"] for finding in answer.json()["findings"] if finding["severity"] == "error"}


# The data


def test_no_python_names_anything_of_the_series():
    book = load(ROOT, SHIPPED)
    of_its_own = {SHIPPED, RETURN, book.series.awarding_organisation, *book.series.qualifications}
    of_its_own |= {code for q in book.series.qualifications.values() for code in q.components}
    of_its_own |= {choice.id for choice in book.series.signatory_roles if choice.detail.get("needs_reason")}

    sources = [path.read_text() for path in (ROOT / "scripts" / "gradepost").rglob("*.py")]

    assert {word for word in of_its_own for source in sources if word in source} == set()


def test_its_qualification_numbers_have_right_check_characters(book):
    assert all(qan_is_right(q.qan) for q in book.series.qualifications.values())


def test_the_copy_says_what_is_assumed(book):
    assert {"series", "signatory_roles", "deadlines"} <= book.series.assumed.keys()


@pytest.mark.parametrize("name", ["schedule", "tags", "declaration", RETURN])
def test_every_form_of_the_copy_is_rendered(book, name):
    html = render_form(book, name)

    for label in book.forms[name].labels.values():
        assert re.sub("[\"'’].*", "", label) in html


def test_the_form_asks_for_a_mark_and_for_no_grade(book):
    html = render_form(book, "tags")

    assert re.search(r'<input inputmode="numeric"[^>]* name="learners.0.mark"', html)
    assert "learners.0.grade" not in html


def test_the_list_of_components_says_how_many_marks_each_has(book):
    html = render_form(book, "tags")

    for component in (c for q in book.series.qualifications.values() for c in q.components.values()):
        assert f"{component.title} (0 to {component.maximum_mark} marks)" in html


@pytest.mark.parametrize(
    ("typed", "read"),
    [("57", 57), (" 057 ", 57), ("0", 0), ("５７", 57), ("-5", -5), ("5-7", "5-7"), ("12.5", "12.5"), ("1e2", "1e2")],
)
def test_a_mark_is_read_as_the_number_that_was_typed(book, typed, read):
    document = document_of(book, "tags", [("learners.0.candidate_number", "0001"), ("learners.0.mark", typed)])

    assert document["learners"] == [{"candidate_number": "0001", "mark": read}]


def test_a_return_with_empty_rows_and_its_statement_declares_nothing(book):
    document = document_of(book, RETURN, [("interests.0.person", " "), ("complete", "true"), ("centre", CENTRE)])

    assert document == {"form": RETURN, "series": COPIED, "centre": CENTRE, "interests": [], "complete": True}


# The road


@pytest.fixture(scope="module")
def road(house):
    """What the gateway answered along the whole road, up to the merge of both dossiers."""
    subject = house.subject()
    answers = {"return": house.submit(house.conflicts(house.interest())), "schedule": house.submit(house.schedule())}
    answers["marks"] = house.submit(house.marks())
    house.carry_on()
    link = house.link(subject)
    answers["link"] = house.client().get(link)
    carried = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answers["link"].text)
    role = next(choice.id for choice in house.book.series.signatory_roles if choice.detail.get("needs_reason"))
    answers["deputy"] = house.signed(link, carried, name="Helen Achterberg", role="deputy", delegation_reason="Away.")
    answers["no reason"] = house.signed(link, carried, name="Helen Achterberg", role=role)
    answers["declared"] = house.signed(
        link, carried, name="Helen Achterberg", role=role, delegation_reason="The Head has left and none is appointed."
    )
    house.carry_on()
    dossier = Dossier(COPIED, CENTRE, subject["qualification"], house.kind(subject))
    for branch in (OF_THE_CENTRE.branch, dossier.branch):
        answers[branch] = house.approve(branch)
    house.carry_on()
    return answers | {"dossier": dossier}


@pytest.mark.parametrize("sent", ["return", "schedule", "marks"])
def test_each_document_is_received(road, sent):
    assert road[sent].status_code == 201, road[sent].text


def test_a_return_is_filed_in_the_centres_folder_and_on_its_own_branch(house, road):
    stored = house.state.inbox.submission(road["return"].json()["id"])

    assert stored.path == f"submissions/{COPIED}/10/{CENTRE}/{RETURN}.json"
    assert stored.branch == OF_THE_CENTRE.branch == f"dossier/{COPIED}/{CENTRE}/centre"


def test_a_return_has_its_own_chain_of_receipts(road):
    schedule, marks = road["schedule"].json(), road["marks"].json()

    assert road["return"].json()["previous"] is None
    assert schedule["previous"] is None
    assert marks["previous"] is not None


def test_nobody_signs_for_the_head_but_an_acting_head_who_says_why(road):
    assert road["deputy"].status_code == 422
    assert "This role may not sign" in road["deputy"].text
    assert road["no reason"].status_code == 422
    assert road["declared"].status_code == 200


def test_the_declaration_shows_the_marks_that_it_covers(house, road):
    most = house.component(house.subject()).maximum_mark

    assert f"<td>{most} of {most}</td>" in road["link"].text
    assert f"<td>0 of {most}</td>" in road["link"].text
    assert "<dt>Marked</dt><dd>2</dd>" in road["link"].text


def test_letter_receipt_and_pages_speak_of_marks(house, road):
    noun = house.book.forms["tags"].layout["noun"]
    receipt = house.client(OFFICER).get(f"/receipts/{road['marks'].json()['id']}", headers={"Accept": "text/html"})

    assert noun.lower() in house.state.inbox.messages()[0].body
    assert noun.lower() in house.state.inbox.messages()[0].subject
    assert f"<dd>{noun}</dd>" in receipt.text


def test_both_dossiers_are_approved_and_merged(house, road):
    for dossier in (OF_THE_CENTRE, road["dossier"]):
        assert road[dossier.branch].status_code == 303
        assert str(house.state.forge.last_pull_of(dossier.branch).state) == "merged"


def test_main_keeps_document_receipt_and_review_of_a_return(house, road):
    forge = house.state.forge
    paths = set(forge.list(forge.head("main")))
    seq = road["return"].json()["seq"]

    assert f"submissions/{COPIED}/10/{CENTRE}/{RETURN}.json" in paths
    assert f"submissions/{COPIED}/10/{CENTRE}/receipts/{seq:012d}-{RETURN}.json" in paths
    assert any(re.fullmatch(rf"reviews/{COPIED}/10/{CENTRE}/[0-9]{{12}}\.json", path) for path in paths)


def test_the_ledger_is_clean(house, road, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(house.site))

    ran = gradepost("check", house.state.folder / "ledger.git", "--format", "json")

    assert (ran.code, ran.json["findings"], ran.json["not_judged"]) == (0, [], [])
    assert ran.json["judged"] == 4


def test_a_change_to_a_merged_return_does_not_go_unseen(house, road, gradepost, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(house.site))
    forge = house.state.forge
    head = forge.head("main")
    for path in forge.list(head):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(forge.read(head, path))
    changed = tmp_path / f"submissions/{COPIED}/10/{CENTRE}/{RETURN}.json"
    changed.write_text(changed.read_text().replace("staff-12", "staff-13"))

    ran = gradepost("check", tmp_path, "--format", "json")

    assert (ran.code, ran.errors) == (1, {"R001"})


def test_a_reviewer_of_a_return_sees_no_document_of_a_dossier(house, road):
    assert house.submit(house.conflicts(house.interest(person="staff-31"))).status_code == 201
    house.carry_on()
    pull = house.state.forge.pull_of(OF_THE_CENTRE.branch)

    page = house.client(REVIEWER).get(f"/reviews/{pull.number}", headers={"Accept": "text/html"})

    assert house.state.forge.list(pull.head, road["dossier"].folder)
    assert "staff-31" in page.text
    assert ".tags.json" not in page.text


def test_the_receipt_of_a_return_asks_for_no_declaration_while_the_forge_is_away(house, road):
    page = receipt_page(house.book, road["return"].json(), can_ask_declaration=True)

    assert "/ask-declaration" not in page


# What is refused


def test_a_return_without_its_statement_is_refused(house):
    document = house.conflicts()
    del document["complete"]

    assert rules_of(house.submit(document)) == {"D002"}


@pytest.mark.parametrize("codes", [{"qualification": "XX99999"}, {"component": "XX99999"}])
def test_an_interest_in_what_the_series_does_not_have_is_refused_at_its_row(house, codes):
    answer = house.submit(house.conflicts(house.interest(), house.interest(**codes)))

    found = answer.json()["findings"]
    assert [(f["rule"], f["pointer"]) for f in found] == [("D004", f"/interests/1/{next(iter(codes))}")]


def test_a_return_has_no_place_for_a_name(house):
    assert rules_of(house.submit(house.conflicts(house.interest(name="A Learner")))) == {"D002"}


def test_a_mark_above_the_maximum_is_refused(house, road):
    most = house.component(house.subject()).maximum_mark

    assert rules_of(house.submit(house.marks(most + 1, most, 0))) == {"T005"}


def test_the_form_file_says_who_submits_a_return(house, road):
    answers = {ref: house.submit(house.conflicts(), ref).status_code for ref in (OFFICER, HEAD, TEACHER, REVIEWER)}

    assert answers == {OFFICER: 201, HEAD: 201, TEACHER: 403, REVIEWER: 403}


def person(role, *rights):
    return Person(f"p-{role}", role, rights, "A Name", "a.name@centre.example")


def test_the_head_is_asked_before_an_acting_head_and_nobody_else_is(book):
    acting, head, deputy = (person(role, "declares") for role in ("acting-head", "head-teacher", "deputy"))

    def asked(*people):
        return head_of(book.series, Centre(CENTRE, "A centre", people, ()))

    assert asked(deputy, acting, head) == head
    assert asked(deputy, acting) == acting
    assert asked(deputy, person("principal", "views")) is None


# Only the centre's own


def test_a_branch_of_the_centre_changes_no_dossier(house, road, gradepost, monkeypatch):
    monkeypatch.setenv("GRADEPOST_ROOT", str(house.site))
    forge = house.state.forge
    main = forge.head("main")
    path = next(p for p in forge.list(main, road["dossier"].folder) if p.endswith(".tags.json"))
    changed = {path: forge.read(main, path) + b"\n"}
    head = forge.commit(f"{OF_THE_CENTRE.branch}x", changed, "x\n", house.state.now(), expected=None)

    ran = gradepost(
        "review", "--base", main, "--head", head, "--branch", OF_THE_CENTRE.branch,
        "--ledger", Path(house.state.folder, "ledger.git"), "--format", "json",
    )  # fmt: skip

    assert "R004" in ran.errors
    assert "R004" in {f["rule"] for f in json.loads(ran.raw)["findings"] if f["path"] == path}
