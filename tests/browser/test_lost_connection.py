"""What the form does when nobody answers: it keeps what was typed, says so, and sends the same again."""

import functools
import http.server
import json
import threading
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect
from typing_in import cell, counted, learners, officer_at, paste, ready, said, ulns
from walking import continue_as

LOST = "The connection is lost."


@pytest.fixture
def unsteady(chromium):
    """Opens a tab whose connection may be lost: that it says so in the console is no trouble, an error in it is."""
    contexts, errors = [], []

    def open_tab(demo):
        contexts.append(chromium.new_context(base_url=demo.url, locale="en-GB", reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert errors == []


def test_a_check_waits_for_the_connection_and_goes_on_by_itself(unsteady, demo):
    page = officer_at(unsteady, demo)
    cell(page, "candidate_number", 1).fill("0001")
    page.context.set_offline(True)

    page.locator("#gp-form").get_by_role("button", name="Check answers").click()

    expect(said(page)).to_contain_text(LOST)
    expect(cell(page, "candidate_number", 1)).to_have_value("0001")

    page.context.set_offline(False)

    page.wait_for_url("**/check/tags")
    expect(cell(page, "candidate_number", 1)).to_have_value("0001")


def test_what_changes_while_it_waits_is_not_sent_unasked(unsteady, demo):
    page = officer_at(unsteady, demo)
    page.context.set_offline(True)
    page.locator("#gp-form").get_by_role("button", name="Check answers").click()
    expect(said(page)).to_contain_text(LOST)

    cell(page, "candidate_number", 1).fill("0001")
    page.context.set_offline(False)

    expect(said(page)).to_contain_text("Nothing was sent, because something has changed since.")
    assert page.url.endswith("/forms/tags/")


def test_an_answer_that_is_lost_on_the_way_makes_no_second_submission(unsteady, fresh_demo):
    page = officer_at(unsteady, fresh_demo, "/forms/schedule/?example=clean")
    page.locator("#gp-form").get_by_role("button", name="Check answers").click()
    page.wait_for_url("**/check/schedule")
    bodies, answers = [], []

    def lose(route):
        bodies.append(route.request.post_data)
        answers.append(route.fetch(max_redirects=0).headers["location"])
        route.abort()

    page.route("**/submit/schedule", lose, times=1)
    page.on("request", lambda sent: bodies.append(sent.post_data) if "/submit/" in sent.url and bodies else None)

    page.get_by_role("button", name="Submit schedule").click()

    expect(said(page)).to_contain_text(LOST)
    page.wait_for_url("**/receipts/*")
    assert page.url.endswith(answers[0])
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert "_idempotency_key=" in bodies[0]


def test_a_button_that_is_pressed_twice_sends_once(visit, fresh_demo):
    page = officer_at(visit, fresh_demo, "/forms/schedule/?example=clean")
    page.locator("#gp-form").get_by_role("button", name="Check answers").click()
    page.wait_for_url("**/check/schedule")
    sent = []
    page.on("request", lambda request: sent.append(request) if "/submit/" in request.url else None)

    page.get_by_role("button", name="Submit schedule").dblclick()

    page.wait_for_url("**/receipts/*")
    assert len(sent) == 1


# Where there is no gateway


@contextmanager
def bare_host(folder):
    """The built site on a host that serves files and nothing else."""
    serve = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{host.server_port}"
        finally:
            host.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing of it."""


def test_where_no_gateway_answers_it_is_said_and_the_document_is_handed_over_as_a_file(chromium, demo, tmp_path):
    with bare_host(demo.state / "site") as address:
        context = chromium.new_context(base_url=address, locale="en-GB", timezone_id="America/New_York")
        page = context.new_page()
        page.goto("/forms/schedule/")
        ready(page)
        expect(said(page)).to_contain_text("Nobody takes submissions at this address.")

        page.get_by_label("National centre number").fill("10234")
        page.get_by_label("Qualification").select_option("AM20530")
        page.get_by_label("Assessment component").select_option("UV21578")
        page.locator("[name=starts_at]").fill("2021-05-20T09:00")
        paste(page, cell(page, "candidate_number", 2), [row[:2] for row in learners(31)])
        expect(counted(page)).to_be_empty()
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save the document as a file").click()
        file = tmp_path / saved.value.suggested_filename
        saved.value.save_as(file)
        page.locator("#gp-form").get_by_role("button", name="Check answers").click()
        expect(said(page)).to_contain_text("Nobody takes submissions at this address.")
        expect(cell(page, "candidate_number", 2)).to_have_value("0001")
        context.close()

    document = json.loads(file.read_text("utf-8"))
    code, told = demo.run("check", file, "--at", "2021-05-18T10:00:00+01:00", "--format", "json")
    assert file.name == "UV21578.schedule.json"
    assert document["starts_at"] == "2021-05-20T09:00:00+01:00"
    assert document["learners"][0] == {"candidate_number": "0001", "uln": ulns(1)[0]}
    assert len(document["learners"]) == 31
    assert (code, json.loads(told)["findings"]) == (0, [])


# Names


def test_names_are_shown_beside_numbers_in_their_tab_and_sent_nowhere(visit, demo):
    page = officer_at(visit, demo)
    page.evaluate("() => { sessionStorage['gp-names:10234'] = JSON.stringify({ '0002': 'Zephyrine Quill' }) }")
    page.goto("/forms/tags/?example=clean")
    ready(page)
    sent = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))

    paste(page, cell(page, "candidate_number", 1), [["0002", ulns(1)[0]], ["0001", ulns(2)[1]]])

    expect(page.get_by_role("rowheader", name="1 Zephyrine Quill")).to_be_visible()
    with page.expect_response("**/check/tags"):
        pass
    page.locator("#gp-form").get_by_role("button", name="Check answers").click()
    page.wait_for_url("**/check/tags")
    assert any("/check/tags" in text for text in sent)
    assert not any("Zephyrine" in text for text in sent)
    assert "Zephyrine" not in page.evaluate("() => JSON.stringify(localStorage)")

    other = officer_at(visit, demo)
    assert other.get_by_text("Zephyrine").count() == 0
    continue_as(page, "exams officer", "10235", then="/forms/tags/")
    assert page.get_by_text("Zephyrine").count() == 0
