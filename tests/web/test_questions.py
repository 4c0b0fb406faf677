"""A question from a centre: asked on a form, put into words by a reviewer, carried to the site; of nobody any more."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from gradepost.doors.state import key_of
from gradepost.forge.base import MAIN
from gradepost.publish.answers import answer_path, signed_answer

ROOT = Path(__file__).parents[2]
BROWSER = {"Accept": "text/html"}
OFFICER, TEACHER, REVIEWER = "p-10234-officer", "p-10234-teacher-1", "r-osei"
PAGE = "/reviews/questions/10234/1"
# What a page of the public site must not show: the asker's words, and all that tells who asked.
CANARIES = (
    "canary-of-the-asker",
    "10234",
    "Northfield",
    "Priya Raman",
    "Morgan Ellis",
    "centre-10234.example",
    TEACHER,
    OFFICER,
    REVIEWER,
)
ASKED = "Priya Raman of Northfield asks, canary-of-the-asker: may a learner be graded on <b>two</b> papers?"
WORDS = {
    "question": "May a learner be graded on two papers?",
    "short": "Yes, each paper has a grade of its own.",
    "answer": "Yes.\n\n- Paper 1\n- Paper 2",
    "group": "grades",
    "audience": ["teacher", "exams-officer"],
    "rules": "t003, T004",
    "id": "graded-on-two-papers",
}


def question(number="1", text=ASKED, **more):
    return {
        "form": "question",
        "series": "2021-summer",
        "centre": "10234",
        "number": number,
        "topic": "grades",
        "question": text,
        **more,
    }


def ask(house, ref=TEACHER, **more):
    """Ask by form as that person; the question as it is stored."""
    page = house.client(ref).get("/forms/question/", headers=BROWSER)
    assert page.status_code == 200
    answer = house.client(ref).post("/submit/question", data=question(**more))
    assert answer.status_code == 303, answer.text
    house.carry_on()
    return house.state.inbox.of_centre("10234", "2021-summer")[-1]


def sha_on(page):
    return dict(page.fields)["sha256"]


def approve(house, page_of, words=WORDS, path=PAGE, reviewer=REVIEWER):
    """Open the reviewer's page and approve these words."""
    client = house.client(reviewer)
    page = page_of(client.get(path))
    return client.post(path, data={**words, "sha256": sha_on(page)})


def decide(house, reviewer=REVIEWER):
    """Approve the pull request, and let it be merged."""
    pull = house.state.forge.pull_of("dossier/2021-summer/10234/centre")
    sent = house.client(reviewer).post(f"/reviews/{pull.number}/approve", data={"head": pull.head})
    assert sent.status_code == 303
    house.carry_on()


@pytest.fixture
def docs(tmp_path):
    """Sources of a site."""
    return Path(shutil.copytree(ROOT / "docs", tmp_path / "docs"))


@pytest.fixture(scope="module")
def stages(opened, page_of, tmp_path_factory):
    """The state's folder once the question is asked, and once it is answered and merged."""
    folder = tmp_path_factory.mktemp("stages")
    ask(opened(folder / "asked"))
    shutil.copytree(folder / "asked", folder / "answered")
    house = opened(folder / "answered")
    assert approve(house, page_of).status_code == 303
    decide(house)
    return folder


@pytest.fixture
def asked(opened, stages, tmp_path):
    """A house in which a question is asked."""
    return opened(Path(shutil.copytree(stages / "asked", tmp_path / "state")))


@pytest.fixture
def answered(opened, stages, tmp_path):
    """A house in which a question is asked, answered and merged."""
    return opened(Path(shutil.copytree(stages / "answered", tmp_path / "state")))


@pytest.fixture
def publish(docs, gradepost, tmp_path):
    """Carry what is approved in the house's ledger."""
    return lambda: gradepost("faq", "publish", "--ledger", tmp_path / "state/ledger.git", "--docs", docs)


def test_the_form_opens_with_the_next_number_and_asks_for_no_name(asked, page_of):
    page = page_of(asked.client(TEACHER).get("/forms/question/", headers=BROWSER))

    assert dict(page.fields)["number"] == "2"
    assert not {"name", "email"} & set(dict(page.fields))


def test_a_question_has_a_receipt_and_waits_in_a_pull_request(asked):
    stored = asked.state.inbox.of_centre("10234", "2021-summer")[-1]

    pull = asked.state.forge.pull_of("dossier/2021-summer/10234/centre")
    page = asked.client(TEACHER).get(f"/receipts/{stored.receipt_id}", headers=BROWSER)
    assert page.status_code == 200
    assert asked.state.forge.read(pull.head, stored.path) == stored.document
    assert "canary" not in pull.title


