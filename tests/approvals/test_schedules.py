"""Schedules as rows: turns, overrides, and an approval that asks whoever is on call when it is asked."""

from datetime import UTC, datetime, timedelta

import pytest

from studio.accounts.service import members
from studio.approvals import service
from studio.approvals.service import schedules
from studio.approvals.service.schedules import ScheduleSave
from studio.core.errors import Conflict, InvalidInput, StudioError
from tests.factories.approvals import make_ask, share_of
from tests.factories.timetables import MONDAY, make_schedule


@pytest.fixture
def unit(database, tenant):
    return lambda: database.unit(tenant.id, tenant["admin"].actor)


def on_call(unit, schedule_id, at):
    with unit() as uow:
        return schedules.now_on_call(uow, schedules.get(uow, schedule_id), at).name


def test_people_take_turns_and_an_override_wins_for_its_time(unit, database, tenant, jonas, lena):
    schedule_id = make_schedule(database, tenant, [jonas, lena])
    noon = datetime(2126, 3, 5, 12, tzinfo=UTC)
    usual = on_call(unit, schedule_id, noon)
    other = lena if usual == "Jonas Weber" else jonas
    with unit() as uow:
        made = schedules.override(uow, schedule_id, other.user_id, noon, noon + timedelta(hours=1)).id
    assert on_call(unit, schedule_id, noon) != usual
    assert on_call(unit, schedule_id, noon + timedelta(hours=1)) == usual
    with unit() as uow, pytest.raises(Conflict) as refused:
        schedules.override(uow, schedule_id, jonas.user_id, noon - timedelta(hours=1), noon + timedelta(minutes=1))
    assert refused.value.code == "overlap"
    with unit() as uow:
        schedules.take_away(uow, schedule_id, made)
    assert on_call(unit, schedule_id, noon) == usual


def test_an_approval_asks_whoever_is_on_call_and_a_handover_leaves_it_there(unit, database, tenant, jonas, lena):
    schedule_id = make_schedule(database, tenant, [jonas])
    with unit() as uow:
        request_id = service.request(uow, make_ask(["schedule:SUPPORT on call"]))
    with unit() as uow:
        schedules.change(uow, schedule_id, ScheduleSave("Support on call", "UTC", MONDAY, 1, [lena.user_id]))
    share = share_of(database, tenant, request_id, jonas)
    assert (share.state, share.why) == ("open", {"kind": "schedule", "name": "Support on call"})
    with unit() as uow:
        second = service.request(uow, make_ask(["schedule:Support on call"]))
    assert share_of(database, tenant, second, lena).state == "open"


@pytest.mark.parametrize("ref", ["schedule:Nights", "schedule:Support on call"])
def test_a_schedule_with_nobody_behind_it_is_refused(unit, database, tenant, jonas, ref):
    make_schedule(database, tenant, [jonas])
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        members.disable(uow, jonas.seat_id)
    with unit() as uow, pytest.raises(InvalidInput) as refused:
        service.request(uow, make_ask([ref]))
    assert refused.value.code == "nobody_can_decide"


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"people": []}, "nobody", "people"),
        ({"days": 0}, "invalid_input", "days"),
        ({"time_zone": "Mars/Olympus"}, "invalid_input", "time_zone"),
        ({"starts": datetime(1, 1, 1)}, "bad_year", "starts"),  # noqa: DTZ001 - on a wall clock
        ({"name": "support ON call"}, "name_taken", "name"),
    ],
)
def test_a_bad_schedule_is_refused_with_its_field(unit, database, tenant, jonas, changed, code, field):
    make_schedule(database, tenant)
    save = {"name": "Nights", "time_zone": "UTC", "starts": MONDAY, "days": 7, "people": [jonas.user_id]} | changed
    with pytest.raises(StudioError) as refused, unit() as uow:
        schedules.create(uow, ScheduleSave(**save))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_an_override_lies_ahead_and_names_somebody_with_a_seat(unit, database, tenant, jonas):
    schedule_id = make_schedule(database, tenant)
    later = datetime(2126, 3, 5, 12, tzinfo=UTC)
    for who, start, end, field in (
        (jonas.user_id, later, later, "end"),
        (jonas.user_id, MONDAY.replace(tzinfo=UTC), MONDAY.replace(tzinfo=UTC) + timedelta(hours=1), "end"),
        (schedule_id, later, later + timedelta(hours=1), "user_id"),
    ):
        with unit() as uow, pytest.raises(InvalidInput) as refused:
            schedules.override(uow, schedule_id, who, start, end)
        assert refused.value.field == field
