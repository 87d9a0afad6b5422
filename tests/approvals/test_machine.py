"""Any course of events on a request: one end, one resume, and nothing decided by too few or by somebody who may not."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.approvals import service
from studio.approvals.models import Assignment, Decision, Request, Vote
from studio.approvals.outcomes import BY_PEOPLE, LIVE, Outcome, RequestState
from studio.approvals.service import seats
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core.errors import InvalidInput, StudioError
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadePerson, MadeTenant, make_person
from tests.factories.approvals import Heard, make_request
from tests.factories.proofs import about_to_bypass

WHO = st.integers(0, 4)
NAMES = ("Jonas", "Lena", "Mara", "Tom", "Ines")
NEEDS = (("any", None), ("all", None), ("count", 2), ("percent", 50), ("percent", 67))
parts = st.tuples(st.sampled_from(NEEDS), st.lists(WHO, min_size=1, max_size=4, unique=True))
OTHERWISE = [([(("count", 2), [0, 1, 2, 3, 4])], 2)]
EXAMPLES = {"sqlite": 40, "postgresql": 12}
"""Courses of a dozen events each: a unit of PostgreSQL takes longest."""
rules = st.lists(st.tuples(st.lists(parts, min_size=1, max_size=2), st.integers(1, 2)), min_size=1, max_size=2)


class Course(RuleBasedStateMachine):
    """One request and five people; the model remembers who could have been counted."""

    database: Database
    tenant: MadeTenant
    people: tuple[MadePerson, ...]
    heard: Heard
    away: set[int]
    """Whose seat is disabled; outlives a course, as the seats do."""

    @initialize(wanted=rules, requester=st.none() | WHO)
    def ask(self, wanted: Any, requester: int | None) -> None:
        self.heard.ends.clear()
        for one in self.away:
            self.seat(self.people[one], there=True)
        self.away.clear()
        self.requester, self.wanted = requester, wanted
        self.final: tuple[str, ...] | None = None
        try:
            self.request_id = self.made()
        except InvalidInput as refused:  # fewer people than the rule needs: something else is asked
            assert refused.code in ("quorum_above_group", "nobody_can_decide", "declines_out_of_range")  # noqa: PT017
            self.wanted = OTHERWISE
            self.request_id = self.made()

    def made(self) -> UUID:
        stages = [
            ApprovalStage(
                [ApprovalPart([f"user:{self.people[n].email}" for n in some], need, n) for (need, n), some in parts_],
                declines=declines,
            )
            for parts_, declines in self.wanted
        ]
        asked_by = self.people[self.requester].email if self.requester is not None else None
        return make_request(self.database, self.tenant, [], rule=ApprovalRule(stages), requester=asked_by)

    def seat(self, person: MadePerson, *, there: bool) -> None:
        with self.database.unit(self.tenant.id, self.tenant["owner"].actor) as uow:
            (members.enable if there else members.disable)(uow, person.seat_id)
        with self.database.unit(self.tenant.id) as uow:
            seats.look(uow, {"user_id": str(person.user_id), "at": "now"})

    @rule(who=WHO, outcome=st.sampled_from(BY_PEOPLE), stale=st.booleans())
    def decide(self, who: int, outcome: Outcome, stale: bool) -> None:
        person, before = self.people[who], self.votes()
        with self.database.unit(self.tenant.id) as uow:
            request = uow.session.get_one(Request, self.request_id)
            seen, state, stage = "0" * 64 if stale else request.shown, request.state, request.stage
            held = uow.session.scalars(
                select(Assignment).where(
                    Assignment.request_id == self.request_id, Assignment.user_id == person.user_id,
                    Assignment.state.in_(LIVE),
                )
            ).all()  # fmt: skip
            could = [one for one in held if one.stage == stage]
        try:
            with self.database.unit(self.tenant.id, person.actor) as uow:
                given = service.decide(uow, self.request_id, outcome, shown=seen, reason="Because").id
        except StudioError:
            assert self.votes() == before, "refused, and yet something was written"
            return
        if given in before:
            return  # the same again
        assert not stale
        assert could, "a vote of somebody who held no open share"
        assert state == RequestState.PENDING
        assert who != self.requester
        assert who not in self.away
        assert set(self.votes()) - set(before) == {given}

    @rule(by=WHO, whose=WHO, to=WHO, manages=st.booleans())
    def reassign(self, by: int, whose: int, to: int, manages: bool) -> None:
        share = self.share(whose)
        if share is None:
            return
        actor = self.tenant["admin"].actor if manages else self.people[by].actor
        try:
            with self.database.unit(self.tenant.id, actor) as uow:
                service.reassign(uow, share, self.people[to].user_id)
        except StudioError:
            return
        assert to != self.requester
        assert to not in self.away
        assert manages or by == whose

    @rule(who=WHO)
    def snooze(self, who: int) -> None:
        share = self.share(who)
        try:
            with self.database.unit(self.tenant.id, self.people[who].actor) as uow:
                service.snooze(uow, share or self.request_id, uow.now + timedelta(hours=1))
        except StudioError:
            return

    @rule(who=WHO)
    def comment(self, who: int) -> None:
        before = self.state()
        try:
            with self.database.unit(self.tenant.id, self.people[who].actor) as uow:
                service.comment(uow, self.request_id, "Hm.")
        except StudioError:
            assert self.state() == before
        assert self.state() == before

    @rule(due=st.booleans())
    def expire(self, due: bool) -> None:
        with self.database.unit(self.tenant.id) as uow:
            moment = uow.now + timedelta(seconds=-1 if due else 3600)
            uow.session.execute(update(Request).where(Request.id == self.request_id).values(due_at=moment))
        with self.database.unit(self.tenant.id) as uow:
            service.expire(uow, self.request_id)

    @rule(by=WHO | st.sampled_from(("admin", "owner")), reason=st.sampled_from(("", "Urgent")))
    def bypass(self, by: Any, reason: str) -> None:
        person, before = self.people[by] if isinstance(by, int) else self.tenant[by], self.state()
        try:
            with self.database.unit(self.tenant.id) as uow:
                seen = uow.session.get_one(Request, self.request_id).shown
            actor = about_to_bypass(self.database, self.tenant, person, self.request_id, seen)
            with self.database.unit(self.tenant.id, actor) as uow:
                service.bypass(uow, self.request_id, shown=seen, reason=reason)
        except StudioError:
            assert self.state() == before
            return
        assert by in ("admin", "owner"), "bypassed by somebody who may not"
        assert before == RequestState.BYPASSED or reason

    @rule()
    def withdraw(self) -> None:
        with self.database.unit(self.tenant.id) as uow:
            service.withdraw(uow, self.request_id, "Not needed.")

    @rule(who=WHO, manages=st.booleans())
    def take_back(self, who: int, manages: bool) -> None:
        actor = self.tenant["admin"].actor if manages else self.people[who].actor
        before = self.state()
        try:
            with self.database.unit(self.tenant.id, actor) as uow:
                service.take_back(uow, self.request_id, "Not needed.")
        except StudioError:
            assert self.state() == before
            return
        assert before == RequestState.PENDING
        assert manages or (who == self.requester and who not in self.away)

    @rule(who=WHO)
    def leave_or_come_back(self, who: int) -> None:
        self.seat(self.people[who], there=who in self.away)
        self.away.symmetric_difference_update({who})

    @invariant()
    def one_end_one_resume(self) -> None:
        with self.database.unit(self.tenant.id) as uow:
            request = uow.session.get_one(Request, self.request_id)
            decided = uow.session.scalars(select(Decision).where(Decision.request_id == self.request_id)).all()
            live = uow.session.scalars(
                select(Assignment.id).where(Assignment.request_id == self.request_id, Assignment.closed_at.is_(None))
            ).all()
            ended = request.state != RequestState.PENDING
            silent = request.state == RequestState.CANCELLED and not decided
            assert len(decided) == len(self.heard.ends) == int(ended and not silent)
            assert ended == (request.closed_at is not None)
            assert not (ended and live)
            if self.final is not None:
                assert (request.state, str(request.closed_at)) == self.final, "an end was undone"
            if ended:
                self.final = (request.state, str(request.closed_at))
            approved = request.state == RequestState.APPROVED
        if approved:
            self.enough()

    def enough(self) -> None:
        """Every part of every stage has as many distinct people as it asked for, counted anew."""
        with self.database.unit(self.tenant.id) as uow:
            votes = uow.session.scalars(select(Vote).where(Vote.request_id == self.request_id)).all()
        for index, (made, _declines) in enumerate(self.wanted):
            for (need, n), some in made:
                places = {self.people[one].user_id for one in some if one != self.requester}
                agreed = {
                    vote.user_id for vote in votes
                    if vote.stage == index and vote.place_id in places and vote.outcome == Outcome.APPROVED
                }  # fmt: skip
                least = {"any": 1, "all": len(places), "count": n, "percent": -(-len(places) * (n or 0) // 100)}[need]
                assert len(agreed) >= max(1, least)

    def votes(self) -> list[UUID]:
        with self.database.unit(self.tenant.id) as uow:
            return list(uow.session.scalars(select(Vote.id).where(Vote.request_id == self.request_id)))

    def share(self, who: int) -> UUID | None:
        with self.database.unit(self.tenant.id) as uow:
            mine = Assignment.user_id == self.people[who].user_id
            found = select(Assignment.id).where(Assignment.request_id == self.request_id, mine)
            return uow.session.scalars(found.order_by(Assignment.id.desc()).limit(1)).one_or_none()

    def state(self) -> str:
        with self.database.unit(self.tenant.id) as uow:
            return uow.session.get_one(Request, self.request_id).state


@pytest.mark.timeout(300)
def test_whatever_happens_in_whatever_order(database, tenant, heard):
    crew = tuple(make_person(database, tenant.id, Role.APPROVER, name) for name in NAMES)
    facts = {"database": database, "tenant": tenant, "people": crew, "heard": heard, "away": set()}
    course = type("CourseHere", (Course,), facts)
    quick = settings(
        max_examples=EXAMPLES[database.dialect],
        stateful_step_count=10,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(course, settings=quick)
