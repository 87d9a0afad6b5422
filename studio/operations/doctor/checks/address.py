"""The address that people use leads here, and what stands in front of Studio is known to it."""

import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from studio.core.settings import LOCAL_HOSTS, Settings
from studio.operations.doctor.findings import Finding, ok, warning
from studio.operations.doctor.place import Place

ORDER = 65
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - looked for, not listened on


def look(place: Place) -> Iterator[Finding]:
    """Settings and one question to the name server; nothing is called."""
    yield from judge(place.settings, explicit="PUBLIC_URL" in place.environ, resolves=_resolves)


def judge(settings: Settings, *, explicit: bool, resolves: Callable[[str], bool]) -> Iterator[Finding]:
    """`explicit`: PUBLIC_URL is set; `resolves(host)`: a name server knows it."""
    host = urlsplit(settings.public_url).hostname or ""
    if not explicit and settings.host in EVERYWHERE:
        yield warning(
            f"Studio listens on {settings.host}, but links in mails lead to {settings.public_url}.",
            "Set PUBLIC_URL to the address that people use.",
        )
    elif not resolves(host):
        yield warning(f"No name server knows {host}, the host of PUBLIC_URL.", "Mend PUBLIC_URL, or make the record.")
    else:
        yield ok(f"People reach Studio at {settings.public_url}.")
    if host not in LOCAL_HOSTS:
        yield from _in_public(settings)


def _in_public(settings: Settings) -> Iterator[Finding]:
    if settings.trusted_proxies == 0 and settings.secure:
        yield warning(
            "https ends at a proxy, but none is believed: all clients look like one, for limits and the audit trail.",
            "Set STUDIO_TRUSTED_PROXIES to the number of proxies in front of Studio.",
        )
    if settings.metrics_token is None:
        yield warning("/metrics answers nobody: outside of localhost it needs a token.", "Set STUDIO_METRICS_TOKEN.")


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except OSError:
        return False
