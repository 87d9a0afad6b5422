"""What somebody has asked for: by their own wish or by a run they started; who holds it; having others reminded."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.accounts.outcomes import Role
from studio.approvals import nudges, service
from studio.approvals.models import Request
from studio.approvals.outcomes import Outcome
from studio.approvals.requesting import own
from studio.approvals.requesting.own import Show
from studio.approvals.service.nudging import nudge
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core.errors import Conflict, Forbidden, NotFound, TooManyRequests
from studio.core.models import OutboxRow
from tests.approvals.running import Running, node
from tests.factories.accounts import make_person
from tests.factories.approvals import decide, make_request


@pytest.fixture
def mira(database, tenant):
    return make_person(database, tenant.id, Role.APPROVER, "Mira Sand")


@pytest.fixture
def asked(database, tenant, mira, jonas):
    def make(*approvers, **changed):
        return make_request(database, tenant, approvers or [jonas], **{"requester": mira.email} | changed)

    return make


def waiting(*people, **more):
    part = ApprovalPart([f"user:{one.email}" for one in people])
    return ApprovalRule([ApprovalStage([part])], changes="wait", **more)


def seen(database, tenant, person, show=Show.ALL, **more):
    with database.unit(tenant.id, person.actor) as uow:
        return own.listed(uow, person.user_id, show, **more)


def ids(page):
    return [one.request.id for one in page.items]


def test_rows_say_who_holds_it_and_how_it_ended(database, tenant, mira, jonas, lena, asked):
    done, open_ = asked(), asked(jonas, lena)
    decide(database, tenant, jonas, done)
    make_request(database, tenant, [jonas], requester=lena.email)
    first, second = seen(database, tenant, mira).items
    assert (first.request.id, [one.name for one in first.holders]) == (open_, ["Jonas Weber", "Lena Vogt"])
    assert (second.request.id, second.holders, second.decision.by_name) == (done, (), "Jonas Weber")
    assert ids(seen(database, tenant, jonas)) == []


def test_only_whoever_is_asked_now_holds_it(database, tenant, mira, jonas, lena, asked):
    stages = [ApprovalStage([ApprovalPart([f"user:{one.email}"])]) for one in (jonas, lena)]
    asked(rule=ApprovalRule(stages))
    [row] = seen(database, tenant, mira).items
    assert [one.name for one in row.holders] == ["Jonas Weber"]
    decide(database, tenant, jonas, row.request.id)
    [row] = seen(database, tenant, mira).items
    assert [one.name for one in row.holders] == ["Lena Vogt"]


def test_filters(database, tenant, mira, jonas, asked):
    yes, no, back, gone, open_ = asked(), asked(), asked(rule=waiting(jonas)), asked(), asked()
    decide(database, tenant, jonas, yes)
    decide(database, tenant, jonas, no, Outcome.DECLINED)
    decide(database, tenant, jonas, back, Outcome.CHANGES_REQUESTED, reason="Which one?")
    with database.unit(tenant.id, mira.actor) as uow:
        service.take_back(uow, gone, "Found one")
    expected = {
        Show.ALL: [open_, gone, back, no, yes],
        Show.OPEN: [open_, back],
        Show.CHANGES: [back],
        Show.APPROVED: [yes],
        Show.DECLINED: [no],
        Show.OTHER: [gone],
    }
    assert {show: ids(seen(database, tenant, mira, show)) for show in Show} == expected
    [row] = seen(database, tenant, mira, Show.CHANGES).items
    assert (row.awaited_by, row.awaited.reason, row.holders) == ("Jonas Weber", "Which one?", ())


def test_pages_follow_one_another_without_gaps(database, tenant, mira, asked):
    made = [asked() for _ in range(7)]
    found, after = [], None
    for size in (3, 3, 1):
        page = seen(database, tenant, mira, after=after, size=3)
        assert len(page.items) == size
        found, after = found + ids(page), page.after
    assert (found, after) == (made[::-1], None)
    assert ids(seen(database, tenant, mira, after="no cursor")) == made[::-1]


def test_what_a_run_asks_is_also_that_of_whoever_started_it(app, database, tenant, jonas, mira):
    running = Running(app, tenant)
    asking = node("ask", "approval.request", title="Refund?", approvers=[f"user:{jonas.email}"], requester=mira.email)
    run_id = running.start(running.publish([asking], [("form", "next", "ask")]))
    [request] = running.requests(run_id)
    starter = tenant["builder"]
    with database.unit(tenant.id) as uow:
        uow.session.get_one(Request, request.id).starter_id = starter.user_id
    assert ids(seen(database, tenant, starter)) == ids(seen(database, tenant, mira)) == [request.id]
    with database.unit(tenant.id, starter.actor) as uow:
        assert nudge(uow, request.id) == ["Jonas Weber"]


def test_reminding_mails_those_who_hold_it_and_not_again_for_a_while(database, tenant, mira, jonas, lena, asked):
    request_id = asked(jonas, lena)
    with database.unit(tenant.id, mira.actor) as uow:
        assert nudge(uow, request_id) == ["Jonas Weber", "Lena Vogt"]
    with pytest.raises(TooManyRequests) as refused, database.unit(tenant.id, mira.actor) as uow:
        nudge(uow, request_id)
    assert refused.value.code == "reminded_lately"
    assert 0 < refused.value.retry_after_s <= nudges.EVERY.total_seconds() + 1
    with database.unit(tenant.id) as uow:
        assert uow.session.query(OutboxRow).filter(OutboxRow.topic == "approval.nudge").count() == 1
        uow.session.get_one(Request, request_id).nudged_at -= nudges.EVERY
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        nudge(uow, request_id)


def test_others_remind_nobody(database, tenant, jonas, lena, asked):
    request_id = asked(jonas)
    for person, error in ((jonas, Forbidden), (tenant["builder"], Forbidden), (lena, NotFound)):
        with pytest.raises(error), database.unit(tenant.id, person.actor) as uow:
            nudge(uow, request_id)


def test_nobody_is_reminded_of_what_does_not_wait_for_them(database, tenant, mira, jonas, asked):
    done, back = asked(), asked(rule=waiting(jonas))
    decide(database, tenant, jonas, done)
    decide(database, tenant, jonas, back, Outcome.CHANGES_REQUESTED)
    for request_id, code in ((done, "closed"), (back, "changes_requested")):
        with pytest.raises(Conflict) as refused, database.unit(tenant.id, mira.actor) as uow:
            nudge(uow, request_id)
        assert refused.value.code == code


@given(st.datetimes(), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)))
def test_the_next_reminder_is_never_sooner_than_it_may_be(last, passed):
    again = nudges.next_at(last, last + passed) if last.year < 9000 else None
    if again is not None:
        assert again - last == nudges.EVERY
        assert again > last + passed
    elif last.year < 9000:
        assert passed >= nudges.EVERY
    assert nudges.next_at(None, last) is None
