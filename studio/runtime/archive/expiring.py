"""Files that are kept no longer go: whole, a few at a time, together with the rows by which their runs are found.

A drain of its own under the workspace's lease of the archive, so nobody writes or reads through its files meanwhile.
The rows go first, in the transaction that dooms the files: whoever dies then leaves files that the next look deletes.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, exists, select

from studio.audit import Target, record
from studio.audit.taxonomy import archives as actions
from studio.core import clock, tenancy
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.archive import notices
from studio.runtime.archive.outcomes import ArchiveTrouble, Stage
from studio.runtime.archive.places import store_of
from studio.runtime.archive.turns import LEASE_S, Turns
from studio.runtime.archive.working import AGAIN, TURN_S, clear
from studio.runtime.erasure.outcomes import AT_WORK
from studio.runtime.models import ArchivedLabel, ArchivedRun, ArchivePlace, CustomerErasure, RunArchive
from studio.runtime.retention.chore import BUSY_SHARE, PURGE_EVERY, is_busy

log = structlog.get_logger()

FILES = 4
"""Of one step: some thousands of rows, and as many deletions at the place as its lease outlasts."""


class Expiring(Turns):
    """Deletes files that are due."""

    def _due(self, most: int) -> Sequence[tuple[UUID, UUID]]:
        with self.database.across(read_only=True) as uow:
            waits = select(ArchivePlace.workspace_id, ArchivePlace.id).where(ArchivePlace.files_at <= uow.now)
            found = uow.session.execute(waits.order_by(ArchivePlace.files_at).limit(most))
            return [(one.workspace_id, one.id) for one in found]

    def _turn(self, workspace_id: UUID, place_id: UUID, lease: str) -> None:
        began = clock.monotonic()
        with self.database.unit(workspace_id, read_only=True) as uow:
            place, now, waits = (
                tenancy.get(uow.session, ArchivePlace, place_id, "archive place"),
                uow.now,
                _erasing(uow),
            )
        if waits:
            self._rest(workspace_id, place_id, AGAIN)
            return
        store, busy = store_of(place, self.reach), is_busy(self.database, now)
        while self.leases.keep(lease, LEASE_S):
            doomed = self._doom(workspace_id, place_id)
            fault_point("archive.doomed")
            clear(self.database, workspace_id, store, place_id)
            took = clock.monotonic() - began
            if doomed < FILES:
                self._rest(workspace_id, place_id, PURGE_EVERY)
                return
            if busy or took > TURN_S:
                self._rest(workspace_id, place_id, timedelta(seconds=took / BUSY_SHARE if busy else 0))
                self.more()
                return

    def _doom(self, workspace_id: UUID, place_id: UUID) -> int:
        """Forget the runs of some files that are due. A file is, once each run in it was archived so long ago."""
        with self.database.unit(workspace_id) as uow:
            place = tenancy.get(uow.session, ArchivePlace, place_id, "archive place")
            if place.keep_days is None:
                return 0
            until = uow.now - timedelta(days=place.keep_days)
            younger = exists().where(ArchivedRun.archive_id == RunArchive.id, ArchivedRun.archived_at > until)
            due = select(RunArchive).where(
                RunArchive.place_id == place_id,
                RunArchive.state == Stage.KEPT,
                RunArchive.created_at <= until,
                ~younger,
            )
            files = uow.session.scalars(due.order_by(RunArchive.id).limit(FILES).with_for_update()).all()
            if files:
                runs = _forget(uow, [one.id for one in files])
                size, newest = sum(one.size for one in files), max(one.created_at for one in files)
                metadata = {"files": len(files), "runs": runs, "bytes": size, "keep_days": place.keep_days,
                            "newest": newest.isoformat()}  # fmt: skip
                target = Target("workspace", str(workspace_id), "")
                record(uow, actions.ARCHIVE_FILES_DELETED, targets=[target], metadata=metadata)
            for one in files:
                one.state, one.runs = Stage.DOOMED, 0
            return len(files)

    def _rest(self, workspace_id: UUID, place_id: UUID, span: timedelta) -> None:
        """All went well: say when the next look comes."""
        with self.database.unit(workspace_id) as uow:
            place = uow.session.get(ArchivePlace, place_id)
            if place is not None:
                place.files_at = uow.now + span if place.keep_days is not None else None
                place.files_trouble = place.files_trouble_since = None

    def _troubled(self, workspace_id: UUID, place_id: UUID, trouble: ArchiveTrouble) -> None:
        log.warning("archive_not_cleared", workspace=str(workspace_id), code=trouble.code)
        with self.database.unit(workspace_id) as uow:
            place = uow.session.get(ArchivePlace, place_id)
            if place is not None:
                if place.files_trouble_since is not None:
                    notices.failing(uow, place.id, notices.DELETING)
                place.files_trouble = trouble.message
                place.files_trouble_since = place.files_trouble_since or uow.now
                place.files_at = uow.now + AGAIN


def _erasing(uow: UnitOfWork) -> bool:
    """Whether a customer is being looked for: what goes meanwhile would be counted and then not be there."""
    at_work = select(CustomerErasure.id).where(CustomerErasure.state.in_(AT_WORK)).limit(1)
    return uow.session.scalar(at_work) is not None


def _forget(uow: UnitOfWork, archives: list[UUID]) -> int:
    """How many runs are no longer found."""
    runs = select(ArchivedRun.run_id).where(ArchivedRun.archive_id.in_(archives))
    quick = {"synchronize_session": False}
    uow.session.execute(delete(ArchivedLabel).where(ArchivedLabel.run_id.in_(runs)), execution_options=quick)
    gone = delete(ArchivedRun).where(ArchivedRun.archive_id.in_(archives)).returning(ArchivedRun.run_id)
    return len(uow.session.execute(gone, execution_options=quick).all())
