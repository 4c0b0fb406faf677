"""The sides of the benchmark, and visits to them: each in a browser of its own, signed in where it has to be."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from demonstration import launch
from filling import open_filled
from playwright.sync_api import Page, Playwright
from walking import continue_as

from forms import learners
from forms.watching import Places, Watched
from gradepost.book import Book

Costs = dict[str, float]

_WRONG = 7
_VIEW = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Side:
    """One form of the same learners: a light page of its host, the way on to the form, and where its fields are.
    `kept` is what a browser keeps of having signed in."""

    name: str
    light: str
    go: Callable[[Page, int], None]
    field: Callable[[int, str], str]
    kept: Any = None

    def places(self, rows: int, at_first: int | None = None) -> Places:
        """Its fields with so many rows; where more rows are to come, the one typed into is among those at first."""
        last, middle = rows - 1, (at_first or rows) // 2
        return Places(self.field(0, "candidate_number"), self.field(last, "rationale"), self.field(middle, "rationale"))


def ours(book: Book, playwright: Playwright, demo: str) -> Side:
    """The real form of a running demo, filled with learners by an exams officer."""
    browser = launch(playwright)
    context = browser.new_context(base_url=demo)
    continue_as(context.new_page(), "exams officer")
    kept = context.storage_state()
    browser.close()
    documents: dict[int, Any] = {}

    def go(page: Page, rows: int) -> None:
        open_filled(page, documents.setdefault(rows, learners.document(book, rows)))

    return Side("ours", f"{demo}/healthz", go, lambda row, name: f"#f-learners-{row}-{name}", kept)


def other(name: str, host: str, id: str) -> Side:
    """Another side, at `/name?rows=N` of that host. `id` is a field's, with `{row}` and `{field}` to be filled in."""

    def go(page: Page, rows: int) -> None:
        # Not `goto`, which waits for a page to be loaded.
        page.evaluate("(address) => { location.href = address; }", f"{host}/{name}?rows={rows}")

    return Side(name, f"{host}/light", go, lambda row, field: f"#{id.format(row=row, field=field)}")


@dataclass(frozen=True)
class Bench:
    """The sides, ours first, and the browser that is started for each visit."""

    book: Book
    playwright: Playwright
    sides: tuple[Side, ...]

    @contextmanager
    def watching(self, side: Side, places: Places, slowed: int = 1) -> Iterator[Watched]:
        """A side's light page in a browser of its own."""
        browser = launch(self.playwright)
        context = browser.new_context(storage_state=side.kept, locale="en-GB", viewport=_VIEW)
        page = context.new_page()
        page.goto(side.light)
        yield Watched(page, places, slowed)
        browser.close()

    def visit(self, side: Side, rows: int, slowed: int = 1) -> Costs:
        """Load, type, look at what is held."""
        with self.watching(side, side.places(rows), slowed) as watched:
            costs = watched.load(lambda page: side.go(page, rows)) | watched.type()
            return costs | watched.type_on() | watched.hold()

    def taking_turns(self, rows: int, rounds: int, slowed: int = 1) -> dict[str, Costs]:
        """The median of each cost of each side, by the side's name."""
        found: dict[str, dict[str, list[float]]] = {side.name: defaultdict(list) for side in self.sides}
        for number in range(rounds):
            for side in self.sides if number % 2 else reversed(self.sides):
                for name, cost in self.visit(side, rows, slowed).items():
                    found[side.name][name].append(cost)
        return {side: {name: median(costs) for name, costs in of.items()} for side, of in found.items()}

    def pasting(self, rows: int, into: int, rounds: int) -> Costs:
        """The median of each cost of so many learners pasted into our form while it has `into` rows. A cost is
        missing where a round did not come to its end."""
        found = [self._pasted(rows, into) for _ in range(rounds)]
        return {name: median(one[name] for one in found) for name in found[0] if all(name in one for one in found)}

    def _pasted(self, rows: int, into: int) -> Costs:
        side = self.sides[0]
        text = learners.as_pasted(self.book, rows, _WRONG)
        value = learners.rows(self.book, rows)[-1]["rationale"]
        with self.watching(side, side.places(rows, into)) as watched:
            watched.arrive(lambda page: side.go(page, into))
            return watched.paste(text, value, _WRONG)
