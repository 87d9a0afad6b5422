"""What other systems do to whoever calls them: each is a server on a port of its own that records who called."""

import gzip
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tests.core.http.hostile import hostile, reset

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
UNPACKED = 1 << 30
"""Bytes that the bomb would make."""


@dataclass
class Hostile:
    """One of them while it runs."""

    port: int = 0
    calls: list[tuple[float, str]] = field(default_factory=list)
    """(when, idempotency key) of each request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/orders"


def hangs(connection: socket.socket) -> None:
    """Say nothing until the other side has had enough."""
    while connection.recv(65_536):
        pass


def drips(connection: socket.socket) -> None:
    """Send a byte at a time, for ever: no single read runs into its time-out."""
    connection.sendall(OK + b"Content-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.2)


def resets_midway(connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 1000)
    reset(connection)


def ends_early(connection: socket.socket) -> None:
    connection.sendall(OK + b'Content-Length: 100\r\n\r\n{"ok": true}')


def never_ends(connection: socket.socket) -> None:
    connection.sendall(OK + b"\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def bombs(connection: socket.socket) -> None:
    """Send a megabyte that would become a gigabyte."""
    connection.sendall(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB)
    connection.shutdown(socket.SHUT_WR)
    hangs(connection)


def endless_headers(connection: socket.socket) -> None:
    connection.sendall(OK)
    while True:
        connection.sendall(b"X-More: " + b"y" * 1_000 + b"\r\n")


def redirects_to_itself(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /orders\r\nContent-Length: 0\r\n\r\n")


def talks_rubbish(connection: socket.socket) -> None:
    connection.sendall(b"\x00\x01 hello\r\n\r\n")


BOMB = gzip.compress(bytes(1 << 24), 9) * (UNPACKED >> 24)
"""Members that follow one another, as gzip allows."""


@contextmanager
def all_of_them(behaviours: dict[str, Callable[[socket.socket], None]]):
    """Start them; gives each by its name."""
    with ExitStack() as opened:
        found = {}
        for name, behave in behaviours.items():
            found[name] = one = Hostile()
            one.port = opened.enter_context(hostile(_recorded(one, behave), read=False))
        yield found


def _recorded(one: Hostile, behave: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        asked = connection.recv(65_536).decode("latin-1").lower()
        key = next((line.split(": ", 1)[1] for line in asked.split("\r\n") if line.startswith("idempotency-key")), "")
        one.calls.append((time.monotonic(), key))
        behave(connection)

    return answer
