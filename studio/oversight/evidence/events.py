"""Audit events of a pack with the proof of each: its path to the root that its segment was sealed with."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from studio.audit.listing import Filter, Units, stream
from studio.audit.models import AuditSegment
from studio.audit.packs import proving
from studio.audit.sealing import closing, merkle
from studio.audit.stored import Stored
from studio.core.unit_of_work import UnitOfWork

AT_ONCE = 500
"""Events in memory at once."""
_TREES = 8
"""Segments whose trees are kept while events are proven in the order of the chain."""


class Proofs:
    """Proves events, and remembers under which seals they stand."""

    def __init__(self, units: Units, last_seq: int) -> None:
        """`last_seq`: the last event that is sealed."""
        self._units, self.last_seq = units, last_seq
        self.segments: dict[int, dict[str, Any]] = {}
        """Signed manifests, by number."""
        self._find = lru_cache(maxsize=_TREES)(self._read)
        self._open: tuple[int, int, int, merkle.Tree] | None = None

    def record(self, one: Stored, seq: int) -> dict[str, Any]:
        """An event as a record of a pack."""
        number, first, tree = self._of(seq)
        return proving.record(one, number, seq - first, tree.path(seq - first))

    def _of(self, seq: int) -> tuple[int, int, merkle.Tree]:
        if self._open is None or not self._open[1] <= seq <= self._open[2]:
            self._open = self._find(seq)
        number, first, _last, tree = self._open
        return number, first, tree

    def _read(self, seq: int) -> tuple[int, int, int, merkle.Tree]:
        query = select(AuditSegment).where(AuditSegment.last_seq >= seq).order_by(AuditSegment.last_seq).limit(1)
        with self._units() as uow:
            row = uow.session.scalars(query).one()
            self.segments[row.number] = closing.signed(row).line()
        return row.number, row.first_seq, row.last_seq, merkle.Tree(merkle.split(row.leaves))


def of_period(units: Units, wanted: Filter, last_seq: int) -> Iterator[list[tuple[int, Stored, dict[str, Any]]]]:
    """Number, record and content of every event that fits and is sealed, oldest first, in batches."""
    events = stream(units, wanted)
    while part := list(islice(events, AT_ONCE)):
        found = [(body["seq"], one, body) for one in part for body in [orjson.loads(one.body)]]
        yield [one for one in found if one[0] <= last_seq]


def of_one(
    units: Units, filters: Sequence[Filter], last_seq: int
) -> Iterator[list[tuple[int, Stored, dict[str, Any]]]]:
    """The same of several filters together, each event once: what belongs to one approval or run."""
    found: dict[int, tuple[int, Stored, dict[str, Any]]] = {}
    for wanted in filters:
        for batch in of_period(units, wanted, last_seq):
            found |= {one[0]: one for one in batch}
    ordered = [found[seq] for seq in sorted(found)]
    for at in range(0, len(ordered), AT_ONCE):
        yield ordered[at : at + AT_ONCE]


def last_sealed(uow: UnitOfWork) -> int:
    """The last event that a seal covers."""
    last = closing.last_of(uow)
    return last.last_seq if last else 0


def targets(body: dict[str, Any], kind: str) -> list[UUID]:
    """Ids of what an event was about, of one kind."""
    return [UUID(one["id"]) for one in body["targets"] if one["type"] == kind and _is_id(one["id"])]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
