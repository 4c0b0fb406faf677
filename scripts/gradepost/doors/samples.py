"""Samples of a running ledger: drawn from what stands, kept on main, and what main says of one dossier."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gradepost.document.filing import Dossier
from gradepost.doors.state import State
from gradepost.forge.base import MAIN, Forge
from gradepost.model.trouble import ForgeError, Moved
from gradepost.publish.sampling import Chosen, choose, chosen_in, sample_path, sample_record, samples_folder
from gradepost.publish.weighing import weighed

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample: what was chosen of how many dossiers, and its record."""

    chosen: Sequence[Chosen]
    considered: int
    record: bytes


def earlier_series(root: Path, series: str) -> list[str]:
    """The series before one, as `forms/` has them, the newest first."""
    return sorted((p.name for p in (root / "forms").iterdir() if p.is_dir() and p.name < series), reverse=True)


def draw(state: State, root: Path, seed: str) -> Drawn:
    """Draw a sample from every dossier that has grades."""
    series = state.book.series
    found = weighed(series, state.inbox, state.forge, earlier_series(root, series.id))
    chosen = choose(found, seed, series.sampling)
    return Drawn(chosen, len(found), sample_record(found, chosen, seed, series.sampling, series.id))


def keep(state: State, seed: str, drawn: Drawn) -> bool:
    """Keep a sample on main and tell the audit trail; False where that seed stands for another one already."""
    path = sample_path(state.book.series.id, seed)
    for _ in range(_ATTEMPTS):
        head = state.ledger.head()
        kept = state.forge.read(head, path)
        if kept is not None:
            return kept == drawn.record
        try:
            at = state.now()
            state.forge.commit(MAIN, {path: drawn.record}, f"Keep the sample {seed}\n", at, expected=head)
        except Moved:
            continue
        state.inbox.audit(at, "sampled", about=f"sample-{seed}", facts={"path": path})
        return True
    raise ForgeError("Main keeps moving.")


def samples_of(state: State, dossier: Dossier) -> list[tuple[str, Chosen]]:
    """The samples that a dossier was drawn for: each seed with why and whom."""
    return samples_on(state.forge, state.ledger.head(), dossier)


def samples_on(forge: Forge, main: str, dossier: Dossier) -> list[tuple[str, Chosen]]:
    """The same, as a commit of main has them."""
    found = []
    for path in forge.list(main, samples_folder(dossier.series)):
        raw = forge.read(main, path)
        chosen = chosen_in(raw, dossier) if raw else None
        if chosen is not None:
            found.append((path.rpartition("/")[2].removesuffix(".json"), chosen))
    return found
