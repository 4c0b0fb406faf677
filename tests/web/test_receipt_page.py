"""The receipt's page: what was received, what happens next and who has it, and a copy by e-mail."""

OFFICER, TEACHER, OTHERS = "p-10234-officer", "p-10234-teacher-1", "p-10235-officer"


def received(house, document=None):
    """The path of a receipt."""
    return house.submit(house.client(OFFICER), document or house.schedule()).headers["location"]


def test_a_receipt_says_what_happens_next_who_has_it_and_by_when(fresh, page_of):
    scheduled = page_of(fresh.client(OFFICER).get(received(fresh)))
    received(fresh, fresh.tags())
    fresh.carry_on()
    graded = page_of(fresh.client(OFFICER).get(received(fresh, fresh.tags())))

    assert "Your centre" in scheduled.text
    assert "23:59 on Friday 21 May 2021, UK time" in scheduled.text
    assert "Your Head of Centre" in page_of(fresh.client(OFFICER).get(_filed(fresh))).text
    assert "It is filed and checked." in graded.text


def _filed(house):
    house.carry_on()
    return f"/receipts/{house.state.inbox.of_centre('10234', '2021-summer')[-1].receipt_id}"


def test_what_follows_opens_for_the_same_component(fresh):
    answer = fresh.client(OFFICER).get(received(fresh))

    assert 'href="/forms/tags/?qualification=AM20530&amp;component=UV21578"' in answer.text


def test_a_receipt_is_sent_to_its_submitter_and_names_ids_alone(fresh):
    receipt = received(fresh)

    answer = fresh.client(OFFICER).post(f"{receipt}/mail")
    letter = fresh.letters()[-1]

    assert (answer.status_code, answer.headers["location"]) == (303, f"{receipt}?mailed")
    assert letter.to == fresh.state.ledger.register("10234").centre.person(OFFICER).email
    assert receipt in letter.body
    assert "23:59:59 on Thursday 20 May 2021" in letter.body
    said = letter.subject + letter.body
    assert not any(v in said for learner in fresh.schedule()["learners"] for v in (learner["uln"],))
    assert "learner" not in said
    assert "on its way" in fresh.client(OFFICER).get(answer.headers["location"]).text


def test_a_receipt_goes_to_its_submitter_whoever_of_the_centre_asks(fresh):
    fresh.client(TEACHER).post(f"{received(fresh)}/mail")

    assert fresh.letters()[-1].to == fresh.state.ledger.register("10234").centre.person(OFFICER).email


def test_software_has_no_address_so_whoever_asks_gets_the_receipt(fresh):
    receipt = fresh.submit(fresh.software(), fresh.schedule()).headers["location"]

    fresh.client(TEACHER).post(f"{receipt}/mail")

    assert fresh.letters()[-1].to == fresh.state.ledger.register("10234").centre.person(TEACHER).email


def test_a_letter_that_waits_is_not_written_twice(fresh):
    receipt, before = received(fresh), len(fresh.letters())

    for _ in range(3):
        fresh.client(OFFICER).post(f"{receipt}/mail")

    assert len(fresh.letters()) == before + 1


def test_nobody_else_has_a_receipt_sent(fresh):
    receipt, before = received(fresh), len(fresh.letters())

    for ref, status in ((OTHERS, 403), ("r-osei", 403), (None, 401)):
        assert fresh.client(ref).post(f"{receipt}/mail").status_code == status
    assert fresh.client(OFFICER).post("/receipts/nothing/mail").status_code == 404
    away = fresh.client(OFFICER).post(f"{receipt}/mail", headers={"Sec-Fetch-Site": "cross-site"})
    assert away.status_code == 403
    assert len(fresh.letters()) == before


def test_a_receipt_says_which_way_the_document_came(fresh, page_of):
    by_software = fresh.submit(fresh.software(), fresh.schedule()).headers["location"]

    assert "Your centre's software" in page_of(fresh.client(OFFICER).get(by_software)).text
