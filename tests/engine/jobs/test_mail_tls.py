"""Mail by TLS goes to nobody who cannot show a valid certificate of the very host."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.config.settings import MailSettings
from engine.jobs import mail
from engine.jobs.outbox import ClaimedMessage

NOW = datetime.now(UTC)


def certificate(folder: Path, name: str, *, until: timedelta = timedelta(days=1)) -> Path:
    """A self-signed certificate of a host, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=10))
        .not_valid_after(NOW + until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=False, key_encipherment=False,
                data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
                encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / f"{name}.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


ANSWERS = {b"QUIT": "221 bye", b"AUTH": "235 welcome", b"DATA": "354 go on"}


@dataclass
class Server:
    """A mail server for one session; ``heard`` is what it was told, but for STARTTLS."""

    context: ssl.SSLContext
    security: str
    port: int = 0
    heard: list[bytes] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        try:
            plain, _ = listener.accept()
            plain.settimeout(10)
            with plain, ExitStack() as stack:
                connection = plain
                if self.security == "tls":
                    connection = stack.enter_context(self._wrap(plain))
                connection.sendall(b"220 test\r\n")
                self._talk(connection)
        except OSError:
            return

    def _wrap(self, connection: socket.socket) -> ssl.SSLSocket:
        return self.context.wrap_socket(connection, server_side=True)

    def _talk(self, connection: socket.socket, *, offers: bool = True) -> None:
        lines, data = connection.makefile("rb"), False
        while line := lines.readline():
            word = line[:4].upper()
            if word == b"STAR":
                connection.sendall(b"220 go on\r\n")
                with self._wrap(connection) as inside:
                    self._talk(inside, offers=False)
                return
            self.heard.append(line.strip())
            if data and line != b".\r\n":
                continue
            data = word == b"DATA"
            if word == b"EHLO":
                starttls = "250-STARTTLS\r\n" if offers and self.security == "starttls" else ""
                answer = f"250-test\r\n{starttls}250 AUTH PLAIN"
            else:
                answer = ANSWERS.get(word, "250 ok")
            connection.sendall(answer.encode() + b"\r\n")
            if word == b"QUIT":
                return


@contextmanager
def serving(pem: Path, security: str) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(context, security, listener.getsockname()[1])
        thread = threading.Thread(target=server.serve, args=(listener,))
        thread.start()
        yield server
        thread.join(15)


def settings(server: Server, security: str, ca_file: str) -> MailSettings:
    return MailSettings(
        enabled=True, host="localhost", port=server.port, security=security,
        username="plan", password="hemligt", ca_file=ca_file,
    )  # fmt: skip


MESSAGE = ClaimedMessage(
    id="m",
    kind="mail",
    key="k",
    target="anna@example.com",
    payload={"subject": "Hej", "text": "Hej"},
    created_at=NOW,
    attempts=1,
)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mail_goes_to_a_server_that_a_known_authority_vouches_for(
    tmp_path: Path, security: str
) -> None:
    pem = certificate(tmp_path, "localhost")
    with serving(pem, security) as server:
        mail.send(settings(server, security, str(pem)), MESSAGE)
    assert any(line.startswith(b"AUTH") for line in server.heard)


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("wrong", ["nobody vouches", "another host", "over"])
def test_no_account_and_no_mail_goes_to_a_server_that_is_not_the_one(
    tmp_path: Path, security: str, wrong: str
) -> None:
    name = "elsewhere.example" if wrong == "another host" else "localhost"
    over = timedelta(days=-1) if wrong == "over" else timedelta(days=1)
    pem = certificate(tmp_path, name, until=over)
    trusted = "" if wrong == "nobody vouches" else str(pem)
    with serving(pem, security) as server, pytest.raises(ssl.SSLCertVerificationError):
        mail.send(settings(server, security, trusted), MESSAGE)
    assert not any(line.startswith((b"AUTH", b"MAIL", b"DATA")) for line in server.heard)


def test_a_server_without_starttls_gets_nothing(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "localhost")
    with serving(pem, "none") as server, pytest.raises(smtplib.SMTPNotSupportedError):
        mail.send(settings(server, "starttls", str(pem)), MESSAGE)
    assert not any(line.startswith((b"AUTH", b"MAIL")) for line in server.heard)
