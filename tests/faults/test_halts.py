"""Everything is stopped, and then all processes die: it stays stopped, nothing is lost, nothing is done twice."""

import time
from threading import Event

import pytest

from studio.contract import gates
from studio.runtime.halts import stopping
from studio.runtime.halts.asking import Wanted
from studio.runtime.models import Event as Heard
from studio.runtime.models import Halt, Run
from tests.fakes.gates import OpenGates
from tests.faults.drill import eventually

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(240)]

LABELS = {"release.before_commit", "release.after_commit"}
QUIET_S = 2.0
"""Several sweeps, in which whoever had overlooked the stop would have called out."""


@pytest.mark.parametrize("label", sorted(LABELS))
def test_a_stop_outlives_kill_9_and_goes_on_wherever_a_process_dies(drill, label):
    gates.join(OpenGates())
    drill.begin(FAULT=label)
    stopped = Event()
    drill.target.always(until=stopped)  # however slow the machine is, the stop comes before the calls are through
    before = [f"{label}-{number}" for number in range(6)]
    for order in before:
        drill.deliver(order)
    eventually(lambda: len(drill.target.requests) >= 2, drill.log)
    with drill.database.unit(drill.seeded.workspace_id) as unit:
        stopping.stop(unit, Wanted("Refunds go out twice"))
    stopped.set()
    eventually(lambda: not [run for run in _all(drill, Run) if run.state == "running"], drill.log)
    called = len(drill.target.requests)
    assert called < 12, "there was nothing left to stop"
    drill.running.kill()
    drill.running.processes.clear()
    if drill.store == "postgresql":
        drill.running.start("web", "web", "--workers", "1")
    drill.start_executing()
    after = [f"{label}-late-{number}" for number in range(4)]
    for order in after:
        drill.deliver(order)
    time.sleep(QUIET_S)  # nothing may happen, and there is no fact to wait for
    assert len(drill.target.requests) == called
    assert not [run for run in _all(drill, Run) if run.state == "running"]
    held = [event.dedup_key for event in _all(drill, Heard) if event.verdict == "held"]
    assert held == after, "each was answered 202, and none has started"
    drill.lay()
    with drill.database.unit(drill.seeded.workspace_id) as unit:
        assert stopping.start(unit, over_s=3) >= len(after)
    drill.died()
    for order in before + after:
        drill.finished(order)
        drill.check(order)
    eventually(lambda: not _all(drill, Halt), drill.log)


def _all(drill, model):
    with drill.database.unit(drill.seeded.workspace_id, read_only=True) as unit:
        return list(unit.session.query(model).order_by(*model.__table__.primary_key.columns))