@pytest.fixture(scope="module")
def house(opened, stages, tmp_path_factory):
    """The same for tests that leave no trace."""
    return opened(Path(shutil.copytree(stages / "asked", tmp_path_factory.mktemp("house") / "state")))


def test_who_is_not_signed_in_or_reviews_asks_no_question(house):
    assert house.client().post("/submit/question", data=question()).status_code == 401
    assert house.client(REVIEWER).post("/submit/question", data=question()).status_code == 403


def test_a_centre_does_not_see_the_pages_on_which_questions_are_answered(house):
    for path in ("/reviews/questions", PAGE):
        answer = house.client(OFFICER).get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    assert house.client(OFFICER).post(PAGE, data=WORDS).status_code == 403
    assert house.client().post(PAGE, data=WORDS).status_code == 401


def test_a_reviewer_finds_the_question_and_what_it_says_is_text(asked):
    client = asked.client(REVIEWER)

    assert PAGE in client.get("/reviews/questions").text
    page = client.get(PAGE).text
    assert "&lt;b&gt;two&lt;/b&gt;" in page
    assert "<b>two" not in page
    pull = asked.state.forge.pull_of("dossier/2021-summer/10234/centre")
    assert PAGE in client.get(f"/reviews/{pull.number}").text


def test_what_was_approved_is_carried_once_and_tells_nothing_of_who_asked(answered, docs, publish):
    first = publish()
    second = publish()

    text = (docs / "faq/graded-on-two-papers.md").read_text("utf-8")
    groups = yaml.safe_load((docs / "faq/groups.yml").read_text("utf-8"))["groups"]
    assert (first.code, second.code) == (0, 0)
    assert "new." in first.out
    assert "stands there already." in second.out
    assert next(g for g in groups if g["id"] == "grades")["questions"][-1] == "graded-on-two-papers"
    assert "asked_on: 2021-05-18\nanswered_on: 2021-05-18" in text
    assert "rules: [T003, T004]" in text
    said = "".join(p.read_text("utf-8") for p in (docs / "faq").iterdir()) + first.out + first.err
    assert [canary for canary in CANARIES if canary in said] == []


def test_nothing_is_carried_before_the_question_is_merged(asked, page_of, docs, publish):
    approve(asked, page_of)

    ran = publish()

    assert ran.code == 1
    assert "its question has not been merged" in ran.err
    assert not (docs / "faq/graded-on-two-papers.md").exists()


def test_nothing_is_carried_that_no_reviewer_approved(asked, docs, publish):
    decide(asked)

    ran = publish()

    assert (ran.code, ran.out) == (0, "Nobody has approved an answer yet.\n")
    assert "canary" not in "".join(p.read_text("utf-8") for p in docs.rglob("*.md"))


def change_on_main(house, change):
    """Change the answer's file on main by hand."""
    forge, path = house.state.forge, answer_path("submissions/2021-summer/10/10234/1.question.json")
    head = forge.head(MAIN)
    raw = change(forge.read(head, path))
    forge.commit(MAIN, {path: raw}, "Change it\n", house.state.now(), expected=head)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Yes, each paper", b"No, each paper"),
        (b'"approved_by": "r-osei"', b'"approved_by": "r-lindqvist"'),
        (b'"T004"', b'"T005"'),
    ],
)
def test_one_changed_word_of_what_was_approved_keeps_it_back(answered, docs, publish, old, new):
    change_on_main(answered, lambda raw: raw.replace(old, new))

    ran = publish()

    assert ran.code == 1
    assert "not what a reviewer approved" in ran.err
    assert not (docs / "faq/graded-on-two-papers.md").exists()


def put_signed(house, **other):
    """Put an answer on main that the gateway signed, with what the reviewer’s form does not let through."""
    path = answer_path("submissions/2021-summer/10/10234/1.question.json")
    facts = json.loads(house.state.forge.read(house.state.forge.head(MAIN), path))
    facts = {name: value for name, value in facts.items() if name not in ("key", "signature")} | other
    change_on_main(house, lambda _: signed_answer(facts, key_of(house.state.folder), house.state.book))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"answer": "Ask Priya Raman."}, "the name of somebody at the centre that asked"),
        ({"short": "Northfield College may."}, "the name of the centre that asked"),
        ({"question": "May centre 10234 grade on both papers?"}, "the number of the centre that asked"),
        ({"answer": "Write to a@b.example."}, "an email address"),
        ({"answer": "Yes\u202e."}, "characters that nobody sees"),
        ({"question": "May a learner\nbe graded?"}, "longer than a line"),
        ({"rules": ["T999"]}, "there is no rule T999"),
        ({"group": "nowhere"}, "has no group nowhere"),
        ({"id": "index"}, "another page has this address"),
        ({"approved_by": "r-nobody"}, "no reviewer of this ledger"),
        ({"asked_at": "2021-05-01T10:00:00.000Z"}, "no receipt that says when it was asked"),
        ({"approved_at": "2019-05-01T10:00:00.000Z"}, "a key that was not valid at that time"),
        ({"of": {"path": "submissions/2021-summer/10/10235/1.question.json", "sha256": "0" * 64}}, "at another path"),
    ],
)
def test_even_what_is_signed_is_held_back_where_it_tells_too_much_or_does_not_fit(answered, docs, publish, other, said):
    before = sorted(docs.rglob("*"))
    put_signed(answered, **other)

    ran = publish()

    assert ran.code == 1
    assert said in ran.err
    assert sorted(docs.rglob("*")) == before


