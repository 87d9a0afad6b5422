"""A workflow that used to run and does not: its owner hears of it once, and that it runs again."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from studio.core.ids import first_id_at
from studio.oversight.alerts import verbs
from studio.runtime.halts import pausing
from studio.runtime.models import TriggerSubscription, Workflow


def used_to_run(night, *, days=16, every=6):
    """Every few hours for some days, until now."""
    with night.unit() as uow:
        now = uow.now
        for back in range(days * 24, -1, -every):
            night.ran(uow, now - timedelta(hours=back))


@pytest.fixture
def shop(night):
    used_to_run(night)
    return night


def test_the_owner_hears_of_it_once_and_that_it_runs_again(shop):
    shop.later(hours=8)
    assert shop.sent() == []
    shop.later(hours=2)
    [mail] = shop.mailer.sent.values()
    assert (mail.to[0], mail.subject) == (shop.tenant["builder"].email, "High-value refunds does not run any more")
    assert "No run has started for 10 hours. It used to run every 6 hours at least." in mail.text
    shop.later(days=2)
    assert len(shop.sent()) == 1
    with shop.unit() as uow:
        shop.ran(uow, uow.now)
    shop.later(minutes=1)
    assert shop.sent()[1:] == [(shop.tenant["builder"].email, "Works again: High-value refunds")]


def test_whoever_says_that_it_is_over_hears_of_this_silence_no_more(shop):
    shop.later(hours=10)
    with shop.unit(shop.tenant["admin"]) as uow:
        verbs.resolve(uow, shop.alert().id)
    shop.later(days=9)
    assert [row.kind for row in shop.alerts()] == ["trigger.silent"]


@pytest.mark.parametrize("why", ["off", "archived", "by hand", "paused", "stopped"])
def test_what_is_not_to_run_is_not_missed(shop, why, paused_or_stopped):
    with shop.unit(shop.tenant["owner"]) as uow:
        workflow = uow.session.get_one(Workflow, shop.workflow_id)
        if why == "off":
            workflow.enabled = False
        elif why == "archived":
            workflow.archived_at = uow.now
        elif why == "by hand":
            uow.session.execute(update(TriggerSubscription).values(type="trigger.manual"))
        else:
            paused_or_stopped(uow, workflow, why)
    shop.later(hours=10)
    assert shop.alerts() == []


def test_one_that_was_resumed_has_as_long_as_after_a_run(shop, paused_or_stopped):
    with shop.unit(shop.tenant["owner"]) as uow:
        paused_or_stopped(uow, uow.session.get_one(Workflow, shop.workflow_id), "paused")
    shop.later(days=1)
    with shop.unit(shop.tenant["owner"]) as uow:
        pausing.resume(uow, uow.session.get_one(Workflow, shop.workflow_id))
    shop.later(hours=8)
    assert shop.alerts() == []
    shop.later(hours=1)
    assert [row.kind for row in shop.alerts()] == ["trigger.silent"]


def test_turning_it_off_ends_the_alert_without_saying_that_it_works(shop):
    shop.later(hours=10)
    with shop.unit() as uow:
        uow.session.get_one(Workflow, shop.workflow_id).enabled = False
    shop.later(minutes=1)
    assert [subject for _to, subject in shop.sent()[1:]] == ["Over: High-value refunds does not run any more"]


def test_re_runs_and_tests_are_no_sign_of_life(shop):
    shop.later(hours=9)
    with shop.unit() as uow:
        shop.ran(uow, uow.now, mode="test")
        shop.ran(uow, uow.now, rerun_of=first_id_at(uow.now))
    shop.later(hours=1)
    assert [row.kind for row in shop.alerts()] == ["trigger.silent"]
