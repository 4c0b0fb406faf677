"""Check characters of ULN, UCI and QAN, by the worked examples and vectors that were found for them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradepost.model.identifiers import PLACEHOLDER_ULN, qan_is_right, rows_with_wrong_ulns, uci_is_right, uln_is_right

ULNS = (
    "9276308686 1000000000 1000000051 1000000132 1000000043 1000000094 1000000035 1000000086 1000000027 1000000078 "
    "1000000019"
)
UCIS = (
    "681990012058G 689990980001D 999990210013A 999990210001B 999990210008C 999990210017D 999990210005E 999990210014F "
    "999990210002G 999990210009H 999990210018K 999990210006L 999990210015M 999990210003R 999990210012T 999990210019V "
    "999990210007W 999990210016X 999990210004Y 99999A210001T 99999B210001G 99999C210001A 99999E210001F 99999G210001M"
)
QANS = (
    "601/0556/2 603/0198/3 603/0201/X 603/0202/1 603/0229/X 603/0230/6 603/0231/8 603/0235/5 603/0236/7 601/6982/5 "
    "601/6984/9 603/0203/3 601/6991/6 601/6990/4 601/6996/5 601/7004/9 601/6993/X 601/6976/X 603/3074/0"
)
LETTERS = "ABCDEFGHKLMRTVWXY"


@pytest.mark.parametrize("uln", ULNS.split())
def test_a_right_uln_is_right(uln):
    assert uln_is_right(uln)


@pytest.mark.parametrize("uln", ULNS.split())
def test_any_other_last_digit_makes_a_uln_wrong(uln):
    others = {uln[:9] + digit for digit in "0123456789"} - {uln}

    assert not any(map(uln_is_right, others))


@pytest.mark.parametrize("stem", ["100000006", "100000023", "100000037"])
def test_some_first_nine_digits_have_no_right_check_digit(stem):
    assert not any(uln_is_right(f"{stem}{digit}") for digit in range(10))


@pytest.mark.parametrize("uln", ["0000000000", "0000000019", "9999999999", "1234567890"])
def test_a_leading_zero_and_the_placeholder_are_no_ulns(uln):
    assert not uln_is_right(uln)


@given(st.from_regex(r"[1-9][0-9]{9}", fullmatch=True))
def test_the_two_published_descriptions_of_the_uln_agree(uln):
    remainder = sum(int(digit) * weight for digit, weight in zip(uln[:9], range(10, 1, -1), strict=True)) % 11
    by_census_rule_1575 = remainder != 0 and 10 - remainder == int(uln[9])

    assert uln_is_right(uln) == by_census_rule_1575


@given(st.sampled_from(ULNS.split()), st.integers(0, 8))
def test_two_neighbouring_digits_that_change_places_are_noticed(uln, at):
    swapped = uln[:at] + uln[at + 1] + uln[at] + uln[at + 2 :]

    assert swapped == uln or not uln_is_right(swapped)


@pytest.mark.parametrize("uci", UCIS.split())
def test_a_right_uci_is_right(uci):
    assert uci_is_right(uci)


@pytest.mark.parametrize("uci", UCIS.split())
def test_any_other_letter_makes_a_uci_wrong(uci):
    others = {uci[:12] + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} - {uci}

    assert not any(map(uci_is_right, others))


def test_every_check_letter_occurs_among_the_examples():
    assert {uci[12] for uci in UCIS.split()} == set(LETTERS)


def test_a_placeholder_from_a_published_page_is_no_uci():
    assert not uci_is_right("999990140001X")
    assert uci_is_right("999990140001B")


@pytest.mark.parametrize("qan", QANS.split())
def test_a_published_qan_is_right(qan):
    assert qan_is_right(qan)


@pytest.mark.parametrize("qan", QANS.split())
def test_any_other_check_character_makes_a_qan_wrong(qan):
    others = {qan[:9] + character for character in "0123456789X"} - {qan}

    assert not any(map(qan_is_right, others))


def test_every_qan_of_the_book_is_right(book):
    assert all(qan_is_right(qualification.qan) for qualification in book.series.qualifications.values())


# A column of ULNs at once


def weighted(uln):
    return sum(int(digit) * weight for digit, weight in zip(uln, range(10, 0, -1), strict=True)) % 11


def wrong_one_by_one(ulns):
    return [row for row, uln in enumerate(ulns) if uln is not None and not uln_is_right(uln)]


def test_a_column_of_a_hundred_thousand_ulns_is_judged_as_one_by_one():
    chance = Random(10)
    odd = [None, PLACEHOLDER_ULN, "0000000000", "0000000019", "1000000006"]
    # One in eleven of any ten digits is right but for a leading zero.
    ulns = [chance.choice(odd) if chance.random() < 0.05 else f"{chance.randrange(10**10):010}" for _ in range(100_000)]

    wrong = rows_with_wrong_ulns(ulns)

    assert wrong == wrong_one_by_one(ulns)
    assert 80_000 < len(wrong) < 95_000
    assert any(ulns[row][0] == "0" and weighted(ulns[row]) == 10 for row in wrong)


def test_a_column_of_right_ulns_has_no_wrong_rows_and_any_slip_in_it_is_one():
    chance = Random(11)
    right = [uln for uln in (f"{chance.randrange(10**9, 10**10)}" for _ in range(22_000)) if uln_is_right(uln)]

    assert rows_with_wrong_ulns(right) == []
    assert rows_with_wrong_ulns([*right, None]) == []
    for row in (0, 1, len(right) // 2, len(right) - 1):
        slip = [*right]
        slip[row] = slip[row][:9] + str((int(slip[row][9]) + 1) % 10)
        assert rows_with_wrong_ulns(slip) == [row]


@pytest.mark.parametrize("ulns", [[], [None], [None, None], ["0000000019"], [PLACEHOLDER_ULN], [None, "1000000051"]])
def test_a_short_column_is_judged_as_one_by_one(ulns):
    assert rows_with_wrong_ulns(ulns) == wrong_one_by_one(ulns)


def test_a_leading_zero_is_wrong_though_the_sum_is_right():
    with_a_zero = next(uln for uln in map("0{:09}".format, range(1, 1000)) if weighted(uln) == 10)

    assert rows_with_wrong_ulns(["1000000051", with_a_zero, None]) == [1]


@given(st.lists(st.none() | st.from_regex(r"[0-9]{10}", fullmatch=True)))
def test_any_column_is_judged_as_one_by_one(ulns):
    assert rows_with_wrong_ulns(ulns) == wrong_one_by_one(ulns)
