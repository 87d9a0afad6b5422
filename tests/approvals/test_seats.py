"""A seat that is taken away while a decision is open: noticed at once, told, never lowered; and given back."""

import pytest
from sqlalchemy import select

from studio.accounts.models import User
from studio.accounts.outcomes import Role
from studio.accounts.service import credentials, members
from studio.approvals import service
from studio.approvals.jobs import Post
from studio.approvals.models import Request
from studio.approvals.outcomes import AssignmentState, Outcome
from studio.approvals.service import seats
from studio.audit.models import AuditEvent
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import outbox
from studio.core.errors import StudioError
from tests.factories.accounts import make_person
from tests.factories.approvals import decide, make_delegation, make_request, share_of, shown


@pytest.fixture
def database(app, mailer):
    """With all that the app joins: who hears of seats, and what its jobs do."""
    Post(mailer, "http://localhost:8000").register()
    return app.extensions["studio_database"]


@pytest.fixture
def seat(database, tenant):
    def change(verb, person, *more):
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            verb(uow, person.seat_id, *more)
        while outbox.drain(database):
            pass

    return change


def both(jonas, lena, *later):
    stages = [ApprovalStage([ApprovalPart([f"user:{who.email}" for who in (jonas, lena)], "all")])]
    stages += [ApprovalStage([ApprovalPart([f"user:{who.email}"])]) for who in later]
    return ApprovalRule(stages)


def stuck(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        return uow.session.get_one(Request, request_id).stuck_at is not None


def events(database, tenant, action):
    with database.unit(tenant.id) as uow:
        found = uow.session.scalars(select(AuditEvent).where(AuditEvent.action == action)).all()
        return len(found)


def test_the_share_is_revoked_and_admins_hear_that_too_few_are_left(database, tenant, jonas, lena, seat, mailer, heard):
    request_id = make_request(database, tenant, [], rule=both(jonas, lena))
    seat(members.disable, jonas)
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.REVOKED
    assert stuck(database, tenant, request_id)
    for action in ("approval.unreachable", "approval.share_revoked"):
        assert events(database, tenant, action) == 1
    told = [mail for mail in mailer.sent.values() if mail.subject.startswith("Nobody can settle")]
    assert {mail.to for mail in told} >= {(tenant["admin"].email,)}
    decide(database, tenant, lena, request_id)
    assert heard.ends == [], "two have to agree, and one of them is gone"


def test_given_back_it_is_asked_again_and_mailed(database, tenant, jonas, lena, seat, mailer, heard):
    request_id = make_request(database, tenant, [], rule=both(jonas, lena))
    seat(members.disable, jonas)
    before = len(mailer.sent)
    seat(members.enable, jonas)
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.OPEN
    assert not stuck(database, tenant, request_id)
    assert [mail.to for mail in list(mailer.sent.values())[before:]] == [(jonas.email,)]
    decide(database, tenant, lena, request_id)
    decide(database, tenant, jonas, request_id)
    assert [str(end.outcome) for end in heard.ends] == ["approved"]


def test_a_role_that_decides_nothing_is_the_same(database, tenant, lena, seat, heard):
    tom = make_person(database, tenant.id, Role.ADMIN, "Tom Hill")
    request_id = make_request(database, tenant, [], rule=both(tom, lena))
    seat(members.change_role, tom, Role.AUDITOR)
    assert share_of(database, tenant, request_id, tom).state == AssignmentState.REVOKED
    seat(members.change_role, tom, Role.APPROVER)
    assert share_of(database, tenant, request_id, tom).state == AssignmentState.OPEN


def test_so_is_a_person_who_is_locked_out(database, tenant, jonas, lena, heard):
    request_id = make_request(database, tenant, [], rule=both(jonas, lena))
    for verb, state in ((credentials.lock, AssignmentState.REVOKED), (credentials.unlock, AssignmentState.OPEN)):
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            verb(uow, uow.session.get_one(User, jonas.user_id))
        while outbox.drain(database):
            pass
        assert share_of(database, tenant, request_id, jonas).state == state


def test_one_of_a_later_stage_is_queued_again(database, tenant, jonas, lena, seat, heard):
    mara = make_person(database, tenant.id, Role.APPROVER, "Mara Lind")
    request_id = make_request(database, tenant, [], rule=both(jonas, lena, mara))
    seat(members.disable, mara)
    assert not stuck(database, tenant, request_id), "the running stage can be met"
    seat(members.enable, mara)
    assert share_of(database, tenant, request_id, mara).state == AssignmentState.QUEUED


def test_an_admin_hands_the_lost_share_on_and_it_does_not_come_back(database, tenant, jonas, lena, seat, heard):
    mara = make_person(database, tenant.id, Role.APPROVER, "Mara Lind")
    request_id = make_request(database, tenant, [], rule=both(jonas, lena))
    seat(members.disable, jonas)
    share = share_of(database, tenant, request_id, jonas)
    with database.unit(tenant.id, lena.actor) as uow, pytest.raises(StudioError):
        service.reassign(uow, share.id, mara.user_id)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        service.reassign(uow, share.id, mara.user_id)
    assert not stuck(database, tenant, request_id)
    seat(members.enable, jonas)
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.REASSIGNED
    decide(database, tenant, lena, request_id)
    decide(database, tenant, mara, request_id)
    assert [str(end.outcome) for end in heard.ends] == ["approved"]


def test_whoever_stands_in_for_them_loses_it_too(database, tenant, jonas, lena, seat, heard):
    mara = make_person(database, tenant.id, Role.APPROVER, "Mara Lind")
    make_delegation(database, tenant, jonas, mara)
    request_id = make_request(database, tenant, [], rule=both(jonas, lena))
    assert share_of(database, tenant, request_id, mara).state == AssignmentState.OPEN
    seat(members.disable, jonas)
    assert share_of(database, tenant, request_id, mara).state == AssignmentState.REVOKED


def test_a_page_that_was_open_then_is_refused_and_writes_nothing(database, tenant, jonas, lena, seat, heard):
    request_id = make_request(database, tenant, [jonas, lena])
    seen = shown(database, tenant, request_id)
    seat(members.disable, jonas)
    with pytest.raises(StudioError) as refused:
        decide(database, tenant, jonas, request_id, shown=seen)
    assert refused.value.code == "no_seat"
    assert heard.ends == []


def test_what_has_been_said_stands_and_what_has_ended_stays(database, tenant, jonas, lena, seat, heard):
    request_id = make_request(database, tenant, [], rule=both(jonas, lena))
    done = make_request(database, tenant, [jonas])
    decide(database, tenant, jonas, request_id)
    decide(database, tenant, jonas, done)
    seat(members.disable, jonas)
    assert share_of(database, tenant, done, jonas).state == AssignmentState.DECIDED
    decide(database, tenant, lena, request_id)
    assert [str(end.outcome) for end in heard.ends] == [Outcome.APPROVED, Outcome.APPROVED]


def test_the_job_late_and_twice_does_no_harm(database, tenant, jonas, lena, seat, heard):
    request_id = make_request(database, tenant, [], rule=both(jonas, lena))
    seat(members.disable, jonas)
    seat(members.enable, jonas)
    for _ in range(2):
        with database.unit(tenant.id) as uow:
            seats.look(uow, {"user_id": str(jonas.user_id), "at": uow.now.isoformat()})
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.OPEN
