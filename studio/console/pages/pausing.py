"""Pausing one workflow, resuming it, dropping what it holds."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.console.halts_forms import DropForm, PauseForm, ResumeForm
from studio.console.pages.workflow import asked
from studio.console.zones import zone_of_person
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.web import current_uow
from studio.runtime.halts import pausing, reading
from studio.runtime.models import Workflow


@blueprint.get("/workflows/<uuid:workflow_id>/pause")
@permission("workflow.publish")
def pause_page(workflow_id: UUID) -> ResponseReturnValue:
    """Ask how; where it is paused, say how it is, and change it."""
    found = asked(workflow_id)
    row = pausing.of(current_uow(), found)
    form = PauseForm(formdata=None)
    if row is not None and row.resumed_at is None:
        until = row.until.astimezone(zone_of_person()) if row.until else None
        form = PauseForm(formdata=None, reason=row.reason, events=row.events, runs="park" if row.parks else "finish",
                         until=until)  # fmt: skip
    return _page(found, form)


@blueprint.post("/workflows/<uuid:workflow_id>/pause")
@permission("workflow.publish")
def pause_workflow(workflow_id: UUID) -> ResponseReturnValue:
    """Let it stand still."""
    found, form = asked(workflow_id), PauseForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        pausing.pause(current_uow(), found, form.wanted(zone_of_person()))
    except InvalidInput as error:
        web.rollback(error)
        form.show(error)
        return _page(asked(workflow_id), form), error.status
    flash(_("“%(name)s” is paused.", name=found.name), "info")
    return _back(found)


@blueprint.post("/workflows/<uuid:workflow_id>/resume")
@permission("workflow.publish")
def resume_workflow(workflow_id: UUID) -> ResponseReturnValue:
    """Let it go on."""
    found, form = asked(workflow_id), ResumeForm()
    if not form.validate_on_submit():
        raise InvalidInput(_("Choose one of the times offered."), field="over")
    row = pausing.resume(current_uow(), found, form.over_s())
    if row is None:
        flash(_("It runs again. Nothing had gathered."), "good")
    else:
        said = ngettext(
            "It runs again. %(num)d held event or parked run goes on.",
            "It runs again. %(num)d held events and parked runs go on, in their order.", row.total,
        )  # fmt: skip
        flash(said, "good")
    return _back(found)


@blueprint.post("/workflows/<uuid:workflow_id>/held/drop")
@permission("workflow.publish")
def drop_held(workflow_id: UUID) -> ResponseReturnValue:
    """Drop what it holds."""
    found, form = asked(workflow_id), DropForm()
    if not form.validate_on_submit():
        raise InvalidInput(_("Reload the page, then try again. Nothing was changed."))
    count = pausing.drop(current_uow(), found)
    flash(ngettext("%(num)d held event was dropped.", "%(num)d held events were dropped.", count), "info")
    return _back(found)


def _page(found: Workflow, form: PauseForm) -> str:
    uow = current_uow()
    return render_template(
        "console/pause.html", workflow=found, form=form, halt=pausing.of(uow, found),
        backlog=reading.backlog(uow, found.id),
    )  # fmt: skip


def _back(found: Workflow) -> ResponseReturnValue:
    return redirect(url_for("console.workflow", workflow_id=found.id), 303)
