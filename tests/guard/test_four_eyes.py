"""Roles change, roles are lent, people stand in for one another: nobody ever agrees to what they asked for."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.accounts.service import members, signin
from studio.approvals import service as approvals
from studio.approvals.models import Assignment, Decision, Request, Vote
from studio.approvals.outcomes import Outcome
from studio.approvals.service import bypassing, delegating
from studio.contract.gates import ApprovalNeeded
from studio.core import clock
from studio.core.errors import StudioError
from studio.guard.elevation import asking, eligibility, ending, starting
from studio.guard.elevation.eligibility import GrantSave
from studio.guard.elevation.outcomes import State
from studio.guard.models import GuardElevation, GuardHold
from studio.guard.service import holding
from studio.guard.settings import service as protected
from studio.guard.settings.kinds import PayoutAccount
from tests.factories.accounts import MadePerson, MadeTenant, make_person, make_tenant
from tests.factories.elevations import WISH, Browser, browser, make_eligible
from tests.factories.guard import make_guard_policy
from tests.factories.proofs import prove

WHO = st.integers(0, 3)
ROLES = st.sampled_from([Role.OWNER, Role.ADMIN, Role.BUILDER, Role.APPROVER])
IBAN = st.sampled_from(["DE89370400440532013000", "GB33BUKB20201555555555"])


class FourEyes(RuleBasedStateMachine):
    """Four people who do whatever they are let; each act that is refused changes nothing."""

    app: Flask
    tenant: MadeTenant
    people: tuple[MadePerson, ...]

    @initialize()
    def begin(self) -> None:
        """Everybody is signed in; three may ask for more, where any of the four agrees."""
        self.at: list[Browser] = [browser(self.app, self.tenant, one) for one in self.people]
        for one, role in zip(self.people, (Role.OWNER, Role.ADMIN, Role.BUILDER), strict=False):
            make_eligible(self.at[0].database, self.tenant, one, role, self.people)

    def act(self, who: int, does: Any) -> None:
        """In a request of one of them; one who is signed out signs in again first."""
        if self.at[who].person() is None:
            self.at[who] = browser(self.app, self.tenant, self.people[who])
        with suppress(StudioError), self.at[who].unit() as uow:
            does(uow)

    @rule(who=WHO, whom=WHO, role=ROLES)
    def change_role(self, who: int, whom: int, role: Role) -> None:
        """Also their own, where they are let."""
        if self.at[who].may("member.manage"):
            self.act(who, lambda uow: members.change_role(uow, self.people[whom].seat_id, role))

    @rule(who=WHO, whom=WHO, role=ROLES, approvers=st.lists(WHO, min_size=1, max_size=3, unique=True))
    def grant(self, who: int, whom: int, role: Role, approvers: list[int]) -> None:
        """With people who have to agree."""
        names = [f"user:{self.people[one].email}" for one in approvers]
        save = GrantSave(role, self.people[whom].user_id, approvers=names, step_up=False)
        if self.at[who].may("elevation.manage"):
            self.act(who, lambda uow: eligibility.grant(uow, save))

    @rule(who=WHO)
    def ask(self, who: int) -> None:
        """For all that they may ask for."""
        for held in self._mine(who):
            self.act(who, lambda uow, held=held: asking.ask(uow, held, WISH))

    @rule(who=WHO)
    def start(self, who: int) -> None:
        """Whatever was agreed to."""
        for one in self._elevations(self.people[who].user_id):
            self.act(who, lambda uow, one=one: starting.start(uow, one))

    @rule(who=WHO, by=WHO)
    def elevate(self, who: int, by: int) -> None:
        """All of it in a row, by one or by two people."""
        self.ask(who)
        self.decide(by, Outcome.APPROVED)
        self.start(who)

    @rule(who=WHO)
    def end(self, who: int) -> None:
        """All of theirs."""
        for one in self._elevations(self.people[who].user_id):
            self.act(who, lambda uow, one=one: ending.end_own(uow, one))

    @rule(who=WHO, iban=IBAN)
    def propose(self, who: int, iban: str) -> None:
        """Something that a policy wants others to agree to."""
        setting = PayoutAccount(holder="Nordlicht GmbH", iban=iban)
        if not self.at[who].may("protection.manage"):
            return
        try:
            with self.at[who].unit() as uow:
                protected.change(uow, setting, len(protected.versions(uow, PayoutAccount)))
        except ApprovalNeeded as raised:
            needed = raised
            self.act(who, lambda uow: holding.ask(uow, needed))
        except StudioError:
            return

    @rule(who=WHO, outcome=st.sampled_from([Outcome.APPROVED, Outcome.APPROVED, Outcome.DECLINED]))
    def decide(self, who: int, outcome: Outcome) -> None:
        """Whatever is open."""
        for request_id, seen in self._open():
            self.act(who, lambda uow, one=request_id, seen=seen: approvals.decide(
                uow, one, outcome, shown=seen, reason="Checked"
            ))  # fmt: skip

    @rule(who=WHO)
    def bypass(self, who: int) -> None:
        """Whatever is open, once they have proved who they are."""
        if not self.at[who].may("approval.bypass"):
            return
        for request_id, seen in self._open():
            prove(self.at[who].database, self.at[who].actor, bypassing.PERMISSION,
                  {"request": str(request_id), "shown": seen})  # fmt: skip
            self.act(who, lambda uow, one=request_id, seen=seen: bypassing.bypass(
                uow, one, shown=seen, reason="Urgent"
            ))  # fmt: skip

    @rule(who=WHO, owner=WHO, to=WHO)
    def stand_in(self, who: int, owner: int, to: int) -> None:
        """Somebody decides for somebody."""
        first, second = self.people[owner].user_id, self.people[to].user_id
        self.act(who, lambda uow: delegating.create(
            uow, first, second, uow.now, uow.now + timedelta(hours=1), open_items=True
        ))  # fmt: skip

    @rule(who=WHO, to=WHO)
    def hand_on(self, who: int, to: int) -> None:
        """What somebody was asked, to somebody else."""
        with self._reading() as uow:
            shares = list(uow.session.scalars(select(Assignment.id).order_by(Assignment.id.desc()).limit(3)))
        for share in shares:
            self.act(who, lambda uow, share=share: approvals.reassign(uow, share, self.people[to].user_id))

    @rule(who=WHO)
    def sign_out(self, who: int) -> None:
        """And in again at the next act."""
        person = self.at[who].person()
        if person is not None:
            self.act(who, lambda uow: signin.sign_out(uow, person))

    @rule()
    def time_passes(self) -> None:
        """Some of what is in force runs out."""
        clock.shift(timedelta(minutes=20))

    @invariant()
    def nobody_agreed_to_what_they_asked_for(self) -> None:
        """By no vote that counts, and by no decision."""
        if not hasattr(self, "at"):
            return
        with self._reading() as uow:
            askers: dict[UUID | None, UUID] = {}
            for model, by in ((GuardElevation, GuardElevation.user_id), (GuardHold, GuardHold.asked_by)):
                askers |= {row[0]: row[1] for row in uow.session.execute(select(model.request_id, by))}
            for model, who in ((Vote, Vote.user_id), (Decision, Decision.by_user_id)):
                said = uow.session.execute(select(model.request_id, model.outcome, who))
                for request_id, outcome, person in said:
                    agreed = outcome in (Outcome.APPROVED, Outcome.BYPASSED)
                    assert not (agreed and askers.get(request_id) == person)

    @invariant()
    def what_is_in_force_was_agreed_to_by_another(self) -> None:
        """And holds in the one browser it was started in."""
        if not hasattr(self, "at"):
            return
        with self._reading() as uow:
            rows = uow.session.scalars(select(GuardElevation).where(GuardElevation.state == State.ACTIVE.value)).all()
            for row in rows:
                by = uow.session.scalar(select(Decision.by_user_id).where(Decision.request_id == row.request_id))
                assert by is not None
                assert by != row.user_id
        for at in self.at:
            person = at.person()
            if person is not None and person.elevation is not None and person.elevation.in_force:
                assert person.elevation.id in {row.id for row in rows if row.session_id == at.session_id}

    def teardown(self) -> None:
        """Nobody is eligible any more, nothing is open."""
        clock.reset()
        with self.app.extensions["studio_database"].unit(self.tenant.id, self.tenant["owner"].actor) as uow:
            for one in eligibility.in_force(uow):
                eligibility.withdraw(uow, one.id)
        for one in self.people:
            with self.app.extensions["studio_database"].unit(self.tenant.id, self.tenant["owner"].actor) as uow:
                members.change_role(uow, one.seat_id, one.role)

    def _reading(self) -> Any:
        return self.app.extensions["studio_database"].unit(self.tenant.id, read_only=True)

    def _mine(self, who: int) -> list[UUID]:
        with self._reading() as uow:
            return [one.id for one in eligibility.of_person(uow, self.people[who].user_id)]

    def _elevations(self, user_id: UUID) -> list[UUID]:
        with self._reading() as uow:
            query = select(GuardElevation.id).where(
                GuardElevation.user_id == user_id, GuardElevation.ended_at.is_(None)
            )
            return list(uow.session.scalars(query))

    def _open(self) -> list[tuple[UUID, str]]:
        with self._reading() as uow:
            return [(row.id, row.shown) for row in uow.session.scalars(select(Request)) if row.open]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("examples", [pytest.param(5, id="few"), pytest.param(25, id="many", marks=pytest.mark.slow)])
def test_no_course_of_roles_and_elevations_lets_one_person_ask_and_agree(app, database, examples):
    tenant = make_tenant(database, "Nordlicht Store")
    roles = (Role.ADMIN, Role.BUILDER, Role.APPROVER, Role.OWNER)
    crew = tuple(make_person(database, tenant.id, role) for role in roles)
    everybody = {"approvers": [f"user:{one.email}" for one in crew], "count": 1}
    make_guard_policy(database, tenant, target="payout_account.change", approvals=[everybody])
    wanted = settings(
        max_examples=examples, stateful_step_count=25, phases=[Phase.generate], deadline=None,
        suppress_health_check=list(HealthCheck), derandomize=examples == 5,
    )  # fmt: skip
    facts = {"app": app, "tenant": tenant, "people": crew}
    run_state_machine_as_test(type("FourEyesHere", (FourEyes,), facts), settings=wanted)
    with database.unit(tenant.id) as uow:
        ends = uow.session.scalars(select(Decision.outcome)).all()
        started = uow.session.scalars(select(GuardElevation.id).where(GuardElevation.started_at.is_not(None))).all()
    assert {Outcome.APPROVED, Outcome.BYPASSED} & set(ends), "nothing was ever agreed to: this shows nothing"
    assert started, "nothing was ever in force: this shows nothing"
