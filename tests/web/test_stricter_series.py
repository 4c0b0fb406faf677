"""Series that ask for more than an e-mail link: a code by another channel, a second contact who may object."""

import json
from datetime import timedelta

import pytest
import signing_house
from signing_house import BRANCH, code_in, declarations, links

HEAD, OFFICER = "head@centre-10234.example", "officer@centre-10234.example"
GOVERNOR = signing_house.person("governor", "governor", "objects", name="Alex Moor")


@pytest.fixture
def coded(house, site, settings, tmp_path):
    """A house whose series wants a code; grades are in."""
    found = signing_house.house_of_series(type(house), tmp_path, site, settings, "declaration_code: true")
    signing_house.graded(found)
    return found


@pytest.fixture
def contacted(house, site, settings, tmp_path):
    """A house whose series gives a second contact two days; grades are in, and the register names one."""
    found = signing_house.house_of_series(type(house), tmp_path, site, settings, "second_contact: { hours: 48 }")
    signing_house.add(found, GOVERNOR)
    signing_house.graded(found)
    return found


# The code


def test_the_exams_officer_is_shown_a_code_that_no_letter_and_no_table_holds(coded):
    answer = signing_house.ask(coded)

    code = code_in(answer)
    kept = str(coded.rows("SELECT * FROM credentials")) + "".join(letter.body for letter in coded.letters())
    assert answer.status_code == 200
    assert code not in kept
    assert code.replace(" ", "") not in kept


def test_with_the_code_the_head_signs_and_the_receipt_says_so(coded, fields_for):
    code = code_in(signing_house.ask(coded))
    (path,) = links(coded, HEAD)

    answer = coded.client().post(path, data=fields_for(coded, coded.client().get(path)) | {"_code": [code]})

    assert answer.status_code == 200
    (stored,) = declarations(coded)
    assert json.loads(stored.receipt)["attested"]["method"] == "email-link-and-code"


@pytest.mark.parametrize("typed", ["", "0000 0000", "١٢٣٤ ٥٦٧٨", "x" * 5000, "\x00"])
def test_without_the_code_nothing_is_signed(coded, fields_for, typed):
    code = code_in(signing_house.ask(coded))
    (path,) = links(coded, HEAD)
    fields = fields_for(coded, coded.client().get(path))

    refused = coded.client().post(path, data=fields | {"_code": [typed]})
    kept = coded.client().post(path, data=fields | {"_code": [code.replace(" ", "-")]})

    assert refused.status_code == 422
    assert "4 tries are left" in refused.text
    assert 'value="Helen Achterberg"' in refused.text
    assert kept.status_code == 200


def test_after_five_wrong_tries_the_link_is_closed_even_to_the_right_code_and_the_officer_is_told(coded, fields_for):
    code = code_in(signing_house.ask(coded))
    (path,) = links(coded, HEAD)
    fields = fields_for(coded, coded.client().get(path))

    wrong = [coded.client().post(path, data=fields | {"_code": [f"{n:08d}"]}).status_code for n in range(5)]
    right = coded.client().post(path, data=fields | {"_code": [code]})

    assert wrong == [422, 422, 422, 422, 410]
    assert right.status_code == 410
    assert declarations(coded) == []
    assert [letter.subject[:28] for letter in coded.letters() if letter.to == OFFICER] == [
        "A declaration link was close"
    ]


def test_twenty_who_guess_at_once_get_five_tries_between_them(coded, fields_for, at_once):
    signing_house.ask(coded)
    (path,) = links(coded, HEAD)
    fields = fields_for(coded, coded.client().get(path))
    browsers = [coded.client() for _ in range(20)]

    answers = at_once(
        [lambda b=b, n=n: b.post(path, data=fields | {"_code": [f"{n:08d}"]}) for n, b in enumerate(browsers)]
    )

    tried = coded.rows("SELECT spent FROM code_tries")
    assert {answer.status_code for answer in answers} <= {422, 410}
    assert tried == [(5,)]
    assert declarations(coded) == []


def test_whoever_controls_the_heads_mailbox_alone_signs_nothing(coded, fields_for):
    """Everything that the mailbox gives, in every way that the gateway offers."""
    signing_house.ask(coded)
    signing_house.ask(coded)
    attacker = coded.client()
    for path in links(coded, HEAD):
        fields = fields_for(coded, attacker.get(path))
        for code in ("", "0000 0000", "1234 5678", "' or 1=1", path.rpartition("/")[2], "null"):
            attacker.post(path, data=fields | {"_code": [code]})
        without = {name: value for name, value in fields.items() if name != "_code"}
        attacker.post(path, data=without)
        attacker.post(path, json=without)
        attacker.get(path, params={"_code": "00000000"})
        attacker.post(path + "?_code=00000000", data=without)
    head = coded.client("p-10234-head")
    (tags,) = [s for s in coded.state.inbox.of_branch(BRANCH) if s.form == "tags"]
    document = declaration(coded, tags)
    answers = [head.post("/submit/declaration", json=document), head.post("/ask-declaration", data=signing_house.ASKED)]

    assert {answer.status_code for answer in answers} <= {401, 403, 422}
    assert declarations(coded) == []


