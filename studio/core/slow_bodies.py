"""Bodies that come slowly or not whole: they hold no page up, and half a body is never taken for a whole one.

The server hands a request to a thread once its headers are there, and the thread then blocks in the server's own code
until the body is: nothing ends that but the sender. So only some of the threads may be reading bodies at once.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from studio.core.errors import StudioError, Unavailable
from studio.core.i18n import gettext as _

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Incomplete(StudioError):
    """The sender left before the body was whole."""

    status = 400
    code = "body.incomplete"


class SlowBodies:
    """A WSGI application around another."""

    def __init__(self, inner: Application, most: int) -> None:
        """`most` threads may be reading bodies at once: fewer than there are, so that pages are still answered."""
        self._inner, self._room = inner, threading.BoundedSemaphore(most)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        length: str = environ.get("CONTENT_LENGTH") or ""
        if length.strip("0") or "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = _Body(environ["wsgi.input"], length, self._reading)
        return self._inner(environ, start_response)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """While a thread reads. Raises Unavailable where too many do."""
        if not self._room.acquire(blocking=False):
            raise Unavailable(_("Too many senders are slow at this moment. Sending it again is safe."))
        try:
            yield
        finally:
            self._room.release()


class _Body:
    """What the application reads from."""

    def __init__(self, inner: Any, length: str, reading: Callable[[], Any]) -> None:
        self._inner, self._reading = inner, reading
        self._left = int(length) if length.isdecimal() and len(length) < 20 else None
        """Bytes that are still to come, as declared; None: nothing was declared."""

    def read(self, size: int | None = -1) -> bytes:
        """`size` bytes, or all; fewer at the end alone."""
        wanted = None if size is None or size < 0 else size
        with self._reading():
            found: bytes = self._inner.read() if wanted is None else self._inner.read(wanted)
            while wanted is not None and len(found) < wanted and len(found) != self._left:
                more = self._inner.read(wanted - len(found))
                if not more:
                    break
                found += more
        return self._counted(found, ended=wanted is None or len(found) < wanted)

    def readline(self, size: int | None = -1) -> bytes:
        """Up to the end of a line."""
        del size  # the server takes none
        with self._reading():
            found: bytes = self._inner.readline()
        return self._counted(found, ended=not found)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """All lines."""
        del hint
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def _counted(self, found: bytes, *, ended: bool) -> bytes:
        if self._left is not None:
            self._left -= len(found)
            if ended and self._left > 0:
                words = _("The body is shorter than its Content-Length says. Nothing was done; send it again.")
                raise Incomplete(words)
        return found
