"""One request, five people and whatever may happen to them: how a course begins, and what has to hold all along."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from sqlalchemy import select

from studio.accounts.service import members
from studio.approvals import service
from studio.approvals.models import Assignment, Decision, Escalation, Request, Thread, Vote
from studio.approvals.outcomes import LIVE, Channel, Outcome, RequestState
from studio.approvals.service import delegating, seats
from studio.contract.approving import ApprovalEscalation, ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import ids
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadePerson, MadeTenant
from tests.factories.approvals import Heard, make_request
from tests.factories.escalations import level

WHO = st.integers(0, 4)
NEEDS = (("any", None), ("all", None), ("count", 2), ("percent", 50), ("percent", 67))
parts = st.tuples(st.sampled_from(NEEDS), st.lists(WHO, min_size=1, max_size=4, unique=True))
rules = st.lists(st.tuples(st.lists(parts, min_size=1, max_size=2), st.integers(1, 2)), min_size=1, max_size=2)
levels = st.lists(
    st.tuples(st.lists(WHO, min_size=1, max_size=3, unique=True), st.booleans(), st.booleans()), max_size=2
)
"""Whom, in turn, instead of those before."""
OTHERWISE = [([(("count", 2), [0, 1, 2, 3, 4])], 2)]
TOO_FEW = ("quorum_above_group", "nobody_can_decide", "declines_out_of_range", "level_below_quorum")


@dataclass(frozen=True)
class Setup:
    """How it is asked, beside who decides."""

    changes: str
    stale: str
    threads_first: bool
    locked: bool
    levels: Any
    loops: int
    then: str
    fallback: Any


setups = st.builds(
    Setup, st.sampled_from(("end", "wait", "wait")), st.sampled_from(("all", "keep")), st.booleans(),
    st.sampled_from((False, False, False, True)), levels, st.integers(0, 1),
    st.sampled_from(("wait", "decline", "expire", "approve")), st.lists(WHO, max_size=1),
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """Where a request is."""

    state: str
    stage: int
    revision: int
    shown: str
    step: int | None
    next_at: Any
    acknowledged_by: UUID | None
    shares: frozenset[tuple[UUID, UUID, str]]
    """Id, person, state."""
    votes: frozenset[UUID]


class Course(RuleBasedStateMachine):
    """One request and five people; the model remembers who could have been counted."""

    database: Database
    tenant: MadeTenant
    people: tuple[MadePerson, ...]
    heard: Heard
    away: set[int]
    """Whose seat is disabled; outlives a course, as the seats do."""
    absences: dict[int, UUID]
    """Who is out of office by which absence; outlives a course as well."""

    @initialize(wanted=rules, requester=st.none() | WHO, setup=setups)
    def begin(self, wanted: Any, requester: int | None, setup: Setup) -> None:
        """Ask, with everybody there again."""
        self.teardown()
        self.heard.ends.clear()
        self.late = 0
        for one in list(self.absences):
            self.be_back(one, told=True)
        for one in self.away:
            self.seat(self.people[one], there=True)
        self.away.clear()
        self.requester, self.wanted, self.setup = requester, wanted, setup
        self.final: tuple[str, ...] | None = None
        self.silent: set[int] = set()
        """Stages that silence has agreed to, since their plan says so."""
        self.holder: UUID | None = None
        key = str(ids.new_id()) if setup.locked else ""
        if setup.locked:
            self.holder = make_request(self.database, self.tenant, [self.tenant["approver"]], lock=key)
        try:
            self.request_id = self.made(key, self.plan())
        except InvalidInput as refused:  # fewer people than the rule needs: something else is asked
            assert refused.code in TOO_FEW  # noqa: PT017
            self.wanted = OTHERWISE
            self.request_id = self.made(key, None)
        self.first_shown = self.facts().shown

    def made(self, key: str, plan: ApprovalEscalation | None) -> UUID:
        stages = [
            ApprovalStage([ApprovalPart(self.named(some), need, n) for (need, n), some in parts_], declines=declines)
            for parts_, declines in self.wanted
        ]
        rule = ApprovalRule(stages, changes=self.setup.changes, stale=self.setup.stale)
        asked_by = self.people[self.requester].email if self.requester is not None else None
        return make_request(
            self.database, self.tenant, [], rule=rule, requester=asked_by, escalation=plan, lock=key,
            threads_first=self.setup.threads_first,
        )  # fmt: skip

    def plan(self) -> ApprovalEscalation | None:
        setup = self.setup
        made = [level(*self.named(some), in_turn=turn, replaces=instead) for some, turn, instead in setup.levels]
        if not made and not setup.fallback:
            return None
        more = {"loops": setup.loops, "then": setup.then} if made else {}
        return ApprovalEscalation(made, fallback=self.named(setup.fallback), **more)

    def named(self, some: Any) -> list[str]:
        return [f"user:{self.people[one].email}" for one in some]

    def seat(self, person: MadePerson, *, there: bool) -> None:
        with self.database.unit(self.tenant.id, self.tenant["owner"].actor) as uow:
            (members.enable if there else members.disable)(uow, person.seat_id)
        with self.database.unit(self.tenant.id) as uow:
            seats.look(uow, {"user_id": str(person.user_id), "at": "now"})

    def be_back(self, who: int, *, told: bool) -> None:
        """End an absence; `told`: the job that follows it has come."""
        absence = self.absences.pop(who)
        with self.database.unit(self.tenant.id, self.tenant["admin"].actor) as uow:
            people_back = who not in self.away
            if people_back:
                delegating.end(uow, absence)
        if not people_back:  # whoever has no seat ends no absence, and it counts for nothing
            self.seat(self.people[who], there=True)
            self.away.discard(who)
            with self.database.unit(self.tenant.id, self.tenant["admin"].actor) as uow:
                delegating.end(uow, absence)
        if told:
            self.look(absence)

    def look(self, absence: UUID) -> None:
        with self.database.unit(self.tenant.id) as uow:
            delegating.look(uow, {"delegation_id": str(absence), "at": uow.now.isoformat()})

    def teardown(self) -> None:
        """Leave nothing open, which seats and absences of the next course would go through."""
        with self.database.unit(self.tenant.id) as uow:
            for one in (getattr(self, "request_id", None), getattr(self, "holder", None)):
                if one is not None:
                    service.withdraw(uow, one, "It is over.")

    @invariant()
    def one_end_one_resume(self) -> None:
        with self.database.unit(self.tenant.id) as uow:
            request = uow.session.get_one(Request, self.request_id)
            decided = uow.session.scalars(select(Decision).where(Decision.request_id == self.request_id)).all()
            shares = uow.session.scalars(select(Assignment).where(Assignment.request_id == self.request_id)).all()
            votes = uow.session.scalars(select(Vote).where(Vote.request_id == self.request_id)).all()
            plan = uow.session.get(Escalation, self.request_id)
            told = [end for end in self.heard.ends if end.request_id == self.request_id]
            ended = request.closed_at is not None
            silent = request.state == RequestState.CANCELLED and not decided
            assert len(decided) == len(told) == int(ended and not silent)
            assert ended or request.state in ("pending", "queued", "changes_requested")
            assert not (ended and any(share.closed_at is None for share in shares))
            if ended or request.state != RequestState.PENDING:
                assert plan is None or plan.next_at is None, "a timer is left of what stands still"
            if request.state == RequestState.QUEUED:
                assert not votes
                assert not any(share.state in LIVE for share in shares), "asked before its turn"
            if self.final is not None:
                assert (request.state, str(request.closed_at)) == self.final, "an end was undone"
            if ended:
                self.final = (request.state, str(request.closed_at))
            standing = [vote for vote in votes if vote.voided_at is None]
            live = [share.user_id for share in shares if share.state in LIVE and share.stage == request.stage]
            assert len(live) == len(set(live)), "somebody has two open shares of one stage"
            if self.requester is not None:
                assert self.people[self.requester].user_id not in live, "whoever asked is asked"
            by_clock = bool(decided) and decided[0].channel == Channel.ESCALATION
            if request.state == RequestState.APPROVED:
                self.enough(standing, shares)
            if request.state == RequestState.DECLINED and not by_clock:
                assert any(vote.outcome == Outcome.DECLINED for vote in standing)

    def enough(self, standing: Any, shares: Any) -> None:
        """Every part of every stage has as many distinct people as it asked for, counted anew."""
        for index, (made, _declines) in enumerate(self.wanted):
            if index in self.silent:
                continue
            added = {share.id for share in shares if share.stage == index and share.place_id == share.id}
            for (need, n), some in made:
                there = [one for one in some if one != self.requester] or self.setup.fallback
                own = {self.people[one].user_id for one in there if one != self.requester}
                agreed = {
                    vote.user_id for vote in standing
                    if vote.stage == index and vote.place_id in own | added and vote.outcome == Outcome.APPROVED
                }  # fmt: skip
                least = {"any": 1, "all": len(own), "count": n, "percent": -(-len(own) * (n or 0) // 100)}[need]
                assert len(agreed) >= max(1, least)

    def facts(self) -> Facts:
        with self.database.unit(self.tenant.id) as uow:
            request = uow.session.get_one(Request, self.request_id)
            plan = uow.session.get(Escalation, self.request_id)
            shares = uow.session.execute(
                select(Assignment.id, Assignment.user_id, Assignment.state).where(
                    Assignment.request_id == self.request_id
                )
            ).all()
            votes = uow.session.scalars(select(Vote.id).where(Vote.request_id == self.request_id)).all()
            return Facts(
                request.state, request.stage, request.revision, request.shown,
                plan.step if plan else None, plan.next_at if plan else None, plan.acknowledged_by if plan else None,
                frozenset((one.id, one.user_id, one.state) for one in shares), frozenset(votes),
            )  # fmt: skip

    def unresolved(self) -> list[UUID]:
        """Threads that are open."""
        with self.database.unit(self.tenant.id) as uow:
            query = select(Thread.id).where(Thread.request_id == self.request_id, Thread.resolved_at.is_(None))
            return list(uow.session.scalars(query))

    def threads(self) -> list[UUID]:
        with self.database.unit(self.tenant.id) as uow:
            return list(uow.session.scalars(select(Thread.id).where(Thread.request_id == self.request_id)))

    def holds(self, who: int) -> list[Assignment]:
        """What somebody may answer now."""
        with self.database.unit(self.tenant.id) as uow:
            request = uow.session.get_one(Request, self.request_id)
            mine = Assignment.request_id == self.request_id, Assignment.user_id == self.people[who].user_id
            live = select(Assignment).where(*mine, Assignment.state.in_(LIVE), Assignment.stage == request.stage)
            return list(uow.session.scalars(live))

    def share(self, who: int) -> UUID | None:
        """The latest that somebody was asked."""
        with self.database.unit(self.tenant.id) as uow:
            mine = Assignment.user_id == self.people[who].user_id
            found = select(Assignment.id).where(Assignment.request_id == self.request_id, mine)
            return uow.session.scalars(found.order_by(Assignment.id.desc()).limit(1)).one_or_none()

    def asks_for_changes(self) -> set[UUID]:
        """The places whose people await a new version."""
        with self.database.unit(self.tenant.id) as uow:
            query = select(Vote.place_id).where(
                Vote.request_id == self.request_id, Vote.voided_at.is_(None), Vote.outcome == Outcome.CHANGES_REQUESTED
            )
            return set(uow.session.scalars(query))
