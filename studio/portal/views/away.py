"""Away: who stands in for whom, and from when to when."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals import people
from studio.approvals.people import Person
from studio.approvals.service import delegating, rows
from studio.core import web
from studio.core.errors import Forbidden, InvalidInput
from studio.core.web import current_uow
from studio.portal.forms import AwayForm, people_choices
from studio.portal.views.blueprint import blueprint


@blueprint.get("/away")
@permission("approval.decide")
def away() -> ResponseReturnValue:
    """Show who is away, and ask."""
    return _page(_form(rows.acting(current_uow())))


@blueprint.post("/away")
@permission("approval.decide")
def be_away() -> ResponseReturnValue:
    """Say who stands in."""
    reader = rows.acting(current_uow())
    form = _form(reader)
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        made = delegating.create(
            current_uow(),
            UUID(form.owner.data),
            UUID(form.to.data),
            _moment(form.starts_at.data),
            _moment(form.ends_at.data),
            open_items=form.open_items.data == "yes",
        )
    except (InvalidInput, Forbidden) as error:
        web.rollback(error)
        _show(form, error)
        return _page(form), error.status
    names = people.by_ids(current_uow(), [made.to_user_id])
    flash(_("%(name)s stands in. Both of you can decide.", name=names[made.to_user_id].name), "good")
    return redirect(url_for("portal.away"))


@blueprint.post("/away/<uuid:delegation_id>/end")
@permission("approval.decide")
def be_back(delegation_id: UUID) -> ResponseReturnValue:
    """Be back earlier."""
    delegating.end(current_uow(), delegation_id)
    flash(_("That absence is over. What was decided meanwhile stays decided."), "info")
    return redirect(url_for("portal.away"))


def _page(form: AwayForm) -> str:
    uow = current_uow()
    reader = rows.acting(uow)
    found = delegating.known(uow, reader)
    names = people.by_ids(uow, {one for row in found for one in (row.user_id, row.to_user_id)})
    return render_template(
        "portal/away.html", form=form, found=found, names=names, reader=reader, now=uow.now, section="portal.away"
    )


def _form(reader: Person) -> AwayForm:
    form = AwayForm()
    deciders = people.deciders(current_uow())
    form.to.choices = people_choices(one for one in deciders if one.id != reader.id or reader.may_manage)
    form.owner.choices = people_choices(deciders if reader.may_manage else [reader])
    if not form.owner.data:
        form.owner.data = str(reader.id)
    return form


def _moment(wall: datetime | None) -> datetime:
    """What the form says by the reader's own clock."""
    if wall is None:
        raise InvalidInput(_("Choose a moment."), field="starts_at")
    return wall.replace(tzinfo=ZoneInfo(signed_in_person().time_zone)).astimezone(UTC)


def _show(form: AwayForm, error: InvalidInput | Forbidden) -> None:
    path = error.problems[0].path if error.problems else "owner"
    field = form._fields.get(path, form.owner)
    field.errors = [*field.errors, error.message]
