"""`/api/client/delta` and `/api/client/streaming`: changes alone, asked for or told as they come.

A stream keeps one of the server's threads, so that only so many are open at a time; who comes beyond that is sent away
with the status at which libraries go over to asking again and again.
"""

import re
import threading
from collections.abc import Callable, Iterator

import structlog

from studio.core import clock, rng
from studio.core.errors import StudioError, TooManyRequests
from studio.core.i18n import gettext as _
from studio.flags.serving import deltas
from studio.flags.serving.cache import Cache, Client
from studio.flags.serving.features import server
from studio.flags.serving.held import Held
from studio.flags.serving.wire import JSON, PRIVATE, Asked, Reply, matches

log = structlog.get_logger()

MOST = 16
"""Streams of one process."""
LASTS_S = 240.0
"""Then it ends and the library comes again: somewhere else, after a server was added."""
LOOK_S = 1.0
QUIET_S = 15.0
"""Something is sent this often, so that proxies keep the connection and a reader who has gone is noticed."""
_TAG = re.compile(r'(?:W/)?"?[0-9a-f]{12}:(\d{1,18})"?\Z')
_EVENTS = (
    ("Content-Type", "text/event-stream"),
    ("Cache-Control", "no-store"),
    ("X-Accel-Buffering", "no"),
)


class Streaming:
    """The open streams of one process."""

    def __init__(self, cache: Cache) -> None:
        self._cache, self._room = cache, threading.BoundedSemaphore(MOST)
        self._over = threading.Event()

    def delta(self, asked: Asked) -> Reply:
        """What changed since the revision that `If-None-Match` names; everything where it names none."""
        held = self._cache.held(server(self._cache, asked))
        headers = (JSON, PRIVATE, ("ETag", held.etag))
        sent = asked.header("IF_NONE_MATCH")
        if matches(sent, held.etag):
            return Reply(304, b"", headers[1:])
        tag = _TAG.match(sent.strip())
        known = tag is not None and held.etag.partition(":")[0].removeprefix('W/"') in sent
        return Reply(200, deltas.since(held, int(tag[1])) if tag and known else deltas.hydration(held), headers)

    def stream(self, asked: Asked) -> Reply:
        """Everything at once, then each change as it comes. Raises TooManyRequests."""
        client = server(self._cache, asked)
        held = self._cache.held(client)
        if self._over.is_set() or not self._room.acquire(blocking=False):
            error = TooManyRequests(_("Too many streams are open here. Ask for the flags now and then instead."))
            error.retry_after_s = 60
            raise error
        return Reply(200, b"", _EVENTS, _Stream(self._events(asked.key, client, held), self._room.release))

    def stop(self) -> None:
        """Let every stream end."""
        self._over.set()

    def _events(self, key: str, client: Client, held: Held) -> Iterator[bytes]:
        yield _event("unleash-connected", held.revision, deltas.hydration(held))
        ends = clock.monotonic() + LASTS_S + rng.jitter(LASTS_S / 4)
        quiet = clock.monotonic() + QUIET_S
        while not self._over.wait(LOOK_S) and clock.monotonic() < ends:
            try:
                client = self._cache.client(key)
                newer = self._cache.held(client)
            except StudioError as error:
                log.info("flag_stream_ended", code=error.code)
                return
            if newer.revision != held.revision:
                yield _event("unleash-updated", newer.revision, deltas.since(newer, held.revision))
                held, quiet = newer, clock.monotonic() + QUIET_S
            elif clock.monotonic() >= quiet:
                yield b":\n\n"
                quiet = clock.monotonic() + QUIET_S


class _Stream:
    """Parts of an answer; its place is free again however it ends, also where nobody ever read from it."""

    def __init__(self, parts: Iterator[bytes], ended: Callable[[], None]) -> None:
        self._parts = parts
        self._ended: Callable[[], None] | None = ended

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._parts)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        ended, self._ended = self._ended, None
        if ended is not None:
            ended()


def _event(name: str, revision: int, data: bytes) -> bytes:
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), revision, data)
