"""A real mail server on this machine: what it answers at each stage, and the letters that it took."""

import asyncio
import email
import email.policy
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gradepost.settings import MailSettings

HOST = "127.0.0.1"
SENDER = "Grades <grades@awarding.example>"
TAKEN = "250 OK"
SECONDS_TO_ARRIVE = 20


class MailServer:
    """Takes every letter, unless `answers` says otherwise: a stage (`mail`, `rcpt`, `data`) and its next answers. An
    answer that is a number of seconds is how long it keeps silent; `cut` hangs up."""

    def __init__(self, **options):
        self.port = free_port()
        self.answers = {"mail": [], "rcpt": [], "data": []}
        self.taken, self.asked, self.signed_in = [], [], []
        self._controller = Controller(self, hostname=HOST, port=self.port, authenticator=self._authenticate, **options)

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop(no_assert=True)

    @property
    def letters(self):
        """What it took, parsed."""
        return [email.message_from_bytes(raw, policy=email.policy.default) for _, _, raw in self.taken]

    def settings(self, security="none", **more):
        return MailSettings(HOST, self.port, security, SENDER, **more)

    def newest(self, to, after=0):
        """The newest letter to an address, once there are more of them than `after`."""
        end = time.monotonic() + SECONDS_TO_ARRIVE
        while time.monotonic() < end:
            found = [letter for letter in self.letters if letter["To"] == to]
            if len(found) > after:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(
            f"No letter came to {to}; there are letters to {[letter['To'] for letter in self.letters]}"
        )

    async def handle_MAIL(self, server, session, envelope, address, _options):
        envelope.mail_from = address
        return await self._answer("mail", server)

    async def handle_RCPT(self, server, session, envelope, address, _options):
        self.asked.append(address)
        answer = await self._answer("rcpt", server)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = await self._answer("data", server)
        if answer == TAKEN:
            self.taken.append((envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        return answer

    async def _answer(self, stage, server):
        answer = self.answers[stage].pop(0) if self.answers[stage] else TAKEN
        if isinstance(answer, int | float):
            await asyncio.sleep(answer)
            return TAKEN
        if answer == "cut":
            server.transport.abort()
            return "421 closing"
        return answer

    def _authenticate(self, _server, _session, _envelope, _mechanism, data):
        self.signed_in.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"right", handled=False)


def free_port():
    with socket.socket() as found:
        found.bind((HOST, 0))
        return found.getsockname()[1]


def certificate(folder, *names):
    """A certificate of its own making for some names: the server's context, and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "server.pem", folder / "server.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*files)
    return server, ssl.create_default_context(cafile=files[0])
