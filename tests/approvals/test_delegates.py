"""Who stands in: whatever absences there are, never in a circle, never somebody who must not."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.delegates import Absence, Kept, overlaps, resolve

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
PEOPLE = [UUID(int=number) for number in range(1, 7)]
A, B, C, *_rest = PEOPLE

people = st.sampled_from(PEOPLE)
spans = st.tuples(st.integers(-3, 2), st.integers(1, 4))


@st.composite
def absences(draw):
    pairs = draw(st.lists(st.tuples(people, people, spans).filter(lambda one: one[0] != one[1]), max_size=9))
    return [
        Absence(
            UUID(int=100 + number), owner, delegate, NOW + timedelta(days=start), NOW + timedelta(days=start + days)
        )
        for number, (owner, delegate, (start, days)) in enumerate(pairs)
    ]


def away(owner, delegate, start=-1, days=2):
    return Absence(UUID(int=99), owner, delegate, NOW + timedelta(days=start), NOW + timedelta(days=start + days))


@given(people, absences(), st.sets(people))
def test_whatever_absences_there_are(owner, known, barred):
    found = resolve(owner, NOW, known, lambda one: one not in barred)
    for absence in found.path:
        assert absence in known
        assert absence.starts_at <= NOW < absence.ends_at
    steps = [owner, *(absence.delegate for absence in found.path)]
    assert [absence.owner for absence in found.path] == steps[: len(found.path)]
    if found.delegate is None:
        assert found.kept is not None
        return
    assert found.kept is None
    assert found.delegate not in barred | {owner}
    assert found.delegate == steps[-1]
    assert len(set(steps)) == len(steps)
    assert not any(one.owner == found.delegate and one.starts_at <= NOW < one.ends_at for one in known)


def test_the_cases_of_the_book():
    anyone = lambda _person: True  # noqa: E731
    assert resolve(A, NOW, [], anyone).kept is Kept.PRESENT
    assert resolve(A, NOW, [away(A, B)], anyone).delegate == B
    assert resolve(A, NOW, [away(A, B), away(B, C)], anyone).delegate == C
    assert resolve(A, NOW, [away(A, B), away(B, A)], anyone).kept is Kept.LOOP
    assert resolve(A, NOW, [away(A, B)], lambda person: person != B).kept is Kept.UNSUITABLE
    assert resolve(A, NOW, [away(A, B, start=1)], anyone).kept is Kept.PRESENT
    assert resolve(A, NOW, [away(A, B, start=-2)], anyone).kept is Kept.PRESENT


def test_ranges_that_touch_do_not_overlap():
    assert not overlaps(NOW, NOW + timedelta(days=1), [away(A, B, start=1), away(A, B, start=-2)])
    assert overlaps(NOW, NOW + timedelta(days=1), [away(A, B, start=0, days=1)])
