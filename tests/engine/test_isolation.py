"""Many runs together, or one alone; and a run whose workers died twice is carried by itself."""

import threading
from types import SimpleNamespace

import pytest

from studio.contract.graph import Node
from studio.runtime.engine.execution.isolation import Gate, suspects
from studio.runtime.models import Run
from studio.runtime.outcomes import LOST_LEASES


def in_thread(action):
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    return thread


def test_whoever_wants_to_be_alone_waits_for_those_inside_and_keeps_others_out():
    gate, inside, leave, order = Gate(), threading.Event(), threading.Event(), []

    def carry(name):
        with gate.together():
            order.append(name)
            if name == "first":
                inside.set()
                leave.wait(5)

    def by_itself():
        with gate.alone() as alone:
            order.append(f"alone {alone}")

    first = in_thread(lambda: carry("first"))
    assert inside.wait(5)
    single = in_thread(by_itself)
    while not gate._wanted:
        pass
    second = in_thread(lambda: carry("second"))
    with gate.alone() as alone:
        assert not alone, "one at a time"
    assert order == ["first"]
    leave.set()
    for thread in (first, single, second):
        thread.join(5)
    assert order == ["first", "alone True", "second"]


def test_patience_ends_and_others_go_on():
    gate = Gate()
    with gate.together(), gate.alone(patience_s=0.01) as alone:
        assert not alone
    with gate.alone() as alone:
        assert alone
    with gate.together():
        pass


def test_suspects_are_those_that_one_more_death_sets_aside():
    runs = [SimpleNamespace(attempts=attempts) for attempts in range(LOST_LEASES + 1)]
    assert [run.attempts for run in suspects(runs)] == [LOST_LEASES - 1, LOST_LEASES]


@pytest.mark.parametrize("deaths", [1, 2])
def test_what_died_with_others_is_carried_alone_before_it_is_set_aside(make_rig, deaths):
    rig = make_rig([Node("e", "test.local", 1, "E", {})], [("t", "next", "e")])
    held = []
    taking_up = rig.engine.executor.taking_up
    machines = taking_up.machines
    taking_up.machines = lambda runs, now: [held.append(len(runs)), machines(runs, now)][1]
    for number in range(3):
        rig.accept({"n": number})
    for _ in range(deaths):
        assert rig.drain(crash_at="local.before_commit")
        rig.free_leases()
    held.clear()
    rig.settle()
    assert [run.state for run in rig.all(Run)] == ["succeeded"] * 3
    assert held == ([3] if deaths == 1 else [1, 1, 1])
