"""How fast a backlog is let go: never faster than said, through in time, and always through in the end."""

from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.halts.policy import AT_ONCE, FASTEST, SLOWEST, due, left_s, pace

COUNTS = st.integers(1, 200_000)


@given(COUNTS)
def test_nobody_said_in_what_time_so_it_is_neither_a_flood_nor_a_trickle(count):
    assert SLOWEST <= pace(count, None) <= FASTEST


def test_ten_thousand_take_ten_minutes():
    rate = pace(10_000, None)
    assert (round(rate, 1), left_s(rate, 10_000, 0)) == (16.7, 600)


@given(COUNTS, st.integers(1, 86_400))
def test_what_was_said_is_kept(count, over_s):
    rate = pace(count, over_s)
    assert abs(left_s(rate, count, 0) - over_s) <= 1


@given(COUNTS, st.integers(1, 86_400), st.lists(st.floats(0.01, 60), min_size=1, max_size=60))
def test_looks_at_any_moments_never_run_ahead_of_the_pace(total, over_s, pauses):
    rate, passed, released = pace(total, over_s), 0.0, 0
    for one in pauses:
        passed += one
        most = due(passed, rate, total, released)
        assert 0 <= most <= AT_ONCE
        if released < total:
            assert released + most <= min(total, int(passed * rate) + 1)
        released += most
    assert released <= total + AT_ONCE * len(pauses)


@given(COUNTS, st.integers(0, 86_400))
def test_looks_go_on_until_all_is_through(total, over_s):
    rate, released, looks = pace(total, over_s), 0, 0
    while released < total:
        most = due(over_s + 1.0, rate, total, released)
        assert most > 0
        released, looks = released + most, looks + 1
    assert looks <= total // AT_ONCE + 2
