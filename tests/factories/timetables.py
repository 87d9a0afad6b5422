"""Calendars of working hours."""

from uuid import UUID

from studio.approvals.service import calendars
from studio.approvals.service.calendars import CalendarSave
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadeTenant

OFFICE = [["09:00-17:00"]] * 5 + [[], []]


def make_calendar(
    database: Database, tenant: MadeTenant, *, name="Office hours", time_zone="Europe/Berlin", week=None, holidays=()
) -> UUID:
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        return calendars.create(uow, CalendarSave(name, time_zone, week or OFFICE, holidays)).id
