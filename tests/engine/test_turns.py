"""Throttle and “Only the last one” on both databases: slots evenly spaced, one of a burst, whatever crashes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.core import clock
from studio.runtime.models import Run, WaitRow
from tests.engine.rig import step

KEY = "{{ trigger.key }}"


def throttle(**config):
    return step("turn", "flow.throttle", {"limit": 1, "per_s": 10, **config})


def last(**config):
    return step("last", "flow.debounce", {"key": KEY, "quiet_s": 10, "longest_s": 25, **config})


def ports(rig, node):
    return Counter(row.port for run in rig.all(Run) for row in rig.steps(run.id) if row.node_key == node)


def test_those_that_are_too_many_wait_for_slots_that_are_evenly_spaced(make_rig):
    rig = make_rig([throttle(), step("write", "test.local")], [("t", "next", "turn"), ("turn", "next", "write")])
    for _ in range(4):
        rig.accept()
        rig.settle()
    due = sorted(wait.due_at for wait in rig.open_waits())
    gaps = [(after - before).total_seconds() for before, after in pairwise(due)]
    assert [round(gap, 2) for gap in gaps] == [10.0, 10.0]
    for through in (1, 2, 3, 4):
        assert len(rig.notes()) == through
        rig.later(10.01)
        rig.settle()
    assert {run.state for run in rig.all(Run)} == {"succeeded"}


def test_a_burst_comes_at_once_and_each_key_counts_by_itself(make_rig):
    rig = make_rig([throttle(burst=2, key=KEY)], [("t", "next", "turn")])
    for key in ("a", "a", "a", "b"):
        rig.accept({"key": key})
        rig.settle()
    assert len(rig.open_waits()) == 1


def test_those_that_are_too_many_may_leave_and_use_no_slot(make_rig):
    rig = make_rig(
        [throttle(over="leave"), step("write", "test.local")], [("t", "next", "turn"), ("turn", "over", "write")]
    )
    for _ in range(3):
        rig.accept()
        rig.settle()
    assert ports(rig, "turn") == {"next": 1, "over": 2}
    rig.later(10.01)
    rig.accept()
    rig.settle()
    assert ports(rig, "turn") == {"next": 2, "over": 2}


def test_a_crash_uses_no_slot_up(make_rig):
    rig = make_rig([throttle()], [("t", "next", "turn")])
    rig.accept()
    assert rig.drain(crash_at="local.before_commit")
    rig.free_leases()
    rig.settle()
    assert ports(rig, "turn") == {"next": 1}


def test_only_the_last_of_a_burst_goes_on_and_the_others_leave_at_once(make_rig):
    rig = make_rig([last(), step("write", "test.local")], [("t", "next", "last"), ("last", "next", "write")])
    for _ in range(3):
        rig.accept({"key": "a"})
        rig.settle()
        rig.later(3)
    rig.accept({"key": "b"})
    rig.settle()
    assert ports(rig, "last") == {"superseded": 2, None: 2}
    rig.later(11)
    rig.settle()
    assert ports(rig, "last") == {"superseded": 2, "next": 2}
    newest = [run.id for run in rig.all(Run)][2:]
    assert sorted(note.run_id for note in rig.notes()) == newest
    rig.accept({"key": "a"})
    rig.settle()
    assert len(rig.open_waits()) == 1


def test_a_burst_that_never_ends_lets_one_through_at_its_latest(make_rig):
    rig = make_rig([last()], [("t", "next", "last")])
    for _ in range(12):  # one every five seconds, where ten must be quiet and 25 are the most
        rig.accept({"key": "a"})
        rig.settle()
        rig.later(5)
        rig.settle()
    assert ports(rig, "last")["next"] == 2


def test_one_whose_time_has_come_goes_on_though_another_arrives_before_it_is_run(make_rig):
    rig = make_rig([last()], [("t", "next", "last")])
    first = rig.accept({"key": "a"}).run_id
    rig.settle()
    clock.shift(timedelta(seconds=11))  # its worker is late: nothing has fired yet
    rig.accept({"key": "a"})
    rig.settle()
    assert [row.port for row in rig.steps(first)] == ["next", "next"]
    rig.later(11)
    rig.settle()
    assert ports(rig, "last") == {"next": 2}


def test_one_that_was_cancelled_while_it_waited_holds_nobody_up(make_rig):
    rig = make_rig([last()], [("t", "next", "last")])
    gone = rig.accept({"key": "a"}).run_id
    rig.settle()
    rig.cancel(gone)
    rig.accept({"key": "a"})
    rig.settle()
    rig.later(11)
    rig.settle()
    assert ports(rig, "last") == {None: 1, "next": 1}


def test_the_items_of_one_run_supersede_one_another(make_rig):
    each = step("each", "flow.for_each", {"items": "[1, 2, 3]", "concurrency": 3})
    inside = step("last", "flow.debounce", {"quiet_s": 10, "longest_s": 25}, parent="each")
    rig = make_rig([each, inside], [("t", "next", "each"), ("each", "each", "last")])
    run_id = rig.accept().run_id
    rig.settle()
    rig.later(11)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert ports(rig, "last") == {"superseded": 2, "next": 1}


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_of_runs_that_come_at_once_exactly_one_goes_on(make_rig):
    rig = make_rig([last()], [("t", "next", "last")])
    for _ in range(24):
        rig.accept({"key": "a"})
    executor = rig.engine.executor
    with ThreadPoolExecutor(6) as pool:
        for batch in [pool.submit(executor.draining.batch, "main", 4) for _ in range(6)]:
            batch.result()
    rig.settle()
    assert ports(rig, "last") == {"superseded": 23, None: 1}
    rig.later(11)
    rig.settle()
    assert ports(rig, "last") == {"superseded": 23, "next": 1}


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_runs_that_come_at_once_share_no_slot(make_rig):
    rig = make_rig([throttle()], [("t", "next", "turn")])
    for _ in range(12):
        rig.accept()
    with ThreadPoolExecutor(4) as pool:
        for batch in [pool.submit(rig.engine.executor.draining.batch, "main", 3) for _ in range(4)]:
            batch.result()
    rig.settle()  # a batch gives back what it did not come to in time
    due = [wait.due_at for wait in rig.all(WaitRow)]
    assert (len(due), len(set(due))) == (11, 11)


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("come"), st.sampled_from(["a", "b"])),
        st.tuples(st.just("pass"), st.sampled_from([1, 6, 11, 30])),
        st.tuples(st.just("work"), st.sampled_from(["", "", "local.before_commit", "local.after_commit"])),
    ),
    max_size=25,
)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=MOVES)
def test_every_burst_lets_exactly_one_through_whatever_happens(make_rig, moves):
    rig = make_rig([last()], [("t", "next", "last")])
    come = Counter()
    try:
        for what, how in moves:
            if what == "come":
                rig.accept({"key": how})
                come[how] += 1
            elif what == "pass":
                rig.later(how)
            else:
                rig.drain(crash_at=how)
        for _ in range(4):
            rig.later(60)
            rig.free_leases()
            rig.settle()
        for key, count in come.items():
            ended = [run for run in rig.all(Run) if run.input["key"] == key]
            gone = Counter(rig.steps(run.id)[-1].port for run in ended)
            assert {run.state for run in ended} == {"succeeded"}
            assert gone["next"] >= 1
            assert gone["next"] + gone["superseded"] == count
            assert rig.steps(ended[-1].id)[-1].port in ("next", "superseded")
        assert rig.open_waits() == []
    finally:
        clock.reset()
