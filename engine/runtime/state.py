"""What is stored of a running process: its active tokens, and nothing of its diagram or past.

Format, version 3: one byte ``0x03``, four bytes CRC-32 (ISO-HDLC, big-endian) of all that follows,
then msgpack of ``[marks: map, tokens: list]``; each token is
``[id: 16 bytes, spec: str, state: int, marks: map, data: map]`` where ``marks`` are the token's
internal data (the process's own stand first) and ``data`` its local variables as
``feel.to_json`` writes them. Version 2 has no checksum; version 1 is the list of tokens alone.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID
from zlib import crc32

import msgpack
import msgspec
from SpiffWorkflow.task import Task

from engine import feel
from engine.errors import ServiceplanError
from engine.runtime.spiff.workflow import TokenTree

VERSION = 3
"""The version of the format that is written; older ones are read."""
CHECKSUM_BYTES = 4
"""The length of a CRC-32."""
_encode: Final = msgspec.msgpack.Encoder().encode


DAMAGED: Final = "damaged_state"
"""The kind of an incident whose instance cannot be read, and the error's code."""


class DamagedState(ServiceplanError):
    """The stored state of an instance cannot be read; it is left as it is."""

    code = DAMAGED


def dump(process: TokenTree) -> bytes:
    """The bytes that ``load`` restores the process from. Call it on a pruned process."""
    tokens = [
        [
            task.id.bytes,
            task.task_spec.name,
            task.state,
            task.internal_data,
            {name: feel.to_json(value) for name, value in task.data.items()},
        ]
        for task in process.tokens(everywhere=True)
    ]
    packed = _encode([process.marks, tokens])
    return bytes([VERSION]) + crc32(packed).to_bytes(CHECKSUM_BYTES) + packed


def load(process: TokenTree, state: bytes) -> None:
    """Put the stored tokens into a new process of the same definition. After an error the process
    holds whatever could be read before it: drop it.

    :raises DamagedState: when the version is unknown, the bytes are damaged, or a token stands
        on an element that the definition does not have
    """
    version = state[0] if state else None
    packed = state[1:]
    if version == VERSION:
        checksum, packed = packed[:CHECKSUM_BYTES], packed[CHECKSUM_BYTES:]
        if crc32(packed).to_bytes(CHECKSUM_BYTES) != checksum:
            raise DamagedState("the stored state is damaged: its checksum does not fit")
    elif version not in (1, 2):
        raise DamagedState(f"state version {state[:1].hex() or 'none'} is not known")
    try:
        stored = msgpack.unpackb(packed)
        process.marks, tokens = ({}, stored) if version == 1 else stored
        for token in tokens:
            _restore(process, *token)
    except (ValueError, TypeError, AttributeError, feel.FeelError) as error:
        raise DamagedState(f"the stored state cannot be decoded: {error}") from error


def _restore(
    process: TokenTree, token_id: bytes, name: str, state: int, marks: dict[str, Any], data: Any
) -> None:
    spec = process.spec.task_specs.get(name)
    if spec is None:
        raise DamagedState(f"a token stands on {name}, which the definition does not have")
    task = Task(process, spec, process.task_tree, state=state, id=UUID(bytes=token_id))
    task.internal_data = marks
    task.data = {key: feel.from_json(value) for key, value in data.items()}
