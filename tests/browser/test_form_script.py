"""What the form's script adds to typing: checks beside the field, paste, keys of a grid, counts, a careful send."""

import gzip

import pytest
from demonstration import ROOT
from playwright.sync_api import expect
from typing_in import PASTE, cell, counted, learners, officer_at, paste, ready, said, ulns

SCRIPT = ROOT / "scripts" / "gradepost" / "page" / "theme" / "assets" / "form.js"
RIGHT, OTHER = ulns(2)


@pytest.fixture
def form(visit, demo):
    """The TAG form, empty, with a component chosen, at a gateway that finds nothing: what is said is the script's."""
    page = officer_at(visit, demo)
    page.route("**/check/tags", _find_nothing)
    page.get_by_label("Assessment component").select_option("UV21578")
    return page


def _find_nothing(route):
    if route.request.headers["accept"] == "application/json":
        route.fulfill(json={"findings": [], "entries": None})
    else:
        route.continue_()


def test_the_script_is_at_most_eight_kilobytes_on_the_wire():
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) <= 8 * 1024


# Beside the field


def test_a_wrong_check_digit_is_said_beside_the_field_and_counted(form):
    uln = cell(form, "uln", 1)

    uln.fill("1000000052")
    form.keyboard.press("Tab")

    expect(uln).to_have_attribute("aria-invalid", "true")
    expect(uln).to_have_accessible_description("Ten digits Error: ULN: The ULN's check digit is wrong.")
    expect(counted(form)).to_have_text("1 problem")

    uln.fill(RIGHT)
    form.keyboard.press("Tab")

    expect(uln).not_to_have_attribute("aria-invalid", "true")
    expect(counted(form)).to_be_empty()
    expect(form.locator("#f-learners-0-uln-error")).to_have_count(0)


@pytest.mark.parametrize(
    ("values", "at", "words"),
    [
        ({"candidate_number": "42"}, "candidate_number", "This must be four digits from 0001 to 9999."),
        ({"outcome": "Later"}, "outcome", "This is not one of the list."),
        ({"grade": "A"}, "grade", "The grades of UV21578 are Fail, Pass, Merit, Distinction."),
        ({"outcome": "Withdrawn", "grade": "Pass"}, "grade", "The outcome takes no grade, and one is given."),
        ({"outcome": "Graded"}, "grade", "The outcome is graded, and there is no grade."),
    ],
)
def test_what_is_wrong_in_a_row_is_said_once_the_row_is_left(form, values, at, words):
    for name, text in values.items():
        cell(form, name, 1).fill(text)

    form.get_by_label("Qualification").focus()

    expect(form.locator(f"#f-learners-0-{at}-error")).to_contain_text(words)


def test_a_row_that_is_still_being_typed_is_not_told_what_it_lacks(form):
    cell(form, "outcome", 1).fill("Graded")

    cell(form, "grade", 1).focus()
    form.wait_for_timeout(300)

    expect(form.locator("[data-list=learners] .gp-error")).to_have_count(0)


def test_the_same_number_twice_is_said_at_the_second_and_goes_with_either(form):
    paste(form, cell(form, "candidate_number", 1), [["0001", RIGHT], ["0001", OTHER]])

    expect(form.locator("#f-learners-1-candidate_number-error")).to_contain_text("The same entry stands in row 1.")
    expect(counted(form)).to_have_text("1 problem")

    cell(form, "candidate_number", 1).fill("0002")
    form.get_by_label("Qualification").focus()

    expect(form.locator("#f-learners-1-candidate_number-error")).to_have_count(0)


def test_a_name_of_a_list_becomes_its_label_and_digits_lose_their_spaces(form):
    for name, text in {"outcome": "graded", "grade": "DISTINCTION", "uln": f"{RIGHT[:5]} {RIGHT[5:]}"}.items():
        cell(form, name, 1).fill(text)
        form.keyboard.press("Tab")

    expect(cell(form, "outcome", 1)).to_have_value("Graded")
    expect(cell(form, "grade", 1)).to_have_value("Distinction")
    expect(cell(form, "uln", 1)).to_have_value(RIGHT)


# Paste, and undo


