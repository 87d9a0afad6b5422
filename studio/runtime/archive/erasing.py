"""A customer's data is looked for in the files of archived runs, and taken out of them: a file a job of the outbox.

A file never changes: it is written anew without the customer's runs, the rows turn to the new one, the old one goes.
Whoever dies in between leaves one file that nothing names, and the next job takes it away before it goes on. The whole
erasure is done once none of those is left.
"""

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeGuard
from uuid import UUID

import orjson
from sqlalchemy import delete, select, update

from studio.contract.ports import Leases
from studio.core import outbox, tenancy
from studio.core.claims import Job
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime.archive import records
from studio.runtime.archive.outcomes import ArchiveTrouble, Stage
from studio.runtime.archive.places import Reach, Store, sha256_of, store_of
from studio.runtime.archive.turns import LEASE_S
from studio.runtime.erasure.matching import Key
from studio.runtime.erasure.outcomes import AT_WORK, Progress
from studio.runtime.erasure.working import ARCHIVES, finish, go_on
from studio.runtime.models import ArchivedLabel, ArchivedRun, ArchivePlace, CustomerErasure, RunArchive

AGAIN = timedelta(minutes=5)
"""After a trouble."""
SOON_S = 5.0
"""While the workspace's archive is being written."""


@dataclass(frozen=True, slots=True)
class _File:
    """The next file of an erasure."""

    erasure: CustomerErasure
    archive: RunArchive
    place: ArchivePlace


@dataclass(frozen=True, slots=True)
class _Split:
    """What is in a file."""

    naming: Sequence[UUID]
    """Runs that name the customer."""
    others: Sequence[tuple[UUID, bytes]]
    """The other runs, each with its member."""


