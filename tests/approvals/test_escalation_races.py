"""Approve, escalate and expire at the same instant, with timers that come twice: each happens once or not at all."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.escalating import reading, working
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
from tests.faults.shop import wait_for

ROUNDS = 4
MANY = 24


@pytest.fixture
def mara(tenant, database):
    return make_person(database, tenant.id, Role.APPROVER, "Mara Sand")


def timer(database, tenant, *own):
    """The timers of some requests, one after the other."""

    def comes():
        for request_id in own:
            work(database, tenant, request_id)

    return comes


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


def test_approve_and_two_timers_that_take_it_away(database, tenant, jonas, mara, heard):
    for _round in range(ROUNDS):
        request_id = make_escalating(database, tenant, [jonas], level(mara, replaces=True))
        come_due(database, tenant, request_id)
        comes = timer(database, tenant, request_id)
        answers = at_once(deciding(database, tenant, jonas, request_id), comes, comes)
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


def test_the_deadline_and_a_level_at_the_same_instant(database, tenant, jonas, mara, heard):
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

        comes = timer(database, tenant, request_id)
        answers = at_once(comes, expire, deciding(database, tenant, jonas, request_id), comes, expire)
        [refused] = [one for one in answers if one is not None]
        assert refused.code in ("expired", "already_decided")
        assert state(database, tenant, request_id) == "expired"
        assert shares_of(database, tenant, request_id, mara) == 0
        assert next_in(database, tenant, request_id) is None
        assert ends(database, tenant, request_id) == (1, 0)
        assert len(heard.ends) == number


def test_the_last_word_and_an_approval_at_the_same_instant(database, tenant, jonas, mara, heard):
    for number in range(1, ROUNDS + 1):
        request_id = make_escalating(database, tenant, [jonas], level(mara), plan={"then": "decline"})
        escalate(database, tenant, request_id)
        come_due(database, tenant, request_id)
        comes = timer(database, tenant, request_id)
        answers = at_once(deciding(database, tenant, mara, request_id), comes, comes)
        [said] = [one for one in answers if one is not None]
        ended = state(database, tenant, request_id)
        assert ended == ("approved" if isinstance(said, Vote) else "declined")
        assert isinstance(said, Vote) or said.code == "already_decided"
        assert ends(database, tenant, request_id) == (1, 0)
        assert len(heard.ends) == number
        with database.unit(tenant.id) as uow:
            decided = select(Decision.by_name).where(Decision.request_id == request_id)
            assert uow.session.scalars(decided).all() == ["Mara Sand" if ended == "approved" else "Escalation"]


def test_being_on_it_and_a_level_at_the_same_instant(database, tenant, jonas, mara):
    """Its time has come by the database's clock, so it is too late, whichever comes first."""
    for _round in range(ROUNDS):
        request_id = make_escalating(database, tenant, [jonas], level(mara), level(mara))
        come_due(database, tenant, request_id)

        def acknowledge(request_id=request_id):
            with database.unit(tenant.id, jonas.actor) as uow:
                return service.acknowledge(uow, request_id)

        comes = timer(database, tenant, request_id)
        answers = at_once(acknowledge, comes, comes)
        [said] = [one for one in answers if one is not None]
        row = plan_of(database, tenant, request_id)
        assert row.step == 1
        assert shares_of(database, tenant, request_id, mara) == 1
        if isinstance(said, StudioError):
            assert said.code == "escalating"
        else:
            assert row.acknowledged_by == jonas.user_id


def test_many_timers_for_many_requests_each_escalate_once_and_take_even_turns(database, tenant, jonas, lena, mara):
    in_turn = level(lena, mara, in_turn=True)
    asked = [make_escalating(database, tenant, [jonas], in_turn) for _number in range(MANY)]
    come_due(database, tenant, *asked)
    assert at_once(*[timer(database, tenant, *asked[at::3]) for at in (0, 1, 2, 0)]) == [None] * 4
    got = Counter(one for request_id in asked for one in states(database, tenant, request_id) if one != jonas.user_id)
    assert got == {lena.user_id: MANY // 2, mara.user_id: MANY // 2}
    assert recorded(database, tenant, "approval.escalated") == MANY
    with database.unit(tenant.id) as uow:
        [turn] = uow.session.scalars(select(Turn)).all()
    assert turn.count == MANY


def test_a_timer_that_comes_again_much_later_changes_nothing(database, tenant, jonas, mara):
    request_id = make_escalating(database, tenant, [jonas], level(mara), level(mara))
    escalate(database, tenant, request_id)
    before = plan_of(database, tenant, request_id)
    for _late in range(3):
        work(database, tenant, request_id)
    after = plan_of(database, tenant, request_id)
    assert (after.step, after.next_at, after.jobs) == (before.step, before.next_at, before.jobs)
    assert shares_of(database, tenant, request_id, mara) == 1


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_timer_waits_for_its_own_request_and_for_no_other(database, tenant, jonas, mara):
    """SQLite has one lock for all of them."""
    mine, busy = [make_escalating(database, tenant, [jonas], level(mara)) for _number in range(2)]
    come_due(database, tenant, mine, busy)
    with ThreadPoolExecutor() as pool:
        with database.unit(tenant.id) as uow:
            locked = select(Request.id).where(Request.id == busy).with_for_update()
            assert uow.session.scalars(locked).one() == busy
            work(database, tenant, mine)
            assert shares_of(database, tenant, mine, mara) == 1
            assert shares_of(database, tenant, busy, mara) == 0
            waits = pool.submit(work, database, tenant, busy)
            wait_for(lambda: _somebody_waits(database))
            assert not waits.done()
        waits.result(timeout=30)
    assert shares_of(database, tenant, busy, mara) == 1


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_two_turns_at_once_share_out_what_is_due(database, tenant, jonas, mara, monkeypatch):
    """The second one takes what the first has left, and does not wait for it."""
    monkeypatch.setattr(working, "BATCH", 3)
    asked = [make_escalating(database, tenant, [jonas], level(mara)) for _number in range(5)]
    come_due(database, tenant, *asked)
    with database.unit(tenant.id) as first:
        working.work_off(first, [{"request_id": str(asked[4])}])
        mine = first.session.scalars(select(Assignment.request_id).where(Assignment.user_id == mara.user_id)).all()
        assert len(mine) == 3
        assert asked[4] in mine
        with database.unit(tenant.id) as second:  # the audit trail is the only thing for which its end would wait
            found = {one.id for one in reading.read(second, working.BATCH).due}
            assert found == set(asked) - set(mine)
    left = next(one for one in asked if one not in mine)
    work(database, tenant, left)
    assert [shares_of(database, tenant, one, mara) for one in asked] == [1] * 5
    assert recorded(database, tenant, "approval.escalated") == 5


def _somebody_waits(database):
    with database.unit() as uow:
        return uow.session.scalar(text("select count(*) from pg_locks where not granted"))
