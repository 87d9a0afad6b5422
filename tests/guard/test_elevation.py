"""A role for a time: asked for, agreed to by others, in one browser, and gone when it is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from studio.accounts.outcomes import Role
from studio.accounts.permissions import of_role
from studio.accounts.service import credentials, members, signin
from studio.approvals import service as approvals
from studio.approvals.models import Assignment, GroupMember
from studio.approvals.outcomes import Outcome
from studio.approvals.service import bypassing
from studio.audit.models import AuditEvent
from studio.contract.gates import StepUpNeeded
from studio.core import clock, outbox
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from studio.guard.elevation import asking, eligibility, ending, starting
from studio.guard.elevation.outcomes import Ending, State
from studio.guard.elevation.policy import Wish
from studio.guard.models import GuardElevation
from tests.factories.accounts import PASSWORD, make_person, make_tenant, make_token, with_token
from tests.factories.approvals import decide, make_group, shown
from tests.factories.elevations import WISH, browser, elevated, make_eligible
from tests.factories.proofs import prove

HALF = timedelta(minutes=30)


@pytest.fixture
def tenant(database):
    return make_tenant(database, "Nordlicht Store")


@pytest.fixture
def anna(database, tenant):
    return make_person(database, tenant.id, Role.BUILDER, "Anna Keller")


@pytest.fixture
def at(app, tenant, anna):
    return browser(app, tenant, anna)


def ask(at, held, wish=WISH):
    with at.unit() as uow:
        return asking.ask(uow, held, wish).id


def row(at, elevation_id):
    with at.database.unit(at.workspace_id) as uow:
        return uow.session.get_one(GuardElevation, elevation_id)


def agree(at, tenant, person, elevation_id, outcome=Outcome.APPROVED):
    decide(at.database, tenant, person, row(at, elevation_id).request_id, outcome, reason="Checked.")


def told(database, tenant):
    with database.unit(tenant.id) as uow:
        found = uow.session.execute(select(AuditEvent.action, AuditEvent.body).order_by(AuditEvent.id))
        return [(action, body) for action, body in found if action.startswith(("elevation", "eligibility"))]


def test_asked_agreed_to_by_another_started_and_over(app, database, tenant, anna, at):
    held = make_eligible(database, tenant, anna, approvers=[tenant["admin"], anna])
    asked = ask(at, held)
    assert row(at, asked).state == State.REQUESTED
    with database.unit(tenant.id) as uow:
        people = set(uow.session.scalars(select(Assignment.user_id)))
    assert people == {tenant["admin"].user_id}, "whoever asks is never asked"
    with pytest.raises(Conflict) as early, at.unit() as uow:
        starting.start(uow, asked)
    assert early.value.code == "is_requested"
    agree(at, tenant, tenant["admin"], asked)
    assert not at.may("member.manage"), "it is agreed to, not begun"
    with at.unit() as uow:
        starting.start(uow, asked)
    assert at.may("member.manage")
    assert at.actor.role == Role.ADMIN
    assert not at.may("workspace.owner")
    assert not browser(app, tenant, anna).may("member.manage"), "it holds in the browser it was started in"
    with at.unit() as uow:
        members.add(uow, email="new@example.com", name="New", role=Role.BUILDER)
    clock.shift(HALF)
    assert not at.may("member.manage")
    assert outbox.drain(database) > 0
    assert (row(at, asked).state, row(at, asked).ending) == (State.ENDED, Ending.EXPIRED)
    assert [action for action, _body in told(database, tenant)] == [
        "eligibility.granted", "elevation.requested", "elevation.approved", "elevation.started", "elevation.ended",
    ]  # fmt: skip
    with database.unit(tenant.id) as uow:
        under = select(AuditEvent.body).where(AuditEvent.action == "member.created")
        assert str(asked) in str(uow.session.scalars(under).all()[-1])


def test_declined_it_never_begins(database, tenant, anna, at):
    asked = ask(at, make_eligible(database, tenant, anna, approvers=[tenant["admin"]]))
    agree(at, tenant, tenant["admin"], asked, Outcome.DECLINED)
    assert row(at, asked).state == State.DECLINED
    with pytest.raises(Conflict), at.unit() as uow:
        starting.start(uow, asked)
    assert not at.may("member.manage")


def test_whoever_asks_decides_by_no_way(app, database, tenant, anna, at):
    """Not by another role that they were lent meanwhile, and not by bypassing their own request."""
    held = make_eligible(database, tenant, anna, Role.OWNER, approvers=[tenant["owner"]])
    asked = ask(at, held)
    lent = make_eligible(database, tenant, anna)
    other = browser(app, tenant, anna)
    ask(other, lent)
    assert other.may("approval.bypass")
    request_id = row(at, asked).request_id
    seen = shown(database, tenant, request_id)
    prove(database, other.actor, "approval.bypass", {"request": str(request_id), "shown": seen})
    with pytest.raises(Forbidden), other.unit() as uow:
        bypassing.bypass(uow, request_id, shown=seen, reason="Mine")
    with pytest.raises((Forbidden, NotFound, Conflict)), other.unit() as uow:
        approvals.decide(uow, request_id, Outcome.APPROVED, shown=seen, reason="Mine")
    assert row(at, asked).state == State.REQUESTED


def _too_slow(uow):
    members.add(uow, email="late@example.com", name="Late", role=Role.BUILDER)
    clock.shift(HALF)


def test_one_that_ends_in_mid_action_keeps_nothing_of_it(app, database, tenant, anna):
    at = elevated(app, tenant, anna)
    with pytest.raises(Forbidden) as late, at.unit() as uow:
        _too_slow(uow)
    assert late.value.code == "elevation_ended"
    with database.unit(tenant.id) as uow:
        assert members.by_email(uow, "late@example.com") is None


def test_one_that_is_revoked_in_mid_action_keeps_nothing_of_it(app, database, tenant, anna):
    at = elevated(app, tenant, anna)
    acting = at.actor
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        ending.revoke(uow, acting.elevation.id, "Not today")
    with pytest.raises(Forbidden) as late, database.unit(tenant.id, acting) as uow:
        members.add(uow, email="late@example.com", name="Late", role=Role.BUILDER)
    assert late.value.code == "elevation_ended"
    assert row(at, acting.elevation.id).reason == "Not today"


def test_whatever_ends_it_ends_it_at_once(app, database, tenant, anna):
    def sign_out(at, uow):
        signin.sign_out(uow, at.person())

    def other_password(at, uow):
        person, keep = at.person(), at.session_id
        credentials.change(uow, person.user_id, old=PASSWORD, new="a different horse staple", keep=keep)

    def other_seat(_at, uow):
        uow.actor = tenant["owner"].actor
        members.change_role(uow, anna.seat_id, Role.AUDITOR)

    def no_seat(_at, uow):
        uow.actor = tenant["owner"].actor
        members.disable(uow, anna.seat_id)

    def no_longer_eligible(at, uow):
        lent = at.actor.elevation.id
        eligibility.withdraw(uow, uow.session.get_one(GuardElevation, lent).eligibility_id)

    def own_wish(at, uow):
        ending.end_own(uow, at.actor.elevation.id)

    ways = {
        own_wish: Ending.ENDED_EARLY, sign_out: Ending.SIGNED_OUT, other_password: Ending.PASSWORD_CHANGED,
        no_longer_eligible: Ending.INELIGIBLE, other_seat: Ending.SEAT_CHANGED, no_seat: Ending.SESSION_ENDED,
    }  # fmt: skip
    for act, why in ways.items():
        held = make_eligible(database, tenant, anna, Role.ADMIN)
        at = browser(app, tenant, anna)
        lent = ask(at, held)
        assert at.may("member.manage")
        with at.unit() as uow:
            act(at, uow)
        found = row(at, lent)
        assert (found.state, found.ending) == (State.ENDED, why), act.__name__
        assert not at.may("member.manage"), act.__name__
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            for one in eligibility.in_force(uow):
                eligibility.withdraw(uow, one.id)
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            members.enable(uow, anna.seat_id)


def test_a_group_lends_to_its_people_and_to_nobody_who_has_left_it(app, database, tenant, anna, at):
    team = make_group(database, tenant, "On duty", [anna])
    with pytest.raises(InvalidInput) as alone:
        make_eligible(database, tenant, None, group_id=team)
    assert alone.value.code == "group_needs_approval"
    held = make_eligible(database, tenant, None, approvers=[tenant["admin"]], group_id=team)
    with pytest.raises(NotFound):
        ask(browser(app, tenant, tenant["builder"]), held)
    asked = ask(at, held)
    agree(at, tenant, tenant["admin"], asked)
    with at.unit() as uow:
        starting.start(uow, asked)
    assert at.may("member.manage")
    with database.unit(tenant.id) as uow:
        uow.session.delete(uow.session.scalars(select(GroupMember).where(GroupMember.user_id == anna.user_id)).one())
    assert not at.may("member.manage")
    assert row(at, asked).ending == Ending.INELIGIBLE


def test_a_narrow_scope_lends_that_and_no_role(database, tenant, anna, at):
    held = make_eligible(database, tenant, anna)
    ask(at, held, replace(WISH, scope=frozenset({"member.manage"})))
    assert at.may("member.manage")
    assert not at.may("token.manage")
    assert at.actor.role == Role.BUILDER


def test_one_that_begins_later_holds_from_then_to_its_end(app, database, tenant, anna, at):
    held = make_eligible(database, tenant, anna)
    with database.unit() as uow:
        begin = uow.now + timedelta(hours=3)
    asked = ask(at, held, replace(WISH, starts_at=begin))
    assert row(at, asked).state == State.SCHEDULED
    with pytest.raises(Conflict) as early, at.unit() as uow:
        starting.start(uow, asked)
    assert early.value.code == "too_early"
    clock.shift(timedelta(hours=3, minutes=20))
    late = browser(app, tenant, anna)
    with late.unit() as uow:
        starting.start(uow, asked)
    assert late.may("member.manage")
    clock.shift(timedelta(minutes=10))
    assert not late.may("member.manage"), "starting late does not make it longer"


def test_one_that_nobody_starts_in_time_is_over(database, tenant, anna, at):
    held = make_eligible(database, tenant, anna, approvers=[tenant["admin"]])
    asked = ask(at, held)
    agree(at, tenant, tenant["admin"], asked)
    clock.shift(timedelta(hours=24))
    outbox.drain(database)
    assert row(at, asked).ending == Ending.NOT_STARTED


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (Wish(timedelta(minutes=14), "x"), ("minutes", "too_short")),
        (Wish(timedelta(hours=5), "x"), ("minutes", "too_long")),
        (Wish(HALF), ("justification", "justification_missing")),
        (Wish(HALF, "x", scope=frozenset({"workspace.owner"})), ("scope", "scope_too_wide")),
    ],
)
def test_a_bad_wish_names_its_field_and_changes_nothing(database, tenant, anna, at, wish, problem):
    held = make_eligible(database, tenant, anna)
    with pytest.raises(InvalidInput) as bad:
        ask(at, held, wish)
    assert [(one.path, one.code) for one in bad.value.problems] == [problem]
    with database.unit(tenant.id) as uow:
        assert uow.session.scalars(select(GuardElevation)).all() == []


def test_who_may_grant_what(database, tenant, anna):
    def refused(code, **changed):
        with pytest.raises((Forbidden, InvalidInput, Conflict)) as problem:
            make_eligible(database, tenant, **{"person": anna} | changed)
        assert problem.value.code == code

    refused("own_eligibility", person=tenant["owner"])
    refused("nothing_more", role=Role.BUILDER)
    refused("out_of_bounds", most=timedelta(minutes=14))
    refused("out_of_bounds", most=timedelta(hours=25))
    refused("approver_unreadable", approvers=["nobody"])
    refused("nobody", group_id=anna.user_id)
    make_eligible(database, tenant, anna)
    refused("already_eligible")
    save = eligibility.GrantSave(Role.OWNER, anna.user_id)
    with pytest.raises(Forbidden) as wide, database.unit(tenant.id, tenant["admin"].actor) as uow:
        eligibility.grant(uow, save)
    assert wide.value.code == "wider_than_own"


def test_what_is_lent_does_not_become_ones_own(app, database, tenant, anna):
    at = elevated(app, tenant, anna, Role.OWNER)
    with pytest.raises(Forbidden) as own, at.unit() as uow:
        members.change_role(uow, anna.seat_id, Role.OWNER)
    assert own.value.code == "own_seat"
    with pytest.raises(Forbidden) as more, at.unit() as uow:
        eligibility.grant(uow, eligibility.GrantSave(Role.OWNER, tenant["builder"].user_id))
    assert more.value.code == "under_elevation"


def test_its_terms_may_want_a_proof_of_just_what_is_asked(database, tenant, anna, at):
    held = make_eligible(database, tenant, anna, step_up=True)
    with pytest.raises(StepUpNeeded):
        ask(at, held)
    prove(database, at.actor, asking.ACTION, asking.proof_payload(held, WISH))
    with pytest.raises(StepUpNeeded):
        ask(at, held, replace(WISH, duration=timedelta(hours=4)))
    assert row(at, ask(at, held)).state == State.ACTIVE


def test_a_token_asks_for_its_person_and_is_lent_nothing(app, database, tenant):
    builder = tenant["builder"]
    held = make_eligible(database, tenant, builder)
    lent = browser(app, tenant, builder)
    ask(lent, held)
    client = with_token(app, make_token(app, tenant, "builder", ["members:read", "members:write"]))
    body = {"email": "x@example.com", "name": "X", "role": "builder"}
    assert client.post("/api/v1/members", json=body).status_code == 403
    with database.unit(tenant.id, replace(builder.actor, id="x")) as uow, pytest.raises(Conflict):
        asking.ask(uow, held, WISH)


def test_pages_see_it_and_say_when_it_has_ended(app, database, tenant, anna):
    at = elevated(app, tenant, anna)
    client = app.test_client()
    client.sign_in_with(at.token)
    assert client.get("/settings/tokens").status_code == 200
    clock.shift(HALF)
    answer = client.get("/settings/tokens", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (403, "elevation_ended")


def test_a_request_of_whoever_has_none_asks_for_none(app, database, tenant, anna, at):
    client = app.test_client()
    client.sign_in_with(at.token)
    asked = []
    event.listen(database.app, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert client.get("/workflows").status_code == 200
    assert asked
    assert not [one for one in asked if "guard_e" in one]


def test_another_workspaces_is_not_found(database, tenant, anna, at):
    other = make_tenant(database)
    held = make_eligible(database, other, other["builder"])
    with pytest.raises(NotFound):
        ask(at, held)
    assert of_role(Role.ADMIN) < of_role(Role.OWNER)
