"""Who asks: the fields that rules look at, as one flat mapping of texts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Context = Mapping[str, str]
"""Field to text: `userId`, `sessionId`, `remoteAddress`, `environment`, `appName`, `currentTime`, and any other."""

CURRENT_TIME = "currentTime"


def flatten(raw: Mapping[str, Any], *, now: datetime | None = None) -> dict[str, str]:
    """A context as clients send it, `{"userId", …, "properties": {…}}`, as one flat mapping.

    Numbers and truth values become texts; null, lists and objects count as missing. A field of the top wins over a
    property of its name, as in Unleash's own engine. `now` stands in where the client names no `currentTime`, to the
    second and in UTC, as that engine writes it: rules may look at it as a text.
    """
    properties = raw.get("properties")
    flat = dict(_texts(properties)) if isinstance(properties, Mapping) else {}
    flat.update(_texts(raw))
    if now is not None:
        flat.setdefault(CURRENT_TIME, now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return flat


def _texts(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if isinstance(value, str):
            yield name, value if value.isascii() else _encodable(value)
        elif isinstance(value, bool):
            yield name, "true" if value else "false"
        elif isinstance(value, int | float):
            yield name, str(value)


def _encodable(value: str) -> str:
    """Half a surrogate pair has no bytes to hash: it becomes a question mark."""
    return value.encode("utf-8", "replace").decode("utf-8")
