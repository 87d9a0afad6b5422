"""Runs as a file: asked for with the filters of the list, followed, stopped, downloaded."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.approvals import people
from studio.console.blueprint import blueprint
from studio.console.forms import RunExportForm
from studio.console.pages.run_list import address, wanted_runs
from studio.core.ids import parse_id
from studio.core.web import current_uow, database
from studio.oversight.run_exports import service
from studio.oversight.run_exports.outcomes import UNFINISHED, Format, State

MEDIA = {Format.CSV: "text/csv; charset=utf-8", Format.JSONL: "application/jsonl"}


@blueprint.get("/runs/exports")
@permission("run.read")
def run_exports() -> ResponseReturnValue:
    """What was asked for, newest first."""
    uow = current_uow()
    page = service.page(uow, before=parse_id(request.args.get("before", "")))
    seated = people.by_ids(uow, {one.asked_by for one in page.exports if one.asked_by is not None})
    return render_template(
        "console/run_exports.html", page=page, people=seated, name=service.file_name, progress=service.progress,
        state=export_state,
    )  # fmt: skip


@blueprint.post("/runs/exports")
@permission("run.read")
def run_export_ask() -> ResponseReturnValue:
    """Have the runs written that the filters in the address choose."""
    form = RunExportForm()
    wanted, problems = wanted_runs()
    if problems or not form.validate():
        flash(problems[0].message if problems else _("Choose CSV or JSON lines; nothing was begun."), "bad")
        return redirect(address(), 303)
    row = service.ask(current_uow(), wanted, Format(str(form.format.data)))
    return redirect(url_for("console.run_export", export_id=row.id), 303)


@blueprint.get("/runs/exports/<uuid:export_id>")
@permission("run.read")
def run_export(export_id: UUID) -> ResponseReturnValue:
    """How far one is, or what it holds."""
    uow = current_uow()
    row = service.one(uow, export_id)
    return render_template(
        "console/run_export.html", row=row, name=service.file_name(row), progress=service.progress(row),
        asker=people.by_id(uow, row.asked_by), going=row.state in UNFINISHED, state=export_state(row.state),
        listed=url_for("console.runs", **_arguments(row.filter)),
    )  # fmt: skip


@blueprint.post("/runs/exports/<uuid:export_id>/cancel")
@permission("run.read")
def run_export_cancel(export_id: UUID) -> ResponseReturnValue:
    """Stop one."""
    service.cancel(current_uow(), export_id)
    flash(_("The export is stopped; nothing of it is kept."), "good")
    return redirect(url_for("console.run_export", export_id=export_id), 303)


@blueprint.post("/runs/exports/<uuid:export_id>/download")
@permission("run.read")
def run_export_download(export_id: UUID) -> Response:
    """Hand one out; that it was taken is itself an event."""
    uow = current_uow()
    row = service.take(uow, export_id)
    units = partial(database().unit, uow.workspace, uow.actor, read_only=True)
    answer = Response(service.content(units, row.id, row.parts), content_type=MEDIA[Format(row.format)])
    answer.headers["Content-Disposition"] = f'attachment; filename="{service.file_name(row)}"'
    answer.headers["Content-Length"] = str(row.size)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def export_state(state: str) -> tuple[str, str]:
    """Words and kind of a chip."""
    known: dict[str, tuple[str, str]] = {
        State.QUEUED: (_("Waits"), "wait"),
        State.MAKING: (_("Being written"), "wait"),
        State.READY: (_("Ready"), "good"),
        State.FAILED: (_("Failed"), "bad"),
        State.CANCELLED: (_("Stopped"), ""),
        State.EXPIRED: (_("No longer kept"), ""),
    }
    return known[state]


def _arguments(pairs: list[list[str]]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    return given
