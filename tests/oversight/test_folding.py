"""Sums of days say what counting everything says: counts exactly, times within one per cent."""

import random
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select

from studio.approvals import service
from studio.approvals.models import Vote
from studio.core import clock
from studio.oversight import commands, folding, load
from studio.oversight.counting import By
from studio.oversight.models import ApprovalLoadDay, ApprovalLoadFolded
from tests.factories.accounts import make_tenant
from tests.factories.approvals import decide, listen, make_group, make_request, share_of

ZONES = ("Europe/Berlin", "Pacific/Auckland", "America/St_Johns", "UTC")
"""Midnights before and behind UTC's, one of them at half an hour."""
COUNTS = ("answered", "reassigned", "escalated", "expired", "open", "overdue")
TIMES = ("median_s", "p90_s", "working_median_s", "working_p90_s")


@pytest.fixture
def tenant(database):
    listen()
    return make_tenant(database)


@pytest.fixture(autouse=True)
def clock_back():
    yield
    clock.reset()


def read(database, tenant, days):
    """Lines by kind, key and zone, of so many days."""
    with database.unit(tenant.id, read_only=True) as uow:
        found = {}
        for zone in ZONES:
            today = uow.now.astimezone(ZoneInfo(zone)).date()
            begin = datetime.combine(today - timedelta(days=days), time(), ZoneInfo(zone)).astimezone(uow.now.tzinfo)
            for by in By:
                found |= {(by, line.key, zone): line for line in load.report(uow, by, begin, most=1000).lines}
        return found


def lived(database, tenant, votes):
    """One request handed on and one that ran out, forty days ago; copies of a real vote over a hundred days."""
    owner, approver = tenant["owner"], tenant["approver"]
    make_group(database, tenant, "Refund team", [owner, approver])
    decide(database, tenant, owner, make_request(database, tenant, ["group:Refund team"]))
    handed = make_request(database, tenant, [owner])
    with database.unit(tenant.id, owner.actor) as uow:
        service.reassign(uow, share_of(database, tenant, handed, owner).id, approver.user_id)
    late = make_request(database, tenant, ["group:Refund team"], due_at=clock.local_now() + timedelta(hours=1))
    clock.shift(timedelta(hours=2))
    with database.unit(tenant.id) as uow:
        service.expire(uow, late)
    clock.shift(timedelta(days=40))
    chance = random.Random(23)
    with database.unit(tenant.id) as uow:
        real = uow.session.scalars(select(Vote)).one()
        moment = uow.now
        uow.session.add_all(copied(real, moment, chance) for _ in range(votes))


def copied(real, now, chance):
    own = {"id", "at", "voided_at", "user_id", "place_id", "workflow_id", "group_name", "waited_s", "worked_s"}
    rest = {name: getattr(real, name) for column in Vote.__table__.columns if (name := column.key) not in own}
    at, waited, who = (
        now - timedelta(seconds=chance.randrange(100 * 86_400)),
        chance.randrange(900_000),
        chance.randrange(5),
    )
    return Vote(
        **rest,
        at=at,
        voided_at=at,
        user_id=UUID(int=who),
        place_id=UUID(int=who),
        workflow_id=UUID(int=10 + who % 3),
        group_name=(None, "Refund team", "Caf\u00e9")[who % 3],
        waited_s=waited,
        worked_s=waited // 4 if who % 2 else None,
    )


def test_days_that_are_added_up_say_what_the_answers_say(database, tenant):
    lived(database, tenant, 400)
    raw = {days: read(database, tenant, days) for days in (6, 29, 89)}
    assert any(line.expired and line.answered for line in raw[89].values())
    assert any(line.reassigned for line in raw[89].values())
    with database.unit(tenant.id) as uow:
        assert [folding.fold(uow), folding.fold(uow), folding.fold(uow), folding.fold(uow), folding.fold(uow)] == [
            *(31, 31, 31, 2, 0),
        ]
    for days, before in raw.items():
        after = read(database, tenant, days)
        assert after.keys() == before.keys()
        for key, line in after.items():
            assert [getattr(line, name) for name in COUNTS] == [getattr(before[key], name) for name in COUNTS]
            for name in TIMES:
                was, now = getattr(before[key], name), getattr(line, name)
                assert (now is None) == (was is None)
                assert was is None or abs(now - was) <= was * 0.01 + 0.5


def test_sums_are_what_is_read_and_a_command_makes_them_anew(database, tenant):
    lived(database, tenant, 60)
    with database.unit(tenant.id) as uow:
        folding.rebuild(uow)
        sums = uow.session.scalar(select(func.sum(ApprovalLoadDay.answered)))
        uow.session.execute(delete(ApprovalLoadDay).where(ApprovalLoadDay.by == By.PERSON))
    person = [line for (by, _key, _zone), line in read(database, tenant, 89).items() if by is By.PERSON]
    assert sum(line.answered for line in person) < 10 * len(ZONES)  # today's alone: the days before are their sums
    answer = CliRunner().invoke(commands.approval_load, ["rebuild", "--workspace", str(tenant.id)], obj=database)
    assert (answer.exit_code, "95 days added up" in answer.output) == (0, True)
    with database.unit(tenant.id, read_only=True) as uow:
        assert uow.session.scalar(select(func.sum(ApprovalLoadDay.answered))) == sums
    nowhere = CliRunner().invoke(commands.approval_load, ["rebuild", "--workspace", str(UUID(int=1))], obj=database)
    assert nowhere.exit_code == 1


def test_old_sums_are_forgotten_and_another_workspace_has_its_own(database, tenant):
    lived(database, tenant, 60)
    other = make_tenant(database)
    for one in (tenant, other):
        with database.unit(one.id) as uow:
            folding.rebuild(uow)
    with database.unit(other.id, read_only=True) as uow:
        assert uow.session.scalar(select(func.count()).select_from(ApprovalLoadDay)) == 0
        assert uow.session.scalar(select(func.count()).select_from(ApprovalLoadFolded)) == 1
    clock.shift(timedelta(days=120))
    for _hour in range(4):
        with database.unit(tenant.id) as uow:
            folding.fold(uow)
    with database.unit(tenant.id, read_only=True) as uow:
        oldest = uow.session.scalar(select(func.min(ApprovalLoadDay.day)))
        assert oldest is None or oldest >= (uow.now - folding.KEPT - timedelta(days=2)).date()
