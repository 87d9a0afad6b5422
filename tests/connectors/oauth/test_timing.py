"""When a token is refreshed, and when trying stops."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from studio.connectors.oauth.timing import (  # fmt: skip
    APART,
    MOST_STRIKES,
    Strikes,
    expires_at,
    next_look,
    refresh_at,
    retry_in_s,
    struck,
)
from studio.connectors.policy import KEEP_ALIVE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
lives = st.floats(0.001, 3.2e8)


def seconds(moment):
    return (moment - NOW).total_seconds()


def test_a_token_is_refreshed_at_its_end_less_the_largest_of_three_margins():
    assert seconds(refresh_at(NOW, 3600)) == 3600 - 360
    assert seconds(refresh_at(NOW, 300)) == 300 - 60
    assert seconds(refresh_at(NOW, 3600, 900)) == 3600 - 900
    assert seconds(refresh_at(NOW, 60)) == 30, "half of its life, or every call would fetch another"
    assert refresh_at(NOW, None) is None
    assert expires_at(NOW, None) is None


@given(life=lives, buffer=st.floats(0, 1e9))
def test_it_is_always_refreshed_within_its_life_and_used_for_half_of_it(life, buffer):
    due, end = refresh_at(NOW, life, buffer), expires_at(NOW, life)
    assert NOW <= due <= end
    assert (due - NOW) >= (end - due) - timedelta(milliseconds=1)


@given(life=st.none() | lives)
def test_it_is_looked_at_every_day_at_least(life):
    assert NOW <= next_look(NOW, life) <= NOW + KEEP_ALIVE


@given(st.lists(st.floats(0, 200_000), max_size=60))
def test_one_strike_a_day_at_most_and_four_end_it(gaps):
    now, strikes = NOW, Strikes()
    for gap in gaps:
        now += timedelta(seconds=gap)
        strikes = struck(strikes, now)
    assert strikes.count <= 1 + (now - NOW) / APART
    assert strikes.out == (strikes.count >= MOST_STRIKES == 4)


def test_failing_every_hour_ends_it_after_three_days():
    tries = [NOW + timedelta(hours=hour) for hour in range(100)]
    strikes = Strikes()
    ended = next(at for at in tries if (strikes := struck(strikes, at)).out)
    assert ended - NOW == timedelta(days=3)


@given(failing=st.floats(0, 1e7), asked=st.none() | st.floats(0, 1e9))
def test_a_provider_that_fails_is_left_alone_longer_and_longer(failing, asked):
    wait = retry_in_s(failing, asked)
    assert 60 <= wait <= 86_400
    assert retry_in_s(failing) <= 3600
    assert wait >= min(asked or 0, 86_400)
