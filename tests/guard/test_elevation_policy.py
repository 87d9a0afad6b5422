"""The rules of elevation: what may be asked for, and that nothing holds outside its window, session and scope."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from studio.accounts.outcomes import Role
from studio.accounts.permissions import REGISTRY, of_role
from studio.guard.elevation import policy, words
from studio.guard.elevation.outcomes import OPEN, Ending, State
from studio.guard.elevation.policy import Course, Grant, OutOfCourse, Standing, Terms, Wish

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ADMIN = of_role(Role.ADMIN)
SESSIONS = [UUID(int=1), UUID(int=2)]
MINUTES = st.integers(-30, 3_000)
SCOPES = st.none() | st.frozensets(st.sampled_from(sorted(REGISTRY)), max_size=4)


def wish(**changed) -> Wish:
    return Wish(**{"duration": timedelta(hours=1), "justification": "Payout export"} | changed)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"duration": 14 * MINUTE}, ("minutes", "too_short")),
        ({"duration": 241 * MINUTE}, ("minutes", "too_long")),
        ({"justification": "  "}, ("justification", "justification_missing")),
        ({"justification": "x" * 1_001}, ("justification", "text_too_long")),
        ({"ticket": ""}, ("ticket", "ticket_missing")),
        ({"ticket": "x" * 121}, ("ticket", "text_too_long")),
        ({"starts_at": NOW}, ("starts_at", "in_the_past")),
        ({"starts_at": NOW + timedelta(days=31)}, ("starts_at", "too_far")),
        ({"scope": frozenset()}, ("scope", "scope_empty")),
        ({"scope": frozenset({"workspace.owner"})}, ("scope", "scope_too_wide")),
    ],
)
def test_a_bad_wish_is_told_by_its_field(changed, problem):
    terms = Terms(ADMIN, timedelta(hours=4), justification=True, ticket=True)
    assert policy.wish_problems(terms, wish(**{"ticket": "OPS-1"} | changed), NOW) == [problem]
    assert policy.wish_problems(terms, wish(ticket="OPS-1"), NOW) == []


@given(minutes=MINUTES, most=st.integers(1, 3_000), scope=SCOPES, starts=st.none() | MINUTES)
def test_what_is_let_through_lies_within_its_terms(minutes, most, scope, starts):
    terms = Terms(ADMIN, most * MINUTE)
    starts_at = None if starts is None else NOW + starts * MINUTE
    asked = wish(duration=minutes * MINUTE, scope=scope, starts_at=starts_at)
    if policy.wish_problems(terms, asked, NOW):
        return
    assert 15 <= minutes <= min(most, 24 * 60)
    assert set() < policy.granted(terms, asked) <= ADMIN
    assert starts_at is None or starts_at > NOW


@given(grantor=st.sampled_from(Role), role=st.sampled_from(Role), has=st.sampled_from([*Role, None]),
       to_themselves=st.booleans(), approvers=st.integers(0, 2), elevated=st.booleans())  # fmt: skip
def test_nobody_grants_themselves_nor_more_than_their_own_seat_has(
    grantor, role, has, to_themselves, approvers, elevated
):
    grant = Grant(
        of_role(role), timedelta(hours=1), to_themselves=to_themselves, to_group=has is None, approvers=approvers,
        has=None if has is None else of_role(has),
    )  # fmt: skip
    problem = policy.grant_problem(grant, of_role(grantor), NOW, elevated=elevated)
    fine = not elevated and not to_themselves and of_role(role) <= of_role(grantor)
    fine = fine and (approvers > 0 if has is None else not of_role(role) <= of_role(has))
    assert (problem is None) == fine


@given(user=st.sampled_from(SESSIONS), group=st.none() | st.sampled_from(SESSIONS), inside=st.booleans(),
       withdrawn=st.booleans(), left=st.none() | st.integers(-5, 5))  # fmt: skip
def test_an_eligibility_is_its_persons_until_its_end(user, group, inside, withdrawn, left):
    standing = Standing(None if group else user, group, withdrawn, None if left is None else NOW + left * MINUTE)
    found = policy.eligible(standing, SESSIONS[0], {group} if inside else set(), NOW)
    theirs = inside if group else user == SESSIONS[0]
    assert found == (theirs and not withdrawn and (left is None or left > 0))


class Lifecycle(RuleBasedStateMachine):
    """One elevation whatever happens to it, in whichever order, at whatever time."""

    def __init__(self):
        super().__init__()
        self.now = NOW
        self.course = Course(timedelta(hours=2))
        self.agreed_at = self.begun = None
        self.over = False

    @rule(starts=st.none() | st.integers(1, 300), minutes=st.integers(15, 1_440))
    def asked(self, starts, minutes):
        if self.course.state is State.REQUESTED and self.agreed_at is None:
            self.course = Course(minutes * MINUTE, starts_at=None if starts is None else self.now + starts * MINUTE)

    @rule(minutes=st.integers(0, 400))
    def time_passes(self, minutes):
        self.now += minutes * MINUTE

    @rule(yes=st.booleans())
    def decided(self, yes):
        before = self.course
        try:
            self.course = before.agreed(self.now) if yes else before.declined()
        except OutOfCourse:
            assert before.state is not State.REQUESTED
            return
        assert before.state is State.REQUESTED
        self.agreed_at = self.now if yes else None

    @rule(session=st.sampled_from(SESSIONS))
    def started(self, session):
        try:
            self.course = self.course.started(session, self.now)
        except OutOfCourse:
            return
        assert self.agreed_at is not None
        assert self.begun is None, "it is started once"
        self.begun = session

    @rule(why=st.sampled_from(Ending))
    def ended(self, why):
        try:
            self.course = self.course.ended(why)
        except OutOfCourse:
            assert self.course.state not in OPEN
            return
        self.over = True

    @rule()
    def job_comes(self):
        why = self.course.over(self.now)
        if why is not None:
            self.course = self.course.ended(why)

    @invariant()
    def holds_in_its_window_and_session_alone(self):
        for session in SESSIONS:
            if not self.course.in_force(session, self.now):
                continue
            assert self.agreed_at is not None
            assert not self.over
            assert session == self.begun
            begin = self.course.starts_at or self.course.started_at
            assert begin <= self.now < begin + self.course.duration

    @invariant()
    def what_is_over_stays_over(self):
        if self.over:
            assert self.course.state is State.ENDED


TestLifecycle = Lifecycle.TestCase


def test_every_permission_and_end_has_words():
    assert all(": " in words.permission(name) for name in REGISTRY)
    assert all(words.ending(one) for one in Ending)
    assert [words.lasting(minutes) for minutes in (45, 60, 90, 240)] == [
        "45 minutes",
        "1 hour",
        "1 h 30 min",
        "4 hours",
    ]
    assert all(words.state(one)[0] for one in State)
