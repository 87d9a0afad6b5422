"""Settings: who is on call."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals import people
from studio.approvals.service import schedules
from studio.approvals.service.schedules import ScheduleSave
from studio.approvals.timetables import OnCallSchedule
from studio.core import ids, web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.portal import week
from studio.portal.forms import OverrideForm, ScheduleForm, people_choices
from studio.portal.views.blueprint import blueprint

NINE = 9
SPARE = 3
"""Empty places behind the people of a schedule."""


@blueprint.get("/settings/on-call")
@permission("schedule.read")
def schedules_list() -> ResponseReturnValue:
    """List the schedules with who is on call now."""
    form = _form(ScheduleForm(formdata=None))
    zone = signed_in_person().time_zone
    today = current_uow().now.astimezone(ZoneInfo(zone)).replace(hour=NINE, minute=0, second=0, tzinfo=None)
    form.time_zone.data, form.starts.data = zone, today - timedelta(days=today.weekday())
    form.length.data, form.unit.data = 1, "7"
    return _list(form)


@blueprint.post("/settings/on-call")
@permission("schedule.manage")
def create_schedule() -> ResponseReturnValue:
    """Make one."""
    form = _form(ScheduleForm())
    if not form.validate_on_submit():
        return _list(form), 422
    try:
        made = schedules.create(current_uow(), _save(form))
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _list(form), error.status
    flash(_("The schedule %(name)s is made.", name=made.name), "good")
    return redirect(url_for("portal.schedule", schedule_id=made.id))


@blueprint.get("/settings/on-call/<uuid:schedule_id>")
@permission("schedule.read")
def schedule(schedule_id: UUID) -> ResponseReturnValue:
    """One schedule: the next two weeks, its turns, its overrides."""
    row = schedules.get(current_uow(), schedule_id)
    return _page(row, _filled(row), _override_form(OverrideForm(formdata=None)))


@blueprint.post("/settings/on-call/<uuid:schedule_id>")
@permission("schedule.manage")
def change_schedule(schedule_id: UUID) -> ResponseReturnValue:
    """Store what was edited."""
    row = schedules.get(current_uow(), schedule_id)
    form, other = _form(ScheduleForm()), _override_form(OverrideForm(formdata=None))
    if not form.validate_on_submit():
        return _page(row, form, other), 422
    try:
        schedules.change(current_uow(), schedule_id, _save(form))
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _page(schedules.get(current_uow(), schedule_id), form, other), error.status
    flash(_("The schedule is changed. Requests that are open keep whom they asked."), "good")
    return redirect(url_for("portal.schedule", schedule_id=schedule_id))


@blueprint.post("/settings/on-call/<uuid:schedule_id>/delete")
@permission("schedule.manage")
def delete_schedule(schedule_id: UUID) -> ResponseReturnValue:
    """Delete one."""
    schedules.remove(current_uow(), schedule_id)
    flash(_("The schedule is gone. Requests that are open keep whom they asked."), "good")
    return redirect(url_for("portal.schedules_list"))


@blueprint.post("/settings/on-call/<uuid:schedule_id>/overrides")
@permission("schedule.manage")
def override_schedule(schedule_id: UUID) -> ResponseReturnValue:
    """Put somebody else on call for a time."""
    row = schedules.get(current_uow(), schedule_id)
    form = _override_form(OverrideForm())
    user_id = ids.parse_id(form.person.data or "")
    if not form.validate_on_submit() or user_id is None or form.start.data is None or form.end.data is None:
        return _page(row, _filled(row), form), 422
    try:
        schedules.override_locally(current_uow(), schedule_id, user_id, form.start.data, form.end.data)
    except (Conflict, InvalidInput) as error:
        web.rollback(error)
        field = {"start": form.start, "end": form.end}.get(error.field or "", form.person)
        field.errors = [*field.errors, error.message]
        row = schedules.get(current_uow(), schedule_id)
        return _page(row, _filled(row), form), error.status
    flash(_("Somebody else is on call for this time."), "good")
    return redirect(url_for("portal.schedule", schedule_id=schedule_id))


@blueprint.post("/settings/on-call/<uuid:schedule_id>/overrides/<uuid:override_id>/delete")
@permission("schedule.manage")
def delete_override(schedule_id: UUID, override_id: UUID) -> ResponseReturnValue:
    """Let the turns hold again."""
    schedules.take_away(current_uow(), schedule_id, override_id)
    flash(_("The override is gone: the turns hold again."), "good")
    return redirect(url_for("portal.schedule", schedule_id=schedule_id))


def _list(form: ScheduleForm) -> str:
    uow = current_uow()
    found = [(row, schedules.now_on_call(uow, row), schedules.turns(uow, row)) for row in schedules.every(uow)]
    return render_template("portal/schedules.html", schedules=found, form=form)


def _page(row: OnCallSchedule, form: ScheduleForm, other: OverrideForm) -> str:
    uow, zone = current_uow(), ZoneInfo(row.time_zone)
    held = schedules.overrides(uow, row)
    return render_template(
        "portal/schedule.html",
        schedule=row,
        form=form,
        other=other,
        ahead=[(shift, person, _local(shift.start, zone)) for shift, person in schedules.ahead(uow, row)],
        overrides=[(one, _local(one.starts_at, zone), _local(one.ends_at, zone)) for one in held],
        people=people.by_ids(uow, {one.user_id for one in held}),
    )


def _local(at: datetime, zone: ZoneInfo) -> str:
    return week.moment_words(at.astimezone(zone))


def _filled(row: OnCallSchedule) -> ScheduleForm:
    form = ScheduleForm(formdata=None, name=row.name, time_zone=row.time_zone, people=row.people)
    form.starts.data = datetime.fromisoformat(row.starts)
    weeks = row.days % 7 == 0
    form.length.data, form.unit.data = (row.days // 7, "7") if weeks else (row.days, "1")
    for _each in range(SPARE):
        form.people.append_entry("")
    return _form(form)


def _form(form: ScheduleForm) -> ScheduleForm:
    choices = [SelectChoice("", _("nobody")), *people_choices(people.deciders(current_uow()))]
    for field in form.people:
        field.choices = choices
    return form


def _override_form(form: OverrideForm) -> OverrideForm:
    form.person.choices = people_choices(people.deciders(current_uow()))
    return form


def _save(form: ScheduleForm) -> ScheduleSave:
    chosen = [found for field in form.people if (found := ids.parse_id(field.data or "")) is not None]
    if form.starts.data is None:  # a form that was validated has it
        raise InvalidInput(_("Say when."), field="starts")
    return ScheduleSave(form.name.data or "", form.time_zone.data or "", form.starts.data, form.days, chosen)


def _show(form: ScheduleForm, error: StudioError) -> None:
    """Take back what the service had begun, and say why beside the field."""
    web.rollback(error)
    at = (error.problems[0].path if error.problems else "name").split(".")[0]
    field = {"time_zone": form.time_zone, "starts": form.starts, "days": form.length, "people": form.people[0]}
    shown = field.get(at, form.name)
    shown.errors = [*shown.errors, error.message]
