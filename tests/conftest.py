"""What tests share: the book, the miniature ledger, the command in this process. Modules beside it can be imported."""

import contextlib
import io
import json
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gradepost.book import Book, load
from gradepost.doors.cli import main

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "tests/benchmarks")]


@dataclass(frozen=True)
class Ran:
    """What came of one run of the command."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def errors(self) -> set[str]:
        """The rules that speak as errors, of a run with `--format json`."""
        return {f["rule"] for f in self.json["findings"] if f["severity"] == "error"}


# A plain `pytest` keeps to about 90 seconds: of the gateway it walks these, and what is whole files of hostile,
# damaged or repeated things is left to `scripts/test`.
_GATEWAY = {"test_declaring", "test_forms", "test_statuses"}
_LONG = {
    "test_damaged_ledger",
    "test_damaged_repository",
    "test_forge_limits",
    "test_governor",
    "test_hostile_files",
    "test_hostile_trees",
    "test_local",
    "test_second_instance",
    "test_serving",
    "test_short_faults",
}


def pytest_collection_modifyitems(items):
    for item in items:
        folder, name = item.path.parent.name, item.path.stem
        if folder == "access" or (folder == "web" and name not in _GATEWAY) or name in _LONG:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def book() -> Book:
    return load(ROOT)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a demo whose ledger was just made, to be copied."""
    from back_office import SETTINGS

    from gradepost.doors.demo.seeding import make_demo_ledger
    from gradepost.forge.local import LocalForge

    folder = tmp_path_factory.mktemp("made") / "state"
    make_demo_ledger(LocalForge.create(folder / "ledger.git"), folder, SETTINGS)
    return folder


@pytest.fixture
def gradepost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ran]:
    """The command with its arguments, in this process, from the repository's root."""
    monkeypatch.setenv("GRADEPOST_ROOT", str(ROOT))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_HEAD_REF", raising=False)
    monkeypatch.delenv("GRADEPOST_SITE_URL", raising=False)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["gradepost", *map(str, arguments)])
        out, err = io.BytesIO(), io.StringIO()
        text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
        text.flush()
        return Ran(ended.value.code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A copy of the miniature ledger, to be changed at will."""
    return Path(shutil.copytree(ROOT / "tests/ledger", tmp_path / "ledger"))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of schemas, forms and the name of the series in force, to be changed at will."""
    for name in ("schemas", "forms"):
        shutil.copytree(ROOT / name, tmp_path / "site" / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def nothing_hangs():
    from hostile.ledgers import PATIENCE

    def lost_patience(*_):
        raise AssertionError(f"It takes more than {PATIENCE} seconds.")

    before = signal.signal(signal.SIGALRM, lost_patience)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def judge_ledger(gradepost: Callable[..., Ran]) -> Callable[[Path], Ran]:
    """Judge a ledger: there are findings or none, or one clear line."""
    from hostile.ledgers import is_one_clear_line

    def run(ledger: Path) -> Ran:
        ran = gradepost("check", ledger, "--no-cache", "--format", "json")
        assert ran.code in (0, 1) or is_one_clear_line(ran), ran.err
        return ran

    return run
