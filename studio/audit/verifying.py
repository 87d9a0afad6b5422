"""verify(): walk a workspace's chain and name the first event that does not fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from studio.audit.chain import columns_of, targets_of
from studio.audit.envelope import GENESIS, canonical, hash_of
from studio.audit.models import AuditEvent, AuditHead, AuditTarget
from studio.core.unit_of_work import UnitOfWork

BATCH = 1_000
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

    @property
    def ok(self) -> bool:
        """Every event fits."""
        return self.bad is None


def verify(uow: UnitOfWork) -> Report:
    """Check the chain of the unit's workspace from its first event. A read-only unit will do."""
    before = _head(uow)  # units that commit meanwhile only move the head onwards
    seq, hash_ = 0, GENESIS
    for row, targets in _rows(uow):
        problem = _problem(row, targets, seq, hash_)
        if problem is not None:
            bad = Bad(seq + 1, None if row.seq > seq + 1 else row.id, problem)
            return Report(seq, bad, hash_)
        seq, hash_ = row.seq, row.hash
    return Report(seq, _tail(uow, before, seq, hash_), hash_)


def _problem(row: Any, targets: Sequence[tuple[str, str]], seq: int, hash_: str) -> str | None:
    if row.seq != seq + 1:
        return f"event {seq + 1} is missing" if row.seq > seq else "its number was used before"
    body = row.body.encode()
    if row.hash != hash_of(hash_, body):
        return "its content or its hash was changed, or the event before it was replaced"
    try:
        event: dict[str, Any] = orjson.loads(body)
        if event["prev_hash"] != hash_ or canonical(event) != body:
            return _FOREIGN
        return _look_ups(row, targets, event)
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


def _rows(uow: UnitOfWork) -> Iterator[tuple[Any, Sequence[tuple[str, str]]]]:
    query = select(*_COLUMNS).order_by(AuditEvent.seq).execution_options(yield_per=BATCH)
    for part in uow.session.execute(query).partitions(BATCH):
        found: dict[UUID, list[tuple[str, str]]] = {row.id: [] for row in part}
        wanted = select(AuditTarget.event_id, AuditTarget.type, AuditTarget.target_id)
        for target in uow.session.execute(wanted.where(AuditTarget.event_id.in_(found))):
            found[target.event_id].append((target.type, target.target_id))
        yield from ((row, found[row.id]) for row in part)


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
