"""The Merkle tree: as RFC 6962 defines it, read literally, and as its examples say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

import pytest

from engine.records.checkpoints import tree

EXAMPLES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""The roots of the first examples, as Certificate Transparency's reference implementation and
Go's golang.org/x/mod/sumdb/tlog have them in their tests."""


@cache
def literal(leaves: tuple[bytes, ...]) -> bytes:
    """MTH of RFC 6962, section 2.1, over data."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + literal(leaves[:k]) + literal(leaves[k:])).digest()


class Stored:
    """A tree that is kept in memory, as the database keeps it."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.levels: dict[tuple[int, int], bytes] = {}
        self.edge = tree.RightEdge()
        for number, data in enumerate(leaves):
            self.levels[0, number] = tree.leaf_hash(data)
            self.edge.add(tree.leaf_hash(data), self.keep)

    def keep(self, level: int, number: int, digest: bytes) -> None:
        assert (level, number) not in self.levels
        self.levels[level, number] = digest

    def read(self, level: int, first: int, count: int) -> list[bytes]:
        return [self.levels[level, number] for number in range(first, first + count)]


LEAVES = tuple(f"entry {number}".encode() for number in range(700))
SIZES = [*range(1, 20), 31, 32, 33, 255, 256, 257, 511, 512, 513, 699, 700]


@pytest.mark.parametrize("size", ROOTS)
def test_the_roots_of_the_known_examples(size: int) -> None:
    assert Stored(EXAMPLES[:size]).edge.root().hex() == ROOTS[size]


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert tree.RightEdge().root() == tree.EMPTY == literal(())


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_that_of_the_definition(size: int) -> None:
    stored = Stored(LEAVES)
    assert tree.edge(stored, size).root() == literal(LEAVES[:size])
    assert tree.edge(stored, size).size == size


def test_an_edge_that_was_read_goes_on_as_the_one_that_was_kept() -> None:
    stored = Stored(LEAVES[:300])
    again = tree.edge(stored, 300)
    again.add(tree.leaf_hash(LEAVES[300]))
    assert again.root() == literal(LEAVES[:301])


@pytest.mark.parametrize("size", SIZES)
def test_each_leaf_has_a_proof_that_leads_to_the_root_and_no_other_leaf_has_it(size: int) -> None:
    stored, root = Stored(LEAVES), literal(LEAVES[:size])
    for number in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
        path = tree.inclusion(stored, number, size)
        leaf = tree.leaf_hash(LEAVES[number])
        assert tree.root_of_inclusion(leaf, number, size, path) == root
        assert tree.root_of_inclusion(tree.leaf_hash(b"other"), number, size, path) != root
        for wrong in ([*path, root], path[:-1], [*path[:-1], root]):
            if wrong != path:
                assert tree.root_of_inclusion(leaf, number, size, wrong) != root
        if size > 1:
            other = (number + 1) % size
            assert tree.root_of_inclusion(leaf, other, size, path) != root


@pytest.mark.parametrize("size", SIZES)
def test_each_older_tree_is_proven_to_be_the_beginning_and_no_other_is(size: int) -> None:
    stored, root = Stored(LEAVES), literal(LEAVES[:size])
    for old in {1, 2, 3, 7, 8, size // 2, size - 1, size, 256, 257} & set(range(1, size + 1)):
        before = literal(LEAVES[:old])
        proof = tree.consistency(stored, old, size)
        assert tree.is_consistent(old, before, size, root, proof)
        forged = literal((b"other", *LEAVES[1:old]))
        assert not tree.is_consistent(old, forged, size, root, proof)
        assert not tree.is_consistent(old, before, size, forged, proof)
        assert not tree.is_consistent(old, before, size, root, [*proof, root])
        if proof:
            assert not tree.is_consistent(old, before, size, root, proof[1:])
            assert not tree.is_consistent(old, before, size, root, [])


def test_nothing_needs_no_proof_and_a_larger_tree_is_never_the_beginning() -> None:
    root = literal(LEAVES[:5])
    assert tree.is_consistent(0, b"", 5, root, [])
    assert not tree.is_consistent(0, b"", 5, root, [root])
    assert not tree.is_consistent(6, root, 5, root, [])
    with pytest.raises(ValueError):
        tree.consistency(Stored(LEAVES), 6, 5)
    with pytest.raises(ValueError):
        tree.inclusion(Stored(LEAVES), 5, 5)
