"""The checklist of somebody's first days is put away, and brought back."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.builder import touring
from studio.console import touring as marking
from studio.console.blueprint import blueprint
from studio.core.web import current_uow


@blueprint.post("/getting-started/hide")
@permission("workflow.edit")
def hide_tour() -> ResponseReturnValue:
    """Home does without it, and so do the marks."""
    touring.hide(current_uow())
    flash(_("“Getting started” is put away. Your profile brings it back."), "good")
    return redirect(url_for("console.home"), 303)


@blueprint.post("/getting-started/show")
@permission("workflow.edit")
def show_tour() -> ResponseReturnValue:
    """Home shows it again, with what is done by now."""
    touring.show(current_uow())
    return redirect(url_for("console.home") + "#getting-started", 303)


@blueprint.app_context_processor
def _marks() -> dict[str, object]:
    """Give every page `tour_marks()`."""
    return {"tour_marks": marking.marks}
