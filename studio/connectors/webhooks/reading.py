"""From a delivery's bytes to what it tells. Pure; everything that is wrong with one is said in words."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from studio.connectors.hooks.events import data_of
from studio.connectors.hooks.scheme import Hooks, Received, Topic
from studio.core.deliveries import Delivery
from studio.core.errors import InvalidInput, StudioError
from studio.core.i18n import gettext as _
from studio.core.signatures import Verified

LONGEST_ID = 200
LONGEST_TOPIC = 120
_BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError, LookupError, ValidationError)


class WrongKind(StudioError):
    """The body is of a kind that no provider sends."""

    status = 415
    code = "webhook.content_type"


@dataclass(frozen=True, slots=True)
class Told:
    """What one delivery says."""

    delivery_id: str
    topic: str
    event: str | None
    """None: it is of no event that Studio knows, or of none after all."""
    data: Mapping[str, Any]
    scope: str
    """The provider's id of the part; empty: it does not say."""


def read(hooks: Hooks, delivery: Delivery, verified: Verified) -> Told:
    """Read a delivery whose signature fits. Raises WrongKind, InvalidInput."""
    kind = delivery.content_type.partition(";")[0].strip().lower()
    if kind not in ("", "application/json", "text/json") and not kind.endswith("+json"):
        raise WrongKind(_("This address does not take %(value)s bodies.", value=kind[:80]))
    if delivery.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise WrongKind(_("This address takes no compressed bodies."), code="webhook.encoding")
    received = Received(delivery.headers, _json(delivery.body))
    try:
        id_ = verified.delivery_id or hooks.delivery_id(received) or verified.once
        name, scope = hooks.topic(received), hooks.scope(received)
        if not isinstance(name, str) or not isinstance(scope, str) or not isinstance(id_, str | None):
            raise TypeError
    except _BROKEN:
        raise InvalidInput(_("The delivery does not say what it is about."), code="webhook.topic") from None
    id_ = _id(id_, delivery.body)
    if not name or len(name) > LONGEST_TOPIC or not name.isprintable():
        raise InvalidInput(_("The delivery does not say what it is about."), code="webhook.topic")
    topic = hooks.of(name)
    data = _data(topic, received) if topic is not None else None
    return Told(id_, name, topic.event.value if topic is not None and data is not None else None, data or {}, scope)


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except (ValueError, UnicodeError):
        raise InvalidInput(_("The body is not JSON in UTF-8."), code="webhook.not_json") from None


def _id(found: str | None, body: bytes) -> str:
    """Where a provider sends no id at all, the very same bytes are the same delivery."""
    if found is None:
        return "sha256:" + hashlib.sha256(body).hexdigest()
    if not found or len(found) > LONGEST_ID or not found.isprintable() or "," in found:
        words = _("The delivery's id is empty, too long, given twice, or holds a control character.")
        raise InvalidInput(words, code="webhook.delivery_id")
    return found


def _data(topic: Topic, received: Received) -> dict[str, Any] | None:
    try:
        shape = topic.read(received)
    except _BROKEN as error:
        words = _("The payload of %(topic)s is not what it should be: %(why)s", topic=topic.name, why=_why(error))
        raise InvalidInput(words, code="webhook.payload") from None
    return None if shape is None else {**data_of(topic.event, shape), "raw": received.body}


def _why(error: Exception) -> str:
    """Names of fields, never their values."""
    if isinstance(error, ValidationError):
        return ", ".join(".".join(str(part) for part in one["loc"]) for one in error.errors()[:5])
    if isinstance(error, KeyError):
        return str(error)[:80]
    return type(error).__name__
