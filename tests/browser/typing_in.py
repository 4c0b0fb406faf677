"""What people do in a form's table: open it signed in, paste, type, read what is said."""

from itertools import count, islice

from walking import continue_as

from gradepost.model.identifiers import uln_is_right

PASTE = """text => {
  const clipboard = new DataTransfer();
  clipboard.setData("text/plain", text);
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
}"""


def officer_at(visit, demo, path="/forms/tags/", **options):
    """A tab of the exams officer of centre 10234, with a form open and its script ready."""
    page = visit(demo, **options)
    continue_as(page, "exams officer", then=path)
    page.wait_for_url(f"**{path}")
    return ready(page)


def ready(page):
    """Wait until the script has taken in what it shows."""
    page.wait_for_function("() => document.querySelector('.gp-foot')?.closest('form')")
    page.wait_for_function("() => new Promise(done => requestIdleCallback(() => done(true)))")
    return page


def cell(page, property_, row, rows="learners"):
    """The control of a property in a row, counted from 1 as people do."""
    return page.locator(f"[name='{rows}.{row - 1}.{property_}']")


def paste(page, into, rows):
    """Paste a range, as a spreadsheet copies it, at a cell."""
    into.focus()
    page.evaluate(PASTE, rows if isinstance(rows, str) else "".join("\t".join(row) + "\r\n" for row in rows))


def said(page):
    """What the form's foot says."""
    return page.locator("[data-said]")


def counted(page):
    """How many problems the form's foot counts."""
    return page.locator("[data-count]")


def ulns(number):
    """So many right ULNs."""
    return list(islice((text for n in count(1000000000) if uln_is_right(text := str(n))), number))


def learners(number, grade="Pass"):
    """Rows of a spreadsheet: candidate number, ULN, outcome, grade."""
    return [[f"{n:04d}", uln, "Graded", grade] for n, uln in enumerate(ulns(number), start=1)]