def test_a_pasted_range_is_filled_in_checked_counted_and_taken_back_together(form):
    rows = learners(412)
    rows[6][1] = "1000000052"

    paste(form, cell(form, "candidate_number", 1), rows)

    expect(said(form)).to_have_text("412 rows, 1,648 cells changed, 1 problem.")
    expect(cell(form, "uln", 412)).to_have_value(rows[411][1])
    expect(cell(form, "uln", 412)).to_have_accessible_name("ULN, row 412")
    assert form.locator("[data-list=learners] .gp-sheet__page").count() == 9
    assert len(set(form.locator("[data-list=learners] [id]").evaluate_all("all => all.map(({id}) => id)"))) == (
        form.locator("[data-list=learners] [id]").count()
    )

    form.get_by_role("button", name="Undo").click()

    expect(cell(form, "uln", 1)).to_have_value("")
    expect(counted(form)).to_be_empty()

    form.get_by_role("button", name="Redo").click()

    expect(cell(form, "uln", 412)).to_have_value(rows[411][1])
    expect(counted(form)).to_have_text("1 problem")


def test_every_pasted_row_is_there_at_the_latest_when_anything_else_happens(form):
    rows = form.locator("[data-list=learners] tr[data-row]")
    for number, happens in enumerate(("beforeprint", "keydown", "click", "submit"), start=1):
        cell(form, "candidate_number", 1).focus()
        text = "".join("\t".join(row) + "\r\n" for row in learners(100 * number))

        at_once = form.evaluate(
            f"([text, happens]) => {{ ({PASTE})(text); window.dispatchEvent(new Event(happens));"
            " return document.querySelectorAll('[data-list=learners] tr[data-row]').length; }",
            [text, happens],
        )

        assert at_once == 100 * number, happens
        expect(rows).to_have_count(100 * number)


def test_a_pasted_row_far_below_has_its_message_and_its_name_beside_the_number(form):
    form.evaluate("() => sessionStorage.setItem('gp-names:10234', JSON.stringify({ '0140': 'Quill Canary' }))")
    form.reload()
    ready(form)
    rows = learners(140)
    rows[139][1] = "1000000052"

    paste(form, cell(form, "candidate_number", 1), rows)

    expect(form.locator("#f-learners-139-uln-error")).to_contain_text("The ULN's check digit is wrong.")
    expect(cell(form, "uln", 140)).to_have_accessible_description("Error: ULN: The ULN's check digit is wrong.")
    expect(form.locator("tr[data-row='139'] th")).to_contain_text("Quill Canary")


def test_a_quoted_cell_keeps_its_line_breaks_and_quotes_to_itself(form):
    paste(form, cell(form, "rationale", 1), '"First line\nsecond, ""as agreed"""\tyes\nPlain\tno\n')

    expect(cell(form, "rationale", 1)).to_have_value('First line second, "as agreed"')
    expect(cell(form, "rationale", 2)).to_have_value("Plain")
    expect(cell(form, "unit_practicals_completed", 1)).to_be_checked()
    expect(cell(form, "unit_practicals_completed", 2)).not_to_be_checked()


def test_what_does_not_fit_is_left_out_and_said(form):
    paste(form, cell(form, "unit_practicals_completed", 1), [["maybe", "beyond"], ["yes", ""]])

    expect(said(form)).to_have_text(
        "2 rows, 1 cell changed, 0 problems. What stood in 2 cells more did not fit and was left out."
    )


def test_one_cell_is_pasted_by_the_browser_itself(form):
    grade = cell(form, "grade", 1)

    paste(form, grade, "Merit\r\n")

    expect(grade).to_have_value("")
    expect(said(form)).to_be_empty()


def test_what_was_typed_since_outlives_an_undo(form):
    paste(form, cell(form, "candidate_number", 1), [["0001", RIGHT], ["0002", OTHER]])
    cell(form, "candidate_number", 2).fill("0007")

    form.get_by_role("button", name="Undo").click()

    expect(cell(form, "candidate_number", 1)).to_have_value("")
    expect(cell(form, "candidate_number", 2)).to_have_value("0007")


def test_what_was_pasted_long_ago_is_no_longer_undone(form):
    rows = learners(1000)
    for turn in range(6):
        paste(form, cell(form, "candidate_number", 1), rows[turn:] + rows[:turn])

    form.evaluate("() => { for (let n = 0; n < 9; n++) document.querySelector('[data-act=undo]').click(); }")

    expect(form.get_by_role("button", name="Undo")).to_be_hidden()
    expect(cell(form, "candidate_number", 1)).to_have_value("0001")


# The keys of a grid


