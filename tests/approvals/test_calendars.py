"""Calendars as rows: made, edited, kept while workflows name them; deadlines counted by them."""

from datetime import UTC, datetime

import pytest

from studio.approvals import service
from studio.approvals.deadlines import Duration, deadline
from studio.approvals.models import Request
from studio.approvals.service import calendars
from studio.approvals.service.calendars import CalendarSave
from studio.approvals.timetables import WorkingCalendar
from studio.contract import references
from studio.core.errors import Conflict, InvalidInput, StudioError
from tests.factories.approvals import make_ask
from tests.factories.timetables import OFFICE, make_calendar

FRIDAY = datetime(2026, 3, 6, 15, tzinfo=UTC)  # 16:00 in Berlin
MONDAY = datetime(2026, 3, 9, 15, tzinfo=UTC)


@pytest.fixture
def unit(database, tenant):
    return lambda: database.unit(tenant.id, tenant["admin"].actor)


def hours(amount, unit="working_hours", calendar=""):
    return Duration(amount=amount, unit=unit, calendar=calendar)


def test_the_first_calendar_is_the_default_and_another_can_become_it(unit, database, tenant):
    first, second = make_calendar(database, tenant), make_calendar(database, tenant, name="Nights")
    with unit() as uow:
        assert calendars.find(uow, "").id == first
        assert calendars.find(uow, " NIGHTS ").id == second
        calendars.make_default(uow, second)
        calendars.make_default(uow, second)
    with unit() as uow:
        assert [row.name for row in calendars.every(uow) if row.is_default] == ["Nights"]


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"week": [[]] * 7}, "no_working_time", "week"),
        ({"name": " "}, "invalid_input", "name"),
        ({"name": "OFFICE  hours"}, "name_taken", "name"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone", "time_zone"),
        (
            {"week": [["09:00-17:00"], *[[]] * 6],
             "holidays": [{"date": f"2000-{m:02}-{d:02}", "yearly": True} for m in range(1, 13) for d in range(1, 32)
                          if not (m == 2 and d > 29) and not (m in {4, 6, 9, 11} and d > 30)]},
            "no_working_time", "holidays",
        ),
    ],
)  # fmt: skip
def test_a_bad_calendar_is_refused_with_its_field_and_nothing_is_written(unit, database, tenant, changed, code, field):
    make_calendar(database, tenant)
    save = {"name": "Support", "time_zone": "Europe/Berlin", "week": OFFICE} | changed
    with pytest.raises(StudioError) as refused, unit() as uow:
        calendars.create(uow, CalendarSave(**save))
    assert (refused.value.code, refused.value.problems[0].path) == (code, field)
    with unit() as uow:
        assert len(calendars.every(uow)) == 1


def test_deadlines_are_points_in_time_that_an_edit_leaves_alone(unit, database, tenant, jonas):
    calendar_id = make_calendar(database, tenant)
    with unit() as uow:
        ends = deadline(uow, FRIDAY, hours(8), hours(1))
        ask = make_ask([jonas], due_at=ends.due_at, remind_at=ends.remind_at, calendar_id=ends.calendar_id)
        request_id = service.request(uow, ask)
    assert (ends.due_at, ends.remind_at) == (MONDAY, MONDAY.replace(hour=14))
    with unit() as uow:
        holiday = [{"date": "2026-03-09", "name": "Closed"}]
        calendars.change(uow, calendar_id, CalendarSave("Office hours", "Europe/Berlin", OFFICE, holiday))
    with unit() as uow:
        assert uow.session.get(Request, request_id).due_at == MONDAY
        assert deadline(uow, FRIDAY, hours(8), None).due_at == MONDAY.replace(day=10)


def test_working_days_plain_hours_and_mixtures(unit, database, tenant):
    make_calendar(database, tenant)
    with unit() as uow:
        assert deadline(uow, FRIDAY, hours(2, "working_days"), None).due_at == MONDAY.replace(day=10)
        plain = deadline(uow, FRIDAY, hours(72, "hours"), hours(1, "working_days"))
        assert (plain.due_at, plain.remind_at, plain.calendar_id) == (MONDAY, None, None)
        assert deadline(uow, FRIDAY, hours(73, "hours"), hours(1)).remind_at == MONDAY
        assert deadline(uow, FRIDAY, None, hours(1)).due_at is None


def test_a_calendar_that_is_missing_or_too_short_is_refused_with_its_field(unit, database, tenant):
    with unit() as uow, pytest.raises(InvalidInput) as refused:
        deadline(uow, FRIDAY, hours(8), None)
    assert (refused.value.code, refused.value.field) == ("calendar.none", "due_in.calendar")
    make_calendar(database, tenant, week=[["09:00-10:00"], *[[]] * 6])
    for due_in, remind, code, field in (
        (hours(8, calendar="Nights"), None, "calendar.unknown", "due_in.calendar"),
        (hours(8), hours(1, calendar="Nights"), "calendar.unknown", "remind_before.calendar"),
        (hours(10_000), None, "beyond_calendar", "due_in"),
    ):
        with unit() as uow, pytest.raises(InvalidInput) as refused:
            deadline(uow, FRIDAY, due_in, remind)
        assert (refused.value.code, refused.value.field) == (code, field)


def test_public_holidays_are_added_once(unit, database, tenant):
    calendar_id = make_calendar(database, tenant, holidays=[{"date": "2026-12-25", "name": "Our own Christmas"}])
    with unit() as uow:
        assert calendars.add_public_holidays(uow, calendar_id, "DE-BY", 2026) > 30
        assert calendars.add_public_holidays(uow, calendar_id, "DE-BY", 2026) == 0
    with unit() as uow:
        named = {one["date"]: one["name"] for one in uow.session.get(WorkingCalendar, calendar_id).holidays}
    assert named["2026-12-25"] == "Our own Christmas"
    assert "2028-12-25" in named


def test_one_that_is_named_or_the_default_of_others_stays(unit, database, tenant, monkeypatch):
    first, second = make_calendar(database, tenant), make_calendar(database, tenant, name="Nights")
    monkeypatch.setattr(references, "_users", {"test": lambda _uow, _kind, name: ["Refunds"] * (name == "Nights")})
    with unit() as uow, pytest.raises(Conflict) as refused:
        calendars.remove(uow, first)
    assert refused.value.code == "is_default"
    with unit() as uow, pytest.raises(Conflict) as refused:
        calendars.remove(uow, second)
    assert refused.value.code == "calendar_in_use"
    with unit() as uow, pytest.raises(Conflict):
        calendars.change(uow, second, CalendarSave("Evenings", "Europe/Berlin", OFFICE))
    monkeypatch.setattr(references, "_users", {})
    with unit() as uow:
        calendars.remove(uow, second)
        calendars.remove(uow, first)
    with unit() as uow:
        assert calendars.every(uow) == []
