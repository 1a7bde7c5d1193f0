"""Time stamps of checkpoints (RFC 3161): an authority outside says that a checkpoint was there.

What is stamped is the SHA-256 of the note, as it was published.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from engine.config.settings import CheckpointSettings
from engine.jobs.posting import post


class StampRefused(Exception):
    """The authority did not stamp, or what it answered does not hold."""


def ask(settings: CheckpointSettings, note: str) -> bytes:
    """Ask for a time stamp of a checkpoint's note, and verify it up to the configured roots;
    returns the response (DER).

    :raises StampRefused: when there is none that holds
    :raises OSError, http.client.HTTPException: when there is no answer
    """
    roots = _roots(settings)
    request = (
        TimestampRequestBuilder()
        .data(note.encode())
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    headers = {"Content-Type": "application/timestamp-query"}
    answer = post(settings.stamp_url, request.as_bytes(), headers)
    if answer.status != 200:
        raise StampRefused(f"HTTP {answer.status} {answer.reason}")
    builder = VerifierBuilder.from_request(request)
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        response = decode_timestamp_response(answer.body)
        builder.build().verify_message(response, note.encode())
    except (ValueError, VerificationError) as error:
        raise StampRefused(f"the time stamp does not hold: {error}") from error
    return answer.body


def _roots(settings: CheckpointSettings) -> list[Certificate]:
    if not settings.stamp_roots:
        raise StampRefused("no root certificates are configured: set checkpoints.stamp_roots")
    try:
        return load_pem_x509_certificates(Path(settings.stamp_roots).read_bytes())
    except (OSError, ValueError) as error:
        raise StampRefused(f"{settings.stamp_roots} cannot be read: {error}") from error
