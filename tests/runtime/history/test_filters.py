"""A filter is what the address says, without loss; what is no filter is named, and never becomes "all"."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.history.filters import RunFilter, read, written
from studio.runtime.outcomes import RunState

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds of what gets a zone
WORDS = st.from_regex(r"[a-z][a-z0-9.]{0,20}", fullmatch=True)
STATES = st.sampled_from([one.value for one in RunState])
PRINTS = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
KEYS = st.from_regex(r"[A-Za-z0-9_]{1,40}", fullmatch=True)
VALUES = st.text("ab:c DE", min_size=1, max_size=9).map(lambda value: f"x{value}x")
NAMED = st.sampled_from(["workflow", "state", "since", "version", "label", "q", "nonsense"])
SPANS = st.one_of(
    st.integers(1, 9999).map(lambda n: timedelta(minutes=n)), st.integers(1, 9999).map(lambda n: timedelta(days=n))
)


@st.composite
def filters(draw):
    workflow_id = draw(st.none() | st.uuids())
    span = draw(st.none() | SPANS)
    since = None if span else draw(st.none() | MOMENTS)
    until = draw(st.none() | MOMENTS)
    if since and until and since >= until:
        until = None
    return RunFilter(
        workflow_id=workflow_id, states=tuple(draw(st.lists(STATES, unique=True))),
        since=since, until=until, span=span, search=draw(st.text("abc 0#ü", max_size=20)).strip(),
        version=draw(st.none() | st.integers(1, 10**6)) if workflow_id else None,
        error_code=draw(st.none() | WORDS), error_print=draw(st.none() | PRINTS), error_node=draw(st.none() | KEYS),
        trigger=draw(st.none() | WORDS), connection=draw(st.none() | WORDS), approver_id=draw(st.none() | st.uuids()),
        labels=tuple(draw(st.lists(st.tuples(WORDS, VALUES), unique=True, max_size=5))),
    )  # fmt: skip


@given(filters())
def test_an_address_reads_as_what_was_written(wanted):
    assert read(written(wanted)) == (wanted, [])


@given(st.lists(st.tuples(NAMED, st.text())))
def test_whatever_stands_in_an_address_is_read_or_named(pairs):
    found, problems = read(pairs)
    given_names = {name for name, value in pairs if value.strip() and name != "nonsense"}
    assert {one.path for one in problems} <= given_names
    if not problems and given_names:
        assert found != RunFilter() or all(not value.strip("\0 \t\n\r\x0b\x0c") for _, value in pairs)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workflow", "mine"), ("state", "broken"), ("since", "yesterday"), ("until", "2026-13-01"), ("version", "3"),
        ("version", "-1"), ("error", "two words"), ("fingerprint", "abc"), ("node", "a-b"), ("approver", "Jonas"),
        ("label", "country"), ("label", "Land:DE"), ("label", "country:"), ("since", "0001-01-01"), ("q", "x" * 121),
    ],
)  # fmt: skip
def test_what_is_no_filter_is_named(name, value):
    _, problems = read([(name, value)])
    assert [one.path for one in problems] == [name]
    assert problems[0].message


def test_moments_without_a_zone_are_of_whoever_asks_and_a_span_goes_back_from_now():
    found, problems = read([("from", "2026-11-27T14:30"), ("until", "2026-11-28")], ZoneInfo("Europe/Berlin"))
    assert not problems
    assert (found.since, found.until) == (
        datetime(2026, 11, 27, 13, 30, tzinfo=UTC), datetime(2026, 11, 27, 23, tzinfo=UTC)
    )  # fmt: skip
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert read([("since", "24h")])[0].starts(now) == now - timedelta(days=1)


def test_both_a_span_and_a_beginning_or_an_end_before_it_are_named():
    assert [one.path for one in read([("since", "24h"), ("from", "2026-11-27")])[1]] == ["from"]
    assert [one.path for one in read([("from", "2026-11-27"), ("until", "2026-11-26")])[1]] == ["until"]
    twice = [("workflow", str(UUID(int=1))), ("workflow", str(UUID(int=2)))]
    assert [one.path for one in read(twice)[1]] == ["workflow"]
