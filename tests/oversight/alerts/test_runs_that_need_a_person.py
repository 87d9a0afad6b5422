"""Runs that wait for a person are told once, however many and however often somebody looks."""

import pytest

from studio.core import clock, outbox
from studio.runtime import notices
from studio.runtime.engine.set_aside import SetAside
from studio.runtime.models import Run


@pytest.fixture
def aside(night):
    """Looks for runs that were set aside."""
    outbox.register(SetAside.TOPIC, notices.aside)
    return SetAside(night.database)


def test_a_call_in_doubt_is_one_alert_until_somebody_has_decided(night):
    run_id = night.run("needs_review")
    night.later(seconds=15)
    [mail] = night.mailer.sent.values()
    assert mail.subject == "A run of High-value refunds needs a person"
    assert f"https://studio.example.com/runs/{run_id}" in mail.text
    night.run("needs_review")
    night.later(hours=3)
    assert len(night.sent()) == 1
    assert night.alert().count == 2
    with night.unit() as uow:
        for run in uow.session.query(Run):
            run.state = "succeeded"
    night.later(minutes=1)
    assert [subject for _to, subject in night.sent()[1:]] == ["Works again: High-value refunds"]


def test_a_run_that_was_set_aside_is_told_once_however_often_somebody_looks(night, aside):
    run_id = night.run("quarantined", told=False)
    for _ in range(3):
        night.later(minutes=1)
        aside(clock.local_now())
        night.later(seconds=15)
    [mail] = night.mailer.sent.values()
    assert mail.subject == "A run of High-value refunds was set aside"
    assert f"/runs/{run_id}" in mail.text
    for hours in (1, 24):
        night.later(hours=hours)
        aside(clock.local_now())
        night.later(seconds=15)
        assert len(night.sent()) == 1


def test_one_that_goes_on_before_it_is_told_is_not_told(night, aside):
    run_id = night.run("quarantined", told=False)
    aside(clock.local_now())
    with night.unit() as uow:
        run = uow.session.get(Run, run_id)
        run.state, run.finished_at = "queued", None
    night.later(minutes=2)
    assert night.sent() == []
