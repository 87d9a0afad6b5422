"""Workers that freeze, are told to stop, or die with the timers in their hands (rows 9 to 11)."""

import os
import signal

import pytest

from tests.faults.drill import eventually

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]
LONG = {"STUDIO_LEASE_SECONDS": "600"}
"""A lease that nobody waits for: what finishes has not needed it to run out."""


def test_what_a_worker_writes_after_its_lease_is_fenced_off(production):
    drill = production
    drill.begin(workers=2, STUDIO_LOG_LEVEL="info")
    drill.target.answer(delay=1.0)
    drill.deliver("frozen")
    drill.target.wait_for(1)
    _, pid = drill.worker_of("frozen")
    os.kill(pid, signal.SIGSTOP)
    try:
        drill.finished("frozen")
        assert "fence_lost" not in drill.log()
    finally:
        os.kill(pid, signal.SIGCONT)
    eventually(lambda: "fence_lost" in drill.log(), drill.log)
    drill.check("frozen", repeated=1)
    assert drill.mails("frozen") == 1
    drill.deliver("afterwards")
    drill.finished("afterwards")
    drill.check("afterwards")


def stop_in_a_call(drill, order: str, takes_s: float) -> None:
    """What runs workflows is told to stop while a target takes its time, and starts again."""
    drill.begin(**LONG)
    drill.target.answer(delay=takes_s)
    drill.deliver(order)
    drill.target.wait_for(1)
    drill.stop_executing()
    assert drill.run(order).state != "running"
    drill.start_executing()
    drill.finished(order)


def test_a_worker_that_is_told_to_stop_ends_its_calls_and_leaves_the_rest(drill):
    stop_in_a_call(drill, "drained", 1.5)
    drill.check("drained")
    assert drill.mails("drained") == 1


def test_a_worker_that_is_told_to_stop_hands_over_what_takes_too_long(production):
    stop_in_a_call(production, "handed-over", 60.0)
    production.check("handed-over", repeated=1)
    assert production.mails("handed-over") == 1


@pytest.mark.parametrize("alone", [True, False], ids=["its process", "its machine"])
def test_timers_fire_although_the_worker_that_swept_is_dead(production, alone):
    """A supervisor that is left frees the lease at once; where it went too, the lease of five seconds runs out."""
    drill, order = production, f"timer-{alone}"
    drill.begin()
    drill.running.start("standby", "worker")
    name, swept = drill.sweeping_worker()
    drill.deliver(order)
    eventually(lambda: drill.run(order).state == "waiting", drill.log)
    if alone:
        os.kill(swept, signal.SIGKILL)
    else:
        drill.kill(name)
        drill.hurry_mail()
    drill.finished(order)
    assert drill.sweeping_worker()[1] != swept
    drill.check(order)


def test_a_killed_embedded_studio_goes_on_as_soon_as_it_is_back(embedded_drill):
    """It is alone on its file, so nobody waits for a lease: neither the run nor its mail."""
    drill = embedded_drill
    drill.begin(**LONG)
    drill.target.answer(delay=60.0)
    drill.deliver("alone")
    drill.target.wait_for(1)
    drill.kill("studio")
    assert drill.run("alone").state == "running"
    drill.start_executing()
    drill.finished("alone", timeout=15)
    drill.check("alone", repeated=1)
