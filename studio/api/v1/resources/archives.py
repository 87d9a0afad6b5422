"""Archiving before deletion: where to, what lies there, and the record of one run."""

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from flask import Response

from studio.api.v1.blueprint import archive_reach
from studio.api.v1.operations import operation
from studio.api.v1.resources.runs import TAG
from studio.api.v1.shapes.archives import ArchivedLine, ArchivedQuery, ArchiveView, ArchiveWanted
from studio.api.v1.shapes.common import ListOf, cursor_id, written
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.archive import finding, service
from studio.runtime.history import filters
from studio.runtime.models import ArchivedRun


@operation("GET", "/workspace/archive", tag="Workspace", needs="settings.read", answer=ArchiveView)
def get_archive(uow: UnitOfWork) -> ArchiveView:
    """Where ended runs are archived before they are deleted, and whether that works."""
    place, stuck = service.current(uow), service.stuck(uow)
    told = ("proved_at", "trouble", "trouble_words", "trouble_since")
    found = {name: getattr(place, name, None) for name in told}
    found |= {name: getattr(stuck, name, None) for name in ("files_trouble", "files_trouble_since")}
    return ArchiveView.model_validate(asdict(service.wanted_now(uow)) | found)


@operation("PUT", "/workspace/archive", tag="Workspace", needs="settings.manage", body=ArchiveWanted,
           answer=ArchiveView)  # fmt: skip
def put_archive(uow: UnitOfWork, body: ArchiveWanted) -> ArchiveView:
    """Archive there from now on. It is tried at once; nothing is deleted before it works."""
    service.set_place(uow, service.Wanted(**body.model_dump()), archive_reach().allowed_hosts)
    return get_archive(uow)


@operation("POST", "/workspace/archive/try", tag="Workspace", needs="settings.manage", answer=ArchiveView)
def try_archive(uow: UnitOfWork) -> ArchiveView:
    """Have a worker try at once what could not be written, or deleted, and not only minutes later."""
    service.look_now(uow)
    return get_archive(uow)


@operation("GET", "/archived-runs", tag=TAG, needs="run.read", query=ArchivedQuery, answer=ListOf[ArchivedLine])
def list_archived_runs(uow: UnitOfWork, query: ArchivedQuery) -> ListOf[ArchivedLine]:
    """Runs that were archived and deleted, newest first."""
    given = query.model_dump(include={"workflow", "state", "error", "label", "since"}, exclude_none=True)
    wanted, problems = filters.read(given.items())
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, field=problems[0].path, problems=problems)
    page = finding.page(uow, wanted, cursor_id(query.cursor), query.limit)
    data = [_shaped(one, page.labels.get(one.run_id, {})) for one in page.rows]
    return ListOf[ArchivedLine](data=data, next_cursor=written(page.older))


@operation("GET", "/archived-runs/<uuid:archived_id>", tag=TAG, needs="run.read", answer=ArchivedLine)
def get_archived_run(uow: UnitOfWork, archived_id: UUID) -> ArchivedLine:
    """What is still known of one, by the run's id."""
    row = finding.one(uow, archived_id)
    return _shaped(row, finding.labels_of(uow, [row]).get(row.run_id, {}))


@operation(
    "GET",
    "/archived-runs/<uuid:archived_id>/record",
    tag=TAG,
    needs="run.read",
    media=("application/json",),
    status=200,
)
def get_archived_record(uow: UnitOfWork, archived_id: UUID) -> Response:
    """Its whole record, one JSON object, from where it lies: the run, its steps and their data, notes, waits.

    The download is itself an audit event.
    """
    with web.database().unit(uow.workspace, uow.actor) as recording:
        finding.note_taking(recording, archived_id)
    return Response(finding.record(uow, archived_id, archive_reach()), content_type="application/json")


def _shaped(row: ArchivedRun, labels: Mapping[str, str]) -> ArchivedLine:
    return ArchivedLine(
        id=row.run_id, workflow_id=row.workflow_id, state=row.state, error_code=row.error_code, labels=dict(labels),
        created_at=row.created_at, finished_at=row.finished_at, archived_at=row.archived_at, file=row.archive_id,
        offset=row.offset, length=row.length,
    )  # fmt: skip
