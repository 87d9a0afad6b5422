"""The load generator for requests of any kind, with each one's answer held to the status that it must have.

Run as `python -m benchmarks.asking HOST PORT CONNECTIONS SECONDS STATUS`; one whole request comes on standard input,
and one JSON object with the result goes to standard output. Plain sockets and no event loop: what is asked for
here costs a server so little that the generator would be what is measured.
"""

import json
import selectors
import socket
import subprocess
import sys
import time

from benchmarks.stack import PROJECT

_AT_ONCE = 1 << 18


def get(port: int, path: str, headers: dict[str, str]) -> bytes:
    """A request as it goes over the wire."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def per_second(port: int, request: bytes, connections: int, seconds: float, status: int) -> float:
    """How many are answered in a second, asked from a process of its own. Raises RuntimeError at another status."""
    command = ["127.0.0.1", str(port), str(connections), str(seconds), str(status)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.asking", *command],
        cwd=PROJECT, input=request, stdout=subprocess.PIPE, check=True, timeout=seconds + 60, start_new_session=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    if found["others"]:
        message = f"{found['others']:.0f} of {found['answered']:.0f} answers had another status than {status}"
        raise RuntimeError(message)
    return found["answered"] / found["elapsed_s"]


class _Connection:
    """One request at a time, on one connection that stays open."""

    def __init__(self, host: str, port: int, request: bytes) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._status = b""
        self._missing = 0
        """Bytes of the body that are still to come; 0: an answer is about to begin."""

    def ask(self) -> None:
        self.socket.sendall(self._request)

    def read(self) -> bytes | None:
        """The status of an answer that is whole now; None: more is to come."""
        part = self.socket.recv(_AT_ONCE)
        if not part:
            message = "the server closed a connection"
            raise RuntimeError(message)
        if self._missing:
            self._missing -= len(part)
            return None if self._missing else self._status
        head = part.index(b"\r\n\r\n") + 4  # it comes in one piece: it is small, and nothing is before it
        self._status = part[9:12]
        at = -1 if self._status == b"304" else part[:head].lower().find(b"content-length:")
        length = int(part[at + 15 : part.index(b"\r", at)]) if at >= 0 else 0
        self._missing = length - (len(part) - head)
        return None if self._missing else self._status


def _ask(host: str, port: int, request: bytes, connections: int, seconds: float, status: int) -> dict[str, float]:
    wanted, answered, others = str(status).encode(), 0, 0
    with selectors.DefaultSelector() as selector:
        opened = [_Connection(host, port, request) for _ in range(connections)]
        started = time.perf_counter()
        for one in opened:
            selector.register(one.socket, selectors.EVENT_READ, one)
            one.ask()
        while time.perf_counter() < started + seconds:
            for key, _events in selector.select(timeout=1):
                found = key.data.read()
                if found is not None:
                    answered += 1
                    others += found != wanted
                    key.data.ask()
        elapsed = time.perf_counter() - started
        for one in opened:
            one.socket.close()
    return {"answered": answered, "others": others, "elapsed_s": elapsed}


def main() -> None:
    host, port, connections, seconds, status = sys.argv[1:6]
    request = sys.stdin.buffer.read()
    print(json.dumps(_ask(host, int(port), request, int(connections), float(seconds), int(status))))


if __name__ == "__main__":
    main()
