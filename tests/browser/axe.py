"""axe-core's answer about a page as the browser has drawn it: every rule of WCAG 2.2 A and AA that it can tell."""

from functools import cache
from importlib.resources import files

_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
_SHOWN = 3


# Rows and tables of rows that others like them stand before and after.
_ALIKE = ["tbody tr:nth-child(n + 20):nth-last-child(n + 20)", "table ~ table:not(:last-of-type)"]


def violations(page, *, every_row=True):
    """What breaks a rule, with the first places. The file is put in by DevTools: no policy is weakened for it.
    A thousand rows take axe a minute; without `every_row` the first and the last of many stand for all."""
    page.wait_for_load_state()
    page.evaluate(_source())
    context = {"include": [["html"]], "exclude": [] if every_row else [[selector] for selector in _ALIKE]}
    found = page.evaluate("([context, options]) => axe.run(context, options)", [context, _OPTIONS])["violations"]
    return [f"{one['id']} at {len(one['nodes'])} places: {_places(one['nodes'])}" for one in found]


def _places(nodes):
    return [node["html"][:160] for node in nodes[:_SHOWN]]


@cache
def _source():
    return files("axe_playwright_python").joinpath("axe.min.js").read_text()
