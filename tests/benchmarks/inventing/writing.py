"""Where files go: a folder, or the first commit of a bare Git repository, streamed into it."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

Files = Iterable[tuple[str, bytes]]
_WHO = b"Gradepost <gradepost@localhost.invalid> 1621324800 +0000"
_MESSAGE = b"An invented season"


def write(out: Path, files: Files) -> int:
    """Write the files, and say how many. An `out` that ends in `.git` is made a bare repository."""
    if out.exists() and any(out.iterdir()):
        raise SystemExit(f"{out} holds something already.")
    return _into_repository(out, files) if out.suffix == ".git" else _into_folder(out, files)


def _into_folder(out: Path, files: Files) -> int:
    number, known = 0, set()
    for path, raw in files:
        file = out / path
        if file.parent not in known:
            file.parent.mkdir(parents=True, exist_ok=True)
            known.add(file.parent)
        file.write_bytes(raw)
        number += 1
    return number


def _into_repository(out: Path, files: Files) -> int:
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(out)], check=True)
    command = ["git", "-C", str(out), "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--done"]
    number = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE) as importing:
        stream = importing.stdin
        assert stream is not None
        stream.write(b"commit refs/heads/main\ncommitter %s\ndata %d\n%s\n" % (_WHO, len(_MESSAGE), _MESSAGE))
        for path, raw in files:
            stream.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(raw), raw))
            number += 1
        stream.write(b"done\n")
        stream.close()
    if importing.returncode:
        raise SystemExit(f"git fast-import ended with {importing.returncode}.")
    return number
