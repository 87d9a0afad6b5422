"""The list of runs as people set it up: filters by a name, columns."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.console.forms import RunColumnsForm, RunViewForm, RunViewNameForm
from studio.console.pages.run_list import address, wanted_runs
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.web import current_uow
from studio.runtime.history import columns, views
from studio.runtime.history.columns import Column


@blueprint.post("/runs/views")
@permission("run.read")
def run_view_save() -> ResponseReturnValue:
    """Keep the filter of the address by a name."""
    form = RunViewForm()
    wanted, problems = wanted_runs()
    if problems or not form.validate():
        flash(problems[0].message if problems else _("Give it a name of at most %(count)s letters.", count=60), "bad")
        return redirect(address(), 303)
    if form.shared.data:
        _may_share()
    try:
        row = views.save(current_uow(), form.name.data or "", wanted, shared=bool(form.shared.data))
    except (InvalidInput, Conflict) as error:
        flash(str(error), "bad")
        return redirect(address(), 303)
    flash(_("“%(name)s” is kept under Views.", name=row.name), "good")
    return redirect(address(view=row.id), 303)


@blueprint.post("/runs/views/<uuid:view_id>/change")
@permission("run.read")
def run_view_change(view_id: UUID) -> ResponseReturnValue:
    """Give a view the name of the form or, where it says none, the filter of the address."""
    uow, form = current_uow(), RunViewNameForm()
    row = views.one(uow, view_id)
    if row.owner_id is None:
        _may_share()
    name = form.name.data or None
    wanted, problems = wanted_runs()
    if (problems and name is None) or not form.validate():
        said = _("Give it a name of at most %(count)s letters.", count=60)
        flash(said if name is not None else problems[0].message, "bad")
        return redirect(address(view=view_id), 303)
    try:
        views.change(uow, row, name=name, wanted=wanted if name is None else None)
    except (InvalidInput, Conflict) as error:
        flash(str(error), "bad")
        return redirect(address(view=view_id), 303)
    flash(_("“%(name)s” was changed.", name=row.name), "good")
    return redirect(address(view=view_id), 303)


@blueprint.post("/runs/views/<uuid:view_id>/remove")
@permission("run.read")
def run_view_remove(view_id: UUID) -> ResponseReturnValue:
    """Forget one; the runs stay as they are."""
    uow = current_uow()
    row = views.one(uow, view_id)
    if row.owner_id is None:
        _may_share()
    views.remove(uow, row)
    flash(_("“%(name)s” was removed.", name=row.name), "good")
    return redirect(url_for("console.runs"), 303)


@blueprint.post("/runs/columns")
@permission("run.read")
def run_columns() -> ResponseReturnValue:
    """What of each run the list shows from now on."""
    form = RunColumnsForm()
    if form.validate():
        columns.choose(current_uow(), [Column(one) for one in form.columns.data or ()])
    else:
        flash(_("There is no such column. Nothing was changed."), "bad")
    return redirect(address(), 303)


def _may_share() -> None:
    if not signed_in_person().may("workflow.edit"):
        raise Forbidden(_("Whoever edits workflows shares views with everybody, and changes or removes shared ones."))
