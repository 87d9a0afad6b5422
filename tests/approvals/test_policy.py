"""Who is asked, who may decide, when a snoozed item wakes: for all facts, not for some."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studio.approvals.outcomes import BY_PEOPLE, REASONED, Outcome, RequestState
from studio.approvals.policy import (
    Attempt,
    Candidate,
    Requester,
    Snooze,
    Verdict,
    choose,
    judge,
    mailbox,
    snooze_until,
    wakes_at,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
USERS = [UUID(int=n) for n in range(1, 6)]
users = st.sampled_from(USERS)
emails = st.sampled_from([f"person{n}@shop.example" for n in range(1, 6)])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001

roles = st.sampled_from(["approver", "builder", "admin"])
candidates = st.lists(
    st.builds(
        Candidate,
        user_id=users,
        email=emails,
        may_decide=st.booleans(),
        why=st.just({"kind": "named"}),
        role=roles,
    ),
    max_size=8,
)
requesters = st.builds(Requester, st.none() | emails, st.none() | users)

attempts = st.builds(
    Attempt,
    outcome=st.sampled_from(Outcome),
    state=st.sampled_from(RequestState),
    has_seat=st.booleans(),
    is_requester=st.booleans(),
    was_asked=st.booleans(),
    is_open=st.booleans(),
    shown_hash=st.sampled_from(["a", "b"]),
    payload_hash=st.sampled_from(["a", "b"]),
    reason=st.sampled_from(["", "  ", "because"]),
    now=moments,
    due_at=st.none() | moments,
    is_editor=st.booleans(),
    for_barred=st.booleans(),
    is_excluded=st.booleans(),
    same=st.booleans(),
    offered=st.booleans(),
    is_queued=st.booleans(),
    was_settled=st.booleans(),
    decided=st.none() | st.sampled_from(Outcome),
    voted=st.none() | st.sampled_from(Outcome),
    voted_on=st.sampled_from(["a", "b"]),
    voted_now=st.none() | st.sampled_from(Outcome),
)


@given(candidates, st.lists(requesters, max_size=2), st.sets(roles))
def test_only_distinct_people_with_a_seat_are_asked_and_nobody_barred(named, barred, without):
    chosen = choose(named, barred, without)
    assert len({one.user_id for one in chosen}) == len(chosen)
    assert all(one.may_decide and one.role not in without for one in chosen)
    assert not any(who.is_(one.email, one.user_id) for one in chosen for who in barred)
    could = {
        n.user_id
        for n in named
        if n.may_decide and n.role not in without and not any(who.is_(n.email, n.user_id) for who in barred)
    }
    assert {one.user_id for one in chosen} == could


@given(attempts)
def test_an_attempt_proceeds_only_when_every_rule_holds(attempt):
    holds = (
        attempt.has_seat
        and not (attempt.is_requester or attempt.is_editor or attempt.for_barred or attempt.is_excluded)
        and attempt.was_asked
        and attempt.is_open
        and attempt.state is RequestState.PENDING
        and attempt.decided is None
        and attempt.shown_hash == attempt.payload_hash
        and (attempt.due_at is None or attempt.now < attempt.due_at)
        and attempt.outcome in BY_PEOPLE
        and (attempt.outcome not in REASONED or attempt.reason.strip() != "")
        and attempt.voted_now in (None, attempt.outcome)
        and not (attempt.voted is attempt.outcome and attempt.voted_on == attempt.shown_hash)
    )
    assert (judge(attempt) is Verdict.PROCEED) == holds


@given(attempts)
def test_a_repeat_is_the_same_person_with_the_same_outcome(attempt):
    if judge(attempt) is Verdict.REPEATED:
        assert attempt.voted is attempt.outcome
        assert not attempt.is_open or attempt.shown_hash == attempt.voted_on


@given(attempts)
def test_nobody_without_a_seat_learns_more_than_that(attempt):
    assume(not attempt.has_seat)
    assert judge(attempt) is Verdict.NO_SEAT


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Anna@Shop.example", "anna@shop.example", True),
        ("anna+refunds@shop.example", "anna@shop.example", True),
        (" anna@shop.example ", "anna@shop.example", True),
        ("anna@shop.example", "anne@shop.example", False),
        ("anna@shop.example", "anna@other.example", False),
    ],
)
def test_a_mailbox_is_one_person_however_it_is_written(one, other, same):
    assert (mailbox(one) == mailbox(other)) is same


@given(moments, moments, st.lists(st.none() | moments, max_size=3))
def test_a_snoozed_item_wakes_as_asked_or_at_the_next_deadline(until, now, deadlines):
    wake = wakes_at(until, now, deadlines)
    assert wake <= until
    assert all(moment is None or moment <= now or wake <= moment for moment in deadlines)
    assert wake in [until, *deadlines]


@given(moments, st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]))
def test_tomorrow_and_next_week_are_mornings_of_the_persons_zone(now, zone):
    local = now.astimezone(ZoneInfo(zone))
    tomorrow = snooze_until(Snooze.TOMORROW, local)
    monday = snooze_until(Snooze.WEEK, local)
    assert (tomorrow.hour, tomorrow.minute) == (8, 0)
    assert (tomorrow.date() - local.date()).days == 1
    assert (monday.hour, monday.weekday()) == (8, 0)
    assert 1 <= (monday.date() - local.date()).days <= 7
    assert tomorrow.astimezone(UTC) > now


@pytest.mark.parametrize("choice", list(Snooze))
@given(now=moments)
def test_every_choice_lies_ahead(choice, now):
    assert snooze_until(choice, now.astimezone(ZoneInfo("Europe/Berlin"))) > now


def test_tomorrow_survives_the_change_to_summer_time():
    evening = datetime(2026, 3, 28, 20, tzinfo=ZoneInfo("Europe/Berlin"))
    wake = snooze_until(Snooze.TOMORROW, evening)
    assert wake.astimezone(UTC) == datetime(2026, 3, 29, 6, tzinfo=UTC)


def test_an_hour_is_an_hour_even_when_the_clock_is_put_back():
    before = datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=ZoneInfo("Europe/Berlin"))
    wake = snooze_until(Snooze.HOUR, before)
    assert wake.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=1)
