"""verify(): walk a workspace's chain and name the first event that does not fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from studio.audit import personal
from studio.audit.chain import columns_of, targets_of
from studio.audit.envelope import GENESIS, hash_of, is_canonical
from studio.audit.findings import Bad, Erasures, Report, people
from studio.audit.models import AuditEvent, AuditHead, AuditSegment, AuditTarget
from studio.audit.personal import Aside
from studio.audit.sealing import keys
from studio.audit.sealing.checking import Misfit, Sealed, Seals
from studio.audit.sealing.manifest import Signed
from studio.audit.sealing.signing import Trust
from studio.audit.stored import asides_of
from studio.core.crypto import Keyring
from studio.core.unit_of_work import UnitOfWork

BATCH = 1_000
SEGMENTS = 50
"""Seals read at once."""
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


def verify(uow: UnitOfWork, keyring: Keyring | None = None) -> Report:
    """Check the chain of the unit's workspace and its seals from the first event. A read-only unit will do.

    With the keyring the signing keys are checked too: that whoever made them held the master key.
    """
    before = _head(uow)  # units that commit meanwhile only move the head onwards
    trust = Trust(keys.public_keys(uow))
    seals, erasures = Seals(_sealed(uow), trust, str(uow.workspace_id)), Erasures()
    walked = _walk(uow, seals, erasures, keyring)
    bad = walked.bad or _tail(uow, before, walked.seq, walked.hash) or _misfit(seals.end(walked.seq))
    bad = bad or erasures.problem()
    return Report(walked.seq, bad, walked.hash, erasures.gone, seals.segments, seals.until, trust.key_ids)


@dataclass(frozen=True, slots=True)
class _Walked:
    seq: int
    hash: str
    bad: Bad | None = None


def _walk(uow: UnitOfWork, seals: Seals, erasures: Erasures, keyring: Keyring | None) -> _Walked:
    seq, hash_ = 0, GENESIS
    foreign = keys.ours(uow, keyring) if keyring else None
    if foreign is not None:
        return _Walked(seq, hash_, Bad(1, None, foreign))
    bad = _misfit(seals.start())
    if bad is not None:
        return _Walked(seq, hash_, bad)
    for row, targets, asides in _rows(uow):
        problem = _problem(row, targets, asides, seq, hash_)
        if problem is not None:
            return _Walked(seq, hash_, Bad(seq + 1, None if row.seq > seq + 1 else row.id, problem))
        bad = _misfit(seals.see(row.seq, row.body.encode(), row.hash), row.seq, row.id)
        if bad is not None:
            return _Walked(bad.seq - 1 if bad.seq <= row.seq else row.seq, hash_, bad)
        seq, hash_ = row.seq, row.hash
        erasures.see(orjson.loads(row.body), len(asides))
    return _Walked(seq, hash_)


def _misfit(found: Misfit | None, seq: int = 0, id_: UUID | None = None) -> Bad | None:
    return Bad(found.seq, id_ if found.seq == seq else None, found.problem) if found else None


def _sealed(uow: UnitOfWork) -> Iterator[Sealed]:
    """By number; one that is missing shows by the numbers of the next."""
    last = -_LARGEST
    while True:
        query = select(AuditSegment).where(AuditSegment.number > last).order_by(AuditSegment.number).limit(SEGMENTS)
        rows = uow.session.scalars(query).all()
        if not rows:
            return
        yield from (Sealed(Signed(row.manifest, row.signature), row.leaves) for row in rows)
        last = rows[-1].number


def _problem(row: Any, targets: Sequence[tuple[str, str]], asides: Sequence[Aside], seq: int, hash_: str) -> str | None:
    if row.seq != seq + 1:
        return f"event {seq + 1} is missing" if row.seq > seq else "its number was used before"
    body = row.body.encode()
    if row.hash != hash_of(hash_, body):
        return "its content or its hash was changed, or the event before it was replaced"
    try:
        event: dict[str, Any] = orjson.loads(body)
        if event["prev_hash"] != hash_ or not is_canonical(event, body):
            return _FOREIGN
        return _look_ups(row, targets, event) or people(event, asides) or _searches(asides)
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


def _searches(asides: Sequence[Aside]) -> str | None:
    for aside in asides:
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
