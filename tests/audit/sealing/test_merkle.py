"""Roots and audit paths are those of RFC 6962."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from studio.audit.sealing import merkle

ENTRIES = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


def by_the_book(entries):
    """MTH as section 2.1 of the RFC defines it."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    half = 1 << (len(entries) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + by_the_book(entries[:half]) + by_the_book(entries[half:])).digest()


def test_a_known_root():
    """Of the test vectors of Certificate Transparency's own code."""
    entries = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
    entries.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
    assert (
        merkle.root(map(merkle.leaf, entries)).hex()
        == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_roots_are_by_the_book(entries):
    assert merkle.root(map(merkle.leaf, entries)) == by_the_book(entries)


@given(ENTRIES, st.data())
def test_a_path_shows_its_own_entry_at_its_own_place_alone(entries, data):
    leaves = [merkle.leaf(entry) for entry in entries]
    root, at = merkle.root(leaves), data.draw(st.integers(0, len(entries) - 1))
    beside = merkle.path(leaves, at)
    assert merkle.includes(root, leaves[at], at, len(leaves), beside)
    assert not merkle.includes(root, merkle.leaf(b"another one"), at, len(leaves), beside)
    assert not merkle.includes(root, leaves[at], at, len(leaves), [*beside, b"x" * 32])
    assert not (beside and merkle.includes(root, leaves[at], at, len(leaves), beside[:-1]))
    other = data.draw(st.integers(0, len(entries) - 1))
    if leaves[other] != leaves[at]:
        assert not merkle.includes(root, leaves[at], other, len(leaves), merkle.path(leaves, other))
