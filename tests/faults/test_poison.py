"""A step that kills its worker, as a machine without memory does (row 32): it alone is set aside, and says why."""

import os
import signal
import threading

import pytest

from tests.faults.drill import CALLS, children, eventually

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]
NEIGHBOURS = [f"neighbour-{number}" for number in range(5)]
POISON = "poison"
LONG = {"STUDIO_LEASE_SECONDS": "600"}
"""On a busy machine a short lease may run out before the supervisor has said who died: that death would not count."""


class Killer:
    """Kills the worker each time that the poison's call is seen, until the poison is set aside."""

    def __init__(self, drill):
        self.drill, self.seen = drill, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(10)

    def _watch(self):
        while not self.over.wait(0.02):
            calls = len(self.drill.requests(POISON))
            if calls > self.seen:
                self.seen = calls
                for child in children(self.drill.running.processes["worker"].pid):
                    os.kill(child, signal.SIGKILL)


def test_it_is_set_aside_after_three_and_its_neighbours_go_on(production):
    """All are carried by the worker that dies; none of them may be held to have killed it but the one that has."""
    drill = production
    drill.begin(**LONG)
    drill.target.always(delay=1.5)
    with Killer(drill) as killer:
        for order in (*NEIGHBOURS, POISON):
            drill.deliver(order)
        aside = lambda: drill.run(POISON).state == "quarantined"  # noqa: E731
        eventually(aside, lambda: f"{drill.story(POISON)}\n{drill.log()}", 90)
    assert killer.seen == 3
    run = drill.run(POISON)
    assert (run.error["code"], run.attempts) == ("run.quarantined", 3)
    assert "died 3 times in a row" in run.error["message"]
    drill.target.always()
    drill.deliver("afterwards")
    for order in (*NEIGHBOURS, "afterwards"):
        done = lambda order=order: drill.run(order).state == "succeeded"  # noqa: E731
        eventually(done, lambda order=order: f"{drill.story(order)}\n{drill.log()}", 60)
        keys = {(request.path, request.headers["idempotency-key"]) for request in drill.requests(order)}
        assert len(keys) == len(CALLS)
    assert drill.run(POISON).state == "quarantined"
