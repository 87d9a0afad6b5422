"""Archived runs: looked up by what is still known of them, and read from where they lie."""

from typing import Any
from uuid import UUID

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from studio.accounts.permissions import permission
from studio.console import words
from studio.console.blueprint import archive_reach, blueprint
from studio.console.pages.run_list import MOST_CHOICES
from studio.console.zones import zone_of_person
from studio.core.errors import InvalidInput
from studio.core.ids import parse_id
from studio.core.web import current_uow, database
from studio.runtime.archive import finding
from studio.runtime.archive.finding import Page
from studio.runtime.history import filters
from studio.runtime.models import RunArchive, Workflow

STATES = ("succeeded", "failed", "cancelled")
NAMES = ("q", "workflow", "state", "from", "until", "label", "error")


@blueprint.get("/runs/archived")
@permission("run.read")
def archived_runs() -> ResponseReturnValue:
    """The list, filtered by the address as that of runs is. A filter that is none lists nothing."""
    uow = current_uow()
    wanted, problems = filters.read(request.args.items(multi=True), zone_of_person())
    page = Page((), {}, {}, None)
    if not problems:
        try:
            page = finding.page(uow, wanted, parse_id(request.args.get("before", "")))
        except InvalidInput as error:
            problems = list(error.problems)
    given = {name: request.args.get(name, "") for name in NAMES}
    names = select(Workflow.id, Workflow.name).order_by(Workflow.name).limit(MOST_CHOICES)
    kept: dict[str, Any] = {name: value for name, value in given.items() if value}
    older = url_for("console.archived_runs", **kept, before=page.older) if page.older else None
    html = render_template(
        "console/archived_runs.html", page=page, words=words, wanted=wanted, given=given, states=STATES,
        workflows=uow.session.execute(names).all(), filtered=any(given.values()),
        problems={one.path: one.message for one in problems}, older=older,
    )  # fmt: skip
    return html, 422 if problems else 200


@blueprint.get("/runs/archived/<uuid:archived_id>")
@permission("run.read")
def archived_run(archived_id: UUID) -> str:
    """What is still known of one."""
    uow = current_uow()
    row = finding.one(uow, archived_id)
    return render_template(
        "console/archived_run.html", row=row, words=words, workflow=uow.session.get(Workflow, row.workflow_id),
        labels=finding.labels_of(uow, [row]).get(row.run_id, {}), file=uow.session.get_one(RunArchive, row.archive_id),
    )  # fmt: skip


@blueprint.get("/runs/archived/<uuid:archived_id>/record")
@permission("run.read")
def archived_run_record(archived_id: UUID) -> Response:
    """Its whole record, from where it lies. That somebody has it is an audit event."""
    uow = current_uow()
    with database().unit(uow.workspace, uow.actor) as recording:
        finding.note_taking(recording, archived_id)
    answer = Response(finding.record(uow, archived_id, archive_reach()), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="run-{archived_id}.json"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
