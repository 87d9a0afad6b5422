"""A workflow fails: whoever is named is told, level by level, until somebody is on it; that it works again, once."""

from datetime import timedelta

import pytest

from studio.approvals.service import groups
from studio.core import clock
from studio.core.errors import Conflict
from studio.oversight.alerts import verbs
from studio.runtime.models import Workflow
from tests.engine.rig import Rig  # noqa: F401 - registers test nodes
from tests.factories.workflows import make_workflow, refunds

LEVELS = [{"after": {"amount": 15, "unit": "minutes"}, "targets": ["group:Leads"]}]


def two_levels(night):
    """First the builder, after a quarter of an hour the admin and the owner."""
    people = night.tenant
    with night.unit(people["admin"]) as uow:
        groups.create(uow, "Leads", [people["admin"].user_id, people["owner"].user_id])
    night.rule({"whom": [f"user:{people['builder'].user_id}"], "levels": LEVELS})


def test_the_next_level_is_told_where_nobody_is_on_it(night):
    two_levels(night)
    night.run()
    night.later(seconds=15)
    assert night.sent() == [(night.tenant["builder"].email, "High-value refunds failed")]
    night.later(minutes=14)
    assert len(night.sent()) == 1
    night.later(minutes=2)
    assert sorted(to for to, _ in night.sent()[1:]) == sorted(night.tenant[one].email for one in ("admin", "owner"))
    night.later(hours=5)
    assert len(night.sent()) == 3


def test_whoever_is_on_it_stops_the_levels_and_the_others_hear_who_it_is(night):
    two_levels(night)
    night.run()
    night.later(seconds=15)
    with night.unit(night.tenant["builder"]) as uow:
        verbs.acknowledge(uow, night.alert().id)
    night.later(hours=5)
    assert len(night.sent()) == 1
    with night.unit(night.tenant["admin"]) as uow, pytest.raises(Conflict):
        verbs.acknowledge(uow, night.alert().id)


def test_it_counts_and_mails_nobody_anew_until_it_works_again(night):
    night.run()
    night.later(seconds=15)
    for _ in range(3):
        night.run()
        night.later(minutes=1)
    assert night.sent() == [(night.tenant["builder"].email, "High-value refunds failed")]
    assert night.alert().count == 4
    night.run("succeeded")
    night.later(minutes=1)
    assert len(night.sent()) == 1
    night.later(minutes=6)
    assert night.sent()[1:] == [(night.tenant["builder"].email, "Works again: High-value refunds")]
    night.later(hours=1)
    assert len(night.sent()) == 2
    night.run()
    night.later(seconds=15)
    assert len(night.alerts()) == 2
    assert len(night.sent()) == 3


def test_what_is_put_off_comes_back_to_whoever_did_and_then_goes_on(night):
    two_levels(night)
    night.run()
    night.later(seconds=15)
    with night.unit(night.tenant["builder"]) as uow:
        verbs.snooze(uow, night.alert().id, timedelta(hours=2))
    night.later(minutes=110)
    assert len(night.sent()) == 1
    night.later(minutes=11)
    assert [to for to, _ in night.sent()[1:]] == [night.tenant["builder"].email]
    night.later(minutes=16)
    assert len(night.sent()) == 4


def test_handing_on_tells_the_next_level_at_once_and_only_once(night):
    two_levels(night)
    night.run()
    night.later(seconds=15)
    with night.unit(night.tenant["builder"]) as uow:
        verbs.hand_on(uow, night.alert().id)
    night.later(seconds=1)
    assert len(night.sent()) == 3
    with night.unit(night.tenant["builder"]) as uow, pytest.raises(Conflict):
        verbs.hand_on(uow, night.alert().id)
    night.later(hours=3)
    assert len(night.sent()) == 3


def test_a_rule_may_wait_for_several_failures(night):
    night.rule({"kinds": ["workflow.failing"], "failures": 3, "minutes": 10, "whom": ["owner"]})
    night.run()
    night.later(seconds=15)
    night.run()
    night.later(minutes=11)
    night.run()
    night.later(seconds=15)
    assert night.alerts() == []
    night.run()
    night.run()
    night.later(seconds=15)
    assert [row.count for row in night.alerts()] == [3]
    assert night.sent() == [(night.tenant["builder"].email, "High-value refunds failed 3 times")]


def test_nobody_is_lost_where_the_owner_has_left(night):
    with night.unit() as uow:
        uow.session.get_one(Workflow, night.workflow_id).owner_id = None
    night.run()
    night.later(seconds=15)
    assert sorted(to for to, _ in night.sent()) == sorted(
        night.tenant[one].email for one in ("owner", "admin", "builder")
    )


def test_quiet_hours_hold_back_and_one_mail_tells_all(night):
    now = clock.local_now()
    start = now.replace(hour=22, minute=0, second=0, microsecond=0) + timedelta(days=1)
    clock.shift(start - now)
    night.rule({"kinds": ["workflow.failing"], "whom": ["owner"], "levels": [], "severity": "normal",
                "quiet": {"zone": "UTC", "from": "22:00", "until": "07:00", "weekends": False}})  # fmt: skip
    other = make_workflow(night.app, night.tenant, refunds(name="Stock"), published=True)
    night.run()
    night.later(minutes=1)
    night.run(workflow_id=other)
    night.later(minutes=30)
    night.run("succeeded")
    night.later(minutes=30)
    assert night.sent() == []
    assert night.alerts()[0].state == "resolved"
    night.later(hours=8)
    assert night.sent() == [(night.tenant["builder"].email, "2 alerts during quiet hours")]
    text = next(iter(night.mailer.sent.values())).text
    assert "High-value refunds failed (over by now)" in text
    night.later(hours=8)
    assert len(night.sent()) == 1
