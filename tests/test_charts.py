"""Charts: what they show, what a strict page may not have, and what they cost."""

import re
import time

import pytest
from drawn_charts import drawn

from gradepost.page.charts import Bars, chart
from gradepost.page.comparing import comparison

GRADES = ["Distinction", "Merit", "Pass", "Fail"]
THREE = [Bars("This dossier", [1, 2, 3, 0]), Bars("Before", [4, 4, 4, 4]), Bars("Others", [0, 0, 0, 9])]


def test_each_group_has_a_bar_for_each_label_from_the_top():
    seen = drawn(chart("said", GRADES, THREE, " %"))

    assert seen.labels == GRADES
    assert seen.values == [[f"{value} %" for value in group.values] for group in THREE]
    assert seen.key == ["This dossier", "Before", "Others"]


def test_bars_are_as_long_as_what_they_count():
    seen = drawn(chart("said", ["A", "B", "C"], [Bars("One", [10, 5, 0])]))

    longest, half, none = seen.lengths[0]
    assert longest == pytest.approx(2 * half, abs=0.2)
    assert none == 0


def test_one_group_needs_no_key():
    assert drawn(chart("said", GRADES, THREE[:1])).key == []


def test_a_long_label_stands_in_lines_and_nothing_is_cut_off():
    label = "Progress review or tracking document"

    svg = chart("said", ["Mock", label], [Bars("One", [1, 2])])

    assert drawn(svg).labels == ["Mock", label]
    assert [line.strip() for line in re.findall(r"<tspan[^>]*>([^<]*)<", svg)] == [
        "Progress review or",
        "tracking document",
        "Mock",
    ]


def test_a_chart_says_what_it_shows_in_its_place():
    seen = drawn(chart("Most have Merit.", GRADES, THREE))

    assert (seen.root.get("role"), seen.said) == ("img", "Most have Merit.")


def test_nothing_styles_names_or_runs():
    svg = chart("said", GRADES, THREE)

    assert {element.tag for element in drawn(svg).root.iter()} == {"svg", "g", "rect", "text", "tspan"}
    assert not re.search(r"\s(id|style|on\w+|href|xlink:href)=", svg)
    assert "pygal.org" not in svg and "<!--" not in svg


def test_words_are_no_smaller_than_12_pixels_on_a_phone():
    root = drawn(chart("said", GRADES, THREE)).root
    narrowest = 320  # what a screen of 360 pixels leaves

    sizes = {float(text.get("font-size")) for text in root.iter("text")}

    assert min(sizes) * narrowest / float(root.get("viewBox").split()[2]) >= 12


def test_markup_in_words_is_words():
    svg = chart("<script>alert(1)</script>", ["<b>A"], [Bars("<i>", [1]), Bars("\x00\u202e", [1])])

    assert "<script" not in svg and "<b>" not in svg and "<i>" not in svg
    assert drawn(svg).labels == ["<b>A"]


def test_the_same_numbers_draw_the_same_bytes():
    assert chart("said", GRADES, THREE) == chart("said", GRADES, THREE)


@pytest.mark.parametrize("values", [[0, 0], [10**9]])
def test_odd_numbers_draw_too(values):
    assert drawn(chart("said", [str(n) for n, _ in enumerate(values)], [Bars("One", values)])).said == "said"


def test_without_labels_there_is_no_chart():
    assert chart("said", [], [Bars("One", [])]) == ""


def test_more_labels_than_anybody_reads_are_left_to_the_table():
    many = [str(n) for n in range(41)]

    assert chart("said", many, [Bars("One", [1] * 41)]) == ""
    assert drawn(chart("said", many[:40], [Bars("One", [1] * 40)])).labels == many[:40]


def test_a_chart_costs_less_than_60_ms():
    chart("said", GRADES, THREE)
    start = time.process_time()

    for _ in range(5):
        chart("said", GRADES, THREE)

    assert (time.process_time() - start) / 5 < 0.060


def test_alike_profiles_are_said_to_be_alike():
    found = comparison("Grades", ["fail", "pass"], [("This dossier", {"pass": 3}), ("Others", {"pass": 9})])

    assert "The shares are the same." in found.chart


def test_one_profile_alone_is_not_compared():
    assert comparison("Grades", ["fail", "pass"], [("This dossier", {"pass": 3}), ("Others", {})]) is None


def test_a_scale_that_is_not_known_compares_nothing():
    assert comparison("Grades", [], [("This dossier", {"pass": 3}), ("Others", {"pass": 1})]) is None
