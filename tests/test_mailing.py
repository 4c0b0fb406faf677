"""Letters on their way to a real mail server: taken, put off, refused for good, and what a crash or an attack does."""

import ipaddress
import itertools
import os
import re
import signal
import ssl
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from mail_server import SENDER, MailServer, certificate

from gradepost.doors.mailing import KEPT_TRYING, Mailer, composed, mail_metrics, wait_after
from gradepost.doors.post import SmtpPost
from gradepost.inbox import Message
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import from_environment

AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HEAD = "head@centre-10234.example"
SCRIPTS = Path(__file__).parents[1] / "scripts"
IMPATIENT = 0.5


class Office:
    """An inbox, a clock that stands still until it is moved, and the mailer between inbox and server."""

    def __init__(self, folder, post, **options):
        self.at = AT
        self.inbox = SqliteInbox(folder / "inbox.sqlite3")
        self.mailer = Mailer(self.inbox, lambda: self.at, post=post, folder=None, **options)

    def queue(self, to=HEAD, subject="Declare grades for AM20530", **more):
        self.inbox.queue_message(to, subject, "Dear Helen,\n\nhttps://grades.example/declare/x\n", self.at, **more)

    def deliver(self, after=timedelta(0)):
        self.at += after
        self.mailer.deliver_due()

    @property
    def letter(self):
        return self.inbox.messages()[-1]


@pytest.fixture
def server():
    with MailServer() as running:
        yield running


@pytest.fixture
def office(tmp_path, server):
    return Office(tmp_path, SmtpPost(server.settings(), seconds=IMPATIENT))


# Taken


def test_a_letter_arrives_once_from_us_to_its_one_address(office, server):
    office.queue()

    office.deliver()
    office.deliver(timedelta(hours=1))

    assert [taken[:2] for taken in server.taken] == [("grades@awarding.example", (HEAD,))]
    assert office.letter.sent_at == AT


def test_it_says_who_it_is_from_when_it_was_written_and_that_no_person_wrote_it(office, server):
    office.queue()

    office.deliver(timedelta(minutes=5))

    letter = server.letters[0]
    assert (letter["From"], letter["To"]) == (SENDER, HEAD)
    assert letter["Date"].datetime == AT
    assert re.fullmatch(r"<1\.20210518090000000000@awarding\.example>", letter["Message-ID"])
    assert letter["Auto-Submitted"] == "auto-generated"


def test_it_is_plain_text_and_the_same_as_html(office, server):
    office.queue()

    office.deliver()

    letter = server.letters[0]
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert "https://grades.example/declare/x" in letter.get_body(("plain",)).get_content()
    assert '<a href="https://grades.example/declare/x">' in letter.get_body(("html",)).get_content()


def test_words_beyond_ascii_arrive_over_a_line_of_seven_bits(office, server):
    office.inbox.queue_message(HEAD, "Déclaration – prête", "Dear Zoë – ready.\n", AT)

    office.deliver()

    assert server.taken[0][2].isascii()
    assert server.letters[0]["Subject"] == "Déclaration – prête"
    assert server.letters[0].get_body(("plain",)).get_content().strip() == "Dear Zoë – ready."


