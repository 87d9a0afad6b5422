"""Alerts: the list, one of them, what people do about it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.core import web
from studio.core.errors import Conflict, InvalidInput
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.oversight.alerts import listing, rows
from studio.oversight.alerts.course import State
from studio.portal import alert_words
from studio.portal.alert_forms import AnswerForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/alerts")
@permission("alert.read")
def alerts() -> ResponseReturnValue:
    """List them: those that nobody is on, unless the address says otherwise."""
    uow, name = current_uow(), request.args.get("state", State.OPEN.value)
    state = State(name) if name in set(State) else None
    page = listing.page(uow, state, before=parse_id(request.args.get("before", "")))
    return render_template(
        "portal/alerts.html", page=page, state=state, states=State, alert_words=alert_words, now=uow.now,
        seated=alert_words.of_rows(uow, page.alerts), first=not request.args.get("before"),
    )  # fmt: skip


@blueprint.get("/alerts/<uuid:alert_id>")
@permission("alert.read")
def alert(alert_id: UUID) -> ResponseReturnValue:
    """One alert: what happens, who was told, what comes next."""
    return _page(alert_id)


@blueprint.post("/alerts/<uuid:alert_id>")
@permission("alert.answer")
def answer_alert(alert_id: UUID) -> ResponseReturnValue:
    """Be on it, put it off, hand it on, or say that it is over."""
    uow, form = current_uow(), AnswerForm()
    row = rows.get(uow, alert_id)
    if not form.validate_on_submit():
        raise InvalidInput(_("Choose one of the answers offered."), field="do")
    try:
        said = form.perform(uow, row, "page")
    except Conflict as error:
        web.rollback(error)
        flash(error.message, "bad")
        return _page(alert_id), error.status
    flash(said, "good")
    return redirect(url_for("portal.alert", alert_id=alert_id), 303)


def _page(alert_id: UUID) -> str:
    uow = current_uow()
    shown = alert_words.shown(uow, rows.get(uow, alert_id), signed_in_person().user_id)
    return render_template("portal/alert.html", shown=shown, form=AnswerForm(formdata=None), alert_words=alert_words)
