"""Pure: which page of a list comes next, as other systems say it."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _

_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_NEXT = re.compile(r';\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next)\s*(?:[;,]|$)', re.IGNORECASE)


def linked(headers: Mapping[str, str]) -> str | None:
    """The address that an answer's Link header names as the next one (RFC 8288); None: there is none."""
    value = next((value for name, value in headers.items() if name.lower() == "link"), "")
    return next((address for address, rest in _LINK.findall(value) if _NEXT.search(rest)), None)


def following(url: str, said: str) -> str:
    """The next address, which may be a relative one. Raises InvalidInput where it leads to another system."""
    address = urljoin(url, said.strip())
    if _origin(address) != _origin(url):
        host = urlsplit(address).hostname or said[:100]
        message = _("The next page would be at %(host)s. Studio signs in at the step's own host alone.", host=host)
        raise InvalidInput(message, code="http.other_host", field="config.url")
    return address


def with_parameter(url: str, name: str, value: Any) -> str:
    """The same address with one query parameter set anew."""
    parts = urlsplit(url)
    kept = [(key, old) for key, old in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit((*parts[:3], urlencode([*kept, (name, str(value))]), ""))


def parameter(url: str, name: str) -> int:
    """The number that a query parameter holds, which with_parameter() has put there."""
    return int(dict(parse_qsl(urlsplit(url).query))[name])


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        port = (parts := urlsplit(url)).port
    except ValueError:
        return "", None, None
    return parts.scheme, parts.hostname, port
