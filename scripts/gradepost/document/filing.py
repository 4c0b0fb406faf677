"""The path a document is filed at, built from validated ids alone, and the branch and chain it belongs to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_PLACE = re.compile(r"\{([^}]*)\}")
_RECEIPTS = "receipts"
_PLAIN = re.compile(r"[A-Za-z0-9._/-]{1,200}")
_NAME = re.compile(r"(receipts/[0-9]{12}-)?[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.json")
_RECEIPT = re.compile(r"(?P<folder>.+)/receipts/(?P<seq>[0-9]{12})-(?P<name>[^/]+)")


@dataclass(frozen=True, slots=True, order=True)
class Dossier:
    """One branch and one chain of receipts: one centre × one qualification × one component kind × one series.

    Without qualification and kind it holds what is about the whole centre: the documents of forms whose scope is
    `centre`. They stand beside the folders of the centre's qualifications, and are none of those. Of these, what the
    awarding organisation asked a centre for, and what it sent in answer, is a dossier of its own: its kind is
    `requests`.
    """

    series: str
    centre: str
    qualification: str = ""
    kind: str = ""

    @property
    def is_of_the_centre(self) -> bool:
        """Whether it is about the whole centre and no qualification."""
        return not self.qualification

    @property
    def folder(self) -> str:
        """Its folder in the ledger, without a slash at the end."""
        centre = f"submissions/{self.series}/{self.centre[:2]}/{self.centre}"
        return "/".join(filter(None, (centre, self.qualification, self.kind)))

    @property
    def branch(self) -> str:
        """Its branch. Git has no branch whose name is the folder of another's, so the centre's has its own word."""
        return f"dossier/{self.series}/{self.centre}/{self._within}"

    @property
    def reviews(self) -> str:
        """The folder of its review records on main."""
        return f"reviews/{self.folder.removeprefix('submissions/')}"

    @property
    def title(self) -> str:
        """Its ids in one line: what its pull request is called."""
        return f"{self.centre} {self._within.replace('/', ' ')} ({self.series})"

    def may_hold(self, path: str) -> bool:
        """Whether a path in its folder has the name of a document or of a receipt."""
        return _NAME.fullmatch(path.removeprefix(f"{self.folder}/")) is not None

    @property
    def _within(self) -> str:
        return f"{self.qualification}/{self.kind}" if self.qualification else self.kind or _OF_THE_CENTRE

    def holds(self, path: str) -> bool:
        """Whether a path of the ledger lies in its folder; that of another dossier within it does not."""
        return dossier_of_path(path) == self


# No qualification is called so: their codes are capital letters.
_OF_THE_CENTRE = "centre"
REQUESTS = "requests"
_FOLDERS = {
    "dossier": "submissions/{series}/{shard}/{centre}/{qualification}/{kind}",
    "centre": "submissions/{series}/{shard}/{centre}",
    "requests": f"submissions/{{series}}/{{shard}}/{{centre}}/{REQUESTS}",
}
PLACES = frozenset({"series", "shard", "centre", "qualification", "kind", "component", "form", "number", "reference"})


def fault_of(form: str, scope: str, template: str) -> str | None:
    """Why documents of a form cannot be filed at a path, or None where they can."""
    folder, _, name = template.rpartition("/")
    if scope not in _FOLDERS:
        return f"no documents are filed with scope {scope}; there is {' and '.join(_FOLDERS)}."
    if folder != _FOLDERS[scope]:
        return f"with scope {scope} the folder is {_FOLDERS[scope]}."
    last = name.replace("{form}", form)
    return None if last == f"{form}.json" or last.endswith(f".{form}.json") else f"the name ends in {form}.json."


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
    if len(parts) < 5 or not all(parts) or parts[0] != "submissions" or parts[2] != parts[3][:2]:
        return None
    kind = REQUESTS if parts[4] == REQUESTS and len(parts) > 5 else ""
    rest = parts[5:] if kind else parts[4:]
    if len(rest) == 1 or (len(rest) == 2 and rest[0] == _RECEIPTS):
        return Dossier(parts[1], parts[3], "", kind)
    return Dossier(parts[1], parts[3], parts[4], parts[5]) if len(parts) > 6 else None


def dossier_of_branch(branch: str) -> Dossier | None:
    """The dossier that a branch name names, or None."""
    first, *parts = branch.split("/")
    if first != "dossier" or not all(map(_SAFE.fullmatch, parts)):
        return None
    if len(parts) == 3 and parts[2] in (_OF_THE_CENTRE, REQUESTS):
        return Dossier(parts[0], parts[1], "", REQUESTS if parts[2] == REQUESTS else "")
    return Dossier(*parts) if len(parts) == 4 else None


def receipt_path(document_path: str, seq: int) -> str:
    """Where the receipt of a document is filed: beside it, sequence number and document name."""
    folder, _, name = document_path.rpartition("/")
    return f"{folder}/{_RECEIPTS}/{seq:012d}-{name}"


def is_plain(path: str) -> bool:
    """Whether a path has only the characters of a ledger's own, and leads nowhere else."""
    return _PLAIN.fullmatch(path) is not None and not {"", ".", ".."} & set(path.split("/"))


def shown(path: str) -> str:
    """A path as it may be printed: whoever makes a pull request chooses its names."""
    return path if is_plain(path) else "a path with unusual characters"


def is_receipt(path: str) -> bool:
    """Whether a path of the ledger is that of a receipt."""
    return path.startswith("submissions/") and _RECEIPT.fullmatch(path) is not None


def document_of_receipt(path: str) -> str | None:
    """The path of the document that a receipt's path speaks of, or None."""
    match = _RECEIPT.fullmatch(path)
    return f"{match['folder']}/{match['name']}" if match else None
