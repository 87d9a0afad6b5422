"""The editor's page, and where new workflows begin."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.builder import catalogue
from studio.builder.backtest import service as backtests
from studio.builder.backtest import work
from studio.builder.forms import ImportForm
from studio.builder.service import boot, drafts, samples, whole
from studio.builder.views.blueprint import asked, blueprint, checked, engine, loaded
from studio.builder.views.versions import shown
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.guard.service import freezing
from studio.runtime.halts import pausing
from studio.runtime.models import Workflow

MOST_SHOWN = 20


@blueprint.get("/workflows/<uuid:workflow_id>/edit")
@permission("workflow.edit")
def edit(workflow_id: UUID) -> ResponseReturnValue:
    """The canvas."""
    workflow = asked(workflow_id)
    uow = web.current_uow()
    halt = pausing.of(uow, workflow)
    frozen = freezing.now_over(uow, "workflow.publish")
    sample = samples.of_source(uow, parse_id(request.args.get("sample", "")))
    asked_for = "test" if sample is not None else request.args.get("dialog")
    given = _boot(uow, workflow) | {
        "test": _tried(uow, workflow),
        "dialog": asked_for if asked_for in ("backtest", "test") else None,
        "sample": shown(sample) if sample is not None and signed_in_person().may("event.read") else None,
    }
    return render_template("builder/edit.html", workflow=workflow, boot=given, halt=halt, frozen=frozen)


@blueprint.post("/workflows/<uuid:workflow_id>/bypass")
@permission("workflow.publish")
def bypass(workflow_id: UUID) -> ResponseReturnValue:
    """Ask at the gate of publishing now: in a freeze for a reason, else for a proof; then go back to the canvas."""
    workflow, uow = asked(workflow_id), web.current_uow()
    whole.pass_gate(uow, workflow, drafts.current(uow, workflow))
    flash(_("You may publish this draft now, for ten minutes."), "good")
    return redirect(url_for("builder.edit", workflow_id=workflow.id), 303)


@blueprint.post("/workflows/new")
@permission("workflow.edit")
def new() -> ResponseReturnValue:
    """Make an empty workflow and open it."""
    workflow = whole.make_empty(web.current_uow())
    return redirect(url_for("builder.edit", workflow_id=workflow.id))


@blueprint.get("/workflows/import")
@permission("workflow.edit")
def import_page() -> ResponseReturnValue:
    """Ask for the file."""
    return render_template("builder/import.html", form=ImportForm(), problems=())


@blueprint.post("/workflows/import")
@permission("workflow.edit")
def import_file() -> ResponseReturnValue:
    """Make a workflow of it, or say what is wrong with it."""
    form = ImportForm()
    try:
        workflow = whole.import_text(web.current_uow(), form.content())
    except InvalidInput as error:
        web.rollback(error)
        return render_template("builder/import.html", form=form, problems=error.problems[:MOST_SHOWN]), 422
    return redirect(url_for("builder.edit", workflow_id=workflow.id))


def _boot(uow: UnitOfWork, workflow: Workflow) -> dict[str, Any]:
    draft, person, facts = drafts.current(uow, workflow), signed_in_person(), boot.workspace_facts(uow)
    return checked(workflow, loaded(draft)).as_json() | {
        "workflow": {
            "id": str(workflow.id),
            "name": workflow.name,
            "enabled": workflow.enabled,
            "published_version": workflow.published_number,
            "changed": whole.changed(uow, workflow, draft),
        },
        "document": draft.document,
        "revision": draft.revision,
        "node_types": catalogue.node_types(),
        "people": boot.deciders(uow),
        "calendars": boot.calendar_names(uow),
        "policies": boot.policy_names(uow),
        "matrices": boot.matrix_names(uow),
        "secrets": boot.secret_names(uow),
        "workflows": boot.callable_workflows(uow),
        "csrf": generate_csrf(),
        "can_publish": person.may("workflow.publish"),
        "can_connect": person.may("connection.manage"),
        "urls": _urls(workflow),
        "locale": person.locale.replace("_", "-"),
        "time_zone": person.time_zone,
        "currency": facts["currency"],
    }


def _tried(uow: UnitOfWork, workflow: Workflow) -> dict[str, Any] | None:
    """One event of a backtest, to be drawn on the canvas as a test-run is."""
    backtest_id, event_id = parse_id(request.args.get("backtest", "")), parse_id(request.args.get("event", ""))
    if backtest_id is None or event_id is None:
        return None
    row = backtests.trial(uow, workflow, backtest_id)
    backtests.event(uow, row, event_id)
    found = work.again(uow, row, [event_id], engine().ports.calls).get(event_id)
    return work.shown(found) if found is not None else None


def _urls(workflow: Workflow) -> dict[str, str]:
    asset = cast("Callable[[str], str]", current_app.jinja_env.globals["asset"])
    return {
        "api": f"/builder/api/workflows/{workflow.id}",
        "workflows": "/workflows",
        "runs": f"/runs?workflow={workflow.id}",
        "backtests": f"/workflows/{workflow.id}/backtests",
        "shadows": f"/workflows/{workflow.id}/shadows" if signed_in_person().may("run.read") else "",
        "start": f"/workflows/{workflow.id}/start/",
        "sprite": asset("icons.svg"),
        "tidy": asset("tidy.js"),
    }
