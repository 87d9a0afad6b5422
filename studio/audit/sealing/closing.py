"""Closing segments: 1,000 events, or what an hour has brought, under one signed manifest."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, insert, or_, select

from studio.audit.envelope import GENESIS, hash_of, stamp
from studio.audit.models import AuditEvent, AuditHead, AuditSegment
from studio.audit.sealing import keys, manifest, merkle
from studio.audit.sealing.manifest import Segment, Signed
from studio.core import clock
from studio.core.crypto import Keyring
from studio.core.unit_of_work import Database, UnitOfWork

log = structlog.get_logger()

EVENTS = 1_000
"""A segment holds no more."""
AGE = timedelta(hours=1)
"""An event waits no longer for its segment to be closed."""
EVERY = timedelta(minutes=1)
TURN_S = 0.5
"""Longest that one turn of the sweeper seals."""


class ChainBroken(Exception):
    """Nothing is sealed that does not fit: a seal would say that it did."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"event {seq} does not fit the one before it")
        self.seq = seq


def seal(uow: UnitOfWork, keyring: Keyring, *, early: bool = False) -> Segment | None:
    """Close the next segment of the unit's workspace, if it is full or old enough, or, `early`, not empty.

    Raises ChainBroken.
    """
    last = last_of(uow)
    after = last.last_seq if last else 0
    query = select(AuditEvent.seq, AuditEvent.body, AuditEvent.hash, AuditEvent.occurred_at)
    rows = uow.session.execute(query.where(AuditEvent.seq > after).order_by(AuditEvent.seq).limit(EVENTS)).all()
    if not rows or not (early or len(rows) == EVENTS or rows[0].occurred_at <= uow.now - AGE):
        return None
    before = Segment.of(signed(last).read()) if last else None
    prev_hash = before.last_event_hash if before else GENESIS
    _must_fit(rows, after, prev_hash)
    leaves = [merkle.leaf(row.body.encode()) for row in rows]
    signer = keys.signer(uow, keyring)
    closed = Segment(
        workspace_id=str(uow.workspace),
        number=last.number + 1 if last else 1,
        first_seq=rows[0].seq,
        last_seq=rows[-1].seq,
        prev_event_hash=prev_hash,
        last_event_hash=rows[-1].hash,
        merkle_root=merkle.root(leaves).hex(),
        closed_at=stamp(uow.now),
        prev_manifest=signed(last).hash if last else manifest.GENESIS,
        key_id=signer.key_id,
    )
    _write(uow, closed, signer.sign(closed.canonical()), leaves)
    return closed


def seal_all(uow: UnitOfWork, keyring: Keyring, *, early: bool = False) -> int:
    """Close every segment that can be closed. How many there were."""
    count = 0
    while seal(uow, keyring, early=early) is not None:
        count += 1
    return count


def last_of(uow: UnitOfWork) -> AuditSegment | None:
    """The workspace's newest seal."""
    return uow.session.scalar(select(AuditSegment).order_by(AuditSegment.number.desc()).limit(1))


def signed(row: AuditSegment) -> Signed:
    """A stored segment's manifest."""
    return Signed(row.manifest, row.signature)


class Sealer:
    """Closes what is due, in every workspace; called by the sweeper at each turn."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database, self._keyring = database, keyring
        self._next: datetime | None = None

    def __call__(self, now: datetime) -> None:
        """Seal for TURN_S at most; what is left is done at the next turn."""
        if self._next is not None and now < self._next:
            return
        until = clock.monotonic() + TURN_S
        for workspace_id in self._due(now):
            if clock.monotonic() > until:
                return
            try:
                self._seal(workspace_id, until)
            except ChainBroken as broken:
                log.exception("audit_chain_broken", workspace_id=str(workspace_id), seq=broken.seq)
        self._next = now + EVERY

    def _seal(self, workspace_id: UUID, until: float) -> None:
        """One unit a segment, so that none lasts long."""
        closed: Segment | None = None
        while clock.monotonic() < until:
            with self._database.unit(workspace_id) as uow:
                closed = seal(uow, self._keyring)
            if closed is None:
                return

    def _due(self, now: datetime) -> Sequence[UUID]:
        of_head = AuditSegment.workspace_id == AuditHead.workspace_id
        last = select(func.max(AuditSegment.last_seq)).where(of_head).correlate(AuditHead)
        sealed = func.coalesce(last.scalar_subquery(), 0)
        old = select(AuditEvent.id).where(
            AuditEvent.workspace_id == AuditHead.workspace_id,
            AuditEvent.seq == sealed + 1,
            AuditEvent.occurred_at <= now - AGE,
        )
        due = select(AuditHead.workspace_id).where(or_(AuditHead.seq - sealed >= EVENTS, old.exists()))
        with self._database.across(read_only=True) as uow:
            return uow.session.scalars(due).all()


def _must_fit(rows: Sequence[Any], seq: int, hash_: str) -> None:
    for row in rows:
        if row.seq != seq + 1 or row.hash != hash_of(hash_, row.body.encode()):
            raise ChainBroken(seq + 1)
        seq, hash_ = row.seq, row.hash


def _write(uow: UnitOfWork, closed: Segment, document: Signed, leaves: Sequence[bytes]) -> None:
    uow.session.execute(
        insert(AuditSegment).values(
            workspace_id=uow.workspace,
            number=closed.number,
            first_seq=closed.first_seq,
            last_seq=closed.last_seq,
            closed_at=uow.now,
            manifest=document.text,
            signature=document.signature,
            leaves=b"".join(leaves),
        )
    )
