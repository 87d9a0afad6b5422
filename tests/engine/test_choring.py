"""Chores beside the sweep: one that hangs keeps nothing that somebody waits for from its turn."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from studio.runtime.engine import choring
from studio.runtime.engine.choring import SLOW_S, Chores
from studio.runtime.engine.sweeper import Sweeper
from studio.runtime.models import LoopLease
from tests.engine.rig import step

NOW = datetime(2027, 3, 1, tzinfo=UTC)
LONG_S = 15


class Hanging:
    """A chore in the middle of which somebody stands still."""

    def __init__(self):
        self.begun, self.go_on, self.times = threading.Event(), threading.Event(), 0

    def __call__(self, _now):
        self.times += 1
        self.begun.set()
        assert self.go_on.wait(LONG_S)


@pytest.fixture
def hanging():
    chore = Hanging()
    yield chore
    chore.go_on.set()


@pytest.fixture
def rounds():
    """Makes Chores, and ends them after the test."""
    made = []

    def make(*chores):
        made.append(Chores("chores", chores))
        return made[-1]

    yield make
    for one in made:
        one.end()
        one.join(LONG_S)


def test_leases_timers_and_hints_have_their_turn_while_a_chore_hangs(make_rig, hanging, rounds):
    rig = make_rig([step("pause", "flow.delay", {"seconds": 0})], [("t", "next", "pause")])
    rig.engine.writer._after_accept = lambda: None
    rig.accept()
    hinted, prompt = threading.Semaphore(0), threading.Semaphore(0)
    sweeper = Sweeper(
        rig.database, rig.engine.ledger, rig.engine.writer, lambda _lane, _count: hinted.release(), "me",
        [rounds(hanging), rounds(lambda _now: prompt.release())],
    )  # fmt: skip
    sweeper.start()
    try:
        assert hanging.begun.wait(LONG_S)
        first = _lease(rig)
        for told in (hinted, prompt) * 3:  # hints of this sweep may have gone out before the chore began
            assert told.acquire(timeout=LONG_S)
        assert _lease(rig) > first  # nobody else begins the same chore meanwhile
        assert hanging.times == 1
    finally:
        hanging.go_on.set()
        sweeper.stop()


def _lease(rig):
    with rig.database.across(read_only=True) as unit:
        return unit.session.scalars(select(LoopLease.until)).one()


def test_a_broken_chore_keeps_no_other_from_its_turn(rounds):
    done = threading.Event()

    def broken(_now):
        raise RuntimeError

    rounds(broken, lambda now: done.set() if now == NOW else None).go(NOW)
    assert done.wait(LONG_S)


def test_whoever_leads_no_longer_begins_no_further_chore(rounds, hanging):
    after, again = threading.Event(), threading.Event()
    chores = rounds(hanging, lambda now: (after if now == NOW else again).set())
    chores.go(NOW)
    assert hanging.begun.wait(LONG_S)
    chores.leave()
    hanging.go_on.set()
    later = NOW.replace(day=2)
    while not again.wait(0.01):
        chores.go(later)
    assert not after.is_set()


def test_a_chore_that_takes_long_is_told_of_once_and_at_its_end(rounds, hanging, monkeypatch):
    moment = [100.0]
    monkeypatch.setattr(choring.clock, "monotonic", lambda: moment[0])
    chores = rounds(hanging)
    with capture_logs() as logs:
        assert chores.watch() == 0.0
        chores.go(NOW)
        assert hanging.begun.wait(LONG_S)
        assert chores.watch() == 0.0
        moment[0] += SLOW_S + 1
        assert [chores.watch(), chores.watch()] == [SLOW_S + 1] * 2
        chores.end()
        hanging.go_on.set()
        chores.join(LONG_S)
    told = [(one["event"], one["chore"], one["seconds"]) for one in logs]
    assert told == [("chore_slow", "Hanging", 31), ("chore_was_slow", "Hanging", 31)]
    assert chores.watch() == 0.0
