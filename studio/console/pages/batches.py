"""One thing done with many runs: looked at, begun, watched, paused, cancelled."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.console import batch_words
from studio.console.batch_form import BatchForm, BatchStateForm
from studio.console.blueprint import blueprint, engine
from studio.console.zones import zone_of_person
from studio.core import tenancy, web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.runtime.batches import service
from studio.runtime.batches.doing import Hands
from studio.runtime.batches.planning import Preview, preview
from studio.runtime.batches.wanted import State
from studio.runtime.models import RunBatch

PAGE = 50


@blueprint.get("/run-batches")
@permission("run.read")
def batches() -> ResponseReturnValue:
    """All of them, newest first."""
    found = service.batches(current_uow(), parse_id(request.args.get("before", "")), PAGE + 1)
    older = url_for("console.batches", before=found[PAGE - 1].id) if len(found) > PAGE else None
    return render_template("console/batches.html", batches=found[:PAGE], words=batch_words, older=older)


@blueprint.get("/run-batches/new")
@permission("run.rerun")
def batch_new() -> ResponseReturnValue:
    """Choose what is done with the runs that fit `filter`, and see what would happen."""
    form = BatchForm(formdata=None, filter=request.args.get("filter", ""), verb=request.args.get("verb", "rerun"))
    return _page(form)


@blueprint.post("/run-batches/new")
@permission("run.rerun")
def begin_batch() -> ResponseReturnValue:
    """Show what was chosen, or begin with what was shown."""
    form = BatchForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    if form.do.data != "begin":
        return _page(form)
    try:
        made = service.begin(
            current_uow(), form.name.data or "", form.filter.data or "", form.wanted(),
            per_minute=form.per_minute.data or 0, seen=form.plan.data or "", zone=zone_of_person(),
        )  # fmt: skip
    except (Conflict, InvalidInput) as error:
        web.rollback(error)
        return _page(form, error, status=error.status)
    return redirect(url_for("console.batch", batch_id=made.id), 303)


@blueprint.get("/run-batches/<uuid:batch_id>")
@permission("run.read")
def batch(batch_id: UUID) -> ResponseReturnValue:
    """How far it is, and what became of its runs."""
    uow = current_uow()
    found = tenancy.get(uow.session, RunBatch, batch_id, "batch")
    items = service.items(uow, batch_id)
    return render_template(
        "console/batch.html", batch=found, words=batch_words, items=items,
        titles=service.titles(uow, items),
    )  # fmt: skip


@blueprint.post("/run-batches/<uuid:batch_id>")
@permission("run.rerun")
def change_batch(batch_id: UUID) -> ResponseReturnValue:
    """Pause it, let it go on, or cancel it."""
    tenancy.get(current_uow().session, RunBatch, batch_id, "batch")
    form = BatchStateForm()
    if not form.validate_on_submit() or form.state.data not in (State.PAUSED, State.RUNNING, State.CANCELLED):
        raise InvalidInput(_("Choose one of the ways offered."), field="state")
    service.change(current_uow(), batch_id, State(form.state.data))
    flash(str(batch_words.STATES[State(form.state.data)][0]), "info")
    return redirect(url_for("console.batch", batch_id=batch_id), 303)


def _page(form: BatchForm, refused: StudioError | None = None, *, status: int = 200) -> ResponseReturnValue:
    found: Preview | None = None
    try:
        hands = Hands(engine().versions, engine().wake_main, engine().endings.withdraw)
        found = preview(current_uow(), form.filter.data or "", form.wanted(), hands, zone_of_person())
    except InvalidInput as error:
        form.show(error)
        refused, status = refused or error, error.status
    if isinstance(refused, InvalidInput):
        form.show(refused)
    form.plan.data = found.hash if found is not None else ""
    return render_template(
        "console/batch_new.html", form=form, found=found, refused=refused, words=batch_words,
        listed=f"{url_for('console.runs')}?{form.filter.data}",
    ), status  # fmt: skip
