"""A rejection as main keeps it beside the review record: which receipts of a dossier count no longer, signed."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from gradepost.document.filing import Dossier
from gradepost.document.strict import NotStrict, parse
from gradepost.model.receipts import Key
from gradepost.receipt.sealing import seal, seal_holds
from gradepost.receipt.signing import SigningKey, instant_text

_ENDING = ".rejection.json"


class Rejection(NamedTuple):
    """What is signed: of which dossier, by its folder, which pull request was rejected at which head, by whose ref,
    when it was carried out, and the numbers of the receipts that it had brought."""

    folder: str
    pull: int
    head: str
    by: str
    at: datetime
    receipts: tuple[int, ...]


def rejection_path(dossier: Dossier, pull: int) -> str:
    """Where the rejection of a pull request stands."""
    return f"{dossier.reviews}/{pull:012d}{_ENDING}"


def is_rejection(path: str) -> bool:
    """Whether a path of the ledger is that of a rejection."""
    return path.startswith("reviews/") and path.endswith(_ENDING)


def written(rejection: Rejection, key: SigningKey) -> bytes:
    """The file of a rejection."""
    value = _value(rejection) | {"signature": seal(_said(rejection), key)}
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def rejected_in(raw: bytes, dossier: Dossier, keys: Iterable[Key]) -> frozenset[int]:
    """The numbers of the receipts that a rejection names; none where it is not of this dossier, or not the platform's:
    what was not rejected by the platform counts."""
    try:
        value = parse(raw)
        rejection, signature = _rejection(value), str(value["signature"])
    except (NotStrict, KeyError, TypeError, ValueError):
        return frozenset()
    is_ours = rejection.folder == dossier.folder and seal_holds(_said(rejection), signature, rejection.at, keys)
    return frozenset(rejection.receipts) if is_ours else frozenset()


def _value(rejection: Rejection) -> dict[str, Any]:
    return {**rejection._asdict(), "at": instant_text(rejection.at), "receipts": list(rejection.receipts)}


def _rejection(value: Any) -> Rejection:
    named = {name: value[name] for name in Rejection._fields}
    return Rejection(**named | {"at": datetime.fromisoformat(value["at"]), "receipts": tuple(value["receipts"])})


def _said(rejection: Rejection) -> bytes:
    # Neither a receipt nor a decision begins like this.
    return json.dumps({"rejection": rejection.pull, **_value(rejection)}, separators=(",", ":")).encode()
