"""Which code this is, for what is kept from run to run."""

import hashlib
from pathlib import Path

import gradepost


def code_digest() -> str:
    """A digest of the code: one line that is changed makes void what an earlier version has found."""
    digest = hashlib.sha256(gradepost.__version__.encode())
    for path in sorted(Path(gradepost.__file__).parent.glob("*/*.py")):
        facts = path.stat()
        digest.update(f"{path.parent.name}/{path.name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
