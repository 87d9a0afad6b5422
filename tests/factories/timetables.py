"""Calendars of working hours, and schedules of who is on call."""

from datetime import datetime, timedelta
from uuid import UUID

from studio.approvals.service import calendars, schedules
from studio.approvals.service.calendars import CalendarSave
from studio.approvals.service.schedules import ScheduleSave
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadeTenant

MONDAY = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - on the wall clock of the schedule's zone
OFFICE = [["09:00-17:00"]] * 5 + [[], []]


def make_calendar(
    database: Database, tenant: MadeTenant, *, name="Office hours", time_zone="Europe/Berlin", week=None, holidays=()
) -> UUID:
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        return calendars.create(uow, CalendarSave(name, time_zone, week or OFFICE, holidays)).id


def make_schedule(
    database: Database, tenant: MadeTenant, people=(), *, name="Support on call", starts=MONDAY, days=7
) -> UUID:
    chosen = [one.user_id for one in people or (tenant["owner"], tenant["admin"])]
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        return schedules.create(uow, ScheduleSave(name, "Europe/Berlin", starts, days, chosen)).id


def make_override(database: Database, tenant: MadeTenant) -> UUID:
    schedule_id = make_schedule(database, tenant, name=f"Overridden at {tenant.name}")
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        end = uow.now + timedelta(days=1)
        return schedules.override(uow, schedule_id, tenant["admin"].user_id, uow.now, end).id
