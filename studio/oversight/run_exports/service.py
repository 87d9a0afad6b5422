"""Asking for exports of runs, following them, stopping them, taking them away."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from studio.audit import Target, record
from studio.audit.listing import Units
from studio.audit.registry import Action
from studio.audit.taxonomy import run_exports as actions
from studio.contract import gates
from studio.contract.gates import Act
from studio.core import ids, tenancy
from studio.core.errors import Conflict, Gone, NotFound
from studio.core.i18n import gettext as _
from studio.core.ids import first_id_at
from studio.core.locking import one_at_a_time
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.run_exports.outcomes import UNFINISHED, Format, State
from studio.oversight.run_exports.tables import RunExport, RunExportPart
from studio.runtime.history import filters
from studio.runtime.history.filters import RunFilter
from studio.runtime.models import Run

AT_ONCE = 3
"""Exports of one workspace that are being made."""
PAGE = 30

on_asked: Callable[[], None] | None = None
"""Called after a commit that left something to make. Set at start; the hint may be lost."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some exports, newest first."""

    exports: Sequence[RunExport]
    older: UUID | None
    """`before` of the next page; None: this is the last."""


def ask(uow: UnitOfWork, wanted: RunFilter, kind: Format) -> RunExport:
    """Have the runs of a filter written, those that there are by now. Raises Conflict where too many are being made."""
    one_at_a_time(uow, "run_export")
    count = select(func.count()).select_from(RunExport).where(RunExport.state.in_(UNFINISHED))
    if (uow.session.scalar(count) or 0) >= AT_ONCE:
        said = _("%(count)s exports are being made. Wait until one is ready, or stop one.", count=AT_ONCE)
        raise Conflict(said, code="run_export.too_many", resource="run_export")
    start = wanted.starts(uow.now)
    asked = replace(wanted, since=start, span=None)
    row = RunExport(
        id=ids.new_id(), format=kind.value, filter=[list(pair) for pair in filters.written(asked)], state=State.QUEUED,
        runs=0, newest=first_id_at(uow.now), reached=first_id_at(uow.now), oldest=_oldest(uow, asked), parts=0, size=0,
        attempt=0, held_until=uow.now, asked_by=uow.actor.user_id, created_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    _record(uow, actions.RUN_EXPORT_REQUESTED, row)
    if on_asked is not None:
        uow.after_commit(on_asked)
    return row


def cancel(uow: UnitOfWork, export_id: UUID) -> RunExport:
    """Stop one that is not made yet; nothing of it is kept. Raises NotFound, or Conflict where it has ended."""
    row = locked(uow, export_id)
    if row.state == State.CANCELLED:
        return row
    if row.state not in UNFINISHED:
        said = _("This export has come to its end; there is nothing to stop.")
        raise Conflict(said, code="run_export.ended", resource=f"run_export:{export_id}")
    uow.session.execute(delete(RunExportPart).where(RunExportPart.export_id == export_id))
    row.state, row.ended_at, row.size, row.parts = State.CANCELLED, uow.now, 0, 0
    _record(uow, actions.RUN_EXPORT_CANCELLED, row)
    return row


def one(uow: UnitOfWork, export_id: UUID) -> RunExport:
    """One export. Raises NotFound."""
    return tenancy.get(uow.session, RunExport, export_id, "export")


def locked(uow: UnitOfWork, export_id: UUID) -> RunExport:
    """One export with its row locked, as it is now. Raises NotFound."""
    query = select(RunExport).where(RunExport.id == export_id).with_for_update()
    found = uow.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("There is no such export in this workspace."), resource=f"run_export:{export_id}")
    return found


def page(uow: UnitOfWork, *, before: UUID | None = None, limit: int = PAGE) -> Page:
    """Exports that were asked for, newest first."""
    query = select(RunExport).order_by(RunExport.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(RunExport.id < before)
    found = uow.session.scalars(query).all()
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


def progress(row: RunExport) -> int:
    """Per cent of the time between the newest and the oldest run that is written. By the ids: nothing is counted."""
    if row.state == State.READY:
        return 100
    newest, oldest, reached = (one.int >> 80 for one in (row.newest, row.oldest, row.reached))
    return min(99, max(0, (newest - reached) * 100 // max(1, newest - oldest)))


def take(uow: UnitOfWork, export_id: UUID) -> RunExport:
    """Have one handed out: once more proven where a policy says so, and it is recorded.

    Raises NotFound, Gone where its time is over, Conflict where it is not ready, and what a gate raises.
    """
    row = one(uow, export_id)
    where = f"run_export:{row.id}"
    if row.state == State.EXPIRED or (row.expires_at is not None and row.expires_at <= uow.now):
        raise Gone(_("This export is no longer kept. Ask for it again."), code="run_export.expired", resource=where)
    if row.state != State.READY:
        raise Conflict(_("This export is not ready."), code="run_export.not_ready", resource=where)
    facts = {"what": "runs"}
    gates.current().require(uow, Act("data.export", _("Download runs"), {**facts, "export": str(row.id)}, facts))
    _record(uow, actions.RUN_EXPORT_TAKEN, row, runs=row.runs, size=row.size)
    return row


def content(units: Units, export_id: UUID, parts: int) -> Iterator[bytes]:
    """The bytes of one that was handed out, a part a unit: whoever downloads slowly holds no connection."""
    for number in range(parts):
        wanted = select(RunExportPart.data).where(RunExportPart.export_id == export_id, RunExportPart.number == number)
        with units() as uow:
            data = uow.session.scalar(wanted)
        if data is None:  # it expired meanwhile: the file is shorter than was said, which browsers tell
            return
        yield zlib.decompress(data)


def file_name(row: RunExport) -> str:
    """What it is saved as."""
    return f"runs-{row.created_at.date().isoformat()}-{str(row.id)[-6:]}.{row.format}"


def wanted_of(row: RunExport) -> RunFilter:
    """What it was asked for."""
    return filters.read((name, value) for name, value in row.filter)[0]


def purge(uow: UnitOfWork) -> None:
    """Delete the bytes of exports whose time is over; that they were made is kept."""
    query = select(RunExport).where(RunExport.state == State.READY, RunExport.expires_at <= uow.now)
    for row in uow.session.scalars(query):
        uow.session.execute(delete(RunExportPart).where(RunExportPart.export_id == row.id))
        row.state = State.EXPIRED


def _oldest(uow: UnitOfWork, wanted: RunFilter) -> UUID:
    first = uow.session.scalar(select(Run.id).order_by(Run.id).limit(1)) or first_id_at(uow.now)
    return max(first, first_id_at(wanted.since)) if wanted.since is not None else first


def _record(uow: UnitOfWork, action: Action, row: RunExport, **more: Any) -> None:
    said = {"format": row.format, "filter": "&".join(f"{name}={value}" for name, value in row.filter)[:400] or None}
    record(uow, action, targets=[Target("run_export", row.id, file_name(row))], metadata=said | more)
