"""Every state of a form, for everybody: by axe-core, and by what axe cannot see."""

import pytest
from auditing import faults_of, faults_of_walking, nameless
from axe import violations
from form_states import STATES
from looking import NARROW, WIDE

SCHEMES = {"light": "default", "dark": "slate"}
# Thousands of stops are those of thirty rows again.
WALKED = [name for name in STATES if "1,000" not in name]
# The stops of the others are among those of these.
FOCUSED = {"empty", "with errors", "check answers"}
# What a thousand rows may break is broken in the form itself.
AGAIN = [name for name in STATES if "1,000" in name and name != "1,000 rows"]


def in_every_size_and_scheme(page):
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for scheme, name in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(f"() => document.body?.dataset.mdColorScheme === '{name}'")
            yield f"{size['width']} pixels, {scheme}"


# Axe takes minutes over a thousand rows, which are thirty again: by hand (`pytest -n 0 -m campaign`).
@pytest.mark.parametrize(
    "state", [*WALKED, *(pytest.param(name, marks=pytest.mark.campaign) for name in STATES if name not in WALKED)]
)
def test_axe_finds_nothing_in_a_form(scheduled, visit, state):
    page = visit(scheduled, viewport=WIDE)

    STATES[state](page)

    # Every row once, and then those that stand for the others.
    whole = iter([True])
    found = {where: violations(page, every_row=next(whole, False)) for where in in_every_size_and_scheme(page)}
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    "state", [pytest.param(name, marks=pytest.mark.campaign) if name in AGAIN else name for name in STATES]
)
def test_a_form_is_whole_legible_and_named(scheduled, visit, state):
    page = visit(scheduled, viewport=WIDE)

    STATES[state](page)

    found = {where: faults_of(page) for where in in_every_size_and_scheme(page)}
    assert {where: faults for where, faults in found.items() if faults} == {}
    assert nameless(page) == []


@pytest.mark.parametrize("every_row", [False, pytest.param(True, marks=pytest.mark.campaign)])
@pytest.mark.parametrize(
    "state", [name if name in FOCUSED else pytest.param(name, marks=pytest.mark.campaign) for name in WALKED]
)
def test_the_focus_in_a_form_is_never_covered(scheduled, visit, state, every_row):
    page = visit(scheduled, viewport=NARROW)

    STATES[state](page)

    for key in ("Tab", "Shift+Tab"):
        assert faults_of_walking(page, key, every_row=every_row) == [], key


def test_a_fault_that_is_planted_is_found(scheduled, visit):
    page = visit(scheduled, viewport=WIDE)
    STATES["30 rows"](page)
    assert violations(page) == []

    page.evaluate("""() => {
      const [unnamed, small] = [3, 4].map((row) => document.querySelector(`#f-learners-${row}-uln`));
      unnamed.removeAttribute("aria-label");
      small.style.cssText = "all: unset; width: 9px; height: 9px";
      small.after(small.cloneNode());
    }""")

    assert [fault.partition(" ")[0] for fault in violations(page)] == ["label", "target-size"]


def test_the_page_is_looked_at_under_its_own_policy(scheduled, visit):
    page = visit(scheduled)
    answered = page.goto("/forms/tags/")

    assert "script-src 'self'" in answered.headers["content-security-policy"]
    assert "unsafe" not in answered.headers["content-security-policy"]
