"""Where an API lives."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from studio.connectors.openapi.document.following import listed, mapping, text


def address(servers: Any, source: str = "") -> str:
    """The first server's address with its variables filled in by their defaults, without a slash at its end.

    Empty where there is none, or where it begins from an address that nobody gave (`source`: where the document was).
    """
    for one in listed(servers)[:20]:
        found = _filled(mapping(one))
        found = f"https:{found}" if found.startswith("//") else found
        whole = urljoin(source, found) if source else found
        if is_address(whole):
            return whole.rstrip("/")
    return ""


def origin(url: str) -> str:
    """Scheme, host and port, to be compared."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def is_address(url: str) -> bool:
    """Whether it is a web address that names a host, and no user, query or fragment."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{}|')
    clean = not parts.query and not parts.fragment and "@" not in parts.netloc
    return plain and clean and parts.scheme in ("http", "https") and bool(parts.hostname)


def _filled(server: Mapping[str, Any]) -> str:
    url = text(server.get("url"), 500)
    for name, said in list(mapping(server.get("variables")).items())[:50]:
        default = mapping(said).get("default")
        if isinstance(default, str | int) and not isinstance(default, bool):
            url = url.replace("{" + str(name) + "}", str(default)[:200])
    return url
