"""What the engine does beside taking webhooks: see each workload's module."""

from collections.abc import Callable, Mapping

from benchmarks import idle, noisy, parked, synchronous, timers, workloads
from benchmarks.plan import Plan

WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {
    "W3": synchronous.measured(workloads.w3()),
    "idle": idle.measure,
    "fanout": synchronous.measured(workloads.fanout()),
    "parked": parked.measure,
    "timers": timers.measure,
    "noisy": noisy.measure,
}
USUAL = ("W3", "idle")
POSTGRESQL_ONLY: tuple[str, ...] = ()
