"""The company's seal on a PDF: one, put there when everything else stands (PAdES, ETSI EN 319 142).

It says that the file comes from whoever holds the key and has not been changed since. It is the
organisation's, never a person's: what people have signed is attached to the file. The only importer
of pyHanko.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps

from engine.clock import SystemClock
from engine.config.settings import SealSettings
from engine.errors import Unavailable

logger = logging.getLogger(__name__)
FIELD: Final = "Seal"
"""The name of the signature's field in the file."""
STAMP_SECONDS: Final = 10
"""How long a time stamp authority has to answer."""
YEARS: Final = 10
"""How long a certificate is good that ``new_seal_key`` makes."""


class Seal:
    """The key and the certificate of the settings."""

    def __init__(self, settings: SealSettings) -> None:
        """Read them.

        :raises Unavailable: ``seal_unusable`` when they cannot be read or do not belong together
        """
        self._stamp_url = settings.stamp_url
        files = (settings.key_file, settings.certificate_file)
        missing = [name for name in files if not Path(name).is_file()]
        if missing:
            raise _unusable(f"the seal has no file {missing[0]}")
        load: Callable[..., signers.SimpleSigner | None] = signers.SimpleSigner.load
        try:
            signer = load(*files, key_passphrase=settings.password.encode() or None)
        except Exception as error:
            raise _unusable(f"the key of the seal cannot be read: {error}") from error
        if signer is None:
            raise _unusable(f"the key of the seal cannot be read: {files[0]}")
        self._signer = signer

    def put(self, pdf: bytes) -> bytes:
        """The file with the seal added behind it: PAdES B-T with a time stamp where the settings
        name an authority and it answers, else B-B.

        :raises Unavailable: ``seal_unusable`` when the key cannot sign
        """
        if self._stamp_url:
            stamper = timestamps.HTTPTimeStamper(self._stamp_url, timeout=STAMP_SECONDS)
            try:
                return self._sealed(pdf, stamper)
            except Exception as error:
                logger.warning("a seal without time stamp: %s", error)
        try:
            return self._sealed(pdf, None)
        except Exception as error:
            raise _unusable(f"the seal cannot be put: {error}") from error

    def _sealed(self, pdf: bytes, stamper: timestamps.TimeStamper | None) -> bytes:
        writer = _Writer(io.BytesIO(pdf))
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        )
        # PDF/A wants every field printed, PDF/UA wants those on a page read aloud: it stands beside
        # the page.
        beside = fields.InvisSigSettings(
            set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True
        )
        field = fields.SigFieldSpec(FIELD, readable_field_name=FIELD, invis_sig_settings=beside)
        sealer = signers.PdfSigner(meta, self._signer, timestamper=stamper, new_field_spec=field)
        out = sealer.sign_pdf(writer, output=io.BytesIO())
        done: bytes = out.getvalue()
        return done


class _Writer(IncrementalPdfFileWriter):
    """Adds to a file and leaves its metadata alone: pyHanko would write them anew, with the schemas
    that PDF/A demands in a form that it does not take."""

    def _update_meta(self) -> None:
        """pyHanko's hook for what it writes of the file as a whole."""


def new_seal_key(folder: Path, name: str, now: datetime | None = None) -> tuple[Path, Path]:
    """Make a key (P-256) and a certificate that it signs itself, for trying; their files.

    :param name: whose seal it is
    :param now: from when on it is good; the machine's time when None
    :raises FileExistsError: when the folder has them already
    """
    now = now or SystemClock().now()
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files = folder / "seal.key", folder / "seal.pem"
    folder.mkdir(parents=True, exist_ok=True)
    files[0].touch(mode=0o600, exist_ok=False)
    files[0].write_bytes(secret)
    with files[1].open("xb") as file:
        file.write(certificate.public_bytes(Encoding.PEM))
    return files


def _unusable(text: str) -> Unavailable:
    return Unavailable(text, code="seal_unusable")
