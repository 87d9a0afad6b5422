"""The targets of one process: bounds apart for each, and one thread always left for others."""

import threading
from uuid import UUID

from studio.core.targets import Full, Paused, Report, Sign, Targets, Ticket, registry
from studio.core.targets.breaker import THRESHOLD

US, THEM = UUID(int=1), UUID(int=2)
SLOW, OTHER = "https://slow.example.com:443", "https://other.example.com:443"
WELL, DOWN = Report(Sign.WELL), Report(Sign.DOWN)


def targets(most=2, threads=4, **more):
    return Targets(most, threads, now=lambda: 0.0, jitter=lambda ceiling: 0.0, patience_s=0, **more)


def test_a_full_target_stops_no_other_one():
    found = targets()
    tickets = [found.enter(US, SLOW, run) for run in range(2)]
    assert isinstance(found.enter(US, SLOW, 3), Full)
    assert isinstance(found.enter(US, OTHER, 4), Ticket)
    found.leave(tickets[0], WELL)
    assert isinstance(found.enter(US, SLOW, 5), Ticket)


def test_one_host_never_holds_the_last_thread_whoever_calls_it():
    found = targets(most=4, threads=4)
    assert [type(found.enter(US, SLOW, run)) for run in range(4)] == [Ticket, Ticket, Ticket, Full]
    assert isinstance(found.enter(THEM, SLOW, 9), Full)
    assert isinstance(found.enter(US, OTHER, 9), Ticket)


def test_failures_of_one_workspace_pause_only_its_own_calls():
    found = targets()
    for run in range(THRESHOLD):
        found.leave(found.enter(US, SLOW, run), DOWN)
    assert isinstance(found.enter(US, SLOW, 9), Paused)
    assert isinstance(found.enter(THEM, SLOW, 9), Ticket)


def test_a_thread_waits_a_moment_for_a_target_that_is_quick():
    found = Targets(1, 2, patience_s=30.0)
    ticket = found.enter(US, SLOW, 1)
    got = []
    waiting = threading.Thread(target=lambda: got.append(found.enter(US, SLOW, 2)))
    waiting.start()
    found.leave(ticket, WELL)
    waiting.join(20)
    assert isinstance(got[0], Ticket)


def test_idle_targets_are_forgotten_and_those_in_use_are_not(monkeypatch):
    monkeypatch.setattr(registry, "KEPT", 3)
    found = targets(threads=40)
    kept = found.enter(US, SLOW, 0)
    for number in range(9):
        found.leave(found.enter(US, f"https://{number}.example.com:443", 1), WELL)
    assert len(found._targets) <= 4
    found.leave(kept, WELL)
