"""Running something again: the plan first, then exactly that."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.console import rerun_words
from studio.console.blueprint import blueprint, engine
from studio.console.rerun_form import PlanForm
from studio.core import web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.runtime.history.detail import detail
from studio.runtime.service.rerun_plan import Look, Wish, look
from studio.runtime.service.rerunning import rerun as run_again
from studio.runtime.service.starts import get_run


@blueprint.get("/runs/<uuid:run_id>/rerun")
@permission("run.rerun")
def rerun_plan(run_id: UUID) -> ResponseReturnValue:
    """What would happen, by the address: `from_step`, `item`, `version`."""
    found = get_run(current_uow(), run_id)
    form = PlanForm.for_run(detail(current_uow(), found))
    wish = form.wish(found.input)
    return _page(run_id, form, wish, status=200 if wish else 422)


@blueprint.post("/runs/<uuid:run_id>/rerun")
@permission("run.rerun")
def rerun(run_id: UUID) -> ResponseReturnValue:
    """Show the plan of what was chosen, or make the new run by the plan that was shown."""
    uow = current_uow()
    found = get_run(uow, run_id)
    form = PlanForm.for_run(detail(uow, found))
    wish = form.wish(found.input)
    if wish is None or form.do.data == "plan":
        return _page(run_id, form, wish, status=200 if wish else 422)
    try:
        again = run_again(uow, found, engine().versions, engine().wake_main, wish, seen=form.plan.data or None,
                          withdraw=engine().endings.withdraw)  # fmt: skip
    except (Conflict, InvalidInput) as error:
        web.rollback(error)
        return _page(run_id, form, wish, error, status=error.status)
    flash(_("Started again as a new run."), "good")
    return redirect(url_for("console.run", run_id=again.id), 303)


def _page(
    run_id: UUID, form: PlanForm, wish: Wish | None, refused: StudioError | None = None, *, status: int
) -> ResponseReturnValue:
    uow = current_uow()
    found = detail(uow, get_run(uow, run_id))
    seen: Look | None = None
    if wish is not None:
        try:
            seen = look(uow, found.run, engine().versions, wish)
            form.show(seen.plan.problems)
        except InvalidInput as error:
            form.show(error.problems)
            refused, status = error, error.status
    form.plan.data = seen.hash if seen is not None else ""
    return render_template(
        "console/rerun_plan.html", found=found, form=form, look=seen, refused=refused,
        told=rerun_words.told(seen.plan) if seen is not None else [],
        verdict=rerun_words.verdict(seen) if seen is not None else None,
    ), status  # fmt: skip
