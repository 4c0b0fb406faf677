"""`submit`: documents to a gateway, from a centre's own computer."""

import http.client
import json
import re
import secrets
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import click

from gradepost.document.canonical import sha256
from gradepost.document.strict import NotStrict, parse
from gradepost.model.trouble import WorldError
from gradepost.settings import from_environment

_SECONDS = 60
_FORM = re.compile(r"[a-z][a-z0-9-]{0,39}")
# The gateway could not, or is busy with this very submission: nothing is wrong with the document.
_LATER = (409, 429)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "gateway", required=True, help="The gateway's address, such as https://example.org/")
def submit(files: tuple[Path, ...], gateway: str) -> int:
    """Send documents to a gateway in the order given. The token comes from GRADEPOST_TOKEN.

    The receipt of FILE.json is written beside it as FILE.receipt.json. Where the answer is lost on the way, run the
    command again: the same bytes then get the same receipt, and nothing is submitted twice.
    """
    if not gateway.startswith(("https://", "http://")):
        raise click.UsageError("--to takes an address that begins with https:// or http://")
    token = from_environment().token
    if token is None:
        raise click.UsageError("Set GRADEPOST_TOKEN to the token that `gradepost token` printed.")
    forms = {file: _form_of(file.read_bytes(), file) for file in files}
    refused = 0
    for file, form in forms.items():
        status, body = _post(gateway, file, form, token)
        if status >= 500 or status in _LATER:
            raise WorldError(f"{gateway} cannot receive at the moment (HTTP {status}). Send {file} again later.")
        if status == 201:
            _keep_receipt(file, body)
        else:
            refused += 1
            _explain(file, status, body)
        _key_file(file).unlink(missing_ok=True)
    return 1 if refused else 0


def _keep_receipt(file: Path, body: bytes) -> None:
    target = file.with_suffix(".receipt.json")
    target.write_bytes(body)
    receipt = json.loads(body)
    click.echo(f"{file}: received as number {receipt['seq']} at {receipt['received_at']}; receipt in {target}")


def _post(gateway: str, file: Path, form: str, token: str) -> tuple[int, bytes]:
    raw = file.read_bytes()
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at above
        f"{gateway.rstrip('/')}/submit/{form}",
        data=raw,
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Idempotency-Key": _key_of(file, raw),
        },
        method="POST",
    )
    return _answered(request, gateway, file)


def _key_file(file: Path) -> Path:
    return file.with_name(f".{file.name}.key")


def _key_of(file: Path, raw: bytes) -> str:
    """A key for this sending, kept beside the file until an answer has come."""
    path, digest = _key_file(file), sha256(raw)
    kept = path.read_text(encoding="ascii").split() if path.exists() else []
    if kept[:1] != [digest]:
        kept = [digest, secrets.token_hex(16)]
        path.write_text(" ".join(kept), encoding="ascii")
    return kept[1]


def _answered(request: urllib.request.Request, gateway: str, file: Path) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except (OSError, http.client.HTTPException) as error:
        raise WorldError(
            f"{gateway} could not be reached ({error}). Nothing is known of {file}: send it again."
        ) from error


def _form_of(raw: bytes, file: Path) -> str:
    try:
        value: Any = parse(raw)
    except NotStrict as error:
        raise click.UsageError(f"{file}: {error}") from error
    form = value.get("form") if isinstance(value, dict) else None
    if not isinstance(form, str) or not _FORM.fullmatch(form):
        raise click.UsageError(f"{file}: it does not say which form it is.")
    return form


def _explain(file: Path, status: int, body: bytes) -> None:
    try:
        value = json.loads(body)
    except ValueError:
        value = {}
    click.echo(f"{file}: not received (HTTP {status}). {value.get('message', '')}".rstrip(), err=True)
    for finding in value.get("findings", ()):
        place = f"line {finding['line']}" if finding.get("line") else finding["pointer"]
        click.echo(f"  {finding['rule']} {place}: {finding['message']} {finding['fix']}", err=True)
    sys.stderr.flush()
