"""One book: the schemas, one series and its forms. What is judged by it names its digest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from gradepost.book import own_yaml
from gradepost.book.schemas import Schema, read_schemas
from gradepost.book.series import form_of, series_of
from gradepost.document.filing import PLACES, placeholders
from gradepost.model.records import Severity
from gradepost.model.series import Form, Series
from gradepost.model.trouble import ConfigurationError
from gradepost.rules import RULES
from gradepost.rules.base import Rule


@dataclass(frozen=True)
class Book:
    """Everything that judging needs beside the case. `site_url` is where the rules' help pages stand."""

    digest: str
    series: Series
    forms: Mapping[str, Form]
    schemas: Mapping[str, Schema]
    site_url: str

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


_OURS = frozenset({"series", "form", "receipt", "centre", "extensions"})


def series_in(root: Path) -> list[str]:
    """The series that a site repository holds, oldest first."""
    return sorted(path.parent.name for path in (root / "forms").glob("*/series.yaml"))


def load(root: Path, series: str | None = None, *, site_url: str = "http://127.0.0.1:8000/") -> Book:
    """Read and check the book of one series (default: the latest in `root`). Raises `ConfigurationError`."""
    known = series_in(root)
    if not known:
        raise ConfigurationError(f"{root}/forms: no series here. Run this from the site repository's root.")
    name = series or known[-1]
    if name not in known:
        raise ConfigurationError(f"There is no series {name} in {root}/forms; there is {', '.join(known)}.")
    folder = root / "forms" / name
    schemas = read_schemas(root / "schemas")
    if missing := _OURS - schemas.keys():
        raise ConfigurationError(f"{root / 'schemas'}: there is no {min(missing)}.schema.json.")
    forms = _forms(folder, schemas)
    path = folder / "series.yaml"
    raw = own_yaml.read(path, schemas["series"].schema)
    try:
        read = series_of(raw)
    except ConfigurationError as error:
        keys: list[str | int] = [*str(error).partition(":")[0].removeprefix("key ").split(".")]
        raise ConfigurationError(
            f"{own_yaml.line_of(path, keys)}{str(error).partition(':')[1]}{str(error).partition(':')[2]}"
        ) from error
    if raw["series"] != name:
        raise ConfigurationError(f"{own_yaml.line_of(path, ['series'])}: the folder is called {name}.")
    _refuse_unknown_rules(path, read)
    _refuse_unknown_deadlines(folder, forms, read)
    return Book(_digest(root, folder), read, forms, schemas, site_url)


def _forms(folder: Path, schemas: Mapping[str, Schema]) -> dict[str, Form]:
    forms = {}
    for path in sorted(folder.glob("*.form.yaml")):
        form = form_of(own_yaml.read(path, schemas["form"].schema))
        if form.schema not in schemas:
            raise ConfigurationError(f"{own_yaml.line_of(path, ['schema'])}: there is no schema {form.schema}.")
        if unknown := sorted(placeholders(form.path) - PLACES):
            place = own_yaml.line_of(path, ["path"])
            raise ConfigurationError(f"{place}: there is no {unknown[0]}; there is {', '.join(sorted(PLACES))}.")
        if path.name != f"{form.name}.form.yaml":
            raise ConfigurationError(f"{own_yaml.line_of(path, ['form'])}: the file is called {path.name}.")
        forms[form.name] = form
    return forms


# Without these a document has no bytes to sign, or no path to be filed at.
_ALWAYS_ERRORS = frozenset({"D001", "D002", "D003", "D004", "D008"})


def _refuse_unknown_rules(path: Path, series: Series) -> None:
    for rule_id in series.rule_severities:
        if rule_id not in {rule.id for rule in RULES}:
            raise ConfigurationError(f"{own_yaml.line_of(path, ['rules', rule_id])}: there is no such rule.")
        if rule_id.startswith("R") or rule_id in _ALWAYS_ERRORS:
            place = own_yaml.line_of(path, ["rules", rule_id])
            raise ConfigurationError(f"{place}: a rule that guards the ledger cannot be softened.")


def _refuse_unknown_deadlines(folder: Path, forms: Mapping[str, Form], series: Series) -> None:
    for form in forms.values():
        if form.deadline is not None and form.deadline not in series.deadlines:
            place = own_yaml.line_of(folder / f"{form.name}.form.yaml", ["deadline"])
            raise ConfigurationError(f"{place}: the series has no deadlines named {form.deadline}.")


def _digest(root: Path, folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted((*(root / "schemas").glob("*.schema.json"), *folder.glob("*.yaml"))):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return f"sha256:{digest.hexdigest()}"
