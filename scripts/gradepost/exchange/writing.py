"""Documents written as the file that another system takes: one row for each learner."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from gradepost.exchange.cells import table
from gradepost.exchange.layouts import Layout
from gradepost.exchange.values import cell_of
from gradepost.model.trouble import ConfigurationError

Data = Mapping[str, Any]


def exported(documents: Iterable[Data], layout: Layout, zone: ZoneInfo) -> bytes:
    """The file's bytes; documents of other forms are passed over. Raises `ConfigurationError` where the layout has no
    place for what they say."""
    rows = [[column.header for column in layout.columns]]
    for data in documents:
        if data["form"] == layout.form:
            rows += (_row(data, learner, layout, zone) for learner in data["learners"])
    try:
        return table(rows, layout.delimiter).encode(layout.encoding)
    except UnicodeEncodeError as error:
        words = f"The layout {layout.name} cannot write every letter in {layout.encoding}. Set its encoding to utf-8."
        raise ConfigurationError(words) from error


def _row(data: Data, learner: Data, layout: Layout, zone: ZoneInfo) -> list[str]:
    cells = []
    for column in layout.columns:
        of = learner if column.of_learner else data
        cells.append(cell_of(of.get(column.steps[-1]), column, layout, zone) if column.steps else column.value)
    return cells
