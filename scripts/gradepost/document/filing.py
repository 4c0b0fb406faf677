"""The path a document is filed at, built from validated ids alone, and the branch and chain it belongs to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_PLACE = re.compile(r"\{([^}]*)\}")
_RECEIPT = re.compile(r"(?P<folder>.+)/receipts/(?P<seq>[0-9]{12})-(?P<name>[^/]+)")


@dataclass(frozen=True, slots=True, order=True)
class Dossier:
    """One centre × one qualification × one component kind × one series: one branch, one chain of receipts."""

    series: str
    centre: str
    qualification: str
    kind: str

    @property
    def folder(self) -> str:
        """Its folder in the ledger, without a slash at the end."""
        return f"submissions/{self.series}/{self.centre[:2]}/{self.centre}/{self.qualification}/{self.kind}"

    @property
    def branch(self) -> str:
        """Its branch."""
        return f"dossier/{self.series}/{self.centre}/{self.qualification}/{self.kind}"

    @property
    def reviews(self) -> str:
        """The folder of its review records on main."""
        return f"reviews/{self.folder.removeprefix('submissions/')}"


PLACES = frozenset({"series", "shard", "centre", "qualification", "kind", "component"})


def placeholders(template: str) -> frozenset[str]:
    """The names in braces of a form's path; those of `PLACES` have a value."""
    return frozenset(_PLACE.findall(template))


def path_of(template: str, data: Mapping[str, Any], kind: str) -> str | None:
    """The path that a document's own contents name, or None where an id in it is not one."""
    centre = data.get("centre", "")
    values = {**{k: v for k, v in data.items() if isinstance(v, str)}, "kind": kind, "shard": str(centre)[:2]}
    if not all(_SAFE.fullmatch(values.get(name, "")) for name in placeholders(template)):
        return None
    return _PLACE.sub(lambda m: values[m[1]], template)


def dossier_of_path(path: str) -> Dossier | None:
    """The dossier in whose folder a path of the ledger lies, or None."""
    parts = path.split("/")
    if len(parts) < 7 or parts[0] != "submissions" or parts[2] != parts[3][:2]:
        return None
    return Dossier(parts[1], parts[3], parts[4], parts[5])


def dossier_of_branch(branch: str) -> Dossier | None:
    """The dossier that a branch name names, or None."""
    parts = branch.split("/")
    return Dossier(*parts[1:]) if len(parts) == 5 and parts[0] == "dossier" else None


def receipt_path(document_path: str, seq: int) -> str:
    """Where the receipt of a document is filed: beside it, sequence number and document name."""
    folder, _, name = document_path.rpartition("/")
    return f"{folder}/receipts/{seq:012d}-{name}"


def is_receipt(path: str) -> bool:
    """Whether a path of the ledger is that of a receipt."""
    return path.startswith("submissions/") and _RECEIPT.fullmatch(path) is not None


def document_of_receipt(path: str) -> str | None:
    """The path of the document that a receipt's path speaks of, or None."""
    match = _RECEIPT.fullmatch(path)
    return f"{match['folder']}/{match['name']}" if match else None
