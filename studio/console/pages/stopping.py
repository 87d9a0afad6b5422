"""Operations: stop everything, see what stands still, let it go on. Made to be used from a phone, at night."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import current_person
from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.console.halts_forms import ResumeForm, StopForm
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.web import current_uow
from studio.runtime.halts import reading, stopping
from studio.runtime.models import Halt


@blueprint.get("/stop")
@permission("workflow.read")
def operations() -> ResponseReturnValue:
    """What stands still, and the verbs for all of it."""
    return _page(StopForm(formdata=None))


@blueprint.post("/stop")
@permission("workspace.stop")
def stop_everything() -> ResponseReturnValue:
    """From now on nothing goes out."""
    form = StopForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        stopping.stop(current_uow(), form.wanted())
    except InvalidInput as error:
        web.rollback(error)
        form.show(error)
        return _page(form), error.status
    flash(_("Everything is stopped. Nothing goes out any more."), "info")
    return redirect(url_for("console.operations"), 303)


@blueprint.post("/stop/end")
@permission("workspace.stop")
def start_everything() -> ResponseReturnValue:
    """Everything goes on; what has gathered is spread over time."""
    form = ResumeForm()
    if not form.validate_on_submit():
        raise InvalidInput(_("Choose one of the times offered."), field="over")
    total = stopping.start(current_uow(), form.over_s())
    flash(_("Everything goes on.") if total else _("Everything goes on. Nothing had gathered."), "good")
    return redirect(url_for("console.operations"), 303)


def _page(form: StopForm) -> str:
    uow = current_uow()
    return render_template(
        "console/operations.html", form=form, resume=ResumeForm(formdata=None), stop=stopping.current(uow),
        backlog=reading.backlog(uow), progress=reading.progress(uow), paused=reading.paused(uow),
    )  # fmt: skip


@blueprint.app_context_processor
def frame() -> dict[str, object]:
    """What the frame of every page asks: whether everything is stopped, for all who have a seat."""
    return {"everything_stopped": _stopped}


def _stopped() -> Halt | None:
    person = current_person()
    if person is None or person.seat is None:
        return None
    return stopping.current(current_uow())
