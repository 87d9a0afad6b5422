"""The loop that makes packs: one worker a pack, a few seconds a turn, its bytes written as they come.

What is under way lives in the process that is at it, which holds the row meanwhile. Where that process dies, another
begins anew once the time is over; what the dead one had written is thrown away, and nothing of it counts.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from flask_babel import gettext as _
from sqlalchemy import Select, delete, insert, select

from studio.accounts.service import workspaces
from studio.audit.envelope import stamp
from studio.audit.packs.writing import Pack
from studio.audit.sealing import closing, keys
from studio.core import clock
from studio.core.crypto import Keyring
from studio.core.faults import fault_point
from studio.core.unit_of_work import Database, UnitOfWork
from studio.oversight.evidence import events, rows
from studio.oversight.evidence.collecting import Collecting, Progress
from studio.oversight.evidence.outcomes import UNFINISHED, Stage, State
from studio.oversight.evidence.tables import EvidencePack, EvidencePart

log = structlog.get_logger()

HELD = timedelta(seconds=60)
"""Nobody else begins meanwhile; renewed with each batch."""
TURN_S = 5.0
ATTEMPTS = 3
KEPT = timedelta(days=7)
"""A pack can be downloaded so long after it was made."""
PART = 1 << 20
"""Bytes that are gathered before they are written."""


class Gone(Exception):
    """It was cancelled, or another worker has it by now."""


@dataclass(slots=True)
class Making:
    """Makes the packs of all workspaces. Any thread, any process."""

    database: Database
    keyring: Keyring
    more: Callable[[], None] = lambda: None
    """Called where a turn ended before a pack was made."""
    _under_way: dict[UUID, "Iterator[None]"] = field(default_factory=dict)
    _at_work: set[UUID] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_due(self) -> bool:
        """Whether drain() would find anything."""
        if self._under_way:
            return True
        with self.database.across(read_only=True) as uow:
            return uow.session.execute(_due(uow)).first() is not None

    def drain(self) -> int:
        """Give one pack a turn: one that was begun here, or the one that waits longest. How many had one."""
        found = self._mine() or self._next()
        if found is None:
            return 0
        pack_id, work = found
        try:
            through = self._turn(work)
        finally:
            with self._lock:
                self._at_work.discard(pack_id)
        if not through:
            with self._lock:
                self._under_way[pack_id] = work
            self.more()
        return 1

    def _turn(self, work: Iterator[None]) -> bool:
        until = clock.monotonic() + TURN_S
        return all(clock.monotonic() <= until for _batch in work)

    def _mine(self) -> tuple[UUID, Iterator[None]] | None:
        with self._lock:
            if not self._under_way:
                return None
            pack_id = next(iter(self._under_way))
            self._at_work.add(pack_id)
            return pack_id, self._under_way.pop(pack_id)

    def _next(self) -> tuple[UUID, Iterator[None]] | None:
        with self.database.across(read_only=True) as uow:
            found = uow.session.execute(_due(uow)).first()
        if found is None:
            return None
        attempt = self._begin(found.workspace_id, found.id)
        if attempt is None:
            return None
        with self._lock:
            self._at_work.add(found.id)
        return found.id, self._made(found.workspace_id, found.id, attempt)

    def _begin(self, workspace_id: UUID, pack_id: UUID) -> int | None:
        """Take it. None: another was first, or it was tried often enough."""
        with self.database.unit(workspace_id) as uow:
            row = rows.locked(uow, pack_id)
            if row.state not in UNFINISHED or row.held_until > uow.now:
                return None
            uow.session.execute(delete(EvidencePart).where(EvidencePart.pack_id == pack_id))
            if row.attempt >= ATTEMPTS:
                rows.end(
                    uow, row, State.FAILED, _("It was begun %(count)s times and never came to its end.", count=ATTEMPTS)
                )
                return None
            row.attempt, row.state, row.held_until = row.attempt + 1, State.MAKING, uow.now + HELD
            row.approvals = row.runs = row.events = row.parts = row.size = 0
            row.stage = Stage.SEALING
            return row.attempt

    def _made(self, workspace_id: UUID, pack_id: UUID, attempt: int) -> Iterator[None]:
        """Make it, one batch a step."""
        work = _Work(self.database, self.keyring, workspace_id, pack_id, attempt)
        try:
            yield from work.steps()
        except Gone:
            log.info("evidence_given_up", pack=str(pack_id), attempt=attempt)
        except Exception as error:  # whatever it was: it is tried again, at last told to whoever asked, and logged
            log.exception("evidence_failed", pack=str(pack_id), attempt=attempt)
            with self.database.unit(workspace_id) as uow:
                rows.failed(uow, pack_id, attempt, ATTEMPTS, error)
        finally:
            work.close()


class _Work:
    """One attempt at one pack."""

    def __init__(self, database: Database, keyring: Keyring, workspace_id: UUID, pack_id: UUID, attempt: int) -> None:
        self._database, self._keyring = database, keyring
        self._workspace_id, self._pack_id, self._attempt = workspace_id, pack_id, attempt
        self._pack: Pack | None = None
        self._hash, self._waiting = hashlib.sha256(), bytearray()

    def steps(self) -> Iterator[None]:
        reading = partial(self._database.unit, self._workspace_id, read_only=True)
        yield from self._seal()
        with self._database.unit(self._workspace_id) as uow:
            row = rows.one(uow, self._pack_id)
            wanted, title = rows.wanted(row), rows.title(uow, row)
            name, last = workspaces.current(uow).name, events.last_sealed(uow)
            signer, public = keys.signer(uow, self._keyring), keys.public_keys(uow)
        about = {
            "workspace_id": str(self._workspace_id), "pack_id": str(self._pack_id), "made_at": stamp(row.created_at),
            "title": title, "workspace": name, "last_event": last, **wanted.said(),
        }  # fmt: skip
        pack = self._pack = Pack(about)
        progress = Progress()
        for progress in Collecting(reading, wanted, pack, last):
            self._write(pack.taken(), progress)
            yield
        progress.stage = Stage.CLOSING
        pack.close(public, signer)
        self._write(pack.taken(), progress, last=True)

    def close(self) -> None:
        """Let go of what is held."""
        if self._pack is not None:
            self._pack.abandon()

    def _seal(self) -> Iterator[None]:
        """So that every event stands under a signed root."""
        closed: object = True
        while closed is not None:
            with self._database.unit(self._workspace_id) as uow:
                closed = closing.seal(uow, self._keyring, early=True)
            yield

    def _write(self, data: bytes, progress: Progress, *, last: bool = False) -> None:
        self._hash.update(data)
        self._waiting += data
        with self._database.unit(self._workspace_id) as uow:
            row = self._mine(uow)
            while self._waiting and (last or len(self._waiting) >= PART):
                part, self._waiting = bytes(self._waiting[:PART]), self._waiting[PART:]
                values = {"workspace_id": uow.workspace, "pack_id": row.id, "number": row.parts, "data": part}
                uow.session.execute(insert(EvidencePart).values(values))
                row.parts, row.size = row.parts + 1, row.size + len(part)
            row.stage, row.held_until = progress.stage, uow.now + HELD
            row.approvals, row.runs, row.events = progress.approvals, progress.runs, progress.events
            fault_point("evidence.batch")
            if last:
                row.sha256, row.expires_at = self._hash.hexdigest(), uow.now + KEPT
                rows.end(uow, row, State.READY)

    def _mine(self, uow: UnitOfWork) -> EvidencePack:
        row = rows.locked(uow, self._pack_id)
        if row.state != State.MAKING or row.attempt != self._attempt:
            raise Gone
        return row


def purge(uow: UnitOfWork) -> None:
    """Delete the bytes of packs whose time is over; that they were made is kept."""
    query = select(EvidencePack).where(EvidencePack.state == State.READY, EvidencePack.expires_at <= uow.now)
    for row in uow.session.scalars(query):
        uow.session.execute(delete(EvidencePart).where(EvidencePart.pack_id == row.id))
        row.state = State.EXPIRED


def _due(uow: UnitOfWork) -> Select[UUID, UUID]:
    query = select(EvidencePack.id, EvidencePack.workspace_id)
    waits = EvidencePack.state.in_(UNFINISHED), EvidencePack.held_until <= uow.now
    return query.where(*waits).order_by(EvidencePack.held_until).limit(1)
