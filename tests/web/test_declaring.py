"""The Head of Centre's link: looking changes nothing, it declares once, and never anything but what was shown."""

import json
from datetime import timedelta

import pytest
import signing_house

DEPUTY = signing_house.person("deputy", "deputy", "declares", "views")
BRANCH = "dossier/2021-summer/10234/AM20530/external-exam"


@pytest.fixture
def graded(fresh):
    """A centre that has submitted its TAGs and asked for the declaration, with the link's path."""
    client = fresh.software()
    assert fresh.submit(client, fresh.schedule()).status_code == 201
    assert fresh.submit(client, fresh.tags()).status_code == 201
    return fresh, fresh.link()


def declarations(house):
    return [stored for stored in house.state.inbox.of_branch(BRANCH) if stored.form == "declaration"]


def everything(house):
    tables = ("submissions", "current", "keys", "outbox", "credentials", "messages")
    return [house.rows(f"SELECT * FROM {table}") for table in tables]


def test_looking_any_number_of_times_in_any_way_changes_nothing(graded):
    house, path = graded
    before = everything(house)

    seen = [house.client().request(method, path).status_code for method in ("GET", "HEAD", "GET") * 7]

    assert set(seen) == {200}
    assert everything(house) == before
    assert house.declared(path).status_code == 200


def test_the_page_shows_what_will_be_declared(graded, page_of):
    house, path = graded

    text = page_of(house.client().get(path)).text

    assert "Understanding the hair and beauty sector" in text
    assert "28" in text
    assert all(f"{number:04d}" in text for number in range(1, 29))
    assert "Merit" in text


def test_it_is_received_as_the_heads_own_word(graded):
    house, path = graded

    house.declared(path)

    (stored,) = declarations(house)
    receipt, document = json.loads(stored.receipt), json.loads(stored.document)
    (tags,) = [s for s in house.state.inbox.of_branch(BRANCH) if s.form == "tags"]
    assert receipt["submitted_by"] == {"ref": "p-10234-head", "role": "principal"}
    assert receipt["channel"] == "declaration-link"
    assert receipt["attested"]["method"] == "email-link"
    assert document["covers"] == [{"document": "UV21578.tags.json", "sha256": tags.sha256, "learners": 28}]


def test_it_is_used_once(graded):
    house, path = graded
    house.declared(path)

    again = house.client().get(path)
    posted = house.client().post(path, data={})

    assert (again.status_code, posted.status_code) == (410, 410)
    assert len(declarations(house)) == 1


def test_ten_who_press_at_once_make_one_declaration(graded, fields_for, at_once):
    house, path = graded
    fields = fields_for(house, house.client().get(path))
    browsers = [house.client() for _ in range(10)]

    answers = at_once([lambda b=browser: b.post(path, data=fields) for browser in browsers])

    assert {answer.status_code for answer in answers} <= {200, 410}
    assert len(declarations(house)) == 1


def test_ten_who_press_at_once_with_other_words_make_one_declaration(graded, fields_for, at_once):
    house, path = graded
    fields = fields_for(house, house.client().get(path))
    others = [fields | {"signatory.name": [f"Helen Achterberg {letter}"]} for letter in "ABCDEFGHIJ"]
    browsers = [house.client() for _ in others]

    answers = at_once([lambda b=b, f=f: b.post(path, data=f) for b, f in zip(browsers, others, strict=True)])

    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 9
    assert len(declarations(house)) == 1


def test_after_seven_days_it_has_run_out(graded):
    house, path = graded
    clock = house.gateway.clock

    clock.move_to(clock.now() + timedelta(days=6, hours=23))
    in_time = house.client().get(path).status_code
    clock.move_to(clock.now() + timedelta(hours=2))

    assert in_time == 200
    assert house.client().get(path).status_code == 410
    assert house.client().post(path, data={}).status_code == 410


@pytest.mark.parametrize("secret", ["x", "%00", "a" * 3000, "..%2f..", "%F0%9F%92%A9"])
def test_a_link_that_is_not_ours_says_so(house, secret):
    assert house.client().get(f"/declare/{secret}").status_code in (404, 410)
    assert house.client().post(f"/declare/{secret}", data={}).status_code in (404, 405, 410)


