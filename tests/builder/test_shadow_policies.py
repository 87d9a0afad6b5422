"""A shadow ends for one reason, never while it waits for a run of its own, and never passes by an event."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from studio.builder.shadow.outcomes import Ended
from studio.builder.shadow.policy import SETTLED, Standing, cursor, over
from studio.core import clock
from studio.core.ids import first_id_at

NOW = clock.local_now()
moments = st.integers(-10_000, 10_000).map(lambda seconds: NOW + timedelta(seconds=seconds))
standings = st.builds(
    Standing, until=moments, most=st.integers(1, 50), taken=st.integers(0, 50), awaited=st.integers(0, 3),
    all_read=st.booleans(), same_version=st.booleans(), archived=st.booleans(),
)  # fmt: skip
ids = st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number))


@given(standings)
def test_it_goes_on_exactly_until_its_time_its_bound_or_the_end_of_what_it_is_beside(one):
    why = over(NOW, one)
    if one.archived or not one.same_version:
        assert why is (Ended.ARCHIVED if one.archived else Ended.PUBLISHED)
    elif one.awaited:
        assert why is None
    elif one.taken >= one.most:
        assert why is Ended.BOUND
    else:
        passed = one.until + SETTLED <= NOW and one.all_read
        assert why is (Ended.TIME if passed else None)


@given(ids, st.none() | ids)
def test_its_cursor_passes_no_event_that_was_not_read_or_may_still_come(before, last):
    found = cursor(NOW, before, last)
    assert found >= before
    if found > before:
        assert found <= first_id_at(NOW - SETTLED)
        assert last is None or found <= last
