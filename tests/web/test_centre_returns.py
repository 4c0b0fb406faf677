"""A form about the whole centre on its pages: nothing is to be declared, nothing follows, and it can be read again."""

import pytest
from second_instance import CENTRE, OFFICER, RETURN, REVIEWER, open_house

from gradepost.document.filing import Dossier

BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    return open_house(tmp_path_factory.mktemp("returns"))


@pytest.fixture(scope="module")
def officer(second):
    return second.client(OFFICER)


@pytest.fixture(scope="module")
def sent(second, officer, page_of):
    """A return, filled in on its page and sent from it: the page of its receipt."""
    page = page_of(officer.get(f"/forms/{RETURN}/", headers=BROWSER))
    interest = {f"interests.0.{name}": value for name, value in second.interest().items()}
    fields = {**dict(page.fields), **interest, "complete": "true"}
    answer = officer.post(f"/submit/{RETURN}", data=fields)
    assert answer.status_code == 303, answer.text
    second.carry_on()
    return officer.get(answer.headers["location"], headers=BROWSER)


@pytest.fixture(scope="module")
def pull(second, sent):
    return second.state.forge.pull_of(Dossier(second.book.series.id, CENTRE).branch)


def test_the_site_leads_to_a_form_that_its_navigation_does_not_name(second, officer):
    title = second.book.forms[RETURN].title

    assert title in officer.get("/", headers=BROWSER).text
    assert f'href="../{RETURN}/"' in officer.get("/forms/schedule/", headers=BROWSER).text


def test_a_return_is_checked_before_it_is_sent(second, officer):
    answer = officer.post(f"/check/{RETURN}", data={"centre": CENTRE, "interests.0.person": "A Name"})

    assert answer.status_code == 200
    assert "There is a problem" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_its_receipt_asks_for_no_declaration_and_leads_to_no_other_form(sent):
    assert "There is no fixed date for this." in sent.text
    assert "Ask the Head of Centre to declare" not in sent.text
    assert "Declared" not in sent.text
    assert "Next:" not in sent.text


def test_the_status_page_shows_it_for_the_whole_centre(second, officer, sent):
    status = officer.get("/status", headers=BROWSER).text

    assert "About the whole centre" in status
    assert "In review" in status
    assert second.book.schemas[RETURN].schema["title"] in status
    assert "/ask-declaration" not in status


def test_it_can_be_corrected_from_the_status_page(second, officer, sent, page_of):
    receipt = second.state.inbox.of_branch(Dossier(second.book.series.id, CENTRE).branch)[-1].receipt_id

    page = page_of(officer.get(f"/forms/{RETURN}/?from={receipt}", headers=BROWSER))

    assert dict(page.fields)["interests.0.person"] == "staff-12"


def test_a_reviewer_reads_it_in_the_forms_own_words(second, pull):
    text = second.client(REVIEWER).get(f"/reviews/{pull.number}", headers=BROWSER).text

    assert "About the whole centre" in text
    assert "staff-12" in text
    for option in ("Takes this qualification at this centre", "The candidate"):
        assert option in text
    assert "not in the list" not in text


def test_its_pull_request_is_named_by_ids_alone(second, pull):
    assert pull.title == f"{CENTRE} centre ({second.book.series.id})"