def test_grades_that_changed_while_the_page_was_open_are_not_declared(graded, fields_for):
    house, path = graded
    fields = fields_for(house, house.client().get(path))
    amended = house.tags()
    amended["decision_record"] = "Compared once more."
    house.submit(house.software(), amended)

    answer = house.client().post(path, data=fields)

    assert answer.status_code == 422
    assert "H003" in answer.text
    assert declarations(house) == []
    assert house.declared(path).status_code == 200


def test_an_incomplete_declaration_comes_back_with_what_was_typed_and_the_link_still_good(graded, page_of, form_of):
    house, path = graded
    page = page_of(house.client().get(path))

    answer = house.client().post(path, data=form_of(page.with_(signatory__name="Helen Achterberg")))

    assert answer.status_code == 422
    assert page_of(answer).title.startswith("Error:")
    assert dict(page_of(answer).fields)["signatory.name"] == "Helen Achterberg"
    assert declarations(house) == []
    assert house.declared(path).status_code == 200


def test_the_link_alone_says_whose_dossier_is_declared(graded, fields_for):
    house, path = graded
    fields = fields_for(house, house.client().get(path))
    planted = {"centre": "10235", "qualification": "HB2D1", "kind": "synoptic-practical", "series": "2020-summer"}

    house.client().post(path, data=fields | planted)

    (stored,) = declarations(house)
    assert stored.branch == BRANCH


def test_no_declaration_comes_by_software_or_from_another_role(graded):
    house, _ = graded
    declaration = {
        "form": "declaration",
        "series": "2021-summer",
        "centre": "10234",
        "qualification": "AM20530",
        "kind": "external-exam",
        "covers": [
            {"document": "UV21578.tags.json", "sha256": s.sha256, "learners": 28}
            for s in house.state.inbox.of_branch(BRANCH)
            if s.form == "tags"
        ],
        "signatory": {"name": "Helen Achterberg", "role": "principal"},
        "statements": [statement.id for statement in house.state.book.series.statements],
    }

    people = ("p-10234-officer", "p-10234-teacher-1", "p-10234-head", "r-osei")
    by_people = [house.submit(house.client(ref), declaration).status_code for ref in people]
    by_software = [house.submit(house.software(role=role), declaration) for role in ("exams-officer", "teacher")]

    assert set(by_people) <= {403, 422}
    assert {answer.status_code for answer in by_software} <= {403, 422}
    assert declarations(house) == []


def test_what_was_asked_twice_can_be_declared_by_either_letter_and_stays_declared(graded):
    house, path = graded
    second = house.link()

    assert house.declared(second).status_code == 200
    assert house.declared(path).status_code in (200, 410)
    assert {json.loads(s.document)["signatory"]["name"] for s in declarations(house)} == {"Helen Achterberg"}


def test_the_letter_names_ids_and_no_grade_and_no_learner(graded):
    house, _ = graded

    letter = house.letters()[-1]

    words = (letter.subject + letter.body).lower()
    assert letter.to == "head@centre-10234.example"
    assert not any(word in words for word in ("merit", "distinction", "pass ", "1000000078", "0001"))


# Whom to ask


@pytest.fixture
def with_a_deputy(fresh):
    """A centre with grades whose register names a deputy as well, with its wait over."""
    signing_house.add(fresh, DEPUTY)
    signing_house.graded(fresh)
    return fresh


def test_where_several_may_declare_the_exams_officer_chooses_and_the_head_comes_first(with_a_deputy):
    answer = signing_house.ask(with_a_deputy)

    assert answer.status_code == 200
    assert answer.text.index("Helen Achterberg, Head") < answer.text.index("Robin Hale, Deputy")
    assert 'value="p-10234-head" checked' in answer.text
    assert with_a_deputy.letters() == []


def test_a_delegate_is_asked_only_with_the_reason(with_a_deputy):
    without = signing_house.ask(with_a_deputy, signatory=DEPUTY["ref"], reason="  ")
    with_one = signing_house.ask(with_a_deputy, signatory=DEPUTY["ref"], reason="The Head is away.")

    assert (without.status_code, with_one.status_code) == (422, 303)
    assert len(signing_house.links(with_a_deputy, DEPUTY["email"])) == 1


