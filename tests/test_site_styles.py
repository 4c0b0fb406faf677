"""Style sheets of the site carry what its pages can wear, and nothing is lost that a script may put on."""

import re
from pathlib import Path

import pytest

from gradepost.doors.site_styles import gateway_sources, lighten, lightened, tightened, unremarked

WORDS = {"worn", "gp-form", "made-up--"}
WORN = {("dir", "ltr"), ("data-md-color-primary", "custom")}


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".worn{a:b}.unworn{a:b}", ".worn{a:b}"),
        (".worn,.unworn b{a:b}", ".worn{a:b}"),
        (".worn .unworn{a:b}", ""),
        ("main>p{a:b}", "main>p{a:b}"),
        (".worn:not(.unworn){a:b}", ".worn:not(.unworn){a:b}"),
        ("[dir=rtl] .worn{a:b}[dir=ltr] .worn{a:b}", "[dir=ltr] .worn{a:b}"),
        ('[data-md-color-primary=red]{}[data-md-color-primary="custom"]{}', '[data-md-color-primary="custom"]{}'),
        ("@media print{.unworn{a:b}}", ""),
        ("@media print{.worn{a:b}.unworn{a:b}}", "@media print{.worn{a:b}}"),
        ("@keyframes unworn{0%{a:b}}", "@keyframes unworn{0%{a:b}}"),
        ('@charset "UTF-8";.worn{a:b}', '@charset "UTF-8";.worn{a:b}'),
        (".worn{a:url('data:x;{}.unworn{ /* */ }')}", ".worn{a:url('data:x;{}.unworn{ /* */ }')}"),
        ("/* .unworn { it's } */ .worn {\n  a: calc(1px + 2px);\n}\n", ".worn{a: calc(1px + 2px);}"),
        (".made-up--one{a:b}.made-out--one{a:b}", ".made-up--one{a:b}"),
        (".worn{a:b}.md-x\\:unworn{a:b}", ".worn{a:b}"),
    ],
)  # fmt: skip
def test_a_rule_stays_if_something_may_wear_it(sheet, left):
    assert lightened(sheet, WORDS, WORN) == left


def test_a_class_that_only_a_script_or_the_gateway_knows_stays(tmp_path):
    site = tmp_path / "site"
    (site / "assets").mkdir(parents=True)
    (site / "index.html").write_text('<p class="one two">')
    (site / "assets" / "a.js").write_text('element.classList.add("three")')
    (site / "assets" / "a.css").write_text(".one{a:b}.two{a:b}.three{a:b}.four{a:b}.five{a:b}")
    (tmp_path / "page.j2").write_text('<p class="four">')

    lighten(site, [tmp_path / "page.j2"])

    assert (site / "assets" / "a.css").read_text() == ".one{a:b}.two{a:b}.three{a:b}.four{a:b}"


def test_every_class_of_the_gateways_pages_is_among_what_is_looked_through():
    sources = {path.name for path in gateway_sources()}

    templates = Path(__file__).parents[1] / "scripts" / "gradepost" / "page" / "templates"
    assert {path.name for path in templates.iterdir()} <= sources
    assert any(re.search(r'class="gp-', path.read_text()) for path in gateway_sources())


def test_a_page_loses_its_indents_but_not_where_they_are_text():
    assert tightened("<p>\n    a\n\n  <b>b</b>\n</p>") == "<p>\na\n<b>b</b>\n</p>\n"
    assert tightened("<pre>\n    a\n</pre>") == "<pre>\n    a\n</pre>"


def test_a_script_loses_its_remarks_and_nothing_that_runs():
    assert unremarked("// Why.\n\n  go('//x'); // on\n") == "go('//x'); // on\n"
    assert unremarked("  // Why.\n  go(`\n  x`);\n") == "  go(`\n  x`);\n"
