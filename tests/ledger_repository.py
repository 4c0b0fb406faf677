"""The miniature ledger as a Git repository, to bring a dossier to by a branch."""

import os
import shutil
import subprocess
from pathlib import Path

import make_ledger

LEDGER = make_ledger.LEDGER
MERGED = make_ledger.MERGED


class Repository:
    """The miniature ledger as a Git repository whose main lacks the merged dossier; a branch brings it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        shutil.copytree(LEDGER, path)
        shutil.rmtree(path / MERGED.folder)
        self.git("init", "-q", "-b", "main")
        self.base = self.commit()

    def git(self, *arguments: object) -> str:
        who = [f"GIT_{role}_{what}" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
        environment = os.environ | dict.fromkeys(who, "test@example.org") | {"GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            ["git", *map(str, arguments)], cwd=self.path, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "State")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str = MERGED.branch) -> None:
        self.git("checkout", "-q", "-b", name)

    def bring(self) -> None:
        shutil.copytree(LEDGER / MERGED.folder, self.path / MERGED.folder)

    def file(self, name: str) -> Path:
        return self.path / MERGED.folder / name
