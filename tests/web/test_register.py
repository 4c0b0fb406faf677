"""The register on main, followed as it changes: a new address waits, and the old one is told."""

from datetime import timedelta

import pytest
import signing_house

HEAD, OLD, NEW = "p-10234-head", "head@centre-10234.example", "head@elsewhere.example"
DAY = timedelta(hours=24)


@pytest.fixture
def followed(fresh):
    """A house whose register was looked at once, with grades in."""
    fresh.state.register.follow()
    signing_house.graded(fresh)
    return fresh


def give(house, email, ref=HEAD):
    """A new address on main, and the next look at it."""
    signing_house.change_register(house, lambda value: signing_house.find(value, ref).update(email=email))
    house.state.register.follow()


def to(house):
    """Where the letter of a new link went."""
    assert signing_house.ask(house).status_code == 303
    return [letter.to for letter in house.letters() if "/declare/" in letter.body][-1]


def wait(house, time):
    house.gateway.clock.move_to(house.gateway.clock.now() + time)


def test_a_new_address_tells_the_old_one(followed):
    give(followed, NEW)

    (letter,) = followed.letters()
    assert letter.to == OLD
    assert "names another e-mail address for you" in letter.body
    assert NEW not in letter.body


def test_until_the_wait_is_over_letters_go_to_the_old_address(followed):
    give(followed, NEW)

    at_once = to(followed)
    wait(followed, DAY - timedelta(minutes=1))
    just_before = to(followed)
    wait(followed, timedelta(minutes=2))

    assert (at_once, just_before, to(followed)) == (OLD, OLD, NEW)


def test_before_the_change_was_even_seen_the_old_address_counts(followed):
    signing_house.change_register(followed, lambda value: signing_house.find(value, HEAD).update(email=NEW))

    assert to(followed) == OLD


def test_the_wait_begins_when_the_change_was_seen_and_not_when_it_was_dated(followed):
    signing_house.change_register(followed, lambda value: signing_house.find(value, HEAD).update(email=NEW))
    wait(followed, 3 * DAY)

    followed.state.register.follow()

    assert to(followed) == OLD


def test_a_change_that_is_taken_back_leaves_everything_as_it_was(followed):
    give(followed, NEW)
    give(followed, OLD)
    wait(followed, 2 * DAY)

    assert to(followed) == OLD


def test_a_second_change_waits_anew_and_tells_the_address_in_force_again(followed):
    give(followed, "between@elsewhere.example")
    wait(followed, timedelta(hours=23))
    give(followed, NEW)
    wait(followed, timedelta(hours=2))

    assert to(followed) == OLD
    assert [letter.to for letter in followed.letters()[:2]] == [OLD, OLD]


def test_looking_again_tells_nobody_twice(followed):
    give(followed, NEW)

    for _ in range(3):
        followed.state.register.follow()
    signing_house.change_register(followed, lambda value: value.update(name="Northfield Sixth Form"))
    followed.state.register.follow()

    assert len(followed.letters()) == 1


def test_a_restart_forgets_neither_the_wait_nor_what_came_meanwhile(followed, opened):
    signing_house.change_register(followed, lambda value: signing_house.find(value, HEAD).update(email=NEW))
    again = opened(followed.state.folder)

    again.state.register.follow()

    assert [letter.to for letter in again.letters()] == [OLD]
    assert to(again) == OLD


def test_somebody_new_who_may_declare_waits_as_well_and_the_others_are_told(followed):
    signing_house.change_register(
        followed, lambda value: signing_house.find(value, HEAD).update(ref="p-10234-head-2", email=NEW)
    )
    followed.state.register.follow()

    refused = signing_house.ask(followed)
    wait(followed, DAY + timedelta(minutes=1))

    assert refused.status_code == 409
    assert [letter.to for letter in followed.letters()] == ["officer@centre-10234.example"]
    assert to(followed) == NEW


def test_a_new_teacher_waits_for_nothing(followed):
    signing_house.add(followed, signing_house.person("teacher-3", "teacher", "views"))

    assert followed.state.ledger.register("10234").centre.person("p-10234-teacher-3").email
    followed.state.register.follow()
    assert followed.letters() == []


def test_whoever_leaves_the_register_is_signed_out_at_once(fresh):
    teacher = fresh.client("p-10234-teacher-1")
    assert teacher.get("/status").status_code == 200

    signing_house.change_register(
        fresh, lambda value: value["people"].remove(signing_house.find(value, "p-10234-teacher-1"))
    )

    assert teacher.get("/status").status_code == 303


def test_a_role_and_a_right_count_as_the_register_has_them_now(fresh):
    officer, teacher = fresh.client("p-10234-officer"), fresh.client("p-10234-teacher-1")

    def swap(value):
        signing_house.find(value, "p-10234-officer").update(role="teacher", rights=["views"])
        signing_house.find(value, "p-10234-teacher-1").update(rights=["views", "schedules"])

    signing_house.change_register(fresh, swap)

    assert fresh.submit(teacher, fresh.schedule()).status_code == 201
    assert fresh.submit(teacher, fresh.tags()).status_code == 201
    assert fresh.submit(officer, fresh.tags()).status_code == 403


def test_a_centres_file_that_is_broken_holds_up_no_other(followed):
    from gradepost.forge.base import MAIN

    forge = followed.state.forge
    forge.commit(MAIN, {"centres/10/10235.json": b"{"}, "Break it\n", followed.state.now(), expected=forge.head(MAIN))

    give(followed, NEW)

    assert [letter.to for letter in followed.letters()] == [OLD]


def test_the_trail_says_that_the_register_changed_and_whose_address(followed):
    give(followed, NEW)

    trail = [(event.what, event.actor, event.centre) for event in followed.state.inbox.audit_trail(centre="10234")]
    assert ("register-changed", "", "10234") in trail
    assert ("address-changed", HEAD, "10234") in trail
