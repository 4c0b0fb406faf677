"""`receipt verify`: offline, with nothing but the receipt, the public key and, if at hand, the document."""

from datetime import UTC, datetime
from pathlib import Path

import click

from gradepost.document.canonical import sha256
from gradepost.doors.kept_book import load
from gradepost.model.receipts import Key
from gradepost.receipt import RECEIPT_SCHEMA, public_key_of, read_receipt
from gradepost.receipt.signing import key_id
from gradepost.settings import from_environment

_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def receipt() -> None:
    """Receipts: what was received, when, and whether in time."""


@receipt.command()
@click.argument("file", type=_file)
@click.option("--document", type=_file, help="The document it speaks of: as filed, or as it was sent.")
@click.option("--key", required=True, type=_file, help="The gateway's public key: PEM, or base64.")
def verify(file: Path, document: Path | None, key: Path) -> int:
    """Tell whether a receipt is genuine, offline."""
    settings = from_environment()
    schema = load(settings).schemas[RECEIPT_SCHEMA]
    public = public_key_of(key.read_bytes())
    read = read_receipt(file.as_posix(), file.read_bytes(), schema, [Key(key_id(public), public, _ALWAYS, None)])
    if read.fault or read.data is None:
        fault = "It is signed by another key." if read.data and read.data["key"] != key_id(public) else read.fault
        click.echo(f"{file}: not genuine. {fault}")
        return 1
    if document is not None and not _speaks_of(read.data, document.read_bytes()):
        click.echo(f"{file}: genuine, but of another document than {document}.")
        return 1
    late = "on time" if read.data["on_time"] else "late"
    click.echo(f"{file}: genuine. Number {read.data['seq']}, received {read.data['received_at']}, {late}.")
    return 0


def _speaks_of(data: object, raw: bytes) -> bool:
    return isinstance(data, dict) and sha256(raw) in (data["sha256"], data["received_sha256"])
