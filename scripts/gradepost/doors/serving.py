"""`serve`: the gateway with its worker in one process. One worker files, has judged, merges
and beats; another sends letters."""

import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import uvicorn
from rich.console import Console

from gradepost.doors.asked import CentreTeller
from gradepost.doors.building import site_for
from gradepost.doors.demo.seeding import prepare_demo
from gradepost.doors.logs import set_up
from gradepost.doors.mailing import Mailer
from gradepost.doors.post import SmtpPost
from gradepost.doors.reminding import Reminders
from gradepost.doors.rounds import ENDING_SECONDS, Rounds, tried
from gradepost.doors.second_contacts import tell_of_all
from gradepost.doors.second_factors import seal_of
from gradepost.doors.sign_ins import Doorkeeper
from gradepost.doors.state import open_state
from gradepost.doors.trail import MergeTrail
from gradepost.doors.upkeep import DailyUpkeep
from gradepost.doors.web import build_app
from gradepost.doors.web.centre_builds import CentreArea, tree_of
from gradepost.doors.web.gateway import Gateway
from gradepost.doors.web.site_files import SiteFiles
from gradepost.forge.local import LocalForge
from gradepost.model.trouble import ConfigurationError, WorldError
from gradepost.publish.proposing import Proposals
from gradepost.settings import DEFAULT_SITE_URL, Settings

# Each filing leaves about a dozen loose objects; a few thousand of them begin to slow reading down.
_FILED_BETWEEN_UPKEEP = 500


def run(settings: Settings, folder: Path, *, host: str, port: int, demo: bool) -> int:
    """Serve until stopped."""
    # A demo is tried at a terminal, where a line to a request is in the way.
    set_up(settings.log_level or ("warning" if demo else "info"))
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
        site = SiteFiles(site_for(settings, settings.site_url, folder, tree_of(state)))
        area = CentreArea(state, settings, site.folder)
        area.show()
    gateway = Gateway(state, site, settings, clock, area)
    server = uvicorn.Server(
        uvicorn.Config(
            build_app(gateway),
            host=host,
            port=port,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=ENDING_SECONDS,
        )
    )
    # Letters have a thread of their own: a mail server that is slow to answer holds up no filing.
    workers = (
        Worker(gateway),
        Rounds("mail", [*_door(gateway), Reminders(state, settings.site_url).send_due, _mailer(gateway).deliver_due]),
        Rounds("centre-pages", [area.follow, DailyUpkeep(state, time.time).run_due]),
    )
    # Whom a crash kept from being told of a declaration is told now.
    tried(lambda: tell_of_all(state, settings.site_url))
    for worker in workers:
        worker.start()
    _say(console, settings, folder, demo=demo)
    try:
        server.run([at_port])
    finally:
        for worker in workers:
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


class Worker(Rounds):
    """Carries submissions on: files them, has them judged, merges."""

    def __init__(self, gateway: Gateway) -> None:
        state = gateway.state
        acts = (
            self._beat,
            self._file,
            Proposals(state.inbox, state.forge, state.book.series.id, state.now).open_due,
            state.register.follow,
            state.publisher.judge_due,
            state.merger.merge_due,
            state.merger.record_due,
            MergeTrail(state.forge, state.inbox, state.now).tell,
            CentreTeller(state, gateway.settings.site_url).tell,
            self._keep_up,
        )
        super().__init__("worker", acts, gateway.wake)
        self._gateway = gateway
        self._filed_since_upkeep = 0

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


def _door(gateway: Gateway) -> list[Callable[[], object]]:
    # Here, before two requests could each make one.
    seal_of(gateway.state.folder)
    doorkeeper = Doorkeeper(gateway.state, gateway.settings.site_url)
    return [doorkeeper.answer_due, doorkeeper.clear]


def _mailer(gateway: Gateway) -> Mailer:
    """Letters go to the mail server where there is one, and to the state's folder in a demo or without one."""
    state, mail = gateway.state, gateway.settings.mail
    post = SmtpPost(mail) if mail else None
    folder = state.folder / "mail" if state.demo or post is None else None
    return Mailer(state.inbox, state.now, post=post, folder=folder, keep_text=state.demo)


def _command(root: Path) -> str:
    """What to type for `gradepost` here: the command may be in an environment that is not active."""
    found = Path(sys.argv[0]).resolve()
    if found.name != "gradepost" or not found.is_relative_to(root.resolve()):
        return "gradepost"
    return found.relative_to(root.resolve()).as_posix()


def _say(console: Console, settings: Settings, folder: Path, *, demo: bool) -> None:
    url = settings.site_url
    console.print(f"\n[bold]Gradepost is ready.[/] Open [link={url}]{url}[/link]", highlight=False)
    if not demo and settings.mail is None:
        console.print(f"Letters are written to {folder / 'mail'} and sent to nobody: GRADEPOST_SMTP_URL is not set.")
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