def test_an_answer_in_another_layout_is_kept_back(answered, publish):
    change_on_main(answered, lambda raw: json.dumps(json.loads(raw)).encode())

    assert "not an answer in canonical form" in publish().err


def test_a_question_that_was_asked_anew_has_to_be_approved_again(answered, page_of, publish):
    ask(answered, text="And may it be graded on none of the papers at all?")
    decide(answered)

    assert "asked anew after it was approved" in publish().err

    assert approve(answered, page_of).status_code == 303
    assert publish().code == 0


def test_a_page_that_was_edited_stays_as_it_is(answered, docs, publish, page_of):
    publish()
    page = docs / "faq/graded-on-two-papers.md"
    page.write_text(page.read_text("utf-8").replace("Yes.", "Yes, of course."), "utf-8")
    edited = page.read_text("utf-8")

    ran = publish()

    assert ran.code == 1
    assert "was edited. It stays as it is." in ran.err
    assert page.read_text("utf-8") == edited


def test_a_page_that_nobody_edited_follows_a_newer_approval(answered, docs, publish, page_of):
    publish()
    approve(answered, page_of, {**WORDS, "answer": "Yes, each of them."})

    ran = publish()

    assert ran.code == 0
    assert "brought up to date." in ran.out
    assert "Yes, each of them." in (docs / "faq/graded-on-two-papers.md").read_text("utf-8")


def test_a_page_that_stood_there_before_is_not_replaced(answered, docs, publish, page_of):
    before = (docs / "faq/two-signatures.md").read_text("utf-8")
    approve(answered, page_of, {**WORDS, "id": "two-signatures"})

    assert publish().code == 1
    assert (docs / "faq/two-signatures.md").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("question", "", "The question needs 10 to 300 characters."),
        ("short", "a" * 301, "The short answer needs 2 to 300 characters."),
        ("answer", "Yes\u202e.", "has a character that nobody sees"),
        ("group", "other", "Choose a group."),
        ("audience", [], "Choose whom it is for."),
        ("rules", "T003, T0O4", "There is no rule T0O4."),
        ("id", "../index", "small letters, digits and hyphens"),
        ("id", "index", "small letters, digits and hyphens"),
        ("answer", "Ask Priya Raman.", "the name of somebody at the centre that asked"),
        ("answer", "Centre 10234 may.", "the number of the centre that asked"),
        ("short", "Northfield College may.", "the name of the centre that asked"),
        ("short", "Write to teacher-1@centre-10234.example.", "an email address"),
        ("question", "May the learner 1000000051 be graded on both?", "a learner’s ULN"),
    ],
)
def test_words_that_cannot_be_published_are_not_approved_and_stay_on_the_page(house, page_of, field, value, said):
    answer = approve(house, page_of, {**WORDS, field: value})

    assert answer.status_code == 422
    assert said in page_of(answer).text
    assert answer_path("submissions/2021-summer/10/10234/1.question.json") not in house.state.forge.list(
        house.state.forge.head(MAIN), "answers"
    )


def test_words_for_a_question_that_has_changed_are_not_approved(asked, page_of):
    client = asked.client(REVIEWER)
    sha = sha_on(page_of(client.get(PAGE)))
    ask(asked, text="Another question altogether, of the same number?")

    answer = client.post(PAGE, data={**WORDS, "sha256": sha})

    assert answer.status_code == 409
    assert "Read it again" in answer.text


def test_a_reviewer_of_the_asking_centre_does_not_answer(asked):
    from signing_house import add, person

    add(asked, {**person("osei", "teacher"), "ref": REVIEWER})

    assert asked.client("r-lindqvist").get(PAGE).status_code == 200
    assert asked.client(REVIEWER).get(PAGE).status_code in (303, 403)
