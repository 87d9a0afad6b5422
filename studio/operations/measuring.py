"""What Prometheus is told of the database: what waits there, and who works. One answer for all processes.

Asked at a scrape, at most every EVERY_S and never more than a fiftieth of the time: a large backlog is not made worse
by being measured.
"""

import threading
from collections.abc import Iterator

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from studio.core import clock
from studio.core.unit_of_work import Database
from studio.operations.overview import Overview, look

log = structlog.get_logger()

EVERY_S = 5.0
REST = 50


class Installation(Collector):
    """One per web process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._found: Overview | None = None
        self._next = 0.0

    def collect(self) -> Iterator[Metric]:
        """`studio_database_up`, and where it is, everything else."""
        found = self._asked()
        yield GaugeMetricFamily("studio_database_up", "1: the database answers this process", float(found is not None))
        if found is not None:
            yield from gauges(found)

    def _asked(self) -> Overview | None:
        with self._lock:
            began = clock.monotonic()
            if began >= self._next:
                try:
                    with self._database.across(read_only=True) as unit:
                        self._found = look(unit.session)
                except SQLAlchemyError:
                    log.warning("installation_not_measured", exc_info=True)
                    self._found = None
                now = clock.monotonic()
                self._next = now + max(EVERY_S, REST * (now - began))
            return self._found


def gauges(found: Overview) -> Iterator[Metric]:
    """Each metric of an overview."""
    waiting = GaugeMetricFamily("studio_queue_runs", "Runs that wait, by lane; 10,000 at most", labels=["lane"])
    oldest = GaugeMetricFamily("studio_queue_oldest_seconds", "Wait of the oldest of them, by lane", labels=["lane"])
    for queue in found.queues:
        waiting.add_metric([queue.lane], queue.waiting)
        oldest.add_metric([queue.lane], queue.oldest.total_seconds() if queue.oldest is not None else 0.0)
    yield waiting
    yield oldest
    yield GaugeMetricFamily("studio_runs_held", "Runs that workers hold under leases", found.running)
    yield GaugeMetricFamily("studio_leases_lost", "Runs under leases that ran out half a minute ago", found.lost)
    yield GaugeMetricFamily(
        "studio_timer_lag_seconds", "Age of the oldest timer that is due", found.timer_lag.total_seconds()
    )
    yield GaugeMetricFamily("studio_sweeper_up", "1: somebody turns the timers", float(found.swept))
    yield GaugeMetricFamily(
        "studio_tables_without_month", "Tables that have no partition for the coming month", len(found.without_month)
    )
    jobs = GaugeMetricFamily("studio_outbox_due", "Jobs that are due, by topic; 10,000 at most", labels=["topic"])
    late = GaugeMetricFamily("studio_outbox_oldest_seconds", "Age of the oldest of them, by topic", labels=["topic"])
    for job in found.jobs:
        jobs.add_metric([job.topic], job.due)
        late.add_metric([job.topic], job.oldest.total_seconds())
    yield jobs
    yield late
    yield from _workers(found)


def _workers(found: Overview) -> Iterator[Metric]:
    """By release and state, so that a deploy is seen."""
    counts: dict[tuple[str, str], list[int]] = {}
    for worker in found.workers:
        state = "silent" if worker.silent else "draining" if worker.draining else "working"
        counts.setdefault((worker.release, state), []).append(worker.threads)
    processes = GaugeMetricFamily(
        "studio_workers", "Worker processes, by release and state", labels=["release", "state"]
    )
    threads = GaugeMetricFamily("studio_worker_threads", "Their threads", labels=["release", "state"])
    for key, each in sorted(counts.items()):
        processes.add_metric(key, len(each))
        threads.add_metric(key, sum(each))
    yield processes
    yield threads
