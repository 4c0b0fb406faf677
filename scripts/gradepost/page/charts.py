"""Charts of bars as SVG. Pygal lays them out; what a page without scripts and inline styles may not have is left out.

A chart is as wide as a telephone, so that its words can be read there and nothing is drawn twice. It has no ids and no
colours: a stylesheet gives `.gp-chart .color-0` and so on their own.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pygal import HorizontalBar
from pygal.etree import etree
from pygal.style import Style

_WIDE, _WORDS, _LINE, _BAR, _BETWEEN = 340, 13, 15, 18, 12
_LONGEST = 20  # characters of a label on one line
_MOST_LABELS = 40
_LEFT_OUT = frozenset({"defs", "title", "desc", "style", "script", "path"})
_SETTINGS: Mapping[str, Any] = {
    "js": (),
    "margin": 0,
    "spacing": 6,
    "print_values": True,
    "print_values_position": "top",
    "show_x_labels": False,
    "legend_at_bottom": True,
    "legend_at_bottom_columns": 1,
    "truncate_legend": -1,
    "style": Style(**{f"{name}_font_size": _WORDS for name in ("label", "major_label", "legend", "value")}),
}


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar for each label: whose they are, and how long they are."""

    name: str
    values: Sequence[int]


def chart(said: str, labels: Sequence[str], groups: Sequence[Bars], unit: str = "") -> Markup:
    """Labels from the top, each with a bar of every group; where there are several groups, a key below.

    `said` is heard in the chart's place; `unit` follows each number. Without labels there is no chart, and none
    of more than anybody reads: whoever submits may name as many as they like.
    """
    if not 0 < len(labels) <= _MOST_LABELS:
        return Markup()
    lines = [textwrap.wrap(_plain(label), _LONGEST) or [""] for label in labels]
    root = _drawn(lines, groups, unit)
    _take_out(root)
    for element in list(root.iter()):
        _put_right(element)
    _write_labels(root, lines)
    for name, value in (("class", "gp-chart"), ("role", "img"), ("aria-label", _plain(said)), ("width", str(_WIDE))):
        root.set(name, value)
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704 - escaped as it is written


def _plain(text: str) -> str:
    """What XML can hold of a text."""
    return "".join(character if character.isprintable() else " " for character in text)


def _drawn(lines: Sequence[Sequence[str]], groups: Sequence[Bars], unit: str) -> Any:
    """As Pygal has it: drawn from the bottom up, with room at the left for the longest line of any label."""
    most = max((value for group in groups for value in group.values), default=0) or 1
    tall = max(_BAR * len(groups), _LINE * max(map(len, lines), default=1)) + _BETWEEN
    key = _LINE * 2 * len(groups) if len(groups) > 1 else 0
    made = HorizontalBar(
        width=_WIDE,
        height=tall * len(lines) + key,
        range=(0, most * 1.15),
        value_formatter=lambda value: f"{value}{unit}",
        show_legend=bool(key),
        **_SETTINGS,
    )
    made.x_labels = [max(of, key=len) for of in reversed(lines)]
    for group in groups:
        made.add(_plain(group.name), list(reversed(group.values)))
    return made.render_tree()


def _take_out(element: Any) -> None:
    for child in list(element):
        if _is_left_out(child):
            element.remove(child)
        else:
            _take_out(child)


def _is_left_out(element: Any) -> bool:
    if callable(element.tag):  # a comment
        return True
    classes = element.get("class", "").split()
    return _kind(element) in _LEFT_OUT or not {"background", "tooltip-overlay", "x", "titles"}.isdisjoint(classes)


def _kind(element: Any) -> str:
    name: str = element.tag.rpartition("}")[2]
    return name


def _put_right(element: Any) -> None:
    """Places in tenths, words in the page's colour; nothing that styles or names."""
    for name in ("id", "style", "rx", "ry"):
        element.attrib.pop(name, None)
    for name in ("x", "y", "width", "height"):
        if name in element.attrib:
            element.set(name, f"{float(element.get(name)):.1f}")
    if _kind(element) == "text":
        element.set("text-anchor", "start")
        element.set("font-size", str(_WORDS))
        element.set("fill", "currentColor")
    if element.get("class") == "legends":
        element.set("transform", f"translate(0,{element.get('transform').partition(',')[2]}")


def _write_labels(root: Any, lines: Sequence[Sequence[str]]) -> None:
    """Each label in its lines, ending where the bars begin."""
    axes = (element for element in root.iter() if element.get("class") == "axis y")
    texts = [element for axis in axes for element in axis.iter() if _kind(element) == "text"]
    for text, of in zip(texts, reversed(lines), strict=True):
        text.set("text-anchor", "end")
        text.text = None
        for place, line in enumerate(of):
            y = float(text.get("y")) + (place - (len(of) - 1) / 2) * _LINE
            etree.SubElement(text, "tspan", x=text.get("x"), y=f"{y:.1f}").text = line
