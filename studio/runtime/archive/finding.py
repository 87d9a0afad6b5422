"""Archived runs are looked up, and the record of one is read from where it lies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from studio import audit
from studio.audit.taxonomy import archives as actions
from studio.core import tenancy
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.archive import records
from studio.runtime.archive.places import Reach, store_of
from studio.runtime.history.filters import RunFilter
from studio.runtime.models import ArchivedLabel, ArchivedRun, ArchivePlace, RunArchive, Workflow

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some of them, newest first."""

    rows: Sequence[ArchivedRun]
    workflows: Mapping[UUID, str]
    """Names, of those workflows that are still there."""
    labels: Mapping[UUID, Mapping[str, str]]
    older: UUID | None
    """`before` of the next page; None: this is the last."""


def page(uow: UnitOfWork, wanted: RunFilter, before: UUID | None = None, limit: int = PAGE) -> Page:
    """One page of them. Raises InvalidInput with every filter that asks for what is no longer known of them."""
    problems = [
        FieldProblem(name, "archive.filter", _("Archived runs cannot be filtered by this.")) for name in _more(wanted)
    ]
    if problems:
        raise InvalidInput(problems[0].message, code="archive.filter", field=problems[0].path, problems=problems)
    query = select(ArchivedRun).where(*_conditions(wanted, uow.now)).order_by(ArchivedRun.run_id.desc())
    if before is not None:
        query = query.where(ArchivedRun.run_id < before)
    found = uow.session.scalars(query.limit(limit + 1)).all()
    rows = found[:limit]
    return Page(rows, _names(uow, rows), labels_of(uow, rows), rows[-1].run_id if len(found) > limit else None)


def any_there(uow: UnitOfWork) -> bool:
    """Whether anything was archived at all."""
    return uow.session.scalar(select(ArchivedRun.run_id).limit(1)) is not None


def there(uow: UnitOfWork, run_id: UUID) -> bool:
    """Whether this run was archived."""
    return uow.session.get(ArchivedRun, run_id) is not None


def one(uow: UnitOfWork, run_id: UUID) -> ArchivedRun:
    """What is known of an archived run. Raises NotFound."""
    return tenancy.get(uow.session, ArchivedRun, run_id, "archived run")


def labels_of(uow: UnitOfWork, rows: Sequence[ArchivedRun]) -> dict[UUID, dict[str, str]]:
    """By run and key."""
    found = select(ArchivedLabel).where(ArchivedLabel.run_id.in_([row.run_id for row in rows]))
    made: dict[UUID, dict[str, str]] = {}
    for label in uow.session.scalars(found.order_by(ArchivedLabel.run_id, ArchivedLabel.key)):
        made.setdefault(label.run_id, {})[label.key] = label.value
    return made


def record(uow: UnitOfWork, run_id: UUID, reach: Reach) -> Iterator[bytes]:
    """Its record, one JSON object, a piece at a time. Raises NotFound, or ArchiveTrouble where it cannot be read."""
    row = one(uow, run_id)
    archive = tenancy.get(uow.session, RunArchive, row.archive_id, "archive")
    place = tenancy.get(uow.session, ArchivePlace, archive.place_id, "archive place")
    return records.unpacked(store_of(place, reach).read(archive.name, row.offset, row.length))


def note_taking(recording: UnitOfWork, run_id: UUID) -> None:
    """That its record is downloaded, before it is. Raises NotFound. `recording` may write: a download itself reads."""
    row = one(recording, run_id)
    audit.record(recording, actions.ARCHIVED_RUN_TAKEN, targets=[audit.Target("run", row.run_id)])


def _more(wanted: RunFilter) -> Iterator[str]:
    """Filters of the list of runs that nothing is kept for."""
    given = {
        "version": wanted.version, "fingerprint": wanted.error_print, "node": wanted.error_node,
        "trigger": wanted.trigger, "connection": wanted.connection, "approver": wanted.approver_id,
        "q": wanted.search.strip() if wanted.run_id is None else None,
    }  # fmt: skip
    return (name for name, value in given.items() if value)


def _conditions(wanted: RunFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    since = wanted.starts(now)
    if wanted.run_id is not None:
        yield ArchivedRun.run_id == wanted.run_id
    if wanted.workflow_id is not None:
        yield ArchivedRun.workflow_id == wanted.workflow_id
    if wanted.states:
        yield ArchivedRun.state.in_(wanted.states)
    if wanted.error_code is not None:
        yield ArchivedRun.error_code == wanted.error_code
    if since is not None:
        yield ArchivedRun.run_id >= first_id_at(since)
    if wanted.until is not None:
        yield ArchivedRun.run_id < first_id_at(wanted.until)
    for key, value in wanted.labels:
        named = ArchivedLabel.run_id == ArchivedRun.run_id, ArchivedLabel.key == key, ArchivedLabel.value == value
        yield exists().where(*named)


def _names(uow: UnitOfWork, rows: Sequence[ArchivedRun]) -> dict[UUID, str]:
    wanted = select(Workflow.id, Workflow.name).where(Workflow.id.in_({row.workflow_id for row in rows}))
    return {row.id: row.name for row in uow.session.execute(wanted)}
