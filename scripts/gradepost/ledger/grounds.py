"""What of main a judgement rests on beside what its pull request brings: a digest that changes when any of it does."""

import hashlib
import json
from collections.abc import Collection

from gradepost.document.filing import Dossier
from gradepost.ledger.settings import PATH, read_settings
from gradepost.ledger.sources import Revisions
from gradepost.model.trouble import ConfigurationError
from gradepost.receipt.rejecting import is_rejection


def grounds_of(ledger: Revisions, main: str, dossier: Dossier) -> str:
    """The SHA-256, in hexadecimal digits, of what `review` reads of main for a dossier: the series, the book and the
    keys that `ledger.toml` names, the centre's entry in the register, its extensions, and what of it was rejected."""
    files = [ledger.read(main, path) for path in _paths(dossier)]
    rejected = [path for path in ledger.list(main, _reviews(dossier)) if is_rejection(path)]
    seen = [_settings(ledger, main), rejected, *(raw and hashlib.sha256(raw).hexdigest() for raw in files)]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def changed_for(paths: Collection[str], dossier: Dossier) -> bool:
    """Whether judging a dossier reads any of these paths of main, `ledger.toml` aside."""
    reviews = f"{_reviews(dossier)}/"
    return any(path in _paths(dossier) or (path.startswith(reviews) and is_rejection(path)) for path in paths)


def changed_for_all(ledger: Revisions, before: str, after: str) -> bool:
    """Whether between two commits of main `ledger.toml` came to say something else that judging reads."""
    return _settings(ledger, before) != _settings(ledger, after)


def _paths(dossier: Dossier) -> tuple[str, str]:
    centre = dossier.centre
    return f"centres/{centre[:2]}/{centre}.json", f"extensions/{dossier.series}/{centre}.json"


def _reviews(dossier: Dossier) -> str:
    """A dossier is judged among the others of its centre."""
    return Dossier(dossier.series, dossier.centre).reviews


def _settings(ledger: Revisions, main: str) -> object:
    """What judging reads of `ledger.toml`: reviewers come and go without a judgement being another."""
    raw = ledger.read(main, PATH) or b""
    try:
        settings = read_settings(raw)
    except ConfigurationError:
        return hashlib.sha256(raw).hexdigest()
    keys = [(key.id, key.public.hex(), str(key.not_before), str(key.not_after)) for key in settings.keys]
    return [settings.series, settings.book, keys]