def test_a_link_that_was_asked_for_before_the_series_wanted_codes_signs_nothing(coded, fields_for):
    from gradepost.document.filing import dossier_of_branch
    from gradepost.doors.state import new_secret
    from gradepost.people import declaration_link

    head = coded.state.ledger.register("10234").centre.person("p-10234-head")
    secret = declaration_link(coded.state.inbox, dossier_of_branch(BRANCH), head, coded.state.now(), new_secret)
    fields = fields_for(coded, coded.client().get(f"/declare/{secret}"))

    answer = coded.client().post(f"/declare/{secret}", data=fields)

    assert (answer.status_code, "H004" in answer.text) == (422, True)


def declaration(house, tags):
    return {
        "form": "declaration",
        **signing_house.ASKED,
        "centre": "10234",
        "covers": [{"document": "UV21578.tags.json", "sha256": tags.sha256, "learners": 28}],
        "signatory": {"name": "Helen Achterberg", "role": "principal"},
        "statements": [statement.id for statement in house.state.book.series.statements],
    }


# The second contact


def signed(house):
    """Asked for and declared; the path of the second contact's link."""
    assert signing_house.ask(house).status_code == 303
    assert house.declared(links(house, HEAD)[-1]).status_code == 200
    return links(house, GOVERNOR["email"], "object")[-1]


def test_a_second_contact_is_told_at_once_and_sees_no_grade(contacted, page_of):
    path = signed(contacted)

    shown = page_of(contacted.client().get(path))

    assert "Helen Achterberg, Principal," in shown.text
    assert "UV21578.tags.json: 28 learners" in shown.text
    assert not any(word in shown.text for word in ("Merit", "Distinction", "1000000051"))


def test_looking_at_the_objection_changes_nothing_and_pressing_without_a_tick_neither(contacted):
    path = signed(contacted)

    seen = [contacted.client().request(method, path).status_code for method in ("GET", "HEAD") * 5]
    pressed = [contacted.client().post(path, data=data) for data in ({}, {"reason": "No."}, {"sure": "yes"})]

    assert set(seen) == {200}
    assert {answer.status_code for answer in pressed} == {422}
    assert len(declarations(contacted)) == 1


def test_an_objection_makes_the_declaration_count_no_longer_until_there_is_a_new_one(contacted):
    path = signed(contacted)
    contacted.carry_on()
    assert check_of(contacted) == "success"

    answer = contacted.client().post(path, data={"reason": "She is on leave.", "sure": "yes"})
    contacted.carry_on()
    objected = check_of(contacted)
    signed(contacted)
    contacted.carry_on()

    assert answer.status_code == 200
    assert (objected, check_of(contacted)) == ("pending", "success")


def test_what_was_objected_to_cannot_be_approved(contacted):
    path = signed(contacted)
    contacted.carry_on()
    contacted.client().post(path, data={"reason": "She is on leave.", "sure": "yes"})
    contacted.carry_on()
    pull = contacted.state.forge.pull_of(BRANCH)

    answer = contacted.client("r-osei").post(f"/reviews/{pull.number}/approve", data={"head": pull.head})
    contacted.carry_on()

    assert answer.status_code == 409
    assert str(contacted.state.forge.pull(pull.number).state) == "open"


def test_an_approval_that_came_before_the_objection_merges_nothing(contacted):
    path = signed(contacted)
    contacted.state.publisher.file_due()
    contacted.state.publisher.judge_due()
    pull = contacted.state.forge.pull_of(BRANCH)
    approved = contacted.client("r-osei").post(f"/reviews/{pull.number}/approve", data={"head": pull.head})

    contacted.client().post(path, data={"reason": "She is on leave.", "sure": "yes"})
    contacted.carry_on()

    assert approved.status_code == 303
    assert str(contacted.state.forge.pull(pull.number).state) == "open"


def test_the_time_to_object_ends(contacted):
    path = signed(contacted)
    clock = contacted.gateway.clock

    clock.move_to(clock.now() + timedelta(hours=48))

    assert contacted.client().get(path).status_code == 410
    assert contacted.client().post(path, data={"reason": "Late.", "sure": "yes"}).status_code == 410
    assert len(declarations(contacted)) == 1


def test_an_objection_is_to_one_declaration_and_not_to_the_next(contacted):
    first = signed(contacted)
    signed(contacted)

    assert contacted.client().post(first, data={"reason": "No.", "sure": "yes"}).status_code == 410


def test_nobody_objects_by_software(contacted):
    signed(contacted)
    (tags,) = [s for s in contacted.state.inbox.of_branch(BRANCH) if s.form == "tags"]
    document = declaration(contacted, tags) | {"objection": "No."}

    answer = contacted.submit(contacted.software(), document)

    assert answer.status_code == 422
    assert "H004" in {finding["rule"] for finding in answer.json()["findings"]}


def test_without_a_second_contact_nothing_is_asked_for(contacted):
    signing_house.change_register(contacted, lambda value: value["people"].pop())

    assert signing_house.ask(contacted).status_code == 409


def test_a_crash_before_the_notice_is_made_good_once(contacted):
    from gradepost.doors.second_contacts import tell_of_all

    signed(contacted)
    with contacted.state.inbox._transaction() as connection:
        connection.execute("DELETE FROM credentials WHERE kind = 'objection'")

    told = [tell_of_all(contacted.state, "http://127.0.0.1:8000/") for _ in range(2)]

    assert told == [1, 0]


def check_of(house):
    pull = house.state.forge.pull_of(BRANCH)
    return str(house.state.forge.check(pull.head).state)
