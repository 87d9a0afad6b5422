"""Any course of events on a request: one end, one resume, and nothing decided by too few or by somebody who may not."""

from datetime import timedelta
from itertools import cycle
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from sqlalchemy import select, update

from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.models import Delegation, Request
from studio.approvals.outcomes import Outcome, RequestState
from studio.approvals.service import delegating, rows, threading
from studio.approvals.wordings import Edits
from studio.core.errors import StudioError
from tests.approvals.course import WHO, Course, rules, setups
from tests.factories.accounts import make_person
from tests.factories.escalations import come_due, work
from tests.factories.proofs import about_to_bypass

NAMES = ("Jonas", "Lena", "Mara", "Tom", "Ines")
QUICK = {"sqlite": (40, 14), "postgresql": (14, 14)}
"""Courses, and how many events each has at most: a unit of PostgreSQL takes longest."""
THOROUGH = {"sqlite": (60, 30), "postgresql": (30, 30)}
OFTEN = {
    "decide": 14, "time_comes": 5, "acknowledge": 4, "reassign": 3, "revise": 4, "dismiss": 1, "open_a_thread": 2,
    "resolve_a_thread": 3, "its_turn_comes": 3, "go_away": 4, "come_back": 4, "leave_or_come_back": 3, "snooze": 1,
    "comment": 1, "expire": 1, "bypass": 1, "withdraw": 1, "take_back": 1,
}  # fmt: skip
"""How often each event comes, beside the others: few end what others have yet to happen to."""
KINDS = st.sampled_from([kind for kind, weight in OFTEN.items() for _time in range(weight)])
ANYBODY = range(len(NAMES))
MOSTLY = (True, True, True, True, False)
EITHER = (True, False)
OUTCOMES = (*[Outcome.APPROVED] * 5, Outcome.DECLINED, Outcome.CHANGES_REQUESTED, Outcome.CHANGES_REQUESTED)
PAGES = ("now", "now", "now", "now", "first", "other")
NEXT = st.lists(st.tuples(rules, st.none() | WHO, setups), min_size=3, max_size=3)
"""What is asked once a request has ended and nothing more becomes of it: in turn, within one course."""


