"""Sending the letters that the inbox holds: which are due, what becomes of each, and when it is tried again.

A letter is marked after the server has taken it: a crash in between sends it twice, never not at all. Both carry the
same Message-ID, by which mail programs tell that they are one.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path

from gradepost.doors.files import write_durably
from gradepost.doors.letters import Letter, html_of
from gradepost.doors.logs import log_of
from gradepost.doors.post import Lost, NotNow, Post, Refused, Send, Unreachable
from gradepost.inbox import Inbox, Message

KEPT_TRYING = timedelta(hours=72)
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=4)
_LONGEST_REST = timedelta(minutes=5)
_GROWS_BY = 3
# Seven bits, which every server takes.
_POLICY = SMTP.clone(cte_type="7bit")
NO_SERVER_SENDER = "gradepost@localhost"

_log = log_of("mail")


class Mailer:
    """Takes letters from the inbox to the mail server, to a folder, or (in a demo) both."""

    def __init__(
        self,
        inbox: Inbox,
        now: Callable[[], datetime],
        *,
        post: Post | None,
        folder: Path | None,
        keep_text: bool = False,
    ) -> None:
        self._inbox = inbox
        self._now = now
        self._post = post
        self._folder = folder
        self._keep_text = keep_text
        self._sender = post.sender if post else NO_SERVER_SENDER
        self._rest = _FIRST_WAIT
        self._rests_until: datetime | None = None

    def deliver_due(self) -> None:
        """One round: every letter that is due is sent, put off or given up."""
        at = self._now()
        letters = [letter for letter in self._inbox.due_messages(at) if self._still_wanted(letter, at)]
        if not letters or self._is_resting(at):
            return
        try:
            self._send_all(letters)
            self._rest, self._rests_until = _FIRST_WAIT, None
        except Unreachable as trouble:
            self._server_is_away(letters, trouble)

    def _still_wanted(self, letter: Message, at: datetime) -> bool:
        if not letter.to:
            self._inbox.message_sent(letter.number, at)
            return False
        if letter.until is not None and at >= letter.until:
            self._give_up(letter, "ran-out")
            return False
        return True

    def _is_resting(self, at: datetime) -> bool:
        return self._rests_until is not None and at < self._rests_until

    def _send_all(self, letters: list[Message]) -> None:
        if self._post is None:
            self._send_over(lambda _letter, _to: None, letters)
            return
        with self._post.open() as send:
            self._send_over(send, letters)

    def _send_over(self, send: Send, letters: list[Message]) -> None:
        for letter in letters:
            try:
                self._send(letter, send)
            except Refused as refusal:
                self._give_up(letter, str(refusal))
            except NotNow as trouble:
                self._put_off(letter, str(trouble))
                if isinstance(trouble, Lost):
                    return
            else:
                self._inbox.message_sent(letter.number, self._now(), keep_text=self._keep_text)

    def _send(self, letter: Message, send: Send) -> None:
        try:
            written = composed(letter, self._sender).as_bytes()
        except Exception as error:
            # Whatever is wrong with one letter must not hold up those behind it.
            raise Refused(f"unwritable-{type(error).__name__}") from error
        if self._folder is not None:
            write_durably(self._folder / _file_name(letter), written, 0o600)
        send(written, letter.to)

    def _put_off(self, letter: Message, trouble: str) -> None:
        at, last = self._now(), _last_try(letter)
        if at >= last:
            self._give_up(letter, trouble)
            return
        self._inbox.postpone_message(letter.number, min(at + wait_after(letter.tries), last), trouble)
        _log.warning("letter-put-off", letter=letter.number, trouble=trouble, tries=letter.tries + 1)

    def _server_is_away(self, letters: list[Message], trouble: Unreachable) -> None:
        # Nobody's letter is at fault, so none is put off; only those go that were tried for long enough.
        at = self._now()
        for letter in letters:
            if at >= _last_try(letter):
                self._give_up(letter, str(trouble))
        self._rests_until = at + self._rest
        _log.warning("mail-server-away", trouble=str(trouble), number=len(letters))
        self._rest = min(self._rest * 2, _LONGEST_REST)

    def _give_up(self, letter: Message, trouble: str) -> None:
        at = self._now()
        self._inbox.give_up_message(letter.number, at, trouble)
        self._inbox.audit(at, "letter-given-up", about=f"letter-{letter.number}", facts={"trouble": trouble})
        _log.error("letter-given-up", letter=letter.number, trouble=trouble, tries=letter.tries + 1)


def wait_after(tries: int) -> timedelta:
    """How long a letter waits after so many tries before this one: 10 seconds, 30, 90 … four hours at most."""
    return min(_FIRST_WAIT * int(_GROWS_BY ** min(tries, 10)), _LONGEST_WAIT)


def _last_try(letter: Message) -> datetime:
    ends = letter.queued_at + KEPT_TRYING
    return min(ends, letter.until) if letter.until else ends


def composed(letter: Message, sender: str) -> EmailMessage:
    """The letter as it is sent: plain text, and the same as HTML. Raises where it has not one plain address
    to go to, or a subject of more than one line."""
    name, address = parseaddr(sender)
    from_ = Address(name, addr_spec=address)
    message = EmailMessage(policy=_POLICY)
    message["From"] = from_
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = letter.queued_at
    message["Message-ID"] = f"<{letter.number}.{letter.queued_at:%Y%m%d%H%M%S%f}@{from_.domain}>"
    # Nobody's out-of-office note shall answer it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    message.add_alternative(letter.html or html_of(Letter(letter.subject, letter.body)), subtype="html")
    return message


def mail_metrics(inbox: Inbox, at: datetime) -> str:
    """How the post stands, in Prometheus' text format."""
    mail = inbox.mail()
    age = (at - mail["oldest"]).total_seconds() if mail["oldest"] else 0
    return (
        "# HELP gradepost_mail_waiting Letters that wait to be sent.\n"
        "# TYPE gradepost_mail_waiting gauge\n"
        f"gradepost_mail_waiting {mail['waiting']}\n"
        "# HELP gradepost_mail_oldest_seconds Age of the oldest of them.\n"
        "# TYPE gradepost_mail_oldest_seconds gauge\n"
        f"gradepost_mail_oldest_seconds {max(age, 0):.0f}\n"
        "# HELP gradepost_mail_given_up_total Letters that were never taken: see gradepost audit.\n"
        "# TYPE gradepost_mail_given_up_total counter\n"
        f"gradepost_mail_given_up_total {mail['given_up']}\n"
    )


def _file_name(letter: Message) -> str:
    return f"{letter.number:06d}-{re.sub(r'[^a-z0-9.-]', '_', letter.to.lower())}.eml"
