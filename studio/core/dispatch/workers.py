"""Dramatiq's worker threads, grouped by queue so that slow effects never hold up the rest."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from dramatiq import Actor, Broker, Worker

IDLE_MS = 1_000
Brokers: TypeAlias = Mapping[str, Broker]
"""By queue."""
Actors: TypeAlias = "dict[str, Actor[[], None]]"
"""By the name of what they look at."""


class Workers:
    """The worker threads of one process."""

    def __init__(self, brokers: Brokers, threads: Mapping[str, int]) -> None:
        """`threads`: how many threads each queue gets. A broker a queue: two workers cannot share one."""
        for queue, broker in brokers.items():
            broker.declare_queue(queue)
        self._workers = [
            Worker(brokers[queue], queues={queue}, worker_threads=count, worker_timeout=IDLE_MS)
            for queue, count in threads.items()
        ]

    def start(self) -> None:
        """Begin to take hints."""
        for worker in self._workers:
            worker.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Finish what is under way, take nothing more: all queues at the same time, so that none waits for another."""
        with ThreadPoolExecutor(len(self._workers)) as several:
            for stopped in [several.submit(worker.stop, int(timeout_s * 1000)) for worker in self._workers]:
                stopped.result()


def actor(
    broker: Broker, name: str, queue: str, run: Callable[[], None], *, frequent: bool = True
) -> "Actor[[], None]":
    """Make an actor of a function. There is no retry middleware: hints are neither retried nor kept.

    `frequent`: it is hinted at with every order, so its hints leave room for others' (see `room`).
    """
    return Actor(run, broker=broker, actor_name=name, queue_name=queue, priority=0, options={"frequent": frequent})
