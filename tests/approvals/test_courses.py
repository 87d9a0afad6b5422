"""What waits by several calendars comes in the order of working time left, whole, on whatever pages it is read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.approvals import courses
from studio.approvals.clock.arithmetic import HORIZON, working_between
from studio.approvals.clock.left import TimeLeft
from studio.approvals.courses import Course
from studio.approvals.policy import NEVER
from tests.approvals.clock.strategies import calendars, moments

ids = st.integers(1, 2**128 - 1).map(lambda n: UUID(int=n))
deadlines = st.one_of(moments, moments, st.just(NEVER), st.datetimes(timezones=st.just(UTC)))
several = st.lists(
    st.tuples(st.none() | calendars(), st.lists(st.tuples(deadlines, ids), max_size=7)), min_size=1, max_size=4
)


def left(calendar, now, due):
    if calendar is None or abs(due - now) > HORIZON:
        return due - now
    return working_between(calendar, now, due)


@given(calendar=calendars(), now=moments, due=st.lists(moments, max_size=9))
def test_many_are_measured_in_one_walk_as_each_by_itself(calendar, now, due):
    clock = TimeLeft(calendar, now)
    assert [clock.until(one) for one in sorted(due)] == [working_between(calendar, now, one) for one in sorted(due)]


@settings(max_examples=40)
@given(lists=several, now=moments, later=st.integers(0, 5).map(lambda n: timedelta(hours=n)), size=st.integers(1, 4))
def test_pages_are_in_order_and_show_everything_once(lists, now, later, size):
    rows = {UUID(int=n): (calendar, sorted(set(places))) for n, (calendar, places) in enumerate(lists)}
    read, seen, moment = {}, [], now
    while read is not None:
        page = courses.take(behind(rows, read, size), read, moment, size)
        keys = [(left(rows[one.counted_by][0], moment, one.place[0]), one.place) for one in page.listed]
        assert keys == sorted(keys) == [(one.left, one.place) for one in page.listed]
        rest = [(left(calendar, moment, due), (due, key)) for number, (calendar, places) in rows.items()
                for due, key in places if number not in read or (due, key) > read[number]]  # fmt: skip
        assert keys == sorted(rest)[:size], "not those with the least time left of what was not yet shown"
        seen += [(one.counted_by, one.place) for one in page.listed]
        read, moment = page.read, moment + later
        assert read is None or courses.restored(courses.written(read)) == read
    assert sorted(seen) == sorted((number, one) for number, (_calendar, places) in rows.items() for one in places)


def behind(rows, read, size):
    return [
        Course(number, calendar, [one for one in places if number not in read or one > read[number]][: size + 1])
        for number, (calendar, places) in rows.items()
    ]


@settings(max_examples=40)
@given(lists=several, now=moments, size=st.integers(1, 4), window=st.integers(1, 3), data=st.data())
def test_a_search_that_looks_through_some_rows_at_a_time_finds_everything_in_order(lists, now, size, window, data):
    rows = {UUID(int=n): (calendar, sorted(set(places))) for n, (calendar, places) in enumerate(lists)}
    every = [one for _calendar, places in rows.values() for one in places]
    wanted = set(data.draw(st.lists(st.sampled_from(every), max_size=9))) if every else set()
    read, seen = {}, []
    for _page in range(2 * len(every) + 2):
        lists_now = []
        for course in behind(rows, read, len(every)):
            edge = course.places[window - 1] if len(course.places) >= window else None
            found = [one for one in course.places if one in wanted and (edge is None or one <= edge)]
            lists_now.append(replace(course, places=found[: size + 1], edge=edge))
        page = courses.take(lists_now, read, now, size)
        seen += [(one.left, one.place) for one in page.listed]
        read = page.read
        if read is None:
            break
    assert read is None
    assert seen == sorted(seen)
    assert sorted(place for _left, place in seen) == sorted(
        place for _calendar, places in rows.values() for place in places if place in wanted
    )


@given(text=st.text(max_size=60) | st.binary(max_size=80).map(lambda raw: raw.decode("latin-1")))
def test_what_is_no_cursor_says_so(text):
    found = courses.restored(text)
    assert found is None or courses.written(found)


def test_moments_that_no_clock_shows_are_no_cursor():
    packed = courses.written({UUID(int=1): (datetime(2026, 1, 1, tzinfo=UTC), UUID(int=2))})
    assert courses.restored(packed) is not None
    assert courses.restored("A" * 20 + "f" * 12 + packed[32:]) is None
