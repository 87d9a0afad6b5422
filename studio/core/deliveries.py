"""Deliveries of other systems, and what they are answered: before any request, session or person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.core.errors import StudioError
from studio.core.i18n import gettext as _

MAX_BYTES = 1_048_576
"""Of a body."""


class WrongMethod(StudioError):
    """This address does not take that method."""

    status = 405
    code = "webhook.method"

    def __init__(self, given: str, allowed: Sequence[str]) -> None:
        """`allowed`: what it takes."""
        self.allowed = ", ".join(allowed)
        super().__init__(_("This address takes %(methods)s, not %(method)s.", methods=self.allowed, method=given))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came in. Header names are lower case."""

    method: str
    content_type: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back."""

    status: int
    data: dict[str, Any]
    headers: Sequence[tuple[str, str]] = ()


Receive = Callable[[str, Delivery], Reply]
"""The secret part of an address and what came there. Raises StudioError for what is refused."""