def test_arrows_and_enter_go_from_row_to_row_and_send_nothing(form):
    cell(form, "uln", 1).focus()

    form.keyboard.press("ArrowDown")
    expect(cell(form, "uln", 2)).to_be_focused()
    form.keyboard.press("Enter")
    expect(cell(form, "uln", 3)).to_be_focused()
    form.keyboard.press("Shift+Enter")
    form.keyboard.press("ArrowUp")
    expect(cell(form, "uln", 1)).to_be_focused()
    form.keyboard.press("ArrowUp")
    expect(cell(form, "uln", 1)).to_be_focused()
    assert form.url.endswith("/forms/tags/")


def test_ctrl_or_alt_with_an_arrow_goes_from_column_to_column_but_walks_through_words(form):
    cell(form, "uln", 1).focus()

    form.keyboard.press("Control+ArrowRight")
    expect(cell(form, "outcome", 1)).to_be_focused()
    form.keyboard.press("Alt+ArrowLeft")
    expect(cell(form, "uln", 1)).to_be_focused()

    cell(form, "rationale", 1).fill("two words")
    form.keyboard.press("Control+ArrowLeft")
    expect(cell(form, "rationale", 1)).to_be_focused()


def test_arrows_stay_in_a_list_that_is_being_typed_into(form):
    cell(form, "grade", 1).focus()
    form.keyboard.type("Me")

    form.keyboard.press("ArrowDown")

    expect(cell(form, "grade", 1)).to_be_focused()


def test_ctrl_d_copies_the_cell_above_and_ctrl_z_takes_it_back(form):
    cell(form, "grade", 1).fill("Merit")
    cell(form, "grade", 2).focus()

    form.keyboard.press("Control+d")
    expect(cell(form, "grade", 2)).to_have_value("Merit")

    form.keyboard.press("Control+z")
    expect(cell(form, "grade", 2)).to_have_value("")


def test_ctrl_z_after_typing_is_the_fields_own(form):
    paste(form, cell(form, "candidate_number", 1), [["0001", RIGHT], ["0002", OTHER]])
    cell(form, "rationale", 1).focus()
    form.keyboard.type("typed")

    form.keyboard.press("Control+z")

    expect(cell(form, "candidate_number", 1)).to_have_value("0001")
    expect(cell(form, "rationale", 1)).not_to_have_value("typed")


def test_the_button_that_takes_a_row_out_is_pressed_with_enter(form):
    cell(form, "candidate_number", 1).fill("0001")
    cell(form, "candidate_number", 2).fill("0002")
    form.locator("[name=_remove_row][value='learners.0']").focus()

    form.keyboard.press("Enter")

    expect(cell(form, "candidate_number", 1)).to_have_value("0002")


# Tools


def test_only_rows_with_problems_are_shown_on_the_screen_and_every_row_in_print(form):
    rows = learners(60)
    rows[55][1] = "1000000052"
    paste(form, cell(form, "candidate_number", 1), rows)
    button = form.get_by_role("button", name="Show only rows with problems")

    button.click()

    expect(button).to_have_attribute("aria-pressed", "true")
    expect(cell(form, "uln", 56)).to_be_visible()
    expect(cell(form, "uln", 55)).to_be_hidden()
    form.emulate_media(media="print")
    expect(cell(form, "uln", 55)).to_be_visible()
    form.emulate_media(media="screen")
    button.click()
    expect(cell(form, "uln", 55)).to_be_visible()


def test_the_next_problem_is_one_press_away(form):
    rows = learners(30)
    rows[9][1] = rows[19][1] = "1000000052"
    paste(form, cell(form, "candidate_number", 1), rows)
    button = form.get_by_role("button", name="Next problem")

    button.click()
    expect(cell(form, "uln", 10)).to_be_focused()
    button.click()
    expect(cell(form, "uln", 20)).to_be_focused()


def test_ten_rows_are_added_without_asking_the_gateway(form):
    asked = []
    form.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    before = form.locator("[data-list=learners] tr[data-row]").count()

    form.get_by_role("button", name="Add 10 rows to Learners").click()

    expect(form.locator("[data-list=learners] tr[data-row]")).to_have_count(before + 10)
    expect(said(form)).to_have_text("Ten rows were added.")
    assert asked == []


def test_grades_are_counted_as_they_are_typed(form):
    paste(form, cell(form, "candidate_number", 1), [*learners(3, "Merit"), *learners(5)[3:]])

    counts = form.locator(".gp-counts")
    expect(counts.get_by_role("row", name="Merit")).to_contain_text("3")
    expect(counts.get_by_role("row", name="Pass")).to_contain_text("2")
    expect(counts.get_by_role("row", name="Fail")).to_contain_text("0")