def test_a_sent_letters_text_is_forgotten_and_is_not_in_the_file_any_more(office, tmp_path):
    office.inbox.queue_message(HEAD, "s", "https://grades.example/declare/" + "canary" * 7, AT, html="<p>canary</p>")

    office.deliver()

    office.inbox._rows("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (office.letter.body, office.letter.html) == ("", None)
    assert b"canary" not in (tmp_path / "inbox.sqlite3").read_bytes()


def test_a_letter_to_nobody_is_dropped_without_asking_the_server(office, server):
    office.queue(to="")

    office.deliver()

    assert server.asked == []
    assert office.inbox.messages(unsent=True) == []


def test_several_letters_go_over_one_line_in_the_order_in_which_they_were_queued(office, server):
    for number in range(5):
        office.queue(to=f"p{number}@centre.example")

    office.deliver()

    assert server.asked == [f"p{number}@centre.example" for number in range(5)]


# Put off


@pytest.mark.parametrize(
    ("stage", "answer", "told"),
    [
        ("rcpt", "451 4.7.1 greylisted", "rcpt-451"),
        ("rcpt", "452 4.2.2 mailbox full", "rcpt-452"),
        ("data", "451 4.3.0 try later", "data-451"),
        ("data", "421 4.3.2 closing", "data-421"),
        ("mail", "550 5.7.1 who are you", "send-550"),
        ("data", "cut", "send-SMTPServerDisconnected"),
        ("data", 3, "send-SMTPServerDisconnected"),
    ],
)
def test_what_is_refused_for_now_is_tried_again_and_arrives(office, server, stage, answer, told):
    server.answers[stage].append(answer)
    office.queue()

    office.deliver()
    put_off = office.letter
    office.deliver(9 * SECOND)
    waited = len(server.taken)
    office.deliver(SECOND)

    assert (put_off.sent_at, put_off.tries, put_off.trouble) == (None, 1, told)
    assert put_off.next_try == AT + 10 * SECOND
    assert waited == 0
    assert len(server.taken) == 1
    assert office.letter.sent_at == AT + 10 * SECOND


def test_the_waits_grow_to_four_hours():
    assert [wait_after(tries).total_seconds() for tries in (0, 1, 2, 3)] == [10, 30, 90, 270]
    assert {wait_after(tries) for tries in (8, 20, 5000)} == {timedelta(hours=4)}


def test_a_letter_that_is_put_off_holds_up_no_other(office, server):
    server.answers["rcpt"] += ["451 not now"]
    office.queue(to="first@centre.example")
    office.queue(to="second@centre.example")

    office.deliver()

    assert [taken[1] for taken in server.taken] == [("second@centre.example",)]


def test_a_letter_on_which_the_server_always_hangs_up_lets_the_next_one_through(office, server):
    server.answers["data"] += ["cut"]
    office.queue(to="first@centre.example")
    office.queue(to="second@centre.example")

    office.deliver()
    office.deliver()

    assert [taken[1] for taken in server.taken] == [("second@centre.example",)]


def test_a_server_that_closes_is_not_asked_for_the_letters_behind(office, server):
    server.answers["data"] += ["421 4.3.2 closing"]
    for _ in range(3):
        office.queue()

    office.deliver()

    assert [letter.tries for letter in office.inbox.messages()] == [1, 0, 0]


def test_after_72_hours_of_try_again_a_letter_is_given_up_and_told(office, server):
    server.answers["rcpt"] += ["451 not now"] * 100
    office.queue()

    while office.letter.gave_up_at is None and office.at < AT + timedelta(hours=100):
        office.deliver()
        office.at = office.letter.next_try if office.letter.gave_up_at is None else office.at

    assert office.letter.gave_up_at == AT + KEPT_TRYING
    assert office.letter.trouble == "rcpt-451"
    assert 20 < office.letter.tries < 40
    assert office.inbox.messages(unsent=True) == []
    assert [(e.what, e.about, e.facts) for e in office.inbox.audit_trail()] == [
        ("letter-given-up", "letter-1", {"trouble": "rcpt-451"})
    ]
    assert "gradepost_mail_given_up_total 1" in mail_metrics(office.inbox, office.at)


def test_a_letter_whose_link_has_run_out_is_not_sent(office, server):
    office.queue(until=AT + timedelta(minutes=10))

    office.deliver(timedelta(minutes=10))

    assert server.asked == []
    assert (office.letter.gave_up_at, office.letter.trouble) == (AT + timedelta(minutes=10), "ran-out")


# Refused for good


@pytest.mark.parametrize(
    ("stage", "answer", "told"),
    [
        ("rcpt", "550 5.1.1 no such person", "rcpt-550"),
        ("data", "554 5.7.1 looks like spam", "data-554"),
    ],
)
def test_what_is_refused_for_good_is_not_tried_again(office, server, stage, answer, told):
    server.answers[stage].append(answer)
    office.queue()

    office.deliver()
    office.deliver(timedelta(hours=1))

    assert server.taken == []
    assert (office.letter.gave_up_at, office.letter.trouble, office.letter.tries) == (AT, told, 1)
    assert office.letter.body == ""


def test_what_the_server_says_is_kept_nowhere(office, server, tmp_path, capfd):
    server.answers["rcpt"] += ["550 5.1.1 <head@centre-10234.example> canary is not known here"]
    server.answers["data"] += ["451 canary"]
    office.queue()
    office.queue()

    office.deliver()

    office.inbox._rows("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"canary" not in (tmp_path / "inbox.sqlite3").read_bytes()
    said = "".join(capfd.readouterr())
    assert "canary" not in said
    assert "centre-10234.example" not in said


# What somebody might smuggle in

SMUGGLED = [
    "head@centre.example\r\nBcc: everybody@elsewhere.example",
    "head@centre.example\nSubject: other",
    "head@centre.example, second@elsewhere.example",
    "head@centre.example> RCPT TO:<second@elsewhere.example",
    "<head@centre.example>",
    "head",
    "head@",
    "@centre.example",
    "a b@centre.example",
    "head@centre.example;second@elsewhere.example",
    "head@centre.example\x00",
    "\x80",
]


@pytest.mark.parametrize("to", SMUGGLED)
def test_only_one_plain_address_is_ever_written_to(office, server, to):
    office.queue(to=to)
    office.queue()

    office.deliver()

    assert server.asked == [HEAD]
    assert office.inbox.messages()[0].gave_up_at == AT


@pytest.mark.parametrize("subject", ["x\r\nBcc: everybody@elsewhere.example", "x\nX-Other: y", "x\r\n\r\nbody"])
def test_a_subject_cannot_bring_a_header_with_it(office, server, subject):
    office.queue(subject=subject)
    office.queue()

    office.deliver()

    assert [letter["Subject"] for letter in server.letters] == ["Declare grades for AM20530"]
    assert all(letter["Bcc"] is None and letter["X-Other"] is None for letter in server.letters)


def test_a_line_with_a_single_dot_ends_no_letter(office, server):
    office.inbox.queue_message(HEAD, "s", "one\n.\nMAIL FROM:<x@elsewhere.example>\n..\ntwo\n", AT)

    office.deliver()

    assert len(server.taken) == 1
    text = server.letters[0].get_body(("plain",)).get_content()
    assert text.splitlines() == ["one", ".", "MAIL FROM:<x@elsewhere.example>", "..", "two"]


# The line to the server


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


def delivered_over(tmp_path, server, context, security, **more):
    post = SmtpPost(server.settings(security, **more), context=context, seconds=2)
    office = Office(tmp_path, post)
    office.queue()
    office.deliver()
    return office


def test_over_starttls_with_name_and_password_it_arrives(tmp_path, trusted):
    with MailServer(tls_context=trusted[0], auth_required=True) as server:
        delivered_over(tmp_path, server, trusted[1], "starttls", user="grades", password="right")

    assert server.signed_in == [("grades", "right")]
    assert len(server.taken) == 1


def test_over_tls_from_the_first_byte_it_arrives(tmp_path, trusted):
    with MailServer(ssl_context=trusted[0]) as server:
        delivered_over(tmp_path, server, trusted[1], "tls")

    assert len(server.taken) == 1


def test_where_starttls_is_not_offered_neither_letter_nor_password_is_sent(tmp_path, trusted):
    with MailServer(auth_require_tls=False) as server:
        office = delivered_over(tmp_path, server, trusted[1], "starttls", user="grades", password="right")

    assert (server.signed_in, server.asked) == ([], [])
    assert office.letter.sent_at is None


def test_a_server_that_cannot_prove_its_name_gets_nothing(tmp_path, trusted):
    with MailServer(tls_context=trusted[0], auth_required=True) as server:
        strict = ssl.create_default_context()
        office = delivered_over(tmp_path, server, strict, "starttls", user="grades", password="right")

    assert (server.signed_in, server.asked) == ([], [])
    assert office.letter.sent_at is None


def test_unless_told_otherwise_the_systems_certificates_and_the_servers_name_count(server):
    context = SmtpPost(server.settings())._context

    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_certificate_for_another_name_is_not_taken(tmp_path, tmp_path_factory):
    other = certificate(tmp_path_factory.mktemp("other"), x509.DNSName("elsewhere.example"))
    with MailServer(ssl_context=other[0]) as server:
        office = delivered_over(tmp_path, server, other[1], "tls")

    assert server.asked == []
    assert office.letter.sent_at is None


def test_a_password_that_is_refused_costs_no_letter_its_turn(tmp_path, trusted):
    with MailServer(tls_context=trusted[0], auth_required=True) as server:
        office = delivered_over(tmp_path, server, trusted[1], "starttls", user="grades", password="wrong")

    assert server.asked == []
    assert (office.letter.tries, office.letter.gave_up_at) == (0, None)


def test_while_the_server_is_away_it_is_asked_ever_less_often_and_then_everything_arrives(tmp_path):
    server = MailServer()
    asked = []

    class Counting(SmtpPost):
        def _line(self):
            asked.append(office.at)
            return super()._line()

    office = Office(tmp_path, Counting(server.settings(), seconds=IMPATIENT))
    for _ in range(3):
        office.queue()
    for _ in range(600):
        office.deliver(SECOND)
    waits = [int((later - earlier).total_seconds()) for earlier, later in itertools.pairwise(asked)]
    with server:
        office.deliver(timedelta(minutes=5))

    assert waits == [10, 20, 40, 80, 160]
    assert len(server.taken) == 3
    assert office.letter.tries == 1


def test_a_server_that_never_says_a_word_is_given_up_on_in_time(tmp_path):
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings = MailServer().settings()
        from dataclasses import replace

        post = SmtpPost(replace(settings, port=silent.getsockname()[1]), seconds=IMPATIENT)
        office = Office(tmp_path, post)
        office.queue()
        began = time.monotonic()
        office.deliver()

    assert time.monotonic() - began < 5
    assert office.letter.sent_at is None


def test_letters_are_given_up_after_72_hours_though_the_server_never_answered(tmp_path):
    office = Office(tmp_path, SmtpPost(MailServer().settings(), seconds=IMPATIENT))
    office.queue()

    office.deliver(KEPT_TRYING - SECOND)
    still_waits = office.letter.gave_up_at is None
    office.deliver(timedelta(minutes=1))

    assert still_waits
    assert office.letter.gave_up_at is not None


# Killed


def sender_process(path, port, crash):
    """A process that delivers, and dies right after the server has taken the letter, before it is marked."""
    program = f"""
        import os, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from gradepost.doors.mailing import Mailer
        from gradepost.doors.post import SmtpPost
        from gradepost.inbox.sqlite import SqliteInbox
        from gradepost.settings import MailSettings

        class Dying(SqliteInbox):
            def message_sent(self, *_, **__):
                os.kill(os.getpid(), {int(signal.SIGKILL)})

        inbox = ({"Dying" if crash else "SqliteInbox"})(Path({str(path)!r}))
        post = SmtpPost(MailSettings("127.0.0.1", {port}, "none", "grades@awarding.example"))
        Mailer(inbox, lambda: datetime.now(UTC), post=post, folder=None).deliver_due()
    """
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], env={**os.environ, "PYTHONPATH": str(SCRIPTS)}, check=False
    ).returncode


