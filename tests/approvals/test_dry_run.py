"""A dry run names the people of each moment, as asking would, and says in words why nobody would be asked."""

from datetime import timedelta

import pytest

from studio.approvals.models import Assignment, Request
from studio.approvals.policies import dry_run
from studio.approvals.service import delegating
from studio.core.errors import InvalidInput
from tests.factories.approvals import make_group
from tests.factories.policies import rule_of
from tests.factories.timetables import make_schedule

HOUR = {"amount": 1, "unit": "hours"}


def run(database, tenant, rule, **more):
    with database.unit(tenant.id) as uow:
        before = [uow.session.query(kind).count() for kind in (Request, Assignment)]
        found = dry_run.run(uow, rule, **more)
        assert [uow.session.query(kind).count() for kind in (Request, Assignment)] == before
        return found, uow.now


def told(found, start):
    return [
        (one.moment.kind.value, one.moment.at and (one.moment.at - start) / timedelta(hours=1),
         [who.name for who in one.people])
        for one in found.lines
    ]  # fmt: skip


def test_people_come_through_groups_schedules_and_absences_at_each_moment(database, tenant, jonas, lena):
    owner, admin = tenant["owner"], tenant["admin"]
    make_group(database, tenant, "Refund team", [jonas, lena])
    make_schedule(database, tenant)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        away = (uow.now + timedelta(hours=2), uow.now + timedelta(days=1))
        delegating.create(uow, admin.user_id, owner.user_id, *away, open_items=True)
    rule = rule_of(
        "group:Refund team", need="everybody", due_in={"amount": 4, "unit": "hours"},
        remind_before={"amount": 30, "unit": "minutes"},
        also=[{"when": "afterwards", "name": "Night", "approvers": ["schedule:Support on call"]}],
        escalate=[
            {"after": HOUR, "targets": ["group:Refund team"]},
            {"after": {"amount": 2, "unit": "hours"}, "targets": [f"user:{admin.email}"],
             "before": "can_no_longer_decide"},
            {"after": {"amount": 9, "unit": "hours"}, "targets": [f"user:{owner.email}"]},
        ],
    )  # fmt: skip
    found, start = run(database, tenant, rule)
    assert [one.code for one in found.problems] == ["level_below_quorum"]
    rule = rule.model_copy(update={"need": "any_one"})
    found, start = run(database, tenant, rule)
    assert found.problems == ()
    team = [jonas.name, lena.name]
    assert told(found, start)[:-1] == [
        ("asked", 0, team),
        ("escalated", 1, []),
        ("escalated", 3, [admin.name, owner.name]),
        ("reminded", 3.5, [admin.name, owner.name]),
        ("deadline", 4, []),
    ]
    first, again, instead = found.lines[0], found.lines[1], found.lines[2]
    assert {one.through for one in first.people} == {"Refund team"}
    assert [one.name for one in again.reminded] == team
    assert [one.name for one in instead.gone] == team
    assert (instead.people[1].stands_in_for, found.lines[-1].moment.at) == (admin.name, None)


def test_turns_go_on_from_those_that_were_taken_and_fallback_comes_once(database, tenant, jonas, lena):
    make_group(database, tenant, "Leads", [lena, tenant["owner"]])
    make_group(database, tenant, "Nobody", [])
    turn = {"after": HOUR, "targets": ["group:Leads"], "mode": "one_of_them_in_turn"}
    nobody = {"after": HOUR, "targets": ["group:Nobody"]}
    rule = rule_of(jonas, escalate=[turn, nobody], repeat=1, fallback=[f"user:{tenant['admin'].email}"],
                   at_last="decline")  # fmt: skip
    found, start = run(database, tenant, rule)
    names = [one for _kind, _at, [*one] in told(found, start)]
    assert sorted(names[1] + names[3]) == sorted([lena.name, tenant["owner"].name])
    assert (names[2], found.lines[2].fallback, names[4]) == ([tenant["admin"].name], True, [])
    assert told(found, start)[-1] == ("last_word", 5, [])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"need": "at_least", "number": 3}, "quorum_above_group"),
        ({"declines": 3}, "declines_out_of_range"),
        ({"approvers": ["group:Empty"]}, "nobody_can_decide"),
        ({"exclude_roles": ["approver"]}, "nobody_can_decide"),
        ({"due_in": {"amount": 1, "unit": "working_days", "calendar": "Gone"}}, "calendar.unknown"),
    ],
)
def test_what_could_not_be_met_is_said(database, tenant, jonas, lena, fields, code):
    make_group(database, tenant, "Refund team", [jonas, lena])
    make_group(database, tenant, "Empty", [])
    named = fields.get("approvers", ["group:Refund team"])
    rule = rule_of(*named, **{name: value for name, value in fields.items() if name != "approvers"})
    found, _start = run(database, tenant, rule)
    assert [one.code for one in found.problems] == [code]


def test_whoever_would_ask_is_not_asked_and_the_moment_is_to_come(database, tenant, jonas, lena):
    rule = rule_of(jonas, lena)
    found, start = run(database, tenant, rule, requester=f" {jonas.email.upper()}")
    assert told(found, start) == [("asked", 0, [lena.name])]
    for days, code in ((-1, "in_the_past"), (400, "too_far")):
        with pytest.raises(InvalidInput) as refused:
            run(database, tenant, rule, at=start + timedelta(days=days))
        assert (refused.value.field, refused.value.code) == ("at", code)
