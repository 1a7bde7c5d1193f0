"""Witnesses (docs/witness.py, run as a program) and a time stamp authority (openssl's): they vouch
for checkpoints over HTTP, and one that is down holds nothing up."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import decode_timestamp_response
from sqlalchemy import select

from engine import SYSTEM, Engine, FakeClock
from engine.jobs import posting
from engine.records.checkpoints import evidence, notes
from engine.records.checkpoints.keys import SigningKey
from engine.store.tables import CheckpointEvidenceTable, OutboxTable
from tests.support.databases import database_of
from tests.support.files import PROJECT
from tests.support.verifier import run
from tests.support.workers import work_off

Happen = Callable[..., None]
Opened = Callable[..., Engine]


@pytest.fixture
def database_kind() -> str:
    """What is asked of others is the same on both databases."""
    return "sqlite"


def look(engine: Engine) -> None:
    """What a worker does every second, and then its jobs."""
    engine.jobs.worker().handlers.checkpoint()
    work_off(engine)


def said(engine: Engine) -> list[Any]:
    with database_of(engine).reading() as connection:
        table = CheckpointEvidenceTable
        return list(connection.execute(select(table).order_by(table.id)))


def unsent(engine: Engine) -> list[Any]:
    with database_of(engine).reading() as connection:
        return list(connection.execute(select(OutboxTable).where(OutboxTable.sent_at.is_(None))))


# ---------------------------------------------------------------- witnesses


@contextmanager
def witness(state: Path, *logs: str) -> Iterator[tuple[str, str]]:
    """A running witness: its verifier key and its address."""
    command = [sys.executable, "-I", "-c",
               f"import sys; sys.path.insert(0, {str(PROJECT / 'docs')!r}); import witness; "
               "witness.main(sys.argv[1:])",
               "--name", "witness.example", "--state", str(state), "--port", "0"]  # fmt: skip
    for each in logs:
        command += ["--log", each]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        key = process.stdout.readline().partition(": ")[2].strip()
        address = process.stdout.readline().partition("on ")[2].strip()
        yield key, address
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@pytest.fixture
def signing(tmp_path: Path) -> SigningKey:
    """The log's key, which the witness knows before the log's first checkpoint."""
    key = SigningKey.new("example.com/history")
    (tmp_path / "key").write_text(key.text())
    return key


def asked(address: str, old: int, proof: list[bytes], note: str) -> posting.HttpAnswer:
    lines = "".join(f"{notes.encoded(each)}\n" for each in proof)
    return posting.post(f"{address}/add-checkpoint", f"old {old}\n{lines}\n{note}".encode(), {})


def test_a_witness_cosigns_what_contains_all_that_it_has_seen(
    opened: Opened, happen: Happen, clock: FakeClock, signing: SigningKey, tmp_path: Path
) -> None:
    with witness(tmp_path / "witness", str(signing.public)) as (key, address):
        engine = opened(witnesses=((key, address),))
        sizes = []
        for _ in range(3):
            happen(engine, 5)
            look(engine)
            clock.advance(timedelta(minutes=11))
            made = engine.checkpoints.newest()
            assert made is not None
            sizes.append(made.size)
        lines = said(engine)
        assert [row.kind for row in lines] == [evidence.COSIGNATURE] * 3
        published = (tmp_path / "published/checkpoint.witnessed").read_text()
        note = notes.SignedNote.read(published)
        assert note.by(notes.PublicKey.read(key)) is not None
        assert notes.TreeHead.read(note.text).size == sizes[-1]
        status = engine.checkpoints.status(SYSTEM)
        assert [(each.source, each.size) for each in status.evidence] == [
            ("witness.example", sizes[-1])
        ]
        file = tmp_path / "export"
        file.write_bytes(b"".join(engine.checkpoints.export(SYSTEM)))
        verdict = run(file)
        assert verdict.status == 0, verdict.text
        file.write_bytes(file.read_bytes().replace(b"witness.example ", b"witness.examplf "))
        assert run(file).status == 1


def test_it_is_asked_no_more_often_than_configured_and_of_nothing_new_not_at_all(
    opened: Opened, happen: Happen, clock: FakeClock, signing: SigningKey, tmp_path: Path
) -> None:
    with witness(tmp_path / "witness", str(signing.public)) as (key, address):
        engine = opened(witnesses=((key, address),))
        for _ in range(4):
            happen(engine)
            look(engine)
            clock.advance(timedelta(minutes=1))
        assert len(said(engine)) == 1
        clock.advance(timedelta(minutes=10))
        look(engine)
        clock.advance(timedelta(minutes=60))
        look(engine)
        assert len(said(engine)) == 2


def test_one_that_has_forgotten_or_knows_more_is_asked_from_where_it_is(
    opened: Opened, happen: Happen, clock: FakeClock, signing: SigningKey, tmp_path: Path
) -> None:
    with witness(tmp_path / "witness", str(signing.public)) as (key, address):
        engine = opened(witnesses=((key, address),))
        happen(engine, 4)
        made = engine.checkpoints.make()
        assert made is not None
        # It has cosigned a checkpoint of which the database knows nothing.
        assert asked(address, 0, [], made.note).status == 200
        happen(engine, 4)
        look(engine)
        assert len(said(engine)) == 1


def test_a_fork_is_refused_and_kept_as_proof(
    opened: Opened, happen: Happen, clock: FakeClock, signing: SigningKey, tmp_path: Path
) -> None:
    state = tmp_path / "witness"
    with witness(state, str(signing.public)) as (key, address):
        engine = opened(witnesses=((key, address),))
        happen(engine, 4)
        other = notes.TreeHead(signing.name, 3, bytes(32))
        assert asked(address, 0, [], signing.note(other.text())).status == 200
        look(engine)
        [message] = unsent(engine)
        assert "WitnessRefused" in message.error
        assert "422" in message.error
        assert said(engine) == []
        assert list(state.glob("fork-*"))


def test_what_the_protocol_refuses(signing: SigningKey, tmp_path: Path) -> None:
    def note(size: int, root: int = 1, key: SigningKey = signing) -> str:
        return key.note(notes.TreeHead(key.name, size, bytes([root] * 32)).text())

    stranger = SigningKey(signing.name, SigningKey.new().private)
    with witness(tmp_path / "witness", str(signing.public)) as (_, address):
        assert asked(address, 0, [], note(5)).status == 200
        assert asked(address, 5, [], note(5)).status == 200
        conflict = asked(address, 0, [], note(6))
        assert (conflict.status, conflict.body) == (409, b"5\n")
        assert asked(address, 5, [], note(5, root=2)).status == 409
        assert asked(address, 6, [], note(5)).status == 400
        assert asked(address, 5, [bytes(32)], note(6)).status == 422
        assert asked(address, 5, [], note(6)).status == 422
        assert asked(address, 5, [bytes(32)] * 64, note(6)).status == 400
        assert asked(address, 5, [], note(6, key=stranger)).status == 403
        assert asked(address, 5, [], note(6, key=SigningKey.new("x"))).status == 404
        assert posting.post(f"{address}/add-checkpoint", b"old x\n\n", {}).status == 400
        assert posting.post(f"{address}/other", b"x", {}).status == 404


def test_a_witness_remembers_when_it_is_started_again(signing: SigningKey, tmp_path: Path) -> None:
    first = signing.note(notes.TreeHead(signing.name, 5, bytes(32)).text())
    other = signing.note(notes.TreeHead(signing.name, 5, bytes([1] * 32)).text())
    keys = []
    for note, status in ((first, 200), (other, 409)):
        with witness(tmp_path / "witness", str(signing.public)) as (key, address):
            keys.append(key)
            assert asked(address, 0 if status == 200 else 5, [], note).status == status
    assert keys[0] == keys[1]
    assert (tmp_path / "witness/key").stat().st_mode & 0o777 == 0o600


def test_a_witness_that_is_down_holds_nothing_up(
    opened: Opened, happen: Happen, clock: FakeClock, signing: SigningKey, tmp_path: Path
) -> None:
    with witness(tmp_path / "witness", str(signing.public)) as (key, address):
        pass
    engine = opened(witnesses=((key, address),))
    for _ in range(3):
        happen(engine)
        look(engine)
        clock.advance(timedelta(hours=1))
    assert len(unsent(engine)) == 1
    assert engine.checkpoints.status(SYSTEM).problem == ""
    port = re.sub(r"\D", "", address.rpartition(":")[2])
    assert port


# ---------------------------------------------------------------- time stamps


class Authority:
    """openssl as a time stamp authority, with a root and a certificate of its own."""

    def __init__(self, folder: Path):
        assert shutil.which("openssl"), "install openssl: it is the tests' time stamp authority"
        self.folder = folder
        self.status = 200
        folder.mkdir()
        root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = self.certificate("Root", root_key, "Root", root_key, authority=True)
        own = self.certificate("TSA", key, "Root", root_key, authority=False)
        pem = serialization.Encoding.PEM
        (folder / "root.pem").write_bytes(root.public_bytes(pem))
        (folder / "tsa.pem").write_bytes(own.public_bytes(pem))
        (folder / "tsa.key").write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        (folder / "conf").write_text(
            "[tsa]\ndefault_tsa = own\n[own]\ndir = .\nserial = serial\ncrypto_device = builtin\n"
            "signer_cert = tsa.pem\nsigner_key = tsa.key\n"
            "signer_digest = sha256\n"
            "default_policy = 1.2.3.4\ndigests = sha256\naccuracy = secs:1\nordering = no\n"
            "tsa_name = yes\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n"
        )
        (folder / "serial").write_text("01\n")

    @staticmethod
    def certificate(
        name: str, key: Any, issuer: str, issuer_key: Any, *, authority: bool
    ) -> x509.Certificate:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        now = datetime.now(UTC)
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "encipher_only", "decipher_only"), False)  # fmt: skip
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not authority,
                    key_cert_sign=authority,
                    crl_sign=authority,
                    **usage,
                ),
                critical=True,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
                critical=False,
            )
        )
        if not authority:
            stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(stamping, critical=True)
        return builder.sign(issuer_key, hashes.SHA256())

    def reply(self, request: bytes) -> bytes:
        (self.folder / "request").write_bytes(request)
        subprocess.run(
            [
                "openssl",
                "ts",
                "-reply",
                "-config",
                "conf",
                "-queryfile",
                "request",
                "-out",
                "reply",
            ],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )
        return (self.folder / "reply").read_bytes()


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tuple[Authority, str]]:
    found = Authority(tmp_path / "tsa")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = found.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Requests of a test are not worth a line."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found, f"http://127.0.0.1:{server.server_port}/tsa"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_checkpoint_is_stamped_verified_and_kept_beside_it(
    opened: Opened, happen: Happen, authority: tuple[Authority, str], tmp_path: Path
) -> None:
    found, address = authority
    engine = opened(stamp_url=address, stamp_roots=str(found.folder / "root.pem"))
    happen(engine)
    look(engine)
    [row] = said(engine)
    made = engine.checkpoints.newest()
    assert made is not None
    assert (row.kind, row.source, row.checkpoint_id) == ("stamp", address, made.id)
    imprint = decode_timestamp_response(row.data).tst_info.message_imprint.message
    digest = hashes.Hash(hashes.SHA256())
    digest.update(made.note.encode())
    assert imprint == digest.finalize()
    stamps = tmp_path / "published/stamps"
    assert (stamps / f"{made.size}.tsr").read_bytes() == row.data
    # As docs/evidence.md says, with openssl alone.
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-data", str(made.size), "-in", f"{made.size}.tsr",
         "-CAfile", str(found.folder / "root.pem"), "-untrusted", str(found.folder / "tsa.pem")],
        cwd=stamps, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    file = tmp_path / "export"
    file.write_bytes(b"".join(engine.checkpoints.export(SYSTEM)))
    assert run(file).status == 0


def test_a_stamp_by_somebody_else_and_an_authority_that_is_down_are_tried_again(
    opened: Opened,
    happen: Happen,
    authority: tuple[Authority, str],
    clock: FakeClock,
    tmp_path: Path,
) -> None:
    found, address = authority
    stranger = Authority(tmp_path / "stranger")
    engine = opened(stamp_url=address, stamp_roots=str(stranger.folder / "root.pem"))
    happen(engine)
    look(engine)
    [message] = unsent(engine)
    assert "does not hold" in message.error
    assert said(engine) == []
    (stranger.folder / "root.pem").write_bytes((found.folder / "root.pem").read_bytes())
    found.status = 503
    clock.advance(timedelta(minutes=5))
    look(engine)
    [message] = unsent(engine)
    assert "503" in message.error
    found.status = 200
    clock.advance(timedelta(hours=1))
    look(engine)
    assert len(said(engine)) == 1
    assert unsent(engine) == []


def test_without_roots_no_stamp_is_believed(
    opened: Opened, happen: Happen, authority: tuple[Authority, str]
) -> None:
    engine = opened(stamp_url=authority[1])
    happen(engine)
    look(engine)
    [message] = unsent(engine)
    assert "stamp_roots" in message.error
