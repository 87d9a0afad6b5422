"""Whoever stands in is asked as well and decides under both names; asked anew at every step, never in a circle."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.jobs import Post
from studio.approvals.models import Assignment, Decision, Delegation, Vote
from studio.approvals.service import delegating
from studio.audit.models import AuditEvent
from studio.core import clock, outbox
from studio.core.errors import Conflict, Forbidden, InvalidInput, StudioError
from tests.approvals.test_races import at_once
from tests.factories.accounts import make_person
from tests.factories.approvals import make_delegation, make_request, share_of, shown


@pytest.fixture
def mona(tenant, database):
    return make_person(database, tenant.id, Role.APPROVER, "Mona Lind")


@pytest.fixture
def away(database, tenant):
    return lambda owner, to, **when: make_delegation(database, tenant, owner, to, **when)


@pytest.fixture
def run_jobs(database, mailer):
    Post(mailer, "http://localhost:8000").register()

    def run():
        while outbox.drain(database):
            pass

    return run


def states(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        rows = uow.session.scalars(
            select(Assignment).where(Assignment.request_id == request_id).order_by(Assignment.id)
        )
        return {(row.user_id, row.state) for row in rows}


def decide(database, tenant, person, request_id, verb=service.approve, seen=None):
    seen = seen or shown(database, tenant, request_id)
    with database.unit(tenant.id, person.actor) as uow:
        return verb(uow, request_id, shown=seen, reason="Because")


def nothing_decided(database, tenant):
    with database.unit(tenant.id) as uow:
        return [uow.session.scalar(select(func.count()).select_from(row)) for row in (Decision, Vote)] == [0, 0]


def test_whoever_stands_in_decides_under_both_names(database, tenant, jonas, lena, heard, away, run_jobs, mailer):
    away(lena, jonas)
    request_id = make_request(database, tenant, [lena])
    assert states(database, tenant, request_id) == {(lena.user_id, "open"), (jonas.user_id, "open")}
    run_jobs()
    assert {mail.to for mail in mailer.sent.values()} == {(lena.email,), (jonas.email,)}
    vote = decide(database, tenant, jonas, request_id)
    assert (vote.user_id, vote.place_id) == (jonas.user_id, lena.user_id)
    assert states(database, tenant, request_id) == {(lena.user_id, "withdrawn"), (jonas.user_id, "decided")}
    assert [ended.by for ended in heard.ends] == ["Jonas Weber for Lena Vogt"]
    assert heard.ends[0].by_email == jonas.email
    run_jobs()
    assert "Jonas Weber for Lena Vogt approved it." in mailer.last.text
    assert mailer.last.to == (lena.email,)
    with database.unit(tenant.id) as uow:
        named = set(uow.session.scalars(select(AuditEvent.action)))
    assert {"delegation.created", "approval.delegated", "approval.approved"} <= named


def test_the_owner_may_still_decide(database, tenant, jonas, lena, heard, away):
    away(lena, jonas)
    request_id = make_request(database, tenant, [lena])
    decide(database, tenant, lena, request_id)
    assert states(database, tenant, request_id) == {(lena.user_id, "decided"), (jonas.user_id, "withdrawn")}
    assert [ended.by for ended in heard.ends] == ["Lena Vogt"]
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, jonas, request_id, service.decline)
    assert "Lena Vogt approved this on" in refused.value.message


def test_owner_and_stand_in_at_once_are_one_decision(database, tenant, jonas, lena, heard, away):
    away(lena, jonas)
    for number in range(1, 5):
        request_id = make_request(database, tenant, [lena])
        seen = shown(database, tenant, request_id)
        answers = at_once(
            lambda r=request_id, s=seen: decide(database, tenant, lena, r, service.approve, s),
            lambda r=request_id, s=seen: decide(database, tenant, jonas, r, service.decline, s),
        )
        assert sorted(isinstance(answer, StudioError) for answer in answers) == [False, True]
        assert len(heard.ends) == number


@pytest.mark.parametrize("early", [True, False])
def test_an_absence_that_ended_since_the_page_was_opened(database, tenant, jonas, lena, heard, away, run_jobs, early):
    absence = away(lena, jonas)
    request_id = make_request(database, tenant, [lena])
    seen = shown(database, tenant, request_id)
    if early:
        with database.unit(tenant.id, lena.actor) as uow:
            delegating.end(uow, absence)
    else:
        clock.shift(timedelta(hours=9))
    for _jobs in range(2):
        with pytest.raises(Conflict) as refused:
            decide(database, tenant, jonas, request_id, service.approve, seen)
        assert refused.value.code == "delegation_ended"
        assert nothing_decided(database, tenant)
        run_jobs()
    assert states(database, tenant, request_id) == {(lena.user_id, "open"), (jonas.user_id, "revoked")}
    decide(database, tenant, lena, request_id)


def test_what_was_decided_stays_decided(database, tenant, jonas, lena, away, run_jobs):
    absence = away(lena, jonas)
    request_id = make_request(database, tenant, [lena])
    decide(database, tenant, jonas, request_id)
    with database.unit(tenant.id, lena.actor) as uow:
        delegating.end(uow, absence)
    run_jobs()
    with database.unit(tenant.id) as uow:
        assert uow.session.scalars(select(Decision.by_name)).one() == "Jonas Weber for Lena Vogt"
        assert uow.session.scalars(select(Vote.voided_at)).one() is None


def test_never_in_a_circle_and_never_to_the_requester(database, tenant, jonas, lena, mona, heard, away):
    away(lena, jonas)
    away(jonas, lena)
    kept = make_request(database, tenant, [lena])
    assert states(database, tenant, kept) == {(lena.user_id, "open")}
    away(mona, tenant["approver"])
    asked = make_request(database, tenant, [mona], requester=tenant["approver"].email.replace("@", "+shop@"))
    assert states(database, tenant, asked) == {(mona.user_id, "open")}
    with pytest.raises(Forbidden):
        decide(database, tenant, tenant["approver"], asked)
    assert share_of(database, tenant, asked, mona).why["kept"] == "unsuitable"
    assert nothing_decided(database, tenant)


def test_a_chain_of_absences_leads_to_who_is_there(database, tenant, jonas, lena, mona, heard, away, run_jobs):
    away(lena, jonas)
    back = away(jonas, mona, lasting=timedelta(hours=2))
    request_id = make_request(database, tenant, [lena])
    assert states(database, tenant, request_id) == {(lena.user_id, "open"), (mona.user_id, "open")}
    with database.unit(tenant.id, jonas.actor) as uow:
        delegating.end(uow, back)
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, mona, request_id)
    assert refused.value.code == "delegation_ended"
    run_jobs()
    assert (jonas.user_id, "open") in states(database, tenant, request_id)
    decide(database, tenant, jonas, request_id)
    assert heard.ends[0].by == "Jonas Weber for Lena Vogt"


def test_what_is_handed_to_somebody_away_does_not_come_back(database, tenant, jonas, lena, away):
    away(lena, jonas)
    request_id = make_request(database, tenant, [jonas])
    share = share_of(database, tenant, request_id, jonas)
    with database.unit(tenant.id, jonas.actor) as uow:
        service.reassign(uow, share.id, lena.user_id)
    assert states(database, tenant, request_id) == {(jonas.user_id, "reassigned"), (lena.user_id, "open")}


def test_handing_on_takes_it_from_whoever_stands_in(database, tenant, jonas, lena, mona, away):
    away(lena, jonas)
    request_id = make_request(database, tenant, [lena])
    with database.unit(tenant.id, lena.actor) as uow:
        service.reassign(uow, share_of(database, tenant, request_id, lena).id, mona.user_id)
    wanted = {(lena.user_id, "reassigned"), (jonas.user_id, "revoked"), (mona.user_id, "open")}
    assert states(database, tenant, request_id) == wanted
    with pytest.raises(Conflict):
        decide(database, tenant, jonas, request_id)


@pytest.mark.parametrize("open_items", [True, False])
def test_what_is_open_when_it_begins(database, tenant, jonas, lena, away, run_jobs, open_items):
    request_id = make_request(database, tenant, [lena])
    away(lena, jonas, starts_in=timedelta(hours=1), open_items=open_items)
    run_jobs()
    assert states(database, tenant, request_id) == {(lena.user_id, "open")}
    clock.shift(timedelta(hours=2))
    run_jobs()
    assert ((jonas.user_id, "open") in states(database, tenant, request_id)) is open_items
    run_jobs()
    clock.shift(timedelta(hours=9))
    run_jobs()
    assert (jonas.user_id, "open") not in states(database, tenant, request_id)


@pytest.mark.parametrize(
    ("hours", "refusal"),
    [
        ((-24, 24), ("starts_at", "in_the_past")),
        ((1, 1), ("ends_at", "in_the_past")),
        ((5, 2), ("ends_at", "in_the_past")),
        ((2, 4), ("starts_at", "overlapping")),
        ((7, 40), ("starts_at", "overlapping")),
    ],
)
def test_what_cannot_be_is_refused(database, tenant, jonas, lena, away, hours, refusal):
    away(lena, jonas)
    begin, end = (timedelta(hours=number) for number in hours)
    with pytest.raises(InvalidInput) as refused:
        away(lena, jonas, starts_in=begin, lasting=end - begin)
    assert (refused.value.problems[0].path, refused.value.code) == refusal
    with database.unit(tenant.id) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Delegation)) == 1


def test_two_absences_at_once_do_not_overlap(database, tenant, jonas, lena, mona, away):
    for number in range(1, 4):
        start = timedelta(days=number)
        answers = at_once(lambda s=start: away(lena, jonas, starts_in=s), lambda s=start: away(lena, mona, starts_in=s))
        assert [answer.code for answer in answers if isinstance(answer, StudioError)] == ["overlapping"]


def test_only_admins_say_it_of_others(database, tenant, jonas, lena):
    def say(actor):
        with database.unit(tenant.id, actor.actor) as uow:
            until = uow.now + timedelta(days=1)
            return delegating.create(uow, lena.user_id, jonas.user_id, uow.now, until, open_items=True)

    with pytest.raises(Forbidden, match="Only an admin"):
        say(jonas)
    assert say(tenant["admin"]).user_id == lena.user_id
