"""A rule that a mistake of ours stops: the gateway answers 500 with a number, and stores nothing."""

from dataclasses import replace

import pytest
from test_crashed_rules import SUBMITTED, with_a_bug

from gradepost.book import book as book_module


@pytest.fixture
def buggy(fresh, monkeypatch):
    """Lets a rule of the gateway's book raise."""

    def bug(rule_id):
        monkeypatch.setattr(book_module, "RULES", with_a_bug(rule_id))
        # What a book has once looked up it keeps: a copy looks up its rules anew.
        fresh.state.intake.book = replace(fresh.state.book)

    return bug


# A rule of each kind: about the document, about the learners, about the dossier.
RULES = ["D004", "L001", "L005"]


@pytest.mark.parametrize("rule_id", RULES)
def test_a_submission_is_answered_500_with_a_number_and_nothing_is_stored(fresh, buggy, capsys, rule_id):
    software, before = fresh.software(), fresh.stored()
    buggy(rule_id)

    answer = fresh.submit(software, fresh.schedule(), idempotency_key="k")

    assert answer.status_code == 500
    assert "number" in answer.json()["message"]
    assert rule_id not in answer.text
    assert fresh.stored() == before
    logged = capsys.readouterr().err
    assert f'"rule": "{rule_id}"' in logged
    assert SUBMITTED not in answer.text + logged


def test_a_key_that_met_the_bug_is_not_used_up(fresh, buggy, monkeypatch):
    software, book = fresh.software(), fresh.state.intake.book
    buggy("L001")
    assert fresh.submit(software, fresh.schedule(), idempotency_key="k").status_code == 500

    monkeypatch.undo()
    fresh.state.intake.book = book

    assert fresh.submit(software, fresh.schedule(), idempotency_key="k").status_code == 201


def test_a_check_is_answered_500_too(fresh, buggy):
    software = fresh.software()
    buggy("L001")

    answer = software.post("/check/schedule", json=fresh.schedule())

    assert answer.status_code == 500
    assert "number" in answer.json()["message"]


def test_a_form_is_answered_with_the_page_of_500(fresh, buggy, page_of):
    client = fresh.client("p-10234-officer")
    fields = {"form": "schedule", "series": "2021-summer", "centre": "10234", "component": "UV21578"}
    buggy("D004")

    answer = client.post("/submit/schedule", data=fields, headers={"Accept": "text/html"})

    assert answer.status_code == 500
    assert "Tell us this number" in page_of(answer).text


def test_a_declaration_is_not_received_either(fresh, buggy):
    officer = fresh.client("p-10234-officer")
    assert fresh.submit(officer, fresh.schedule()).status_code == 201
    assert fresh.submit(officer, fresh.tags()).status_code == 201
    link, before = fresh.link(), fresh.stored()
    buggy("H001")

    answer = fresh.declared(link)

    assert answer.status_code == 500
    assert fresh.stored() == before
