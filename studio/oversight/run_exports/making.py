"""The loop that writes exports: a few seconds a turn, batch after batch, each with how far it has come."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from flask_babel import gettext as _
from sqlalchemy import insert, select

from studio.core import clock
from studio.core.errors import NotFound, StudioError
from studio.core.unit_of_work import Database, UnitOfWork
from studio.oversight.run_exports import service, writing
from studio.oversight.run_exports.outcomes import UNFINISHED, Format, State
from studio.oversight.run_exports.tables import RunExport, RunExportPart
from studio.runtime import labels
from studio.runtime.history import listing

log = structlog.get_logger()

HELD = timedelta(seconds=60)
"""Nobody else goes on meanwhile; renewed with each batch."""
TURN_S = 3.0
BATCH = 1_000
"""Runs that are read at once, and one part."""
ATTEMPTS = 3
KEPT = timedelta(days=7)
"""A file can be downloaded so long after it was made."""


@dataclass(frozen=True, slots=True)
class _Batch:
    text: str
    runs: int
    reached: UUID | None
    """None: that was the last."""


@dataclass(slots=True)
class Making:
    """Writes the exports of all workspaces. Any thread, any process."""

    database: Database
    more: Callable[[], None] = lambda: None
    """Called where a turn ended before an export was written."""

    def is_due(self) -> bool:
        """Whether drain() would find anything."""
        return self._due() is not None

    def drain(self) -> int:
        """Give the export that waits longest a turn. How many had one."""
        found = self._due()
        if found is None:
            return 0
        workspace_id, export_id = found
        try:
            attempt = self._begin(workspace_id, export_id)
            if attempt is not None:
                self._turn(workspace_id, export_id, attempt)
        except Exception as error:  # whatever it was: it is tried again, at last told to whoever asked, and logged
            log.exception("run_export_failed", export=str(export_id))
            self._failed(workspace_id, export_id, error)
        return 1

    def _due(self) -> tuple[UUID, UUID] | None:
        with self.database.across(read_only=True) as uow:
            waits = RunExport.state.in_(UNFINISHED), RunExport.held_until <= uow.now
            query = select(RunExport.workspace_id, RunExport.id).where(*waits).order_by(RunExport.held_until).limit(1)
            found = uow.session.execute(query).first()
            return (found.workspace_id, found.id) if found is not None else None

    def _begin(self, workspace_id: UUID, export_id: UUID) -> int | None:
        """Take it. None: another was first, or it was stopped."""
        with self.database.unit(workspace_id) as uow:
            row = service.locked(uow, export_id)
            if row.state not in UNFINISHED or row.held_until > uow.now:
                return None
            row.state, row.attempt, row.held_until = State.MAKING, row.attempt + 1, uow.now + HELD
            if row.attempt > ATTEMPTS:
                said = _("It was taken up %(count)s times and did not get any further.", count=ATTEMPTS)
                _end(uow, row, State.FAILED, said)
                return None
            return row.attempt

    def _turn(self, workspace_id: UUID, export_id: UUID, attempt: int) -> None:
        until = clock.monotonic() + TURN_S
        while True:
            batch = self._read(workspace_id, export_id)
            late = clock.monotonic() > until
            with self.database.unit(workspace_id) as uow:
                row = service.locked(uow, export_id)
                if row.state != State.MAKING or row.attempt != attempt:
                    return  # it was stopped, or another worker has it by now
                self._write(uow, row, batch)
                if batch.reached is None:
                    row.expires_at = uow.now + KEPT
                    _end(uow, row, State.READY)
                    return
                attempt = row.attempt = 1
                row.held_until = uow.now if late else uow.now + HELD
            if late:
                self.more()
                return

    def _read(self, workspace_id: UUID, export_id: UUID) -> _Batch:
        with self.database.unit(workspace_id, read_only=True) as uow:
            row = service.one(uow, export_id)
            page = listing.runs(uow, service.wanted_of(row), before=row.reached, limit=BATCH)
            marks = labels.of_runs(uow, [one.id for one in page.rows])
            kind = Format(row.format)
            head = writing.heading(kind) if row.parts == 0 else ""
            return _Batch(head + writing.lines(kind, page.rows, marks), len(page.rows), page.older)

    def _write(self, uow: UnitOfWork, row: RunExport, batch: _Batch) -> None:
        data = batch.text.encode()
        if data:
            part = {
                "workspace_id": uow.workspace,
                "export_id": row.id,
                "number": row.parts,
                "data": zlib.compress(data),
            }
            uow.session.execute(insert(RunExportPart).values(part))
            row.parts, row.size, row.runs = row.parts + 1, row.size + len(data), row.runs + batch.runs
        row.reached = batch.reached or row.oldest

    def _failed(self, workspace_id: UUID, export_id: UUID, error: Exception) -> None:
        with self.database.unit(workspace_id) as uow:
            try:
                row = service.locked(uow, export_id)
            except NotFound:
                return  # its workspace is gone
            if row.state in UNFINISHED:
                row.held_until = uow.now
                if row.attempt >= ATTEMPTS:
                    _end(
                        uow,
                        row,
                        State.FAILED,
                        error.message if isinstance(error, StudioError) else type(error).__name__,
                    )


def _end(uow: UnitOfWork, row: RunExport, state: State, error: str | None = None) -> None:
    row.state, row.ended_at, row.error = state, uow.now, error
