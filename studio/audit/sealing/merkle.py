"""Merkle trees as in RFC 6962: a leaf is hashed behind 0x00, a node behind 0x01. Pure."""

import hashlib
from collections.abc import Iterable, Sequence

SIZE = 32
"""Bytes of one hash."""


def leaf(data: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The tree's hash over the hashes of its entries; without entries SHA-256 of nothing."""
    level = list(leaves)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of one entry: what its hash has to be joined with, from below. Raises IndexError."""
    if not 0 <= index < len(leaves):
        message = f"there is no entry {index} among {len(leaves)}"
        raise IndexError(message)
    found, level = [], list(leaves)
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            found.append(level[beside])
        level, index = _above(level), index // 2
    return found


class Tree:
    """A tree whose levels are kept: the paths of many entries cost no more than one's."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(_above(self._levels[-1]))

    def path(self, index: int) -> list[bytes]:
        """The audit path of one entry, as `path` has it. Raises IndexError."""
        if not 0 <= index < len(self._levels[0]):
            message = f"there is no entry {index} among {len(self._levels[0])}"
            raise IndexError(message)
        found = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                found.append(level[index ^ 1])
            index //= 2
        return found


def includes(root_hash: bytes, leaf_hash: bytes, index: int, count: int, beside: Sequence[bytes]) -> bool:
    """Whether an entry stands at `index` of the `count` entries behind a root, as its audit path shows."""
    if not 0 <= index < count:
        return False
    hash_, last, rest = leaf_hash, count - 1, list(beside)
    while last:
        if index % 2 or index < last:
            if not rest:
                return False
            other = rest.pop(0)
            hash_ = _node(other, hash_) if index % 2 else _node(hash_, other)
        index, last = index // 2, last // 2
    return not rest and hash_ == root_hash


def split(packed: bytes) -> list[bytes]:
    """Hashes that were stored one behind the other."""
    return [packed[start : start + SIZE] for start in range(0, len(packed), SIZE)]


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level: pairs are joined, one that is left over goes up as it is."""
    pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs + list(level[len(level) - len(level) % 2 :])


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
