"""`serve`: the gateway with its worker in one process. The worker files, has judged, merges, mails and beats."""

import logging
import re
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import uvicorn
from rich.console import Console

from gradepost.doors.building import site_for
from gradepost.doors.demo.seeding import prepare_demo
from gradepost.doors.files import write_durably
from gradepost.doors.state import State, open_state
from gradepost.doors.web import build_app
from gradepost.doors.web.gateway import Gateway
from gradepost.doors.web.site_files import SiteFiles
from gradepost.forge.local import LocalForge
from gradepost.model.trouble import ConfigurationError, WorldError
from gradepost.settings import DEFAULT_SITE_URL, Settings

_log = logging.getLogger("gradepost.worker")
_SECONDS_BETWEEN_ROUNDS = 1.0
_ENDING_SECONDS = 5
# Each filing leaves about a dozen loose objects; a few thousand of them begin to slow reading down.
_FILED_BETWEEN_UPKEEP = 500


def run(settings: Settings, folder: Path, *, host: str, port: int, demo: bool) -> int:
    """Serve until stopped."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    console = Console()
    if demo and settings.github is not None:
        raise ConfigurationError("The demo keeps its ledger on this machine: unset GRADEPOST_FORGE.")
    at_port = _bound(host, port)
    if settings.site_url == DEFAULT_SITE_URL:
        settings = replace(settings, site_url=f"http://{host}:{port}/")
    # Ledger, inbox, mail and keys are for whoever runs the gateway alone.
    folder.mkdir(0o700, parents=True, exist_ok=True)
    clock = None
    if demo:
        with console.status("Making the demo's ledger …"):
            clock = prepare_demo(folder, settings)
    state = open_state(folder, settings, clock.now if clock else None)
    with console.status("Building the site …"):
        site = SiteFiles(site_for(settings, settings.site_url, folder))
    gateway = Gateway(state, site, settings, clock)
    server = uvicorn.Server(
        uvicorn.Config(
            build_app(gateway),
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=_ENDING_SECONDS,
        )
    )
    worker = Worker(gateway)
    worker.start()
    _say(console, settings, folder, demo=demo)
    try:
        server.run([at_port])
    finally:
        worker.stop()
    return 0 if server.started else 3


def _bound(host: str, port: int) -> socket.socket:
    """The port, ours before anything is made or said; it listens once everything is ready."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    at_port = socket.socket(family, socket.SOCK_STREAM)
    at_port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        at_port.bind((host, port))
    except OSError as error:
        at_port.close()
        raise WorldError(f"{host}:{port} cannot be served at ({error.strerror}). Choose another --port.") from error
    return at_port


class Worker(threading.Thread):
    """One thread that carries submissions on, once a second or as soon as it is woken."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(name="worker", daemon=True)
        self._gateway = gateway
        self._stopping = threading.Event()
        self._filed_since_upkeep = 0

    def stop(self) -> None:
        """End after the present round."""
        self._stopping.set()
        self._gateway.wake.set()
        self.join(timeout=_ENDING_SECONDS)

    def run(self) -> None:
        """Round after round. Trouble ends one act of a round, never the others and never the worker."""
        state = self._gateway.state
        acts = (
            self._beat,
            partial(_deliver, state),
            self._file,
            state.publisher.judge_due,
            state.merger.merge_due,
            state.merger.record_due,
            self._keep_up,
        )
        while not self._stopping.is_set():
            for act in acts:
                _tried(act)
            self._gateway.wake.wait(_SECONDS_BETWEEN_ROUNDS)
            self._gateway.wake.clear()

    def _beat(self) -> None:
        if self._gateway.clock is not None:
            self._gateway.clock.beat()

    def _file(self) -> None:
        self._filed_since_upkeep += self._gateway.state.publisher.file_due()

    def _keep_up(self) -> None:
        forge = self._gateway.state.forge
        if self._filed_since_upkeep >= _FILED_BETWEEN_UPKEEP and isinstance(forge, LocalForge):
            forge.maintain()
            self._filed_since_upkeep = 0


def _tried(act: Callable[[], object]) -> None:
    try:
        act()
    except (WorldError, OSError) as error:
        _log.warning("a round failed: %s", error)
    except Exception:
        # The worker must outlive a bug: what waits is kept, and the next round looks again.
        _log.exception("a round failed")


def _deliver(state: State) -> None:
    """Write queued letters to the state's mail folder. Sending by SMTP has an issue of its own."""
    for message in state.inbox.messages(unsent=True):
        letter = EmailMessage()
        letter["To"], letter["Subject"] = message.to, message.subject
        letter["Date"] = message.queued_at
        letter.set_content(message.body)
        address = re.sub(r"[^a-z0-9.-]", "_", message.to.lower())
        write_durably(state.folder / "mail" / f"{message.number:06d}-{address}.eml", letter.as_bytes(), 0o600)
        state.inbox.message_sent(message.number, state.now())


def _command(root: Path) -> str:
    """What to type for `gradepost` here: the command may be in an environment that is not active."""
    found = Path(sys.argv[0]).resolve()
    if found.name != "gradepost" or not found.is_relative_to(root.resolve()):
        return "gradepost"
    return found.relative_to(root.resolve()).as_posix()


def _say(console: Console, settings: Settings, folder: Path, *, demo: bool) -> None:
    url = settings.site_url
    console.print(f"\n[bold]Gradepost is ready.[/] Open [link={url}]{url}[/link]", highlight=False)
    if demo:
        console.print(
            f"This is the demo: invented centres, a clock that starts on 18 May 2021.\n"
            f"Try: {url}sign-in  continue as the exams officer of centre 10234\n"
            f"     {url}forms/schedule/  fill with 28 example learners, submit; then {url}forms/tags/\n"
            f"     {url}status  ask for the declaration; {url}demo/mail  open the link, declare\n"
            f"     {url}sign-in  continue as a reviewer; {url}reviews  approve, and see it merged\n"
            f"     git clone {folder / 'ledger.git'} my-ledger && {_command(settings.root)} check my-ledger\n"
            "Stop with Ctrl+C; what was received is kept.",
            highlight=False,
            soft_wrap=True,
        )
