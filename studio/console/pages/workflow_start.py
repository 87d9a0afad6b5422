"""Start a workflow by hand: with its form, or with the data that another trigger would bring."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint, engine
from studio.console.pages.workflow import asked
from studio.console.rows_forms import UploadForm
from studio.console.workflows_facts import trigger
from studio.console.workflows_forms import StartForm, start_form
from studio.contract.node import NodeType, node_type
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.web import current_uow
from studio.runtime.models import TriggerSubscription, Workflow
from studio.runtime.rows import reading
from studio.runtime.service import starts
from studio.runtime.triggers.manual import Manual


@blueprint.get("/workflows/<uuid:workflow_id>/start/<trigger_key>")
@permission("workflow.start")
def start_page(workflow_id: UUID, trigger_key: str) -> ResponseReturnValue:
    """Ask for what the run needs."""
    found = asked(workflow_id)
    row, known = trigger_of(found, trigger_key)
    if known is Manual and row.settings.get("rows") is True:
        return upload_page(found, row, UploadForm(formdata=None))
    return _page(found, row, known, start_form(known, row.settings))


@blueprint.post("/workflows/<uuid:workflow_id>/start/<trigger_key>")
@permission("workflow.start")
def start_run(workflow_id: UUID, trigger_key: str) -> ResponseReturnValue:
    """Start the run."""
    found, uow = asked(workflow_id), current_uow()
    row, known = trigger_of(found, trigger_key)
    form = start_form(known, row.settings)
    if not form.validate_on_submit():
        return _page(found, row, known, form), 422
    try:
        data = form.answers(row.settings)
        run = starts.start_manual(uow, found, row.node_key, data, engine().wake_main)
    except InvalidInput as error:
        form.show(error)
        return _page(found, row, known, form, error.message), 422
    flash(_("The run has started."), "good")
    return redirect(url_for("console.run", run_id=run.id), 303)


def upload_page(found: Workflow, row: TriggerSubscription, form: UploadForm) -> str:
    """The form that takes a file whose rows answer the trigger's form."""
    return render_template(
        "console/rows_upload.html", workflow=found, trigger=row, config=Manual.Config.model_validate(row.settings),
        form=form, most=reading.MOST_ROWS, most_mb=reading.MOST_BYTES // 1024**2,
    )  # fmt: skip


def trigger_of(found: Workflow, key: str) -> tuple[TriggerSubscription, type[NodeType]]:
    """The trigger of that key, on, with its type. Raises NotFound, Conflict."""
    row = trigger(current_uow(), found, key)
    known = node_type(row.type) if row is not None else None
    if row is None or known is None:
        raise NotFound(_("The published version has no such trigger."))
    if not row.active:
        raise Conflict(_("The workflow is turned off, so nothing was started. Turn it on first."), code="workflow.off")
    return row, known


def _page(
    found: Workflow, row: TriggerSubscription, known: type[NodeType], form: StartForm, wrong: str | None = None
) -> str:
    return render_template(
        "console/workflow_start.html", workflow=found, trigger=row, type=known, form=form, wrong=wrong
    )
