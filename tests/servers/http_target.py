"""An HTTP server that records what it is asked and answers as a test has scripted."""

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

from benchmarks.servers import process
from tests.servers.patience import PATIENCE_S


@dataclass(frozen=True)
class Request:
    """One request as it came in; header names are lower-case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """One answer. `reset` cuts the connection after the request was read; `until` says when it may leave."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b'{"ok": true}'
    delay: float = 0
    reset: bool = False
    until: Event | None = None


class HttpTarget:
    """What a test asks of the server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requests: list[Request] = []
        self._lock = Lock()
        self._next: list[Answer] = []
        self._always = Answer()

    @property
    def url(self) -> str:
        return f"http://{process.HOST}:{self.port}"

    def answer(self, status: int = 200, *, times: int = 1, **kwargs: Any) -> None:
        """Script the next answers: status, headers, body (or json_body), delay, reset, until."""
        self._next += [_answer(status, **kwargs)] * times

    def always(self, status: int = 200, **kwargs: Any) -> None:
        """Say what is answered when nothing is scripted."""
        self._always = _answer(status, **kwargs)

    def wait_for(self, count: int = 1, timeout: float = PATIENCE_S) -> Request:
        """Wait until so many requests have come; return the last of them."""
        deadline = time.monotonic() + timeout
        while len(self.requests) < count:
            if time.monotonic() > deadline:
                came = [(request.method, request.path) for request in self.requests]
                message = f"{count} requests expected, came: {came}"
                raise AssertionError(message)
            time.sleep(0.02)
        return self.requests[count - 1]

    def clear(self) -> None:
        """Forget requests and script."""
        with self._lock:
            self.requests.clear()
            self._next.clear()
            self._always = Answer()

    def take(self, request: Request) -> Answer:
        """Record a request and name its answer."""
        with self._lock:
            self.requests.append(request)
            return self._next.pop(0) if self._next else self._always


Target = TypeVar("Target", bound=HttpTarget)


@contextmanager
def http_target(make: Callable[[int], Target] = HttpTarget) -> Iterator[Target]:
    """Run one. `make`: from its port to what answers, where that is not scripted."""
    server = _Server((process.HOST, 0), _Handler)
    target = make(server.server_port)
    server.target = target
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield target
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    target: HttpTarget
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet: a client that hangs up is part of many tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        """Route every method to one place."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self._respond()

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet: the requests are recorded."""

    def _respond(self) -> None:
        answer = cast("_Server", self.server).target.take(self._read())
        time.sleep(answer.delay)
        if answer.until is not None:
            answer.until.wait(120)
        if answer.reset:
            # A linger of zero seconds makes close() send RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json", **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _read(self) -> Request:
        address = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            method=self.command,
            path=address.path,
            query=parse_qs(address.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )


def _answer(status: int, *, json_body: Any = None, **kwargs: Any) -> Answer:
    if json_body is not None:
        kwargs["body"] = json.dumps(json_body).encode()
    return Answer(status, **kwargs)
