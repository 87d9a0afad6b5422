"""One open request at a time about the same thing: the others wait in turn, and nothing of theirs runs."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from studio.accounts.service import members
from studio.approvals import service
from studio.approvals.models import Assignment, Lock, Request
from studio.approvals.nodes.fields.effecting import Effecting
from studio.approvals.outcomes import LIVE, AssignmentState, Outcome, RequestState
from studio.approvals.service import locking, seats, taking_back
from studio.audit.models import AuditEvent
from studio.contract.approving import ApprovalEscalation, ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import clock, ids, outbox
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.outbox import OutboxRow
from tests.approvals.test_races import at_once
from tests.factories.approvals import decide, make_request, share_of, shown

KEY = "Price of TR-7"


def states(database, tenant):
    with database.unit(tenant.id) as uow:
        return list(
            uow.session.scalars(select(Request.state).where(Request.lock_key == KEY).order_by(Request.lock_place))
        )


def events(database, tenant, action):
    with database.unit(tenant.id) as uow:
        return uow.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action))


def asked(database, tenant, share):
    """The mails that are left for a share."""
    with database.unit(tenant.id) as uow:
        jobs = select(OutboxRow.key).where(OutboxRow.key == f"approval.asked:{share.id}")
        return len(uow.session.scalars(jobs).all())


def test_what_waits_is_asked_of_nobody_and_opens_in_turn_when_the_one_before_ends(database, tenant, jonas, lena, heard):
    due_at = clock.local_now() + timedelta(hours=4)
    first = make_request(database, tenant, [jonas], lock=KEY)
    second = make_request(database, tenant, [jonas, lena], lock=KEY, due_at=due_at)
    third = make_request(database, tenant, [lena], lock=KEY)
    other = make_request(database, tenant, [lena], lock="Price of TR-8")
    assert states(database, tenant) == ["pending", "queued", "queued"]

    share = share_of(database, tenant, second, jonas)
    assert (share.state, asked(database, tenant, share)) == (AssignmentState.QUEUED, 0)
    for person, problem in ((jonas, "not_yet"), (tenant["admin"], None)):
        with pytest.raises(StudioError) as refused:
            decide(database, tenant, person, second)
        assert problem is None or refused.value.code == problem
    with pytest.raises(Conflict) as refused, database.unit(tenant.id, tenant["admin"].actor) as uow:
        service.bypass(uow, second, shown=uow.session.get(Request, second).shown, reason="Now")
    assert refused.value.code == "queued"
    with database.unit(tenant.id, lena.actor) as uow:
        found = service.details(uow, third)
        assert (found.ahead.number, found.ahead.title, found.decidable, found.bypassable) == (2, "", False, False)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        assert service.details(uow, second).ahead == locking.Ahead(KEY, 1, first, "Refund €420.00 to Anna Keller")
        waiting = uow.session.get(Request, second)
        assert (waiting.due_at, waiting.paused_due_at) == (None, due_at)

    clock.shift(timedelta(hours=3))
    decide(database, tenant, jonas, first, Outcome.DECLINED)
    assert states(database, tenant) == ["declined", "pending", "queued"]
    with database.unit(tenant.id) as uow:
        assert uow.session.get(Request, second).due_at >= due_at + timedelta(hours=3), "its time has stood still"
    share = share_of(database, tenant, second, jonas)
    assert (share.state, asked(database, tenant, share)) == (AssignmentState.OPEN, 1)
    decide(database, tenant, jonas, second)
    decide(database, tenant, lena, third)
    decide(database, tenant, lena, other)
    assert [end.request_id for end in heard.ends] == [first, second, third, other]
    assert (events(database, tenant, "approval.queued"), events(database, tenant, "approval.opened")) == (2, 2)
    with database.unit(tenant.id) as uow:
        assert uow.session.scalars(select(Lock)).all() == [], "what nobody asks about leaves nothing behind"
    make_request(database, tenant, [jonas], lock=KEY)


def test_fallback_approvers_of_what_waits_are_asked_once_and_in_turn(database, tenant, jonas, lena, heard):
    """Who is asked already gets no second share, which could not open beside the first."""
    both = ApprovalRule([ApprovalStage([ApprovalPart([f"user:{one.email}" for one in (jonas, lena)], "all")])])
    plan = ApprovalEscalation(fallback=[f"user:{lena.email}", f"user:{tenant['builder'].email}"])
    first = make_request(database, tenant, [tenant["admin"]], lock=KEY)
    second = make_request(database, tenant, [], rule=both, escalation=plan, lock=KEY)
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        members.disable(uow, jonas.seat_id)
    with database.unit(tenant.id) as uow:
        seats.look(uow, {"user_id": str(jonas.user_id), "at": "now"})
        shares = uow.session.scalars(select(Assignment).where(Assignment.request_id == second)).all()
        waiting = [share.user_id for share in shares if share.state == AssignmentState.QUEUED]
    assert sorted(waiting) == sorted([lena.user_id, tenant["builder"].user_id])
    fallback = share_of(database, tenant, second, tenant["builder"])
    assert asked(database, tenant, fallback) == 0, "mailed before its turn"
    decide(database, tenant, tenant["admin"], first)
    assert asked(database, tenant, fallback) == 1
    for person in (lena, tenant["builder"]):
        decide(database, tenant, person, second)
    assert [end.request_id for end in heard.ends] == [first, second]


def test_what_waits_can_be_taken_back_and_nobody_jumps_the_queue(database, tenant, jonas, heard):
    first, second, third = (make_request(database, tenant, [jonas], lock=KEY) for _ in range(3))
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        taking_back.take_back(uow, second, "Not needed")
    with database.unit(tenant.id) as uow:
        assert uow.session.get(Request, third).state == RequestState.QUEUED
    with database.unit(tenant.id) as uow:
        service.withdraw(uow, first, "Its run was cancelled")
    with database.unit(tenant.id) as uow:
        assert uow.session.get(Request, third).state == RequestState.PENDING
    decide(database, tenant, jonas, third)


def test_a_run_never_waits_for_itself(database, tenant, jonas, heard):
    run = {"run_id": str(ids.new_id()), "wait_id": str(ids.new_id())}
    more = ApprovalRule([ApprovalStage([ApprovalPart([f"user:{jonas.email}"])])], more=True)
    first = make_request(database, tenant, [], rule=more, lock=KEY, ref=run)
    decide(database, tenant, jonas, first)
    with pytest.raises(InvalidInput) as refused:
        make_request(database, tenant, [jonas], lock=KEY, ref=run)
    assert (refused.value.code, refused.value.field) == ("lock.own", "exclusive")
    make_request(database, tenant, [jonas], lock=KEY)
    assert states(database, tenant) == ["between", "queued"], "it holds what it locks between two stages"
    with database.unit(tenant.id) as uow:
        service.withdraw(uow, first, "Its run has failed.")
    assert states(database, tenant) == ["cancelled", "pending"]


def test_a_key_that_is_too_long_is_refused_and_blanks_do_not_count():
    assert Effecting(exclusive=" a \n b ").exclusive
    assert locking.checked(" a \n b ") == "a b"
    with pytest.raises(InvalidInput) as refused:
        locking.checked("x" * 201)
    assert (refused.value.code, refused.value.field) == ("lock.too_long", "exclusive")


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["ask", "ask", "yes", "back", "late"]), min_size=3, max_size=9), data=st.data())
def test_whatever_happens_one_alone_is_open_and_the_longest_waiting_is_next(
    database, tenant, jonas, heard, steps, data
):
    key, queue = str(ids.new_id()), []
    for step in steps:
        if step == "ask" or not queue:
            queue.append(make_request(database, tenant, [jonas], lock=key))
        elif step == "yes":
            decide(database, tenant, jonas, queue.pop(0))
        elif step == "back":
            with database.unit(tenant.id) as uow:
                service.withdraw(uow, queue.pop(data.draw(st.integers(0, len(queue) - 1))), "Not needed")
        else:
            with database.unit(tenant.id) as uow:
                locking.look(uow, {"key": key})
        with database.unit(tenant.id) as uow:
            open_ = select(Request.id).where(Request.lock_key == key, Request.closed_at.is_(None))
            rows = uow.session.execute(open_.add_columns(Request.state).order_by(Request.lock_place)).all()
            assert [row.id for row in rows] == queue
            assert [row.state for row in rows] == [*["pending"][: len(rows)], *["queued"] * (len(rows) - 1)]


def test_asking_deciding_and_taking_back_at_once_never_open_two_nor_forget_one(database, tenant, jonas, lena, heard):
    def ask():
        return make_request(database, tenant, [jonas, lena], lock=KEY)

    def yes(request_id, seen):
        with database.unit(tenant.id, jonas.actor) as uow:
            return service.decide(uow, request_id, Outcome.APPROVED, shown=seen)

    def back(request_id):
        with database.unit(tenant.id) as uow:
            service.withdraw(uow, request_id, "Not needed")

    for _ in range(4):
        first, second = ask(), ask()
        seen = shown(database, tenant, first)
        at_once(lambda f=first, s=seen: yes(f, s), ask, lambda s=second: back(s), ask)
        for left in range(2, -1, -1):
            while outbox.drain(database):
                pass
            with database.unit(tenant.id) as uow:
                open_ = uow.session.scalars(select(Request).where(Request.closed_at.is_(None))).all()
                live = select(func.count(Assignment.request_id.distinct())).where(Assignment.state.in_(LIVE))
                assert len(open_) == left
                assert uow.session.scalar(live) == bool(left)
                turn = [request.id for request in open_ if request.state == RequestState.PENDING]
                assert len(turn) == bool(left)
            for request_id in turn:
                decide(database, tenant, lena, request_id)
