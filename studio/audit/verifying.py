"""verify(): walk a workspace's chain and name the first event that does not fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from studio.audit import personal
from studio.audit.chain import columns_of, targets_of
from studio.audit.envelope import GENESIS, canonical, hash_of
from studio.audit.models import AuditEvent, AuditHead, AuditTarget
from studio.audit.personal import Aside
from studio.audit.stored import asides_of
from studio.audit.taxonomy.audit import PERSONAL_ERASED
from studio.core.unit_of_work import UnitOfWork

BATCH = 1_000
_LARGEST = 2**62
_FOREIGN = "its record is not written as Studio writes it"

_COLUMNS = (
    AuditEvent.id,
    AuditEvent.workspace_id,
    AuditEvent.seq,
    AuditEvent.action,
    AuditEvent.occurred_at,
    AuditEvent.actor_id,
    AuditEvent.run_id,
    AuditEvent.search,
    AuditEvent.body,
    AuditEvent.hash,
)


@dataclass(frozen=True, slots=True)
class Bad:
    """The first event that does not fit."""

    seq: int
    id: UUID | None
    """None where the event itself is missing."""
    problem: str
    """In words."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found."""

    checked: int
    """Events up to and without the bad one."""
    bad: Bad | None
    head: str
    """The last good hash: keep a copy elsewhere, and a rewritten chain shows."""
    erased: int = 0
    """Values that are gone from beside the chain, as recorded erasures tell."""

    @property
    def ok(self) -> bool:
        """Every event fits."""
        return self.bad is None


@dataclass(slots=True)
class _Erasures:
    """What is gone from beside the chain, against what erasures tell."""

    gone: int = 0
    told: int = 0
    first: tuple[int, UUID] | None = None
    """The first event that lacks something."""

    def see(self, row: Any, event: dict[str, Any], asides: Sequence[Aside]) -> None:
        missing = len(personal.references(event)) - len(asides)
        self.gone += missing
        if missing and self.first is None:
            self.first = row.seq, row.id
        if event["action"] == PERSONAL_ERASED:
            self.told += event["metadata"]["erased"]

    def problem(self) -> Bad | None:
        if self.gone <= self.told or self.first is None:
            return None
        return Bad(*self.first, f"{self.gone - self.told} personal values are gone that no recorded erasure tells of")


def verify(uow: UnitOfWork) -> Report:
    """Check the chain of the unit's workspace from its first event. A read-only unit will do."""
    before = _head(uow)  # units that commit meanwhile only move the head onwards
    seq, hash_, erasures = 0, GENESIS, _Erasures()
    for row, targets, asides in _rows(uow):
        problem = _problem(row, targets, asides, seq, hash_)
        if problem is not None:
            bad = Bad(seq + 1, None if row.seq > seq + 1 else row.id, problem)
            return Report(seq, bad, hash_)
        seq, hash_ = row.seq, row.hash
        erasures.see(row, orjson.loads(row.body), asides)
    bad_end = _tail(uow, before, seq, hash_) or erasures.problem()
    return Report(seq, bad_end, hash_, erasures.gone)


def _problem(row: Any, targets: Sequence[tuple[str, str]], asides: Sequence[Aside], seq: int, hash_: str) -> str | None:
    if row.seq != seq + 1:
        return f"event {seq + 1} is missing" if row.seq > seq else "its number was used before"
    body = row.body.encode()
    if row.hash != hash_of(hash_, body):
        return "its content or its hash was changed, or the event before it was replaced"
    try:
        event: dict[str, Any] = orjson.loads(body)
        if event["prev_hash"] != hash_ or canonical(event) != body:
            return _FOREIGN
        return _look_ups(row, targets, event) or _people(event, asides)
    except (ValueError, KeyError, TypeError, AttributeError):
        return _FOREIGN


def _look_ups(row: Any, targets: Sequence[tuple[str, str]], event: dict[str, Any]) -> str | None:
    """A row beside a record that says something else would hide the event from a search."""
    for name, value in columns_of(event).items():
        if getattr(row, name) != value:
            return f"its look-up column {name} says something else than its record"
    if sorted(targets) != [(one["type"], one["target_id"]) for one in targets_of(event)]:
        return "its look-up rows by target say something else than its record"
    return None


def _people(event: dict[str, Any], asides: Sequence[Aside]) -> str | None:
    """What lies beside a record must be what was set aside; it may be gone, see _Erasures."""
    recorded = personal.references(event)
    for aside in asides:
        if recorded.get(aside.path) != personal.reference(aside.path, aside.salt, aside.value):
            return f"what lies beside it as {aside.path} was changed"
        if aside.search != personal.searched(aside.value):
            return f"its look-up text of {aside.path} says something else than its value"
    return None


def _rows(uow: UnitOfWork) -> Iterator[tuple[Any, Sequence[tuple[str, str]], Sequence[Aside]]]:
    """By key, batch by batch: an erasure that commits meanwhile is seen with the event that tells of it."""
    last = -_LARGEST
    while True:
        query = select(*_COLUMNS).where(AuditEvent.seq > last).order_by(AuditEvent.seq).limit(BATCH)
        part = uow.session.execute(query).all()
        if not part:
            return
        found: dict[UUID, list[tuple[str, str]]] = {row.id: [] for row in part}
        wanted = select(AuditTarget.event_id, AuditTarget.type, AuditTarget.target_id)
        for target in uow.session.execute(wanted.where(AuditTarget.event_id.in_(found))):
            found[target.event_id].append((target.type, target.target_id))
        beside = asides_of(uow, found)
        yield from ((row, found[row.id], beside[row.id]) for row in part)
        last = part[-1].seq


def _tail(uow: UnitOfWork, before: tuple[int, str], seq: int, hash_: str) -> Bad | None:
    """Whether the chain ends where its head says, though others may append meanwhile."""
    if before[0] > seq:
        return Bad(seq + 1, None, f"events {seq + 1} to {before[0]} are missing at the end")
    if before[0] == seq and before[1] != hash_:
        return Bad(seq, None, "the chain's head names another last event")
    if _head(uow)[0] < seq:
        return Bad(seq, None, "the chain goes on behind its head")
    return None


def _head(uow: UnitOfWork) -> tuple[int, str]:
    found = uow.session.execute(select(AuditHead.seq, AuditHead.hash)).one_or_none()
    return (found.seq, found.hash) if found else (0, GENESIS)
