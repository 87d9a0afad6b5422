"""Dramatiq's Redis broker with a consumer that blocks on Redis instead of polling with a growing back-off.

The stock consumer sleeps up to a second between looks, which an idle shop would feel at every order. Here each send
also drops a token into a list that the consumer waits on, so a hint arrives within a round trip. Tokens are fewer than
hints may be: a consumer whose threads are busy waits for one of them, not for a token.

A queue holds as many hints as say anything (see `room`). While no worker runs they would be as many as orders come,
and whoever comes at last would have to go through them, all out of date, before the first that is not.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import dramatiq.worker
import redis
from dramatiq import Message, MessageProxy
from dramatiq.broker import Consumer
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed

from studio.core.dispatch.room import room

WAIT_S = 1.0
"""Longest block on Redis; a token lost to a restart costs no more than this."""
RECONNECT_S = 0.25
"""Between two tries to reach a Redis that went away. Hints go to it as soon as it is back; Dramatiq's three seconds
would leave them there unread."""
dramatiq.worker.CONSUMER_RESTART_DELAY_SECS = RECONNECT_S
_TOKENS = 16


class BlockingRedisBroker(RedisBroker):
    """See the module."""

    @property
    def consumer_class(self) -> type[Consumer]:
        """The consumer that waits."""
        return _BlockingConsumer

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """Read as many hints as there are threads: one more would wait behind a slow one."""
        threads = max(1, prefetch // 2)  # Dramatiq asks for two a thread
        return _BlockingConsumer(self, queue_name, threads, timeout)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Send a hint and wake one consumer, where not more hints wait already than say anything."""
        if self.client.llen(f"{self.namespace}:{message.queue_name}") >= room(self, message):
            return message
        sent = super().enqueue(message, delay=delay)
        key = self.wake_key(message.queue_name)
        with self.client.pipeline(transaction=False) as pipe:
            pipe.lpush(key, b"1")
            pipe.ltrim(key, 0, _TOKENS - 1)
            pipe.execute()
        return sent

    def wake_key(self, queue_name: str) -> str:
        """The list that consumers of a queue wait on."""
        return f"{self.namespace}:wake:{queue_name}"


class _BlockingConsumer(_RedisConsumer):
    message_cache: list[bytes]

    def __init__(self, broker: BlockingRedisBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)  # type: ignore[no-untyped-call]  # Dramatiq types none of it
        self._let_go = threading.Event()
        """A thread is through with its hint since the last look."""

    def __next__(self) -> MessageProxy | None:
        with _told_as_closed():
            self._let_go.clear()
            message = self._fetch()
            if message is None:
                self._wait()
                message = self._fetch()
        return message

    def _wait(self) -> None:
        if self._room() > 0:
            self.broker.client.blpop([self.broker.wake_key(self.queue_name)], timeout=WAIT_S)
        else:
            self._let_go.wait(WAIT_S)

    def ack(self, message: MessageProxy) -> None:
        """Cross off."""
        with _told_as_closed():
            super().ack(message)  # type: ignore[no-untyped-call]  # Dramatiq leaves it so
        self._let_go.set()

    def nack(self, message: MessageProxy) -> None:
        """Give up."""
        with _told_as_closed():
            super().nack(message)  # type: ignore[no-untyped-call]  # Dramatiq leaves it so
        self._let_go.set()

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """At a stop, hand back. Where Redis is away that is Dramatiq's own case, and stopping goes on."""
        with _told_as_closed():
            super().requeue(messages)  # type: ignore[no-untyped-call]  # Dramatiq leaves it so

    def _room(self) -> int:
        count: int = self.prefetch - self.outstanding_message_count
        return count

    def _fetch(self) -> MessageProxy | None:
        if not self.message_cache and (free := self._room()) > 0:
            self.message_cache = self.broker.do_fetch(self.queue_name, free)
        if not self.message_cache:
            return None
        message = Message.decode(self.message_cache.pop(0))
        self.queued_message_ids.add(message.message_id)
        return MessageProxy(message)


@contextmanager
def _told_as_closed() -> Iterator[None]:
    """The one error of which Dramatiq knows that it passes: the stock consumer takes a silent Redis for a defect."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]  # Dramatiq leaves it so