@dataclass(frozen=True, slots=True)
class ErasingArchives:
    """Does these jobs. No transaction is open while a place is asked."""

    database: Database
    reach: Reach
    leases: Leases

    def register(self) -> None:
        """Take this topic's jobs."""
        outbox.register_outside(ARCHIVES, self.work)

    def work(self, job: Job) -> None:
        """Look through the next file, or end where none is left. Raises Later while the archive is being written."""
        erasure_id, lease = UUID(job.payload["erasure_id"]), f"archive|{job.workspace_id.hex}"
        if not self.leases.take(lease, LEASE_S):
            raise outbox.Later("the archive is being written", SOON_S)
        try:
            self._clear(job.workspace_id)
            found = self._next(job.workspace_id, erasure_id)
            if isinstance(found, _File):
                self._file(job.workspace_id, found)
            self._go_on(job.workspace_id, erasure_id, found.archive.id if isinstance(found, _File) else None)
        except ArchiveTrouble as trouble:
            self._troubled(job.workspace_id, erasure_id, trouble)
        finally:
            self.leases.give_back(lease)

    def _next(self, workspace_id: UUID, erasure_id: UUID) -> _File | None:
        with self.database.unit(workspace_id, read_only=True) as uow:
            erasure = uow.session.get(CustomerErasure, erasure_id)
            if not _at_work(erasure):
                return None
            query = select(RunArchive).where(RunArchive.id > erasure.cursor, RunArchive.state == Stage.KEPT)
            archive = uow.session.scalar(query.order_by(RunArchive.id).limit(1))
            if archive is None:
                return None
            place = tenancy.get(uow.session, ArchivePlace, archive.place_id, "archive place")
            return _File(erasure, archive, place)

    def _file(self, workspace_id: UUID, found: _File) -> None:
        store = store_of(found.place, self.reach)
        split = _split(store.read(found.archive.name, 0, found.archive.size), Key(found.erasure.key or ""))
        if not split.naming:
            return
        if found.erasure.state == Progress.LOOKING:
            with self.database.unit(workspace_id) as uow:
                row = _locked(uow, found.erasure.id)
                if _at_work(row):
                    row.found_archived += len(split.naming)
            return
        self._rewrite(workspace_id, found, split, store)

    def _rewrite(self, workspace_id: UUID, found: _File, split: _Split, store: Store) -> None:
        old, new, data = found.archive, new_id(), b"".join(member for _run_id, member in split.others)
        new_name, digest = f"{old.name.rpartition('/')[0]}/{new}.jsonl.gz", sha256_of(io.BytesIO(data))
        with self.database.unit(workspace_id) as uow:
            uow.session.add(RunArchive(id=new, place_id=old.place_id, name=new_name, state=Stage.WRITING, runs=0,
                                       size=len(data), sha256=digest, created_at=old.created_at))  # fmt: skip
        if data:
            store.put(new_name, io.BytesIO(data))
            if store.size(new_name) != len(data):
                raise ArchiveTrouble(_("The place holds something else than was written."), code="archive.unconfirmed")
        with self.database.unit(workspace_id) as uow:
            self._turn(uow, found, split, new)
        self._clear(workspace_id)

    @staticmethod
    def _turn(uow: UnitOfWork, found: _File, split: _Split, new: UUID) -> None:
        """From now on the rows mean the new file; those of the customer go."""
        row = _locked(uow, found.erasure.id)
        if not _at_work(row):
            return  # nothing turns to the new file: it is cleared away
        gone = list(split.naming)
        for table in (ArchivedLabel, ArchivedRun):
            uow.session.execute(
                delete(table).where(table.run_id.in_(gone)).execution_options(synchronize_session=False)
            )
        mine = set(uow.session.scalars(select(ArchivedRun.run_id).where(ArchivedRun.archive_id == found.archive.id)))
        offset, moved = 0, []
        for run_id, member in split.others:
            if run_id in mine:
                moved.append({"run_id": run_id, "archive_id": new, "offset": offset})
            offset += len(member)
        if moved:
            uow.session.execute(update(ArchivedRun), moved)
        states = {found.archive.id: Stage.DOOMED, new: Stage.KEPT if moved else Stage.DOOMED}
        for archive_id, state in states.items():
            archive = uow.session.get_one(RunArchive, archive_id)
            archive.state, archive.runs = state, len(moved) if state == Stage.KEPT else 0
        row.erased_archived += len(gone)

    def _clear(self, workspace_id: UUID) -> None:
        """Take away what nothing names. Nobody writes meanwhile: this process has the workspace's lease."""
        with self.database.unit(workspace_id, read_only=True) as uow:
            left = select(RunArchive, ArchivePlace).join(ArchivePlace, ArchivePlace.id == RunArchive.place_id)
            found = uow.session.execute(left.where(RunArchive.state != Stage.KEPT)).all()
        for archive, place in found:
            store_of(place, self.reach).delete(archive.name)
            with self.database.unit(workspace_id) as uow:
                uow.session.delete(uow.session.get_one(RunArchive, archive.id))

    def _go_on(self, workspace_id: UUID, erasure_id: UUID, done: UUID | None) -> None:
        """To the next file; None: that was the last."""
        with self.database.unit(workspace_id) as uow:
            row = _locked(uow, erasure_id)
            if not _at_work(row):
                return
            row.trouble = None
            if done is None:
                finish(uow, row)
            else:
                row.cursor = done
                go_on(uow, row)

    def _troubled(self, workspace_id: UUID, erasure_id: UUID, trouble: ArchiveTrouble) -> None:
        with self.database.unit(workspace_id) as uow:
            row = _locked(uow, erasure_id)
            if _at_work(row):
                row.trouble = trouble.message
                go_on(uow, row, uow.now + AGAIN)


def _at_work(row: CustomerErasure | None) -> TypeGuard[CustomerErasure]:
    """Whether it still looks through files: it may have been withdrawn."""
    return row is not None and row.archives and row.key is not None and row.state in AT_WORK


def _locked(uow: UnitOfWork, erasure_id: UUID) -> CustomerErasure | None:
    wanted = select(CustomerErasure).where(CustomerErasure.id == erasure_id).with_for_update()
    return uow.session.scalar(wanted.execution_options(populate_existing=True))


def _split(data: bytes, key: Key) -> _Split:
    naming: list[UUID] = []
    others: list[tuple[UUID, bytes]] = []
    try:
        for member, told in records.members_of(data):
            record = orjson.loads(told)
            run_id = UUID(record["run"]["id"])
            if key.is_in(record):
                naming.append(run_id)
            else:
                others.append((run_id, member))
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise ArchiveTrouble(_("An archived file is not what was written."), code="archive.damaged") from error
    return _Split(naming, others)
