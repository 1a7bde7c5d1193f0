"""The Merkle tree of RFC 6962 (section 2.1): roots, inclusion proofs and consistency proofs.

    leaf hash = SHA-256(0x00 || data)           node hash = SHA-256(0x01 || left || right)

A hash is 32 bytes. A subtree is a range of leaves that begins at a multiple of the largest power of
two in its size. Where hashes are stored is the caller's business: see ``Hashes``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

EMPTY: Final = hashlib.sha256().digest()
"""The root of the tree without any leaf."""
BITS: Final = 8
"""Hashes are stored for the leaves (level 0) and for complete subtrees of 2**8, 2**16 … leaves
(levels 1, 2 …): so few that they cost nothing, so many that any other hash is calculated from at
most 256 of them for each level."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Hashes(Protocol):
    """Where the hashes of a tree are stored."""

    def read(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """The hashes ``first`` to ``first + count - 1`` of a level; raises LookupError when one is
        missing."""
        ...


@dataclass(slots=True)
class RightEdge:
    """The right edge of a tree: the sizes and hashes of its largest complete subtrees, from the
    left. It is all that adding leaves needs."""

    subtrees: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return sum(size for size, _ in self.subtrees)

    def add(self, leaf: bytes, completed: Callable[[int, int, bytes], None] | None = None) -> None:
        """Add the hash of a leaf.

        :param completed: is called with level, number and hash of each subtree that is complete
            now and is stored (see ``BITS``)
        """
        size, digest, end = 1, leaf, self.size + 1
        while self.subtrees and self.subtrees[-1][0] == size:
            digest = node_hash(self.subtrees.pop()[1], digest)
            size *= 2
            bits = size.bit_length() - 1
            if completed is not None and bits % BITS == 0:
                completed(bits // BITS, end // size - 1, digest)
        self.subtrees.append((size, digest))

    def root(self) -> bytes:
        """The tree's root."""
        if not self.subtrees:
            return EMPTY
        digest = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            digest = node_hash(left, digest)
        return digest


def edge(hashes: Hashes, size: int) -> RightEdge:
    """The right edge of the tree of the first ``size`` leaves."""
    return RightEdge(list(_complete(hashes, 0, size)))


def inclusion(hashes: Hashes, leaf: int, size: int) -> list[bytes]:
    """The inclusion proof of a leaf in the tree of ``size`` leaves: the hashes beside its way to
    the root, from below."""
    if not 0 <= leaf < size:
        raise ValueError("the leaf is not in the tree")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if leaf < middle:
            path.append(_root(hashes, middle, end))
            end = middle
        else:
            path.append(_root(hashes, start, middle))
            start = middle
    return path[::-1]


def consistency(hashes: Hashes, old: int, size: int) -> list[bytes]:
    """The proof that the tree of ``old`` leaves is the beginning of the one of ``size``; empty when
    there is nothing to prove."""
    if not 0 <= old <= size:
        raise ValueError("the old tree is larger")
    if old in (0, size):
        return []
    proof: list[bytes] = []
    start, end, whole = 0, size, True
    while end != old:
        middle = start + _half(end - start)
        if old <= middle:
            proof.append(_root(hashes, middle, end))
            end = middle
        else:
            proof.append(_root(hashes, start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(_root(hashes, start, end))
    return proof[::-1]


def root_of_inclusion(leaf: bytes, number: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to; None for a path of the wrong length."""
    digest, rest, last = leaf, number, size - 1
    if not 0 <= number < size:
        return None
    for sibling in path:
        if last == 0:
            return None
        if rest & 1 or rest == last:
            digest = node_hash(sibling, digest)
            while not rest & 1 and rest:
                rest, last = rest >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        rest, last = rest >> 1, last >> 1
    return digest if last == 0 else None


def is_consistent(
    old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a consistency proof holds (RFC 9162, section 2.1.4.2)."""
    if old in (0, size):
        return not proof and old <= size and (old == 0 or old_root == root)
    if not 0 < old < size or not proof:
        return False
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == root


def _half(size: int) -> int:
    """The largest power of two below ``size``, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _complete(hashes: Hashes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The complete subtrees of a range of leaves, from the left, each as large as it can be."""
    while start < end:
        size = 1 << ((end - start).bit_length() - 1)
        yield size, _stored(hashes, start, size)
        start += size


def _root(hashes: Hashes, start: int, end: int) -> bytes:
    return RightEdge(list(_complete(hashes, start, end))).root()


def _stored(hashes: Hashes, start: int, size: int) -> bytes:
    """The root of a complete subtree, from the stored hashes of the highest level in it."""
    level, each = 0, 1
    while each << BITS <= size:
        level, each = level + 1, each << BITS
    row = list(hashes.read(level, start // each, size // each))
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]