def test_killed_between_sending_and_marking_it_is_sent_again_as_the_same_letter(tmp_path, server):
    path = tmp_path / "inbox.sqlite3"
    SqliteInbox(path).queue_message(HEAD, "s", "text", datetime.now(UTC))

    killed = sender_process(path, server.port, crash=True)
    again = sender_process(path, server.port, crash=False)

    assert (killed, again) == (-signal.SIGKILL, 0)
    assert len(server.taken) == 2
    assert len({letter["Message-ID"] for letter in server.letters}) == 1
    assert SqliteInbox(path).messages()[0].sent_at is not None


def test_killed_while_the_server_takes_its_time_it_is_not_lost(tmp_path, server):
    path = tmp_path / "inbox.sqlite3"
    inbox = SqliteInbox(path)
    inbox.queue_message(HEAD, "s", "text", datetime.now(UTC))
    server.answers["data"] += [3]
    program = f"""
        from datetime import UTC, datetime
        from pathlib import Path
        from gradepost.doors.mailing import Mailer
        from gradepost.doors.post import SmtpPost
        from gradepost.inbox.sqlite import SqliteInbox
        from gradepost.settings import MailSettings
        post = SmtpPost(MailSettings("127.0.0.1", {server.port}, "none", "grades@awarding.example"))
        Mailer(SqliteInbox(Path({str(path)!r})), lambda: datetime.now(UTC), post=post, folder=None).deliver_due()
    """
    sending = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], env={**os.environ, "PYTHONPATH": str(SCRIPTS)}
    )
    end = time.monotonic() + 10
    while not server.asked and time.monotonic() < end:
        time.sleep(0.02)
    sending.kill()
    sending.wait()

    unsent = inbox.messages(unsent=True)
    sender_process(path, server.port, crash=False)

    assert len(unsent) == 1
    assert inbox.messages()[0].sent_at is not None
    assert server.taken


