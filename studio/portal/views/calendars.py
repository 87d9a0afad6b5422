"""Settings: calendars of working hours."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals.service import calendars
from studio.approvals.service.calendars import CalendarSave, Working
from studio.approvals.timetables import WorkingCalendar
from studio.core import web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.portal import holiday_lines, week
from studio.portal.forms import CalendarForm, PlaceForm
from studio.portal.views.blueprint import blueprint

FRIDAY, AFTERNOON = 4, 16
MOST_HOURS = 10_000


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was refused, by where it stands on the page."""

    days: dict[int, str] = field(default_factory=dict)
    week: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a calendar makes of one request."""

    at: datetime
    """In the calendar's zone, as is `due`."""
    hours: int
    due: datetime | None
    refused: str = ""


@blueprint.get("/settings/calendars")
@permission("calendar.read")
def calendars_list() -> ResponseReturnValue:
    """List them, with a form for a new one."""
    form = CalendarForm(formdata=None)
    form.time_zone.data, form.week.data = signed_in_person().time_zone, week.OFFICE
    return _list(form)


@blueprint.post("/settings/calendars")
@permission("calendar.manage")
def create_calendar() -> ResponseReturnValue:
    """Make one."""
    form = CalendarForm()
    if not form.validate_on_submit():
        return _list(form), 422
    try:
        made = calendars.create(current_uow(), _save(form))
    except (Conflict, InvalidInput) as error:
        return _list(form, _show(form, error)), error.status
    flash(_("The calendar %(name)s is made.", name=made.name), "good")
    return redirect(url_for("portal.calendar", calendar_id=made.id))


@blueprint.get("/settings/calendars/<uuid:calendar_id>")
@permission("calendar.read")
def calendar(calendar_id: UUID) -> ResponseReturnValue:
    """One calendar: its hours, its holidays, and what it makes of a request."""
    row = calendars.get(current_uow(), calendar_id)
    form = CalendarForm(formdata=None, name=row.name, time_zone=row.time_zone)
    form.week.data, form.holidays.data = row.week, holiday_lines.lines(row.holidays)
    return _page(row, form)


@blueprint.post("/settings/calendars/<uuid:calendar_id>")
@permission("calendar.manage")
def change_calendar(calendar_id: UUID) -> ResponseReturnValue:
    """Store what was edited."""
    form = CalendarForm()
    row = calendars.get(current_uow(), calendar_id)
    if not form.validate_on_submit():
        return _page(row, form), 422
    try:
        calendars.change(current_uow(), calendar_id, _save(form))
    except (Conflict, InvalidInput) as error:
        wrong = _show(form, error)
        return _page(calendars.get(current_uow(), calendar_id), form, wrong), error.status
    said = _("The calendar is changed. Open deadlines stay as they are until you move them, under “Open deadlines”.")
    flash(said, "good")
    return redirect(url_for("portal.calendar", calendar_id=calendar_id))


@blueprint.post("/settings/calendars/<uuid:calendar_id>/holidays")
@permission("calendar.manage")
def add_public_holidays(calendar_id: UUID) -> ResponseReturnValue:
    """Copy a country's public holidays into it."""
    form, uow = PlaceForm(), current_uow()
    row = calendars.get(uow, calendar_id)
    here = redirect(url_for("portal.calendar", calendar_id=calendar_id, _anchor="public-holidays"))
    try:
        year = uow.now.astimezone(ZoneInfo(row.time_zone)).year
        count = calendars.add_public_holidays(uow, calendar_id, form.place.data or "", year)
    except InvalidInput as error:
        web.rollback(error)
        flash(error.message, "bad")
        return here
    flash(ngettext("%(num)d holiday is added.", "%(num)d holidays are added.", count), "good")
    return here


@blueprint.post("/settings/calendars/<uuid:calendar_id>/default")
@permission("calendar.manage")
def make_default_calendar(calendar_id: UUID) -> ResponseReturnValue:
    """Let it stand in where a step names none."""
    calendars.make_default(current_uow(), calendar_id)
    flash(_("It is the default calendar now: steps that name no calendar count by it."), "good")
    return redirect(url_for("portal.calendar", calendar_id=calendar_id))


@blueprint.post("/settings/calendars/<uuid:calendar_id>/delete")
@permission("calendar.manage")
def delete_calendar(calendar_id: UUID) -> ResponseReturnValue:
    """Delete one that nobody names."""
    try:
        calendars.remove(current_uow(), calendar_id)
    except Conflict as error:
        web.rollback(error)
        flash(error.message, "bad")
        return redirect(url_for("portal.calendar", calendar_id=calendar_id))
    flash(_("The calendar is gone. Deadlines that it computed stay as they are."), "good")
    return redirect(url_for("portal.calendars_list"))


def _list(form: CalendarForm, wrong: Wrong | None = None) -> str:
    found = calendars.every(current_uow())
    return render_template("portal/calendars.html", calendars=found, **_grid(form, wrong))


def _page(row: WorkingCalendar, form: CalendarForm, wrong: Wrong | None = None) -> str:
    return render_template(
        "portal/calendar.html",
        calendar=row,
        place=PlaceForm(formdata=None),
        preview=_preview(row),
        **_grid(form, wrong),
    )


def _grid(form: CalendarForm, wrong: Wrong | None) -> dict[str, Any]:
    return {
        "form": form,
        "slots": week.slots(form.week.data),
        "days": week.day_names(),
        "week_words": week.words,
        "moment_words": week.moment_words,
        "wrong": wrong or Wrong(),
    }


def _preview(row: WorkingCalendar) -> Preview:
    """Of what the address asks; a Friday afternoon and a working day where it asks nothing sensible."""
    zone = ZoneInfo(row.time_zone)
    now = current_uow().now.astimezone(zone)
    friday = now.replace(hour=AFTERNOON, minute=0, second=0, microsecond=0)
    at = friday + timedelta(days=(FRIDAY - friday.weekday()) % 7)
    hours = min(max(request.args.get("hours", 8, int), 1), MOST_HOURS)
    with suppress(ValueError):  # what stands in the address may be no moment: then the usual one is shown
        at = datetime.fromisoformat(request.args.get("at", "")).replace(tzinfo=zone)
    try:
        due = calendars.after(calendars.hours_of(row), at, hours, Working.HOURS)
    except InvalidInput as error:
        return Preview(at, hours, None, error.message)
    return Preview(at, hours, due.astimezone(zone))


def _save(form: CalendarForm) -> CalendarSave:
    holidays = holiday_lines.sent(form.holidays.data or "")
    return CalendarSave(form.name.data or "", form.time_zone.data or "", form.week.data, holidays)


def _show(form: CalendarForm, error: StudioError) -> Wrong:
    """Take back what the service had begun; say why beside each field."""
    web.rollback(error)
    wrong: dict[int, str] = {}
    whole = ""
    for problem in error.problems or ():
        place = problem.path.split(".")
        if place[0] == "week" and len(place) > 1:
            wrong[int(place[1])] = problem.message
        elif place[0] == "week":
            whole = problem.message
        elif place[0] == "holidays":
            form.holidays.errors = [*form.holidays.errors, problem.message]
        else:
            shown = form.time_zone if place[0] == "time_zone" else form.name
            shown.errors = [*shown.errors, problem.message]
    if not error.problems:
        form.name.errors = [*form.name.errors, error.message]
    return Wrong(wrong, whole)
