"""What a run's page lists and draws: the iterations of long loops by pages, times on a scale, ways on the picture."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from studio.console.run_page.folding import AT_ONCE, folds
from studio.console.timeline import MOST_TICKS, Scale
from studio.runtime.history.spells import Spell
from studio.runtime.history.tallies import tallied
from tests.console.conftest import LOOPED

T0 = datetime(2026, 3, 2, 10, tzinfo=UTC)


def items(page):
    return [int(one) for one in re.findall(r'<small class="grow">item (\d+)</small>', page)]


def test_a_long_loop_is_listed_by_pages_and_counted_as_a_whole(browser, looped):
    run_id = looped(260)
    page = browser.get(f"/runs/{run_id}").text
    assert items(page) == list(range(1, 26))
    assert "Items 1 to 25 of 260" in page
    assert "260 times" in page
    last = browser.get(f"/runs/{run_id}?items=loop&from=250").text
    assert (items(last), "Further items" in last) == (list(range(251, 261)), False)
    for odd in ("items=inner", "items=loop.x", "items=nothing", "from=x", "items=loop&from=-9", "items=loop&from=9999"):
        assert browser.get(f"/runs/{run_id}?{odd}").status_code == 200


def test_the_iteration_that_failed_is_listed_wherever_it_is(browser, looped):
    page = browser.get(f"/runs/{looped(260, failed=203)}").text
    assert 204 in items(page)
    assert "Failed at Inner" in page
    assert "260 times, 1 failed" in page


def test_a_longer_run_costs_no_more_statements(browser, looped, database):
    read = []

    def note(_connection, _cursor, statement, *_):
        read.append(statement)

    counts = []
    for run_id in (looped(3), looped(700)):
        browser.get(f"/runs/{run_id}")
        read.clear()
        event.listen(database.app, "before_cursor_execute", note)
        page = browser.get(f"/runs/{run_id}").text
        event.remove(database.app, "before_cursor_execute", note)
        counts.append(len(read))
        assert len(page) < 150_000
    assert counts[0] == counts[1] <= 22


@given(st.integers(0, 9_000), st.integers(-5, 9_999), st.integers(0, 8_999))
def test_pages_of_a_loop_hold_every_iteration_once(times, first, wanted):
    counted = tallied(
        [("hook", "succeeded", "next", 1, 0), ("loop", "running", None, 1, 0), ("inner", "succeeded", "next", times, 0)]
    )
    found = folds(LOOPED, counted, [], "loop", first)
    if found.opened is None:
        assert times <= 200
        return
    assert found.opened.first % AT_ONCE == 0
    assert found.opened.first <= max(first, 0) < found.opened.first + AT_ONCE
    assert str(wanted) in folds(LOOPED, counted, [f"inner.{wanted}"], "loop", first).window.paths


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 4e7), st.floats(-10, 4e7), st.floats(0, 4e7))
def test_bars_stay_on_the_scale_and_marks_are_few(app, seconds, start, length):
    scale = Scale(T0, T0 + timedelta(seconds=seconds))
    begun = T0 + timedelta(seconds=start)
    with app.test_request_context():
        bar = scale.bar(Spell("working", begun, begun + timedelta(seconds=length), "succeeded", 1))
        ticks = scale.ticks()
    assert bar.x >= 0
    assert bar.width > 0
    assert bar.x + bar.width <= 100.01
    assert len(ticks) <= MOST_TICKS + 1
    assert all(0 < tick.x < 100 for tick in ticks)
