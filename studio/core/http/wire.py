"""The connection itself: where it may go, when it is cut, and whether anything was sent on it."""

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any, Self, TypeVar
from urllib.parse import urlparse

from AntiSSRF import AntiSSRFPolicy, PolicyConfigOptions  # type: ignore[import-untyped]
from AntiSSRF._antissrf_agent import (  # type: ignore[import-untyped]  # to mend its Host header
    _AntiSSRFAdapter,
)
from requests import PreparedRequest
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool

from studio.core import clock

PORTS = {"http": 80, "https": 443}

Found = TypeVar("Found")

_ALSO_DENIED = ["::/96", "64:ff9b::/96"]
"""Addresses that hold an IPv4 address in a form which the library's list leaves out."""


class RefusedPort(Exception):
    """A port that only listed hosts may be called on."""


class LookUpTooLong(Exception):
    """The host's name was not resolved before the deadline."""


class Exchange:
    """One request and its answer: cut by force at its deadline, whatever the peer does."""

    def __init__(self, timeout_s: float) -> None:
        self.sent = False
        """The first byte may have left."""
        self._end = clock.monotonic() + timeout_s
        self._twin: socket.socket | None = None
        self._timer = threading.Timer(timeout_s, self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        with self._lock:
            if self._twin is not None:
                self._twin.close()
                self._twin = None

    @property
    def expired(self) -> bool:
        """Its time is over, whether or not the timer has come round to cutting it."""
        return clock.monotonic() >= self._end

    @property
    def left_s(self) -> float:
        """Seconds until the deadline; never 0, which sockets take for "at once"."""
        return max(0.001, self._end - clock.monotonic())

    def watch(self, connection: socket.socket) -> None:
        """Keep a handle on the connection: TLS wraps the first one away."""
        with self._lock:
            self._twin = connection.dup()
        if self.expired:
            self._cut()

    def _cut(self) -> None:
        """A peer that sends a byte now and then never runs into a time-out of the socket."""
        with self._lock:
            if self._twin is not None:
                try:
                    self._twin.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return


class _Watched:
    """What both kinds of connection tell their exchange."""

    exchange: Exchange

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]  # the other base has it
        self.exchange.watch(made)
        return made

    def send(self, data: Any) -> None:
        if self.sock is None:  # type: ignore[attr-defined]
            self.connect()  # type: ignore[attr-defined]
        self.exchange.sent = True
        super().send(data)  # type: ignore[misc]


class _Plain(_Watched, HTTPConnection):
    pass


class _Tls(_Watched, HTTPSConnection):
    pass


class Hosts:
    """The operator's list of inner hosts that workflows may call: `host` or `host:port`."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = {entry.strip().lower() for entry in allowed if entry.strip()}

    def allows(self, host: str, port: int) -> bool:
        """Whether the list names this host, on any port or on this one."""
        name = f"[{host}]" if ":" in host else host
        return bool({host.lower(), name.lower(), f"{name.lower()}:{port}"} & self._allowed)


class Adapter(_AntiSSRFAdapter):
    """Resolves once, checks every address, connects to the one it has checked."""

    def __init__(self, exchange: Exchange, hosts: Hosts) -> None:
        super().__init__(strict())
        self._exchange = exchange
        self._hosts = hosts

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Choose the rules by the very host and port that will be connected to."""
        target = _target(request)
        if self._hosts.allows(target[1], target[2]):
            self._policy = _open()
        elif target[2] != PORTS.get(target[0]) and target[2] not in PORTS.values():
            raise RefusedPort(target[2])
        look_up = super().build_connection_pool_key_attributes
        where, how = _within(self._exchange, lambda: look_up(request, verify, cert))
        request.headers["Host"] = _host_header(*target)  # the library leaves out the port
        if target[0] == "https":
            how.pop("ca_certs", None)
            how["ssl_context"] = _tls_context()
        return where, how

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing to load: the shared context has the certificates."""
        conn.cert_reqs = "CERT_REQUIRED"

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """A pool of one connection, which reports to this exchange."""
        pool: HTTPConnectionPool = super().get_connection_with_tls_context(*args, **kwargs)
        kind = _Tls if pool.scheme == "https" else _Plain
        pool.ConnectionCls = self._connect(kind)  # type: ignore[assignment]
        return pool

    def _connect(self, kind: type[_Plain | _Tls]) -> Callable[..., _Plain | _Tls]:
        def make(**options: Any) -> _Plain | _Tls:
            made = kind(**options)
            made.exchange = self._exchange
            return made

        return make


def _within(exchange: Exchange, look_up: Callable[[], Found]) -> Found:
    """Look up within the exchange's time. The resolver cannot be cut off: what it says later is said to nobody."""
    found: SimpleQueue[Found | Exception] = SimpleQueue()

    def run() -> None:
        try:
            found.put(look_up())
        except Exception as error:  # noqa: BLE001 - it is raised in the thread that waits
            found.put(error)

    threading.Thread(target=run, name="look-up", daemon=True).start()
    try:
        answer = found.get(timeout=exchange.left_s)
    except Empty:
        raise LookUpTooLong from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _target(request: PreparedRequest) -> tuple[str, str, int]:
    """Scheme, host and port, read as the connection reads them."""
    parts = urlparse(request.url or "")
    scheme = str(parts.scheme).lower()
    return scheme, str(parts.hostname or ""), parts.port or PORTS.get(scheme, 0)


def _host_header(scheme: str, host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if PORTS.get(scheme) == port else f"{name}:{port}"


def headers_of(raw: Mapping[str, str]) -> dict[str, str]:
    """Headers without those that frame the message: two framings smuggle a second request."""
    return {name: value for name, value in raw.items() if name.lower() not in _OURS}


_OURS = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade"),
        *("te", "trailer", "expect", "proxy-authorization", "proxy-connection"),
        *("accept-encoding",),
    }
)


@cache
def strict() -> Any:
    """The rule for addresses that nobody lists."""
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.add_denied_addresses(_ALSO_DENIED)
    return _plain_http(policy)


@cache
def _open() -> Any:
    return _plain_http(AntiSSRFPolicy(PolicyConfigOptions.NONE))


def _plain_http(policy: Any) -> Any:
    policy.allow_plain_text_http = True
    policy.add_xff_header = False
    return policy


@cache
def _tls_context() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than most requests."""
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    context.load_default_certs()  # an operator's own authority stands in the system's store
    return context
