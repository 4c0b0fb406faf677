"""Charts where they are read: on the bench and in the report file, on a telephone and a desk, in light and dark."""

import pytest
from axe import violations
from ledger_repository import MERGED, Repository
from looking import NARROW, PAGES, WIDE
from playwright.sync_api import expect

# The smallest that any word of a chart is drawn at, in pixels of the screen.
SMALLEST = """() => Math.min(...[...document.querySelectorAll('svg[role=img]')].map(svg =>
    svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
    * Math.min(...[...svg.querySelectorAll('text')].map(text => parseFloat(getComputedStyle(text).fontSize)))))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Words that stand outside of their chart, or on one another.
CROWDED = """() => [...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
    const whole = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
    const outside = boxes.filter(([, b]) => b.left < whole.left - 1 || b.right > whole.right + 1
        || b.top < whole.top - 1 || b.bottom > whole.bottom + 3);
    const meeting = boxes.filter(([, a], i) => boxes.some(([, b], j) => j > i && a.left < b.right && b.left < a.right
        && a.top < b.bottom - 2 && b.top < a.bottom - 2));
    return [...outside, ...meeting].map(([said]) => said);
})"""


@pytest.fixture
def report(tmp_path, gradepost):
    """A report file on a whole dossier, beside one of another centre."""
    repository = Repository(tmp_path / "ledger")
    other = repository.path / MERGED.folder.replace("10234", "10235") / "UV21578.tags.json"
    other.parent.mkdir(parents=True)
    other.write_text('{"learners": [{"grade": "fail"}, {"grade": "pass"}, {"grade": "merit"}]}')
    repository.commit()
    repository.branch()
    repository.bring()
    repository.commit()
    out = tmp_path / "report.html"
    named = ("--base", "main", "--head", MERGED.branch, "--ledger", repository.path)
    assert gradepost("report", *named, "--out", out).code == 0
    return out


def looked_at(page, *, axe=True):
    """What is wrong with the charts of the page at hand, at every size and in every scheme."""
    found = {}
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            wrong = [*page.evaluate(CROWDED), *(violations(page) if axe else ())]
            if page.evaluate(SMALLEST) < 12 or page.evaluate(SIDEWAYS) > 0:
                wrong.append(f"{page.evaluate(SMALLEST)} pixels, {page.evaluate(SIDEWAYS)} too wide")
            found[f"{size['width']} {scheme}"] = wrong
    return {where: wrong for where, wrong in found.items() if wrong}


def test_the_charts_of_the_bench_can_be_read_everywhere(demo, visit):
    page = visit(demo, viewport=WIDE)

    PAGES["bench"](page)

    expect(page.get_by_role("img", name="Evidence of").first).to_be_visible()
    assert looked_at(page, axe=False) == {}


def test_the_report_can_be_read_everywhere(chromium, report):
    with chromium.new_context() as context:
        page = context.new_page()

        page.goto(report.as_uri())

        assert page.get_by_role("img", name="compared. They differ most at").count() == 1
        assert looked_at(page) == {}


def test_a_script_in_the_report_would_not_run(chromium, report):
    evil = (
        "<script>document.title = 'ran'</script><img src='x' onerror='document.title = \"ran\"'>"
        "<link rel='stylesheet' href='http://127.0.0.1:9/x'><iframe src='data:text/html,x'></iframe>"
    )
    report.write_text(report.read_text().replace("<main>", f"<main>{evil}"))
    with chromium.new_context() as context:
        page = context.new_page()
        refused = []
        page.on("console", lambda said: refused.append(said.text))

        page.goto(report.as_uri())

        assert page.title().startswith("Report on 10234")
        assert sum("Content Security Policy" in text for text in refused) >= 4
