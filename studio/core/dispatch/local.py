"""An in-process Dramatiq broker: bounded queues, hints dropped when full, no dead letters."""

import contextlib
from collections.abc import Iterable
from queue import Empty, Queue
from typing import Any

from dramatiq import Broker, Message, MessageProxy, Middleware
from dramatiq.broker import Consumer
from dramatiq.errors import QueueNotFound

from studio.core.dispatch.room import room


class LocalBroker(Broker):
    """Carries hints between threads of one process."""

    def __init__(self, middleware: list[Middleware]) -> None:
        super().__init__(middleware=middleware)
        self.queues: dict[str, Queue[bytes]] = {}

    def declare_queue(self, queue_name: str) -> None:
        """Make a queue once."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = Queue()
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Put a hint in, or drop it where the queue is full. Studio's due times are rows, so `delay` is refused."""
        if delay is not None:
            msg = "Hints are never delayed: a due time is a row."
            raise ValueError(msg)
        queue = self._queue(message.queue_name)
        if queue.qsize() < room(self, message):  # two at once may put in one too many: nobody minds
            queue.put_nowait(message.encode())
        return message

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """Read hints, waiting up to `timeout` milliseconds for one."""
        del prefetch
        return _LocalConsumer(self._queue(queue_name), timeout / 1000)

    def get_declared_queues(self) -> set[str]:
        """Names of all queues."""
        return set(self.queues)

    def flush(self, queue_name: str) -> None:
        """Drop all hints of a queue."""
        with contextlib.suppress(Empty):
            while True:
                self._queue(queue_name).get_nowait()

    def flush_all(self) -> None:
        """Drop all hints."""
        for name in self.queues:
            self.flush(name)

    def _queue(self, name: str) -> "Queue[bytes]":
        try:
            return self.queues[name]
        except KeyError:
            raise QueueNotFound(name) from None  # type: ignore[no-untyped-call]  # Dramatiq leaves it so


class _LocalConsumer(Consumer):
    def __init__(self, queue: "Queue[bytes]", timeout_s: float) -> None:
        self._queue, self._timeout_s = queue, timeout_s

    def ack(self, message: MessageProxy) -> None:
        """Nothing is kept, so nothing is to be crossed off."""

    def nack(self, message: MessageProxy) -> None:
        """A failed hint is gone; the sweeper finds what it was about."""

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """At a stop: what was not looked at is found again at the next start."""

    def __next__(self) -> MessageProxy | None:
        try:
            return MessageProxy(Message.decode(self._queue.get(timeout=self._timeout_s)))
        except Empty:
            return None
