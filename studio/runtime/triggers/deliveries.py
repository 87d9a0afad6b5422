"""What a webhook delivery says: its data and the key that tells it from a repeat. Pure."""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from studio.core.errors import InvalidInput, StudioError
from studio.core.i18n import gettext as _
from studio.expressions import EvaluationError, ExpressionError, Scope, evaluate
from studio.expressions.filters import text_of
from studio.runtime.document.bounds import MAX_DEPTH, check_payload
from studio.runtime.triggers.webhook import DELIVERY_ID, EVENT_ID, Webhook

LONGEST_KEY = 255
FIELDS_OF_A_FORM = 1_000


class WrongType(StudioError):
    """The body is of a kind that this address does not take."""

    status = 415
    code = "webhook.content_type"


def read_data(config: Webhook.Config, content_type: str, body: bytes, query: Mapping[str, str]) -> Any:
    """The data of a delivery: its body, or its query's parameters where it has none.

    Raises WrongType, or InvalidInput for what is unreadable or nested too deeply.
    """
    kind = content_type.partition(";")[0].strip().lower()
    check_payload(query)
    if not body:
        return dict(query)
    if kind == "application/x-www-form-urlencoded":
        _allow(config, "form", kind)
        return _form(body)
    if kind in ("", "application/json", "text/json") or kind.endswith("+json"):
        _allow(config, "json", kind)
        return _json(body)
    raise _unwanted(kind)


def dedup_key(config: Webhook.Config, data: Any, headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """The key under which a repeat is recognised; None: every delivery starts a run.

    `headers` have names in small letters. Raises InvalidInput where the expression finds no key in this data: better
    refused, and seen, than started twice.
    """
    if config.dedup_key is None:
        found = _own_id(config.signature, data, headers)
        return _short(found) if found else None
    return key_of(config.dedup_key, Scope({"trigger": data, "headers": headers, "query": query}))


def key_of(expression: str, scope: Scope) -> str:
    """The key that an expression finds. Raises InvalidInput where it finds none."""
    try:
        value = evaluate(expression, scope)
    except EvaluationError as error:
        message = _("The key that tells deliveries apart could not be read: %(message)s", message=error.message)
        raise InvalidInput(message, code="webhook.dedup_key") from None
    text = text_of(value)
    if not text:
        raise InvalidInput(
            _("The key that tells deliveries apart is empty in this delivery."), code="webhook.dedup_key"
        )
    return _short(text)


def gather_key(source: str | None, roots: Mapping[str, Any]) -> str:
    """The key under which an event is gathered; empty: all of a trigger's together. Raises InvalidInput."""
    if source is None:
        return ""
    try:
        return _short(text_of(evaluate(source, Scope(roots))))
    except (EvaluationError, ExpressionError) as error:
        message = _("The value by which events are gathered could not be read: %(message)s", message=str(error))
        raise InvalidInput(message, code="trigger.gather_key") from None


def _own_id(scheme: str, data: Any, headers: Mapping[str, str]) -> str | None:
    """The id under which the sender itself repeats a delivery; None where it sends none."""
    if scheme in DELIVERY_ID:
        return headers.get(DELIVERY_ID[scheme])
    found = data.get(EVENT_ID[scheme]) if scheme in EVENT_ID and isinstance(data, dict) else None
    return found if isinstance(found, str) else None


def _short(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _allow(config: Webhook.Config, wanted: str, kind: str) -> None:
    if wanted not in config.content_types:
        raise _unwanted(kind)


def _unwanted(kind: str) -> WrongType:
    return WrongType(_("This address does not take %(value)s bodies.", value=kind or "such"))


def _json(body: bytes) -> Any:
    try:
        value = orjson.loads(body)
    except (ValueError, UnicodeError) as error:
        raise InvalidInput(_("The body is not JSON: %(error)s.", error=error), code="webhook.not_json") from None
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH or b"\\u0000" in body:
        check_payload(value)  # a body without these signs can be neither too deep nor unstorable
    return value


def _form(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_OF_A_FORM)
    except (ValueError, UnicodeError):
        raise InvalidInput(_("The body is not a readable form."), code="webhook.not_form") from None
    fields: dict[str, Any] = {}
    for name, value in pairs:
        held = fields.get(name)
        if held is None:
            fields[name] = value
        else:
            fields[name] = [*held, value] if isinstance(held, list) else [held, value]
    check_payload(fields)
    return fields
