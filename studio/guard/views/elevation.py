"""Elevated access: what one may ask for, asking, starting and ending it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.frame import ROLE_NAMES
from studio.accounts.identity import Person, signed_in_person
from studio.accounts.outcomes import Role
from studio.accounts.permissions import of_role, permission
from studio.core import web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.guard.elevation import asking, eligibility, ending, listing, rows, starting, words
from studio.guard.elevation.outcomes import State
from studio.guard.elevation_forms import AskForm
from studio.guard.models import GuardElevation, GuardEligibility
from studio.guard.views.blueprint import blueprint


@blueprint.get("/elevation")
@permission("elevation.ask")
def elevation() -> ResponseReturnValue:
    """What one may ask for, what is going on, and what was."""
    uow, person = current_uow(), signed_in_person()
    own = _own(person)
    held = [one for one in eligibility.of_person(uow, person.user_id) if not of_role(Role(one.role)) <= own]
    going_on = listing.going_on(uow, person.user_id)
    found, after = listing.page(uow, after=parse_id(request.args.get("after", "")), of=person.user_id)
    older = url_for("guard.elevation", after=after) if after else None
    asked = {one.eligibility_id for one in going_on}
    return render_template(
        "guard/elevation.html", held=[(one, one.id in asked) for one in held], going_on=going_on,
        past=[one for one in found if one.ended_at is not None], older=older, words=words, now=uow.now,
    )  # fmt: skip


@blueprint.get("/elevation/ask/<uuid:eligibility_id>")
@permission("elevation.ask")
def ask_elevation(eligibility_id: UUID) -> ResponseReturnValue:
    """The form that asks for a role."""
    held = eligibility.mine(current_uow(), eligibility_id)
    form = _form(AskForm(formdata=None), held)
    form.minutes.data = min(60, held.most_minutes)
    return _page(form, held)


@blueprint.post("/elevation/ask/<uuid:eligibility_id>")
@permission("elevation.ask")
def ask_elevation_post(eligibility_id: UUID) -> ResponseReturnValue:
    """Ask for it; where nobody has to agree it begins at once."""
    uow = current_uow()
    held = eligibility.mine(uow, eligibility_id)
    form = _form(AskForm(), held)
    if not form.validate_on_submit():
        return _page(form, held), 422
    try:
        made = asking.ask(uow, eligibility_id, form.wish(signed_in_person().time_zone))
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _page(form, eligibility.mine(current_uow(), eligibility_id)), error.status
    flash(_asked(made), "good")
    return redirect(url_for("guard.elevation"))


@blueprint.post("/elevation/<uuid:elevation_id>/start")
@permission("elevation.ask")
def start_elevation(elevation_id: UUID) -> ResponseReturnValue:
    """Start it in this browser."""
    row = starting.start(current_uow(), elevation_id)
    flash(_in_force(row), "good")
    return redirect(url_for("guard.elevation"))


@blueprint.post("/elevation/<uuid:elevation_id>/end")
@permission("elevation.ask")
def end_elevation(elevation_id: UUID) -> ResponseReturnValue:
    """End it before its time, or take it back."""
    ending.end_own(current_uow(), elevation_id)
    flash(_("It has ended. Your own seat is what counts now."), "info")
    return redirect(url_for("guard.elevation"))


def _form(form: AskForm, held: GuardEligibility) -> AskForm:
    form.offer(rows.terms(held).permissions - _own(signed_in_person()))
    return form


def _page(form: AskForm, held: GuardEligibility) -> str:
    return render_template("guard/elevation_ask.html", form=form, held=held, words=words)


def _own(person: Person) -> frozenset[str]:
    return of_role(person.seat.role) if person.seat is not None else frozenset()


def _asked(row: GuardElevation) -> str:
    match State(row.state):
        case State.REQUESTED:
            return str(_("Asked. You are mailed once it is decided."))
        case State.ACTIVE:
            return _in_force(row)
        case _:
            return str(_("Agreed to. Start it below once you need it."))


def _in_force(row: GuardElevation) -> str:
    return str(_("You act as %(role)s in this browser now.", role=ROLE_NAMES[row.role]))


def _show(form: AskForm, error: StudioError) -> None:
    """Take back what the service had begun; say why beside each field."""
    web.rollback(error)
    for problem in error.problems:
        field = form.field_at(problem.path)
        field.errors = [*field.errors, problem.message]
    if not error.problems:
        form.minutes.errors = [*form.minutes.errors, error.message]
