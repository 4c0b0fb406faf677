"""The mail server as one that takes a letter, takes it later, or never. SMTP by the standard library.

What it answers is told by stage and code alone, `rcpt-550`: its words may repeat an address.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email.utils import parseaddr
from typing import Protocol

from gradepost.model.trouble import WorldError
from gradepost.settings import MailSettings

_SECONDS_TO_ANSWER = 20.0
_CLOSING = 421

Send = Callable[[bytes, str], None]


class Refused(Exception):
    """The server will never take this letter. Its text is a stage and a code."""


class NotNow(WorldError):
    """The server did not take this letter now. Its text is a stage and a code."""


class Lost(NotNow):
    """The server did not take this letter, and the line is gone: no other can be handed in over it."""


class Unreachable(WorldError):
    """No letter could be handed in: no connection, no protected line, or our name and password were not taken."""


class Post(Protocol):
    """Where letters are handed in."""

    @property
    def sender(self) -> str:
        """Who letters are from."""

    def open(self) -> AbstractContextManager[Send]:
        """A line to the server, over which letters are sent one by one. Raises `Unreachable`; sending raises
        `Refused`, `NotNow` or `Lost`."""


class SmtpPost:
    """A mail server reached by SMTP."""

    def __init__(
        self, settings: MailSettings, *, context: ssl.SSLContext | None = None, seconds: float = _SECONDS_TO_ANSWER
    ) -> None:
        self._settings = settings
        self._context = context or ssl.create_default_context()
        self._seconds = seconds

    @property
    def sender(self) -> str:
        """Who letters are from."""
        return self._settings.sender

    @contextmanager
    def open(self) -> Iterator[Send]:
        """A line to the server."""
        line = self._connected()
        try:
            yield lambda message, to: self._hand_in(line, message, to)
        finally:
            _hang_up(line)

    def _connected(self) -> smtplib.SMTP:
        line: smtplib.SMTP | None = None
        try:
            line = self._line()
            self._prepare(line)
        except (smtplib.SMTPException, OSError) as error:
            if line is not None:
                line.close()
            raise Unreachable(_told("connect", error)) from error
        return line

    def _line(self) -> smtplib.SMTP:
        # Without a name it would ask the resolver for this machine's, which can take long and tells it to the server.
        name = parseaddr(self.sender)[1].rpartition("@")[2]
        host, port = self._settings.host, self._settings.port
        if self._settings.security == "tls":
            return smtplib.SMTP_SSL(host, port, name, timeout=self._seconds, context=self._context)
        return smtplib.SMTP(host, port, name, timeout=self._seconds)

    def _prepare(self, line: smtplib.SMTP) -> None:
        line.ehlo_or_helo_if_needed()
        if self._settings.security == "starttls":
            # Raises where the server does not offer it: nothing is ever sent over an open line instead.
            line.starttls(context=self._context)
            line.ehlo()
        if self._settings.user:
            line.login(self._settings.user, self._settings.password or "")

    def _hand_in(self, line: smtplib.SMTP, letter: bytes, to: str) -> None:
        try:
            line.sendmail(parseaddr(self.sender)[1], [to], letter)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _by_code("rcpt", next(iter(refusal.recipients.values()))[0]) from refusal
        except smtplib.SMTPDataError as refusal:
            raise _by_code("data", refusal.smtp_code) from refusal
        except smtplib.SMTPResponseException as refusal:
            # Our sender is refused: a mistake in the settings, so the letter waits for it to be put right.
            raise NotNow(_told("send", refusal)) from refusal
        except (smtplib.SMTPException, OSError) as lost:
            raise Lost(_told("send", lost)) from lost


def _by_code(stage: str, code: int) -> Refused | NotNow:
    told = f"{stage}-{code}"
    if code == _CLOSING:
        return Lost(told)
    return Refused(told) if code >= 500 else NotNow(told)


def _told(stage: str, error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{stage}-{code or type(error).__name__}"


def _hang_up(line: smtplib.SMTP) -> None:
    try:
        line.quit()
    except (smtplib.SMTPException, OSError):
        line.close()
