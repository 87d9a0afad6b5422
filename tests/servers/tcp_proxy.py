"""A proxy in front of a server that cuts a connection after the server has answered and before the client hears it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread

from benchmarks.servers import process

CHUNK = 65_536


class Cut:
    """A reply that is to be lost: to the first message with `marker`, on a connection that has sent `after`."""

    def __init__(self, marker: bytes, after: bytes) -> None:
        self.marker, self.after = marker, after
        self.done = Event()
        """The server has answered, and the client will not know."""


class TcpProxy:
    """Passes bytes on, both ways."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._listener = socket.create_server((process.HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._cuts: list[Cut] = []
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        Thread(target=self._listen, daemon=True).start()

    def cut(self, marker: bytes, after: bytes = b"") -> Cut:
        """Lose one reply."""
        cut = Cut(marker, after)
        with self._lock:
            self._cuts.append(cut)
        return cut

    def mend(self) -> None:
        """Lose no reply any more."""
        with self._lock:
            self._cuts.clear()

    def sever(self) -> None:
        """End every connection; new ones are taken."""
        with self._lock:
            ended, self._open = self._open, set()
        for side in ended:
            _end(side)

    def close(self) -> None:
        """End every connection, and take none any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.sever()

    def forget(self, *sides: socket.socket) -> None:
        """They have ended by themselves."""
        with self._lock:
            self._open.difference_update(sides)

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((process.HOST, self._upstream))
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
            pair = _Pair(self, client, server)
            Thread(target=pair.ask, daemon=True).start()
            Thread(target=pair.answer, daemon=True).start()

    def wanted(self, seen: bytes, chunk: bytes) -> Cut | None:
        """The cut that this chunk asks for; it is taken off the list."""
        with self._lock:
            for cut in self._cuts:
                if cut.marker in chunk and cut.after in seen:
                    self._cuts.remove(cut)
                    return cut
        return None


class _Pair:
    def __init__(self, proxy: TcpProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._seen = b""
        self._cut: Cut | None = None

    def ask(self) -> None:
        with suppress(OSError):
            while chunk := self._client.recv(CHUNK):
                self._seen = (self._seen + chunk)[-CHUNK:]
                self._cut = self._cut or self._proxy.wanted(self._seen, chunk)
                self._server.sendall(chunk)
        self._close()

    def answer(self) -> None:
        with suppress(OSError):
            while chunk := self._server.recv(CHUNK):
                if self._cut is not None:
                    self._cut.done.set()
                    break
                self._client.sendall(chunk)
        self._close()

    def _close(self) -> None:
        self._proxy.forget(self._client, self._server)
        _end(self._client)
        _end(self._server)


def _end(side: socket.socket) -> None:
    with suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
    side.close()


@contextmanager
def tcp_proxy(upstream: int) -> Iterator[TcpProxy]:
    """Run a proxy on a port of its own."""
    proxy = TcpProxy(upstream)
    try:
        yield proxy
    finally:
        proxy.close()
