"""docs/verify.py on a PDF: it reads what is embedded, and the seal over the whole file."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from engine import SYSTEM, Engine
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.people import People
from tests.support.verifier import loaded, run, run_loaded


@pytest.fixture
def database_kind() -> str:
    """A PDF has no database."""
    return "sqlite"


@pytest.fixture
def paper(log_engine: Engine, people: People, key: Callable[[], str], tmp_path: Path) -> bytes:
    """A PDF/A-3 of a signed task that carries its proof, as the sheet does."""
    desk = Desk(log_engine, people, key)
    parts = (start(), task("act", form=field("x"), sign=True), end(), chain("start", "act", "end"))
    desk.deploy(diagram("small", *parts, lanes={"ekonomi": ["act"]}))
    case_id = desk.case("small")
    desk.complete(people["ekonomi"], desk.task(case_id), {"x": "Ja, åtta"})
    lines = ['#set document(title: "Blad")', "= Blad"]
    for name, data in log_engine.checkpoints.proof(SYSTEM, case_id).files.items():
        (tmp_path / name).write_bytes(data)
        lines.append(
            f'#pdf.attach("{name}", read("{name}", encoding: none), relationship: "data", '
            'mime-type: "application/json", description: "Bevis")'
        )
    (tmp_path / "sheet.typ").write_text("\n".join(lines), encoding="utf-8")
    made = typst.compile(tmp_path / "sheet.typ", format="pdf", pdf_standards=["a-3a", "ua-1"])
    assert isinstance(made, bytes)
    return made


def sealed(paper: bytes, folder: Path) -> bytes:
    """The PDF with a seal by a certificate of its own (P-256)."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sigill")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(private, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "seal.key").write_bytes(private.private_bytes(pem, form, bare))
    (folder / "seal.pem").write_bytes(certificate.public_bytes(pem))
    signer = signers.SimpleSigner.load(str(folder / "seal.key"), str(folder / "seal.pem"))
    assert signer is not None
    about = signers.PdfSignatureMetadata(
        field_name="Seal", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    out: Any = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(paper)), about, signer=signer)
    return bytes(out.getvalue())


def test_a_pdf_carries_its_own_proof(paper: bytes, tmp_path: Path) -> None:
    file = tmp_path / "sheet.pdf"
    file.write_bytes(paper)
    verdict = run(file)
    assert verdict.status == 0, verdict.text
    assert "contained in checkpoint" in verdict.text
    assert "without a seal" in verdict.text


def test_a_sealed_pdf_holds_and_one_with_a_byte_changed_does_not(
    paper: bytes, tmp_path: Path
) -> None:
    data, file, script = sealed(paper, tmp_path), tmp_path / "sealed.pdf", loaded()
    file.write_bytes(data)
    verdict = run(file)
    assert verdict.status == 0, verdict.text
    assert "without a seal" not in verdict.text
    chance = random.Random(1)  # noqa: S311 - bytes for a test
    # All of the file but the seal's own structure, in which labels stand that nothing depends on.
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", data)
    assert found is not None
    own = range(int(found[2]), int(found[3]))
    for at in chance.sample([at for at in range(len(data)) if at not in own], 300):
        file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        verdict = run_loaded(script, file)
        assert verdict.status in (1, 2), (at, data[max(0, at - 30) : at + 30], verdict.text)
    file.write_bytes(data + b"\n% more\n")
    assert "added after it" in run(file).text


def test_a_pdf_without_a_proof_and_a_cut_one_are_named(paper: bytes, tmp_path: Path) -> None:
    file = tmp_path / "cut.pdf"
    for size in (len(paper) // 4, 10):
        file.write_bytes(paper[:size])
        assert run(file).status == 2
