"""Holding a chain's events against its seals while they are walked, one after the other. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from studio.audit.envelope import GENESIS as FIRST
from studio.audit.sealing import merkle
from studio.audit.sealing.manifest import GENESIS, Segment, Signed
from studio.audit.sealing.signing import Trust


@dataclass(frozen=True, slots=True)
class Sealed:
    """A manifest, and the hashes under its root as they were kept beside it."""

    document: Signed
    leaves: bytes


@dataclass(frozen=True, slots=True)
class Misfit:
    """Where a chain is not what was sealed."""

    seq: int
    problem: str


class Seals:
    """Walks manifests along with the events. `see` and `end` tell the first misfit."""

    def __init__(self, sealed: Iterator[Sealed], trust: Trust, workspace_id: str) -> None:
        """`sealed` in the order of their numbers."""
        self._sealed, self._trust, self._workspace_id = sealed, trust, workspace_id
        self._open: Segment | None = None
        self._kept: list[bytes] = []
        self._seen: list[bytes] = []
        self._before = (0, 0, GENESIS, FIRST)
        """Number, last event, manifest's hash and last event's hash of the segment before."""
        self.segments, self.until = 0, 0
        """How many fitted, and the last event that they cover."""

    def start(self) -> Misfit | None:
        """Look at the first manifest."""
        return self._next()

    def see(self, seq: int, body: bytes, hash_: str) -> Misfit | None:
        """The next event, whose place in the chain has been checked."""
        if self._open is None:
            return None
        self._seen.append(merkle.leaf(body))
        at = len(self._seen) - 1
        if at < len(self._kept) and self._kept[at] != self._seen[at]:
            return Misfit(seq, f"it is not the event that was sealed in segment {self._open.number}")
        return self._close(hash_) if seq == self._open.last_seq else None

    def end(self, seq: int) -> Misfit | None:
        """After the last event, number `seq`."""
        if self._open is None:
            return None
        return Misfit(seq + 1, f"events {seq + 1} to {self._open.last_seq} are missing at the end: they were sealed")

    def _close(self, hash_: str) -> Misfit | None:
        closed = self._open
        assert closed is not None  # noqa: S101 - see() has looked
        if merkle.root(self._seen).hex() != closed.merkle_root or hash_ != closed.last_event_hash:
            return Misfit(closed.first_seq, f"it or a later one is not what was sealed in segment {closed.number}")
        self.segments, self.until = closed.number, closed.last_seq
        return self._next()

    def _next(self) -> Misfit | None:
        number, last_seq, manifest_hash, event_hash = self._before
        self._open, self._kept, self._seen = None, [], []
        sealed = next(self._sealed, None)
        if sealed is None:
            return None
        try:
            found = Segment.of(sealed.document.read())
        except ValueError as error:
            return Misfit(last_seq + 1, f"the manifest of its segment cannot be read: {error}")
        problem = self._trust.problem(sealed.document, found.key_id)
        if problem is not None:
            return Misfit(
                last_seq + 1, f"the manifest of its segment ({number + 1}) is not as it was signed: {problem}"
            )
        if (found.workspace_id, found.number, found.first_seq, found.prev_manifest, found.prev_event_hash) != (
            *(self._workspace_id, number + 1, last_seq + 1, manifest_hash, event_hash),
        ):
            return Misfit(last_seq + 1, f"the manifest of its segment ({number + 1}) is missing or in another's place")
        self._open, self._kept = found, merkle.split(sealed.leaves)
        if len(sealed.leaves) != merkle.SIZE * (found.last_seq - found.first_seq + 1):
            return Misfit(last_seq + 1, f"the hashes kept beside segment {found.number} are not as many as its events")
        self._before = (found.number, found.last_seq, sealed.document.hash, found.last_event_hash)
        return None