def test_the_head_is_told_that_a_delegate_was_asked(with_a_deputy):
    signing_house.ask(with_a_deputy, signatory=DEPUTY["ref"], reason="The Head is away.")

    (letter,) = [x for x in with_a_deputy.letters() if x.to == "head@centre-10234.example"]
    assert "/declare/" not in letter.body
    assert "away" not in letter.body


def test_a_delegate_finds_the_reason_filled_in_and_cannot_sign_as_the_head(with_a_deputy, page_of, fields_for):
    signing_house.ask(with_a_deputy, signatory=DEPUTY["ref"], reason="The Head is away.")
    (path,) = signing_house.links(with_a_deputy, DEPUTY["email"])
    shown = with_a_deputy.client().get(path)
    fields = fields_for(with_a_deputy, shown) | {"signatory.name": ["Robin Hale"], "signatory.role": ["principal"]}

    without = with_a_deputy.client().post(path, data=fields)
    signed = with_a_deputy.client().post(path, data=fields | {"signatory.delegation_reason": ["The Head is away."]})

    assert dict(page_of(shown).fields)["signatory.delegation_reason"] == "The Head is away."
    assert (without.status_code, "H002" in without.text) == (422, True)
    assert signed.status_code == 200
    assert json.loads(declarations(with_a_deputy)[0].document)["signatory"]["role"] == "deputy"


def test_whoever_signed_off_the_grades_is_not_asked(fresh):
    signing_house.change_register(
        fresh, lambda value: signing_house.find(value, "p-10234-head").update(name="Ms PRIYA Raman")
    )
    signing_house.graded(fresh)

    assert signing_house.ask(fresh).status_code == 409
    assert fresh.letters() == []


def test_nobody_is_asked_where_the_register_names_nobody(fresh):
    signing_house.change_register(
        fresh, lambda value: signing_house.find(value, "p-10234-head").update(rights=["views"])
    )
    signing_house.graded(fresh)

    assert signing_house.ask(fresh).status_code == 409


def test_whoever_may_no_longer_declare_neither_sees_nor_signs(graded):
    house, path = graded
    signing_house.change_register(
        house, lambda value: signing_house.find(value, "p-10234-head").update(rights=["views"])
    )

    assert house.client().get(path).status_code == 410
    assert house.client().post(path, data={}).status_code == 410


def test_what_fills_in_every_field_signs_nothing(graded, fields_for):
    house, path = graded
    fields = fields_for(house, house.client().get(path)) | {"_leave_empty": ["https://scanner.example"]}

    assert house.client().post(path, data=fields).status_code == 422
    assert declarations(house) == []


def test_nobody_posts_an_objection_by_the_link_of_the_head(graded, fields_for):
    house, path = graded
    fields = fields_for(house, house.client().get(path)) | {"objection": ["No."]}

    assert house.client().post(path, data=fields).status_code == 200
    assert "objection" not in json.loads(declarations(house)[0].document)


# What was declared before


def test_an_earlier_declaration_of_another_kind_is_shown_apart(fresh, page_of):
    signing_house.graded(fresh)
    fresh.declared(fresh.link())
    component, kind = synoptic(fresh)
    client = fresh.software()
    assert fresh.submit(client, fresh.schedule(component=component)).status_code == 201
    tags = fresh.tags(component=component)
    assert fresh.submit(client, tags).status_code == 201

    page = fresh.client().get(fresh.link(kind=kind))

    before, asked = page.text.partition("What was declared before")[::2]
    assert "UV21578.tags.json: 28 learners" in asked
    assert "It still stands." in asked
    assert component in before
    assert "UV21578.tags.json" not in dict(page_of(page).fields).values()


def test_an_earlier_declaration_that_was_overtaken_says_so(fresh):
    signing_house.graded(fresh)
    fresh.declared(fresh.link())
    amended = fresh.tags()
    amended["decision_record"] = "Compared once more."
    fresh.submit(fresh.software(), amended)
    component, kind = synoptic(fresh)
    for document in (fresh.schedule(component=component), fresh.tags(component=component)):
        assert fresh.submit(fresh.software(), document).status_code == 201

    assert "no longer counts" in fresh.client().get(fresh.link(kind=kind)).text


def synoptic(house):
    """A component of the same qualification and of another kind that takes a TAG."""
    components = house.state.book.series.qualifications["AM20530"].components.values()
    return next((c.code, c.kind) for c in components if c.takes_tag and c.kind != "external-exam")
