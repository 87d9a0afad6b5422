"""What goes out and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One outgoing request."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """`Host` and what frames the body are ours to write; they are left out here."""
    body: bytes | None = None
    timeout_s: float = 30.0
    """For everything together: name, connection, sending and the last byte of the answer."""
    max_bytes: int = 1_048_576
    """Of the answer's body, packed and unpacked."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """As sent; several of one name are joined by a comma."""
    body: bytes
    elapsed_s: float
