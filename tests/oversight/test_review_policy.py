"""Who may be asked, what may be answered, what silence does: over every mix of people."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from studio.accounts.outcomes import Role
from studio.accounts.permissions import REGISTRY
from studio.oversight.reviews import policy
from studio.oversight.reviews.outcomes import Answer, Cause, Silence
from studio.oversight.reviews.policy import Reviewers

PEOPLE = [UUID(int=number) for number in range(1, 7)]
people, some = st.sampled_from(PEOPLE), st.sets(st.sampled_from(PEOPLE))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(people, st.lists(some.map(list), max_size=3), some, some)
def test_nobody_is_asked_about_themselves_or_without_a_seat(about, wanted, owners, working):
    asked = policy.asked_about(about, wanted, owners & working, working)
    assert about not in asked
    assert set(asked) <= working
    anybody = ({one for each in wanted for one in each} | (owners & working)) & working - {about}
    assert bool(asked) == bool(anybody)


@given(people, people, some, some, some)
def test_nobody_answers_about_themselves_and_somebody_can_while_there_is_an_owner(
    person, about, asked, owners, working
):
    may = policy.may_answer(person, about, asked, owners & working, working)
    if may:
        assert person != about
        assert person in working
        assert person in asked or person in owners
    if not (asked & working - {about}) and person in owners & working and person != about:
        assert may


@given(st.sampled_from(Role), st.sampled_from(Role))
def test_who_manages_no_seats_only_takes_rights_away(current, reviewer):
    def rights(role):
        return {name for name, one in REGISTRY.items() if role in one.roles}

    offered = policy.roles_offered(current, reviewer)
    assert current not in offered
    if reviewer not in (Role.OWNER, Role.ADMIN):
        assert all(rights(role) < rights(current) for role in offered)
    if reviewer is not Role.OWNER:
        assert Role.OWNER not in offered


@given(st.sampled_from(Silence), st.sampled_from(Role), st.booleans())
def test_silence_takes_no_owner_and_comes_to_an_end(silence, role, handed):
    found = policy.silent(silence, role, handed=handed)
    if found is None:
        assert (silence, handed) == (Silence.OWNER, False)
    else:
        assert (found[0] is Answer.REMOVE) == (silence is Silence.REMOVE and role is not Role.OWNER)
        assert (found[1] is Cause.OWNER_STAYS) == (silence is Silence.REMOVE and role is Role.OWNER)


@given(moments, st.integers(1, 24), st.sampled_from(["Europe/Berlin", "America/New_York", "UTC", "Pacific/Apia"]))
def test_a_repetition_is_so_many_months_later(start, months, zone):
    later = policy.months_later(start, months, zone)
    assert timedelta(days=27 * months) < later - start < timedelta(days=32 * months)


def test_months_end_where_they_end_and_clocks_go_their_way():
    end = datetime(2027, 1, 31, 8, tzinfo=UTC)  # 09:00 in Berlin
    assert policy.months_later(end, 1, "Europe/Berlin") == datetime(2027, 2, 28, 8, tzinfo=UTC)
    assert policy.months_later(end, 3, "Europe/Berlin") == datetime(2027, 4, 30, 7, tzinfo=UTC)


def test_reminders_are_those_still_to_come():
    now = datetime(2027, 3, 1, tzinfo=UTC)
    due = now + timedelta(days=14)
    assert policy.reminders(now, due) == [due - timedelta(days=3), due - timedelta(days=1)]
    assert policy.reminders(now, now + timedelta(days=2)) == [now + timedelta(days=1)]
    assert policy.reminders(now, now + timedelta(hours=30)) == []


@given(some, st.text(max_size=5), st.booleans(), st.dictionaries(people, people))
def test_what_is_kept_of_reviewers_is_what_was_said(named, group, inviters, seats):
    whom = Reviewers(tuple(named), group, inviters, seats)
    assert Reviewers.from_json(whom.to_json()) == whom
