"""One book: the schemas, one series and its forms. What is judged by it names its digest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from gradepost.book.schemas import Schema
from gradepost.model.findings import Severity
from gradepost.model.series import Form, Series
from gradepost.rules import RULES
from gradepost.rules.base import Rule


@dataclass(frozen=True)
class Book:
    """Everything that judging needs beside the case. `site_url` is where the rules' help pages stand; `lines` says in
    which line of its file each value of the series stands, by pointer."""

    digest: str
    series: Series
    forms: Mapping[str, Form]
    schemas: Mapping[str, Schema]
    site_url: str
    lines: Mapping[str, int] = field(default_factory=dict)

    def schema_of(self, form: str) -> Schema:
        """The schema of a form's documents."""
        return self.schemas[self.forms[form].schema]

    def severity(self, rule: Rule) -> Severity | None:
        """How much a rule weighs in this series; None where the series has switched it off."""
        said = self.series.rule_severities.get(rule.id, rule.severity)
        return None if said == "off" else Severity(said)

    @cached_property
    def rules(self) -> tuple[tuple[Rule, Severity], ...]:
        """The rules that are not switched off, with what each weighs, in the order of the rule book."""
        weighed = ((rule, self.severity(rule)) for rule in RULES)
        return tuple((rule, severity) for rule, severity in weighed if severity is not None)

    @cached_property
    def rules_beyond_documents(self) -> tuple[tuple[Rule, Severity], ...]:
        """Of `rules` those that are asked about a dossier or a change, not about each document."""
        return tuple((rule, severity) for rule, severity in self.rules if rule.per in ("dossier", "change"))

    def rules_for(self, form: str | None) -> tuple[tuple[Rule, Severity], ...]:
        """Of `rules` those that are asked about each document of a form."""
        known = self._by_form.get(form)
        if known is None:
            mine = (pair for pair in self.rules if pair[0].per == "document" and pair[0].looks_at(form))
            known = self._by_form[form] = tuple(mine)
        return known

    @cached_property
    def _by_form(self) -> dict[str | None, tuple[tuple[Rule, Severity], ...]]:
        return {}

    def help(self, rule_id: str) -> str:
        """Where a rule is explained."""
        return f"{self.site_url.rstrip('/')}/rules/#{rule_id.lower()}"

    def as_json(self) -> dict[str, Any]:
        """The shape of `gradepost book --format json`."""
        series = self.series
        return {
            "series": series.id,
            "digest": self.digest,
            "deadlines": {
                row: {kind: _text(at) for kind, at in kinds.items()} for row, kinds in series.deadlines.items()
            },
            "qualifications": {
                code: {
                    "qan": q.qan,
                    "family": q.family,
                    "components": {
                        name: {"kind": c.kind, "takes_tag": c.takes_tag, "grades": list(c.grades)}
                        for name, c in q.components.items()
                    },
                }
                for code, q in series.qualifications.items()
            },
            "evidence_sources": [source.id for source in series.evidence_sources],
            "rules": [{"id": r.id, "severity": str(self.severity(r) or "off"), "title": r.title} for r in RULES],
        }


def _text(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None