# The folder


def test_a_demo_writes_each_letter_to_its_folder_keeps_its_text_and_sends_it_where_there_is_a_server(tmp_path, server):
    office = Office(tmp_path, SmtpPost(server.settings()))
    folder = tmp_path / "mail"
    office.mailer = Mailer(
        office.inbox, lambda: office.at, post=SmtpPost(server.settings()), folder=folder, keep_text=True
    )
    office.queue()

    office.deliver()

    (file,) = folder.iterdir()
    assert file.name == "000001-head_centre-10234.example.eml"
    assert file.stat().st_mode & 0o077 == 0
    assert b"declare/x" in file.read_bytes()
    assert "declare/x" in office.letter.body
    assert len(server.taken) == 1


# Settings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://user:pass@mail.example", ("mail.example", 465, "tls", "user", "pass")),
        ("smtp://mail.example:2525", ("mail.example", 2525, "starttls", None, None)),
        ("smtp+plain://localhost", ("localhost", 25, "none", None, None)),
        ("smtp+plain://u:p@127.0.0.1:1025/", ("127.0.0.1", 1025, "none", "u", "p")),
        ("smtps://us%40er:p%2Fa%3As@mail.example", ("mail.example", 465, "tls", "us@er", "p/a:s")),
    ],
)
def test_the_mail_server_is_named_by_one_address(url, expected):
    mail = from_environment({"GRADEPOST_SMTP_URL": url, "GRADEPOST_MAIL_FROM": SENDER}).mail

    assert (mail.host, mail.port, mail.security, mail.user, mail.password) == expected


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://user:canary@mail.example", SENDER),
        ("smtps://", SENDER),
        ("smtps://user:canary@mail.example:port", SENDER),
        ("smtps://user:canary@mail.example/?tls=no", SENDER),
        ("smtp+plain://user:canary@mail.example", SENDER),
        ("smtps://user:canary@mail.example", ""),
        ("smtps://user:canary@mail.example", "nobody"),
        ("smtps://user:canary@mail.example", "a@b.example\r\nBcc: c@d.example"),
    ],
)
def test_settings_that_do_not_go_together_are_told_without_the_password(url, sender):
    with pytest.raises(ConfigurationError) as told:
        from_environment({"GRADEPOST_SMTP_URL": url, "GRADEPOST_MAIL_FROM": sender})

    assert "canary" not in str(told.value)


def test_no_print_of_the_settings_shows_the_password():
    settings = from_environment({"GRADEPOST_SMTP_URL": "smtps://u:canary@mail.example", "GRADEPOST_MAIL_FROM": SENDER})

    assert "canary" not in repr(settings)


def test_a_letter_of_our_own_html_is_sent_as_it_is():
    letter = Message(1, HEAD, "s", "text", AT, None, html="<p>ours</p>")

    made = composed(letter, SENDER)

    assert made.get_body(("html",)).get_content().strip() == "<p>ours</p>"
