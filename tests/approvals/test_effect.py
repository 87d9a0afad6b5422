"""A yes that takes effect later: once, within its hours alone, and not where it was taken back before."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from studio.approvals import effect, service
from studio.approvals.clock import arithmetic
from studio.approvals.clock.arithmetic import BeyondHorizonError
from studio.approvals.clock.delays import Delay, Unit
from studio.approvals.effect import Effect
from studio.approvals.models import Request
from studio.approvals.nodes.fields.effecting import Effecting, references
from studio.approvals.nodes.fields.effecting import effect as asked_for
from studio.approvals.nodes.request import ApprovalRequest
from studio.approvals.outcomes import Outcome
from studio.approvals.service import deferring, seats
from studio.contract.approving import ApprovalDelay, ApprovalEffect
from studio.core import outbox
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.ids import new_id
from studio.core.models import OutboxRow
from tests.approvals.clock.strategies import calendars, moments
from tests.approvals.test_applying import rule
from tests.approvals.test_bypassing import bypass
from tests.approvals.test_policy_applying import held
from tests.approvals.test_races import at_once
from tests.factories.approvals import decide, make_group, make_request
from tests.factories.audit import events_of
from tests.factories.escalations import escalate, level, make_escalating
from tests.factories.timetables import make_calendar

HOUR = ApprovalEffect(ApprovalDelay(1, "hours"))
OFFICE = new_id()
DELAYS = st.none() | st.builds(Delay, st.integers(1, 30), st.sampled_from(Unit), st.none() | st.just(OFFICE))
EFFECTS = st.builds(Effect, DELAYS, st.none() | moments, st.none() | st.just(OFFICE))


@given(EFFECTS, moments, calendars())
def test_it_never_comes_before_what_was_said_nor_outside_its_hours(asked, agreed, calendar):
    assert effect.from_json(effect.to_json(asked)) == asked
    found = asked.moment(agreed, {OFFICE: calendar})
    assert found >= agreed
    assert asked.at is None or found >= asked.at
    if asked.within is not None:
        try:
            assert arithmetic.next_open(calendar, found) == found
        except BeyondHorizonError:
            return
    assert asked.opening(found, {OFFICE: calendar}) == found
    assert asked.moment(agreed, {}) >= agreed  # its calendar is gone: nothing is held up for ever


def come_due(database, tenant, request_id):
    """As if its moment had come, and its job."""
    with database.unit(tenant.id) as uow:
        past = uow.now - timedelta(seconds=1)
        uow.session.execute(update(Request).where(Request.id == request_id).values(effect_at=past))
        uow.session.execute(update(OutboxRow).where(OutboxRow.topic == "approval.effect").values(due_at=past))


def look(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        deferring.look(uow, {"request_id": str(request_id)})


def waiting(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        request = uow.session.get_one(Request, request_id)
        return request.effect_at - uow.now


def test_all_have_agreed_and_it_takes_effect_once_when_its_moment_comes(database, tenant, jonas, lena, heard):
    make_group(database, tenant, "Refund team", [jonas, lena])
    request_id = make_request(database, tenant, ["group:Refund team"], rule=rule("all"), effect=HOUR)
    decide(database, tenant, jonas, request_id)
    assert held(database, tenant, request_id) == ("pending", {lena.user_id})
    decide(database, tenant, lena, request_id)
    assert held(database, tenant, request_id) == ("approved_deferred", set())
    assert timedelta(minutes=59) < waiting(database, tenant, request_id) <= timedelta(hours=1)
    look(database, tenant, request_id)
    while outbox.drain(database):
        pass
    assert (held(database, tenant, request_id)[0], heard.ends) == ("approved_deferred", [])
    with pytest.raises(Conflict):
        decide(database, tenant, lena, request_id, Outcome.DECLINED)
    come_due(database, tenant, request_id)
    while outbox.drain(database):
        pass
    look(database, tenant, request_id)
    [end] = heard.ends
    assert (held(database, tenant, request_id)[0], end.outcome, end.by) == ("approved", "approved", lena.name)
    [event] = events_of(database, tenant, "approval.deferred")
    assert event["metadata"]["effect_at"]
    assert len(events_of(database, tenant, "approval.approved")) == 1


def test_until_then_it_can_be_taken_back_or_bypassed_and_a_seat_opens_nothing(database, tenant, jonas, lena, heard):
    back, passed = (make_request(database, tenant, [jonas, lena], effect=HOUR) for _ in range(2))
    for one in (back, passed):
        decide(database, tenant, jonas, one)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        seats.changed(uow, lena.user_id)
    while outbox.drain(database):
        pass
    assert held(database, tenant, back) == ("approved_deferred", set())
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        service.take_back(uow, back, "The supplier is gone")
    come_due(database, tenant, back)
    look(database, tenant, back)
    assert (held(database, tenant, back)[0], [one.outcome for one in heard.ends]) == ("cancelled", ["cancelled"])
    with database.unit(tenant.id, tenant["admin"].actor) as uow, pytest.raises(Conflict):
        service.take_back(uow, back, "Once more")

    bypass(database, tenant, tenant["admin"], passed)
    look(database, tenant, passed)
    assert [one.outcome for one in heard.ends] == ["cancelled", "bypassed"]


def test_outside_its_hours_it_waits_for_the_opening_also_where_it_comes_late(database, tenant, jonas, heard):
    with database.unit(tenant.id) as uow:
        opens = (uow.now + timedelta(days=2)).weekday()
    week = [["00:00-24:00"] if day == opens else [] for day in range(7)]
    make_calendar(database, tenant, time_zone="UTC", week=week)
    request_id = make_request(database, tenant, [jonas], effect=ApprovalEffect(within="Office hours"))
    decide(database, tenant, jonas, request_id)
    assert timedelta(days=1) < waiting(database, tenant, request_id) <= timedelta(days=2)
    come_due(database, tenant, request_id)  # as if no worker had run before it closed again
    while outbox.drain(database):
        pass
    assert timedelta(days=1) < waiting(database, tenant, request_id) <= timedelta(days=2)
    assert (held(database, tenant, request_id)[0], heard.ends) == ("approved_deferred", [])
    with pytest.raises(InvalidInput) as refused:
        make_request(database, tenant, [jonas], effect=ApprovalEffect(within="Nights"))
    assert refused.value.field == "effect_within"


def test_a_moment_that_is_past_and_a_decline_hold_nothing_up(database, tenant, jonas, heard):
    with database.unit(tenant.id) as uow:
        past = ApprovalEffect(at=uow.now - timedelta(days=1))
    approved, declined = (
        make_request(database, tenant, [jonas], effect=past),
        make_request(database, tenant, [jonas], effect=HOUR),
    )
    decide(database, tenant, jonas, approved)
    decide(database, tenant, jonas, declined, Outcome.DECLINED)
    assert [one.outcome for one in heard.ends] == ["approved", "declined"]


def test_silence_that_agrees_takes_effect_later_as_well(database, tenant, jonas, lena, heard):
    request_id = make_escalating(database, tenant, [jonas], level(lena), plan={"then": "approve"}, effect=HOUR)
    escalate(database, tenant, request_id)
    escalate(database, tenant, request_id)
    assert (held(database, tenant, request_id), heard.ends) == (("approved_deferred", set()), [])
    come_due(database, tenant, request_id)
    look(database, tenant, request_id)
    assert [(one.outcome, one.by) for one in heard.ends] == [("approved", "Escalation")]


def test_taking_back_against_its_moment_leaves_one_end(database, tenant, jonas, heard):
    for number in range(1, 4):
        request_id = make_request(database, tenant, [jonas], effect=HOUR)
        decide(database, tenant, jonas, request_id)
        come_due(database, tenant, request_id)

        def back(request_id=request_id):
            with database.unit(tenant.id, tenant["admin"].actor) as uow:
                service.take_back(uow, request_id, "No longer")

        at_once(back, lambda r=request_id: look(database, tenant, r), lambda r=request_id: look(database, tenant, r))
        assert len(heard.ends) == number
        assert held(database, tenant, request_id)[0] == heard.ends[-1].outcome


def test_the_step_says_it_in_fields_of_its_own():
    fields = {"effect_after": {"amount": 2, "unit": "working_hours", "calendar": "Office"},
              "effect_at": "2026-12-01T09:00+01:00", "effect_within": "Office hours"}  # fmt: skip
    found = asked_for(Effecting.model_validate(fields))
    assert (found.after.unit, found.at.isoformat(), found.within) == (
        "working_hours", "2026-12-01T09:00:00+01:00", "Office hours",
    )  # fmt: skip
    assert [(one.field, one.name) for one in references(fields)] == [
        ("config.effect_after.calendar", "Office"), ("config.effect_within", "Office hours"),
    ]  # fmt: skip
    assert asked_for(Effecting()) is None
    for wrong in ("tomorrow", "2026-12-01T09:00", "2026-13-01"):
        with pytest.raises(StudioError) as refused:
            asked_for(Effecting(effect_at=wrong))
        assert refused.value.field == "effect_at"
    config = {"title": "Price", "approvers": ["user:a@example.com"], "more_stages": True}
    assert ApprovalRequest.Config.model_validate(config).more_stages
    with pytest.raises(ValueError, match="takes effect later"):
        ApprovalRequest.Config.model_validate(config | {"effect_within": "Office hours"})
