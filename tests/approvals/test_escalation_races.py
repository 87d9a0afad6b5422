"""Approve, escalate and expire at the same instant, with timers that come twice: each happens once or not at all."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.models import Assignment, Decision, Request, Turn, Vote
from studio.approvals.outcomes import Outcome
from studio.audit.models import AuditEvent
from studio.core.errors import StudioError
from tests.approvals.test_races import at_once, ends
from tests.factories.accounts import make_person
from tests.factories.approvals import shown
from tests.factories.escalations import (
    come_due,
    escalate,
    level,
    make_escalating,
    next_in,
    plan_of,
    state,
    states,
    work,
)

ROUNDS = 4
MANY = 24


@pytest.fixture
def mara(tenant, database):
    return make_person(database, tenant.id, Role.APPROVER, "Mara Sand")


@pytest.fixture
def timer(database, tenant):
    return lambda: work(database, tenant)


def deciding(database, tenant, person, request_id, outcome=Outcome.APPROVED):
    seen = shown(database, tenant, request_id)

    def decide():
        with database.unit(tenant.id, person.actor) as uow:
            return service.decide(uow, request_id, outcome, shown=seen, reason="Because")

    return decide


def shares_of(database, tenant, request_id, person):
    with database.unit(tenant.id) as uow:
        mine = Assignment.request_id == request_id, Assignment.user_id == person.user_id
        return uow.session.scalar(select(func.count()).select_from(Assignment).where(*mine))


def recorded(database, tenant, action):
    with database.unit(tenant.id) as uow:
        return uow.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action))


def test_approve_and_two_timers_that_take_it_away(database, tenant, jonas, mara, heard, timer):
    for _round in range(ROUNDS):
        request_id = make_escalating(database, tenant, [jonas], level(mara, replaces=True))
        come_due(database, tenant, request_id)
        answers = at_once(deciding(database, tenant, jonas, request_id), timer, timer)
        [said] = [one for one in answers if one is not None]
        if isinstance(said, Vote):
            assert state(database, tenant, request_id) == "approved"
            assert shares_of(database, tenant, request_id, mara) == 0
            assert ends(database, tenant, request_id) == (1, 0)
        else:
            assert said.code == "escalated_away"
            assert states(database, tenant, request_id) == {jonas.user_id: "escalated_away", mara.user_id: "open"}
            assert shares_of(database, tenant, request_id, mara) == 1
            assert ends(database, tenant, request_id) == (0, 1)


def test_the_deadline_and_a_level_at_the_same_instant(database, tenant, jonas, mara, heard, timer):
    """The deadline ends it whichever timer comes first, and nobody is asked what is over."""
    for number in range(1, ROUNDS + 1):
        with database.unit(tenant.id) as uow:
            due_at = uow.now + timedelta(hours=1)
        request_id = make_escalating(database, tenant, [jonas], level(mara), due_at=due_at)
        with database.unit(tenant.id) as uow:
            past = uow.now - timedelta(seconds=1)
            uow.session.execute(update(Request).where(Request.id == request_id).values(due_at=past))
        come_due(database, tenant, request_id)

        def expire(request_id=request_id):
            with database.unit(tenant.id) as uow:
                service.expire(uow, request_id)

        answers = at_once(timer, expire, deciding(database, tenant, jonas, request_id), timer, expire)
        [refused] = [one for one in answers if one is not None]
        assert refused.code in ("expired", "already_decided")
        assert state(database, tenant, request_id) == "expired"
        assert shares_of(database, tenant, request_id, mara) == 0
        assert next_in(database, tenant, request_id) is None
        assert ends(database, tenant, request_id) == (1, 0)
        assert len(heard.ends) == number


def test_the_last_word_and_an_approval_at_the_same_instant(database, tenant, jonas, mara, heard, timer):
    for number in range(1, ROUNDS + 1):
        request_id = make_escalating(database, tenant, [jonas], level(mara), plan={"then": "decline"})
        escalate(database, tenant, request_id)
        come_due(database, tenant, request_id)
        answers = at_once(deciding(database, tenant, mara, request_id), timer, timer)
        [said] = [one for one in answers if one is not None]
        ended = state(database, tenant, request_id)
        assert ended == ("approved" if isinstance(said, Vote) else "declined")
        assert isinstance(said, Vote) or said.code == "already_decided"
        assert ends(database, tenant, request_id) == (1, 0)
        assert len(heard.ends) == number
        with database.unit(tenant.id) as uow:
            decided = select(Decision.by_name).where(Decision.request_id == request_id)
            assert uow.session.scalars(decided).all() == ["Mara Sand" if ended == "approved" else "Escalation"]


def test_being_on_it_and_a_level_at_the_same_instant(database, tenant, jonas, mara, timer):
    """Its time has come by the database's clock, so it is too late, whichever comes first."""
    for _round in range(ROUNDS):
        request_id = make_escalating(database, tenant, [jonas], level(mara), level(mara))
        come_due(database, tenant, request_id)

        def acknowledge(request_id=request_id):
            with database.unit(tenant.id, jonas.actor) as uow:
                return service.acknowledge(uow, request_id)

        answers = at_once(acknowledge, timer, timer)
        [said] = [one for one in answers if one is not None]
        row = plan_of(database, tenant, request_id)
        assert row.step == 1
        assert shares_of(database, tenant, request_id, mara) == 1
        if isinstance(said, StudioError):
            assert said.code == "escalating"
        else:
            assert row.acknowledged_by == jonas.user_id


def test_many_timers_for_many_requests_each_escalate_once_and_take_even_turns(
    database, tenant, jonas, lena, mara, timer
):
    in_turn = level(lena, mara, in_turn=True)
    asked = [make_escalating(database, tenant, [jonas], in_turn) for _number in range(MANY)]
    come_due(database, tenant, *asked)
    assert at_once(*[timer] * 4) == [None] * 4
    got = Counter(one for request_id in asked for one in states(database, tenant, request_id) if one != jonas.user_id)
    assert got == {lena.user_id: MANY // 2, mara.user_id: MANY // 2}
    assert recorded(database, tenant, "approval.escalated") == MANY
    with database.unit(tenant.id) as uow:
        [turn] = uow.session.scalars(select(Turn)).all()
    assert turn.count == MANY


def test_a_timer_that_comes_again_much_later_changes_nothing(database, tenant, jonas, mara, timer):
    request_id = make_escalating(database, tenant, [jonas], level(mara), level(mara))
    escalate(database, tenant, request_id)
    before = plan_of(database, tenant, request_id)
    for _late in range(3):
        timer()
    after = plan_of(database, tenant, request_id)
    assert (after.step, after.next_at, after.jobs) == (before.step, before.next_at, before.jobs)
    assert shares_of(database, tenant, request_id, mara) == 1
