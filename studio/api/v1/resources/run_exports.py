"""Runs as files: written in the background, whatever their number."""

from functools import partial
from uuid import UUID

from flask import Response

from studio.api.v1.operations import operation
from studio.api.v1.resources.runs import TAG
from studio.api.v1.shapes.common import ListOf, cursor_id
from studio.api.v1.shapes.run_exports import RunExportAsk, RunExportQuery, RunExportShape, shaped
from studio.core import web
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.run_exports import service
from studio.oversight.run_exports.outcomes import Format

MEDIA = {Format.CSV: "text/csv", Format.JSONL: "application/jsonl"}


@operation(
    "POST", "/run-exports", tag=TAG, needs="run.read", body=RunExportAsk, answer=RunExportShape, status=201,
    conflicts=True,
)  # fmt: skip
def ask_run_export(uow: UnitOfWork, body: RunExportAsk) -> RunExportShape:
    """Have runs written to a file. It is made in the background: read it until its state is `ready`."""
    return shaped(service.ask(uow, body.wanted(), body.format))


@operation("GET", "/run-exports", tag=TAG, needs="run.read", query=RunExportQuery, answer=ListOf[RunExportShape])
def list_run_exports(uow: UnitOfWork, query: RunExportQuery) -> ListOf[RunExportShape]:
    """Files that were asked for, newest first."""
    page = service.page(uow, before=cursor_id(query.cursor), limit=query.limit)
    return ListOf[RunExportShape](
        data=[shaped(one) for one in page.exports], next_cursor=str(page.older) if page.older is not None else None
    )


@operation("GET", "/run-exports/<uuid:export_id>", tag=TAG, needs="run.read", answer=RunExportShape)
def get_run_export(uow: UnitOfWork, export_id: UUID) -> RunExportShape:
    """How far a file is, or what it holds."""
    return shaped(service.one(uow, export_id))


@operation(
    "POST", "/run-exports/<uuid:export_id>/cancel", tag=TAG, needs="run.read", answer=RunExportShape, conflicts=True
)
def cancel_run_export(uow: UnitOfWork, export_id: UUID) -> RunExportShape:
    """Stop a file that is being written; nothing of it is kept."""
    return shaped(service.cancel(uow, export_id))


@operation(
    "GET", "/run-exports/<uuid:export_id>/file", tag=TAG, needs="run.read", media=tuple(MEDIA.values()), conflicts=True
)
def download_run_export(uow: UnitOfWork, export_id: UUID) -> Response:
    """The file. The download is itself an audit event."""
    database = web.database()
    with database.unit(uow.workspace, uow.actor) as recording:  # this request itself only reads
        row = service.take(recording, export_id)
        name, size, parts, kind = service.file_name(row), row.size, row.parts, Format(row.format)
    units = partial(database.unit, uow.workspace, uow.actor, read_only=True)
    answer = Response(service.content(units, export_id, parts), content_type=MEDIA[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Length"] = str(size)
    return answer