class Events(Course):
    """The event table, a method a row; refused events change nothing.

    Who does what is drawn by a number and not by Hypothesis's own choices: these it compares between courses, and calls
    a test inconsistent where they go by what the store says, such as who holds a share now.
    """

    @initialize(following=NEXT)
    def remember(self, following: Any) -> None:
        self.following = cycle(following)

    @rule(kind=KINDS, chance=st.randoms(use_true_random=True))
    def something_happens(self, kind: str, chance: Random) -> None:
        """One rule for all: left to itself, Hypothesis leaves whole rules out, and ends most courses at once."""
        if self.final is not None:
            self.late += 1
        if self.late > 2:
            self.begin(*next(self.following))
        getattr(self, kind)(chance)

    def somebody(self, chance: Random) -> int:
        """Mostly one of those who may answer now."""
        asked = [who for who in range(len(NAMES)) if self.holds(who)]
        return chance.choice(asked if asked and chance.choice(MOSTLY) else ANYBODY)

    def decide(self, chance: Random) -> None:
        who, outcome, page = self.somebody(chance), chance.choice(OUTCOMES), chance.choice(PAGES)
        before, person, held = self.facts(), self.people[who], self.holds(who)
        unresolved, awaiting = self.unresolved(), self.asks_for_changes()
        seen = {"now": before.shown, "first": self.first_shown, "other": "0" * 64}[page]
        with self.database.unit(self.tenant.id) as uow:
            over = {
                row.id for row in uow.session.scalars(select(Delegation)) if not row.starts_at <= uow.now < row.ends_at
            }
        try:
            with self.database.unit(self.tenant.id, person.actor) as uow:
                given = service.decide(uow, self.request_id, outcome, shown=seen, reason="Because").id
        except StudioError:
            assert self.facts() == before, "refused, and yet something was written"
            return
        if given in before.votes:
            return  # the same again
        assert seen == before.shown, "a vote on what was not shown"
        assert held, "a vote of somebody who held no open share"
        assert before.state == RequestState.PENDING or awaiting <= {rows.place(one) for one in held}
        assert who != self.requester
        assert who not in self.away
        assert not over & {one.delegation_id for one in held}, "a vote in the place of somebody who is back"
        if self.requester is not None:
            assert self.people[self.requester].user_id not in {rows.place(one) for one in held}
        if self.setup.threads_first and outcome is Outcome.APPROVED:
            assert not unresolved
        after = self.facts()
        assert after.votes - before.votes >= {given}
        assert len(after.votes - before.votes) <= len(held)

    def reassign(self, chance: Random) -> None:
        whose, to, manages = self.somebody(chance), chance.choice(ANYBODY), chance.choice(EITHER)
        by = whose if chance.choice(MOSTLY) else chance.choice(ANYBODY)
        share, before = self.share(whose), self.facts()
        if share is None:
            return
        actor = self.tenant["admin"].actor if manages else self.people[by].actor
        try:
            with self.database.unit(self.tenant.id, actor) as uow:
                service.reassign(uow, share, self.people[to].user_id)
        except StudioError:
            assert self.facts() == before
            return
        assert to != self.requester
        assert to not in self.away
        assert manages or by == whose
        after = self.facts()
        assert after.votes == before.votes
        assert (share, self.people[whose].user_id, "reassigned") in after.shares

    def snooze(self, chance: Random) -> None:
        who = self.somebody(chance)
        share, state = self.share(who), self.facts().state
        try:
            with self.database.unit(self.tenant.id, self.people[who].actor) as uow:
                service.snooze(uow, share or self.request_id, uow.now + timedelta(hours=1))
        except StudioError:
            pass
        assert self.facts().state == state

    def comment(self, chance: Random) -> None:
        who = self.somebody(chance)
        before = self.facts()
        try:
            with self.database.unit(self.tenant.id, self.people[who].actor) as uow:
                service.comment(uow, self.request_id, "Hm.")
        except StudioError:
            pass
        assert self.facts() == before

    def open_a_thread(self, chance: Random) -> None:
        who, text = self.somebody(chance), chance.choice(("Which parcel?", "Which?", " "))
        before, threads = self.facts(), self.threads()
        try:
            with self.database.unit(self.tenant.id, self.people[who].actor) as uow:
                threading.open_thread(uow, self.request_id, text)
        except StudioError:
            assert self.threads() == threads
        assert self.facts() == before

    def resolve_a_thread(self, chance: Random) -> None:
        who, manages, resolved = self.somebody(chance), chance.choice(EITHER), chance.choice(MOSTLY)
        before, unresolved, threads = self.facts(), self.unresolved(), self.threads()
        if not threads:
            return
        actor = self.tenant["admin"].actor if manages else self.people[who].actor
        try:
            with self.database.unit(self.tenant.id, actor) as uow:
                thread = chance.choice(threads)
                threading.resolve(uow, self.request_id, thread, resolved=resolved)
        except StudioError:
            assert self.unresolved() == unresolved
        assert self.facts() == before

    def time_comes(self, _chance: Random) -> None:
        """What is next of the plan, by a timer that comes twice."""
        before = self.facts()
        if before.step is None:
            return
        come_due(self.database, self.tenant, self.request_id)
        work(self.database, self.tenant)
        after = self.facts()
        work(self.database, self.tenant)
        assert self.facts() == after, "a timer that came twice has done something twice"
        if before.next_at is None:
            assert after == before
            return
        assert after.votes == before.votes
        asked = {who for _id, who, _state in after.shares - before.shares} - {who for _id, who, _s in before.shares}
        assert not asked & {self.people[one].user_id for one in self.away}
        if before.acknowledged_by is not None:
            assert (after.step, after.acknowledged_by, after.shares) == (before.step, None, before.shares)
        elif after.state == RequestState.APPROVED or after.stage > before.stage:
            assert self.setup.then == "approve"
            self.silent.add(before.stage)
        elif after.state == before.state:
            assert after.step == before.step + 1
        else:
            assert after.state == {"decline": "declined", "expire": "expired"}[self.setup.then]

    def acknowledge(self, chance: Random) -> None:
        who = self.somebody(chance)
        before, held = self.facts(), self.holds(who)
        try:
            with self.database.unit(self.tenant.id, self.people[who].actor) as uow:
                service.acknowledge(uow, self.request_id)
        except StudioError:
            assert self.facts() == before
            return
        after = self.facts()
        assert held
        assert who not in self.away
        assert before.state == RequestState.PENDING
        assert after.acknowledged_by == self.people[who].user_id
        assert (after.state, after.step, after.shares) == (before.state, before.step, before.shares)

    def revise(self, chance: Random) -> None:
        by = self.requester if self.requester is not None and chance.choice(MOSTLY) else chance.choice(ANYBODY)
        manages, page, before = chance.choice(EITHER), chance.choice(PAGES), self.facts()
        actor = self.tenant["admin"].actor if manages else self.people[by].actor
        seen = {"now": before.shown, "first": self.first_shown, "other": "0" * 64}[page]
        try:
            with self.database.unit(self.tenant.id, actor) as uow:
                edits = Edits(facts=[("Version", str(before.revision + 1))])
                service.revise(uow, self.request_id, edits, shown=seen)
        except StudioError:
            assert self.facts() == before
            return
        after = self.facts()
        assert self.setup.changes == "wait"
        assert manages or by == self.requester
        assert seen == before.shown
        assert (after.revision, after.votes) == (before.revision + 1, before.votes)
        assert after.shown not in (before.shown, self.first_shown)
        if self.setup.stale == "all":
            assert after.stage == 0
            self.silent.clear()

    def dismiss(self, chance: Random) -> None:
        who, manages = chance.choice(ANYBODY), chance.choice(MOSTLY)
        before, awaited = self.facts(), self.asks_for_changes()
        actor = self.tenant["admin"].actor if manages else self.people[who].actor
        try:
            with self.database.unit(self.tenant.id, actor) as uow:
                service.dismiss(uow, self.request_id, "It is in the order.")
        except StudioError:
            assert self.facts() == before
            return
        assert manages
        assert awaited
        assert not self.asks_for_changes()

    def go_away(self, chance: Random) -> None:
        who, to, open_items = self.somebody(chance), chance.choice(ANYBODY), chance.choice(MOSTLY)
        try:
            with self.database.unit(self.tenant.id, self.people[who].actor) as uow:
                absence = delegating.create(
                    uow, self.people[who].user_id, self.people[to].user_id, uow.now, uow.now + timedelta(hours=8),
                    open_items=open_items,
                ).id  # fmt: skip
        except StudioError:
            return
        self.absences[who] = absence
        self.look(absence)

    def come_back(self, chance: Random) -> None:
        if self.absences:
            self.be_back(chance.choice(sorted(self.absences)), told=chance.choice(EITHER))

    def its_turn_comes(self, _chance: Random) -> None:
        before = self.facts()
        if self.holder is None:
            return
        with self.database.unit(self.tenant.id) as uow:
            service.withdraw(uow, self.holder, "Not needed.")
        self.holder = None
        assert self.facts().state == ("pending" if before.state == RequestState.QUEUED else before.state)

    def expire(self, chance: Random) -> None:
        due, before = chance.choice(EITHER), self.facts()
        with self.database.unit(self.tenant.id) as uow:
            moment = uow.now + timedelta(seconds=-1 if due else 3600)
            running = Request.id == self.request_id, Request.paused_at.is_(None)
            uow.session.execute(update(Request).where(*running).values(due_at=moment))
        with self.database.unit(self.tenant.id) as uow:
            service.expire(uow, self.request_id)
        expected = "expired" if due and before.state == RequestState.PENDING else before.state
        assert self.facts().state == expected

    def bypass(self, chance: Random) -> None:
        by = chance.choice((*ANYBODY, "admin", "owner"))
        reason = chance.choice(("", "Urgent"))
        person, before = self.people[by] if isinstance(by, int) else self.tenant[by], self.facts()
        try:
            actor = about_to_bypass(self.database, self.tenant, person, self.request_id, before.shown)
            with self.database.unit(self.tenant.id, actor) as uow:
                service.bypass(uow, self.request_id, shown=before.shown, reason=reason)
        except StudioError:
            assert self.facts() == before
            return
        assert by in ("admin", "owner"), "bypassed by somebody who may not"
        assert before.state == RequestState.BYPASSED or reason

    def withdraw(self, _chance: Random) -> None:
        with self.database.unit(self.tenant.id) as uow:
            service.withdraw(uow, self.request_id, "Not needed.")

    def take_back(self, chance: Random) -> None:
        who, manages = chance.choice(ANYBODY), chance.choice(EITHER)
        actor = self.tenant["admin"].actor if manages else self.people[who].actor
        before = self.facts()
        try:
            with self.database.unit(self.tenant.id, actor) as uow:
                service.take_back(uow, self.request_id, "Not needed.")
        except StudioError:
            assert self.facts() == before
            return
        assert self.final is None
        assert manages or (who == self.requester and who not in self.away)

    def leave_or_come_back(self, chance: Random) -> None:
        who = chance.choice(sorted(self.away) if self.away and chance.choice(MOSTLY) else ANYBODY)
        self.seat(self.people[who], there=who in self.away)
        self.away.symmetric_difference_update({who})


def run(database, tenant, heard, courses, events, **more):
    crew = tuple(make_person(database, tenant.id, Role.APPROVER, name) for name in NAMES)
    facts = {
        "database": database, "tenant": tenant, "people": crew, "heard": heard, "away": set(), "absences": {},
    }  # fmt: skip
    wanted = settings(
        max_examples=courses,
        stateful_step_count=events,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )
    run_state_machine_as_test(type("CourseHere", (Events,), facts), settings=wanted)


@pytest.mark.timeout(300)
def test_whatever_happens_in_whatever_order(database, tenant, heard):
    """The same ones each time: new ones are looked for by the longer run."""
    run(database, tenant, heard, *QUICK[database.dialect], derandomize=True)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_whatever_happens_in_longer_courses(database, tenant, heard):
    run(database, tenant, heard, *THOROUGH[database.dialect])
