"""One request before it leaves, and one answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from studio.connectors.errors import ApiError
from studio.core.i18n import gettext as _
from studio.core.targets import Sign


@dataclass(slots=True)
class Outgoing:
    """What a way to sign in may still change."""

    method: str
    url: str
    """Whole, without its query."""
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    """Names in small letters."""
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, when it was no refusal."""

    status: int
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes
    url: str

    def json(self) -> Any:
        """The body as JSON. Raises ApiError for anything else, such as a page of HTML."""
        try:
            return orjson.loads(self.body) if self.body else None
        except orjson.JSONDecodeError as error:
            kind = self.headers.get("content-type", "").partition(";")[0] or _("something without a type")
            words = _("%(host)s answered with %(kind)s instead of JSON.", host=urlsplit(self.url).netloc, kind=kind)
            raise ApiError(words, code="api.not_json", answered=self.status, sign=Sign.WELL) from error


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of an account that a call is about."""

    id: UUID
    kind: str
    external_id: str
    name: str
    settings: Mapping[str, Any]
