"""`/api/frontend`: what holds for one context, for browsers and phones, where anybody can read the key."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import orjson

from studio.core import clock
from studio.core.errors import Forbidden
from studio.core.i18n import gettext as _
from studio.flags.evaluation.context import Context, flatten
from studio.flags.outcomes import ClientKind
from studio.flags.serving import cors
from studio.flags.serving.cache import Cache, Client
from studio.flags.serving.wire import JSON, PRIVATE, Asked, BadRequest, Reply, matches

_PROPERTY = re.compile(r"properties\[(.*)\]\Z", re.DOTALL)


def browser(cache: Cache, asked: Asked) -> Client:
    """Who asks for what holds for one person. Raises NotSignedIn, Forbidden."""
    client = cache.client(asked.key)
    if client.kind != ClientKind.FRONTEND:
        words = _("This is a server's key: whoever has it reads all rules, so it does not belong into a browser.")
        raise Forbidden(words, code="flags.key_kind")
    return client


class Frontend:
    """Answers of one process."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def ask(self, asked: Asked) -> Reply:
        """The context stands in the address."""
        client = browser(self._cache, asked)
        return self._answer(asked, client, of_query(asked.query()))

    def send(self, asked: Asked) -> Reply:
        """The context stands in the body, as `context` or as all of it. Raises BadRequest."""
        client = browser(self._cache, asked)
        sent = asked.document()
        context = sent.get("context", sent)
        if not isinstance(context, dict):
            raise BadRequest(_("The context is no JSON object."), code="flags.context", field="context")
        return self._answer(asked, client, context)

    def _answer(self, asked: Asked, client: Client, raw: Mapping[str, Any]) -> Reply:
        allowed = cors.allow(asked, client)
        body = toggles(self._cache, client, complete(raw, client, asked))
        etag = tag(body)
        headers = (PRIVATE, ("ETag", etag), *allowed)
        if matches(asked.header("IF_NONE_MATCH"), etag):
            return Reply(304, b"", headers)
        return Reply(200, body, (JSON, *headers))


def toggles(cache: Cache, client: Client, context: Context) -> bytes:
    """All flags that are on, with what they give."""
    judge = cache.held(client).judge
    found = []
    for name, one in judge.evaluator.features.items():
        variant = one.choose(context)
        if variant.feature_enabled:
            found.append(
                {
                    "name": name,
                    "enabled": True,
                    "variant": variant.as_json(),
                    "impressionData": one.feature.impression_data,
                }
            )
    return orjson.dumps({"toggles": found})


def of_query(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """A context as libraries write it into an address: `userId=7&properties[plan]=gold`."""
    top: dict[str, Any] = {}
    properties: dict[str, str] = {}
    for name, value in pairs:
        inner = _PROPERTY.match(name)
        if inner is not None:
            properties[inner[1]] = value
        else:
            top[name] = value
    return {**top, "properties": properties} if properties else top


def complete(raw: Mapping[str, Any], client: Client, asked: Asked) -> dict[str, str]:
    """A context with what the server knows of the one who asks, where the client says nothing of it."""
    context = flatten(raw, now=clock.local_now())
    context.setdefault("environment", client.environment)
    context.setdefault("remoteAddress", str(asked.environ.get("REMOTE_ADDR") or ""))
    return context


def tag(body: bytes) -> str:
    """What an answer is known by."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
