"""The second factor: codes of an app (TOTP, RFC 6238), recovery codes for when the app is lost, and who needs one.

`methods` is the one place that says how somebody signs in: passkeys and other organisations' sign-in belong there.
"""

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from cryptography.fernet import Fernet, InvalidToken

from gradepost.book import Book
from gradepost.inbox import Credential, Inbox
from gradepost.inbox.access import Factor
from gradepost.model.register import Person
from gradepost.model.trouble import ConfigurationError
from gradepost.people.credentials import Actor, hash_of
from gradepost.people.roles import rows_of

RECOVERY_CODES = 8
RESET_DAYS = 7
_RESET = "second-factor-reset"
_RECOVERY_BYTES = 10
# A code is taken for its own half minute and for those beside it: clocks differ, and people type slowly.
_WINDOW = 1
_SENT_IN = frozenset({"form", "api"})
_BETWEEN = re.compile(r"[\s-]+")
_A_CODE = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose second factor it is."""

    centre: str
    ref: str


class Seal:
    """Keeps keys of second factors from whoever reads the store alone. Raises `ConfigurationError` for no key."""

    def __init__(self, key: bytes) -> None:
        try:
            self._fernet = Fernet(key.strip())
        except ValueError as error:
            raise ConfigurationError("The key that seals second factors is none of ours.") from error

    @staticmethod
    def make() -> bytes:
        """A new key."""
        return Fernet.generate_key()

    def close(self, text: str) -> str:
        """A text, sealed."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """What was sealed. Raises `ConfigurationError` where it was with another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise ConfigurationError("A second factor was sealed with another key than is at hand.") from error


def methods(person: Person, centre: str | None, book: Book, inbox: Inbox) -> tuple[str, ...]:
    """How somebody signs in, in order. A second factor is asked of whoever has one, and of whoever may submit where the
    series requires it."""
    has = inbox.factor(centre or "", person.ref) is not None
    needs = book.series.second_factor == "required" and may_submit(person, centre, book)
    return ("email-link", "totp") if has or needs else ("email-link",)


def may_submit(person: Person, centre: str | None, book: Book) -> bool:
    """Whether somebody may send in what counts; a teacher's try at a schedule does not."""
    rows = rows_of(Actor(person.ref, person.role, centre, "session", rights=person.rights), book)
    counted = [form for form in book.forms.values() if form.counts and _SENT_IN & {*form.channels}]
    named = {role for form in counted for role in form.submitters}
    return bool({"submits", "schedules"} & {*person.rights} or "exams-officer" in rows or person.role in named)


def new_key() -> str:
    """A new key for an app: 160 random bits, in the letters and digits that apps take."""
    return pyotp.random_base32(32)


def app_link(key: str, name: str, issuer: str) -> str:
    """The key as a link that apps open (otpauth:)."""
    return pyotp.TOTP(key).provisioning_uri(name=name, issuer_name=issuer)


def spaced(key: str) -> str:
    """A key as people read it: in fours."""
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4))


def step_of(key: str, code: str, at: datetime) -> int | None:
    """The step of time that a code belongs to, or None where it is not one of the key's about now."""
    typed = _BETWEEN.sub("", code)
    if not _A_CODE.fullmatch(typed):
        return None
    try:
        return pyotp.TOTP(key).verify_and_get_timecode(typed, for_time=at, valid_window=_WINDOW)
    except pyotp.OTPVerificationError:
        return None


def enrol(inbox: Inbox, holder: Holder, key: str, code: str, seal: Seal, at: datetime) -> Sequence[str] | None:
    """Make a key somebody's second factor, once a code shows that the app has it; returns the recovery codes. None
    where the code is not the key's, or there is a second factor already."""
    step = step_of(key, code, at)
    if step is None:
        return None
    recovery = [_recovery_code() for _ in range(RECOVERY_CODES)]
    hashes = [hash_of(_plain(code)) for code in recovery]
    kept = inbox.keep_factor(holder.centre, holder.ref, Factor(seal.close(key), step, at), hashes)
    return recovery if kept else None


def passes(inbox: Inbox, holder: Holder, code: str, seal: Seal, at: datetime) -> bool:
    """Whether a code of the app is right, and new: each is taken once."""
    factor = inbox.factor(holder.centre, holder.ref)
    step = step_of(seal.open(factor.sealed), code, at) if factor else None
    return step is not None and inbox.use_step(holder.centre, holder.ref, step)


def is_recovery_code(text: str) -> bool:
    """Whether it looks like a recovery code rather than one of the app's."""
    return len(_plain(text)) > 8


def recovers(inbox: Inbox, holder: Holder, code: str, at: datetime) -> bool:
    """Whether a recovery code is right; then it is used up."""
    return inbox.use_recovery(holder.centre, holder.ref, hash_of(_plain(code)), at)


def reset(inbox: Inbox, holder: Holder, role: str, at: datetime) -> str:
    """Take a second factor away and make the code that the next one takes to set up; whoever reads the mailbox alone
    does not have it. Every earlier such code is void."""
    inbox.forget_factor(holder.centre, holder.ref)
    inbox.forget_credentials_of((_RESET, "session", "step"), holder.centre, holder.ref)
    code = _recovery_code()
    ends = at + timedelta(days=RESET_DAYS)
    hashed = _reset_hash(holder, code)
    inbox.keep_credential(Credential(hashed, _RESET, holder.centre, holder.ref, role, {}, at, ends))
    return code


def waits_for_reset_code(inbox: Inbox, holder: Holder) -> bool:
    """Whether a new second factor takes the code that an operator gave. It goes on waiting after the code has run out:
    then another has to be made."""
    return any(found.ref == holder.ref for found in inbox.credentials(_RESET, holder.centre) if found.used_at is None)


def is_reset_code(inbox: Inbox, holder: Holder, code: str, at: datetime) -> bool:
    """Whether it is the code that an operator gave. Looking uses nothing up."""
    found = inbox.credential(_reset_hash(holder, code))
    if found is None or found.kind != _RESET or found.used_at is not None:
        return False
    return found.expires_at is not None and at < found.expires_at


def use_reset_code(inbox: Inbox, holder: Holder, code: str, at: datetime) -> bool:
    """Use up the code that an operator gave; False where it is another's, was used or has run out."""
    return is_reset_code(inbox, holder, code, at) and inbox.use_credential(_reset_hash(holder, code), at)


def _reset_hash(holder: Holder, code: str) -> str:
    return hash_of(f"{holder.centre}:{holder.ref}:{_plain(code)}")


def _recovery_code() -> str:
    return spaced(base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()).replace(" ", "-")


def _plain(code: str) -> str:
    return _BETWEEN.sub("", code).casefold()
