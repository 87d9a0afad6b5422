"""`/ofrep/v1`: OpenFeature's remote evaluation protocol, for providers of any language."""

from collections.abc import Mapping
from typing import Any

import orjson

from studio.core.errors import NotFound, StudioError
from studio.core.i18n import gettext as _
from studio.flags.evaluation.context import Context
from studio.flags.evaluation.values import NoValue
from studio.flags.serving import cors
from studio.flags.serving.cache import Cache, Client
from studio.flags.serving.frontend import complete, tag
from studio.flags.serving.judging import Ready
from studio.flags.serving.wire import JSON, PRIVATE, Asked, BadRequest, Reply, matches, retry_after

PARSE, CONTEXT, TARGETING, UNKNOWN, GENERAL = (
    "PARSE_ERROR", "INVALID_CONTEXT", "TARGETING_KEY_MISSING", "FLAG_NOT_FOUND", "GENERAL",
)  # fmt: skip
_CODES = {
    "flags.not_json": PARSE, "flags.not_object": PARSE, "flags.context": CONTEXT,
    "flags.value": PARSE, "flags.targeting_key": TARGETING, "flags.unknown": UNKNOWN,
}  # fmt: skip
_CONFIGURATION = {
    "name": "Studio",
    "capabilities": {
        "cacheInvalidation": {"polling": {"enabled": True, "minPollingIntervalMs": 1_000}},
        "flagEvaluation": {"supportedTypes": ["int", "float", "string", "boolean", "object"]},
        "caching": {"enabled": False},
    },
}


class BrokenValue(StudioError):
    """A variant carries what is no value of its flag's kind: not the asker's fault."""

    status = 500
    code = "flags.value"


class Ofrep:
    """Answers of one process. Both kinds of keys may ask: rules are told to neither."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def one(self, asked: Asked) -> Reply:
        """One flag. Raises NotSignedIn, Forbidden, NotFound, BadRequest, NoValue."""
        client = self._cache.client(asked.key)
        allowed = cors.allow(asked, client)
        context = _context(asked, client)
        ready = self._cache.held(client).judge.flags.get(asked.name)
        if ready is None:
            raise NotFound(_("There is no flag of this name in this environment."), code="flags.unknown")
        if not ready.knows(context):
            raise _no_person()
        try:
            told = _told(ready, asked.name, client, context)
        except NoValue as error:
            raise BrokenValue(error.message) from error
        return Reply(200, orjson.dumps(told), (JSON, PRIVATE, *allowed))

    def all(self, asked: Asked) -> Reply:
        """Every flag; what cannot be evaluated says so in its place."""
        client = self._cache.client(asked.key)
        allowed = cors.allow(asked, client)
        context = _context(asked, client)
        judge = self._cache.held(client).judge
        found = [_entry(ready, name, client, context) for name, ready in judge.flags.items()]
        body = orjson.dumps({"flags": found, "metadata": {"environment": client.environment}})
        etag = tag(body)
        headers = (PRIVATE, ("ETag", etag), *allowed)
        if matches(asked.header("IF_NONE_MATCH"), etag):
            return Reply(304, b"", headers)
        return Reply(200, body, (JSON, *headers))

    def configuration(self, asked: Asked) -> Reply:
        """What providers may rely on."""
        allowed = cors.allow(asked, self._cache.client(asked.key))
        body = orjson.dumps(_CONFIGURATION)
        headers = (PRIVATE, ("ETag", tag(body)), *allowed)
        if matches(asked.header("IF_NONE_MATCH"), tag(body)):
            return Reply(304, b"", headers)
        return Reply(200, body, (JSON, *headers))


def refusal(asked: Asked, error: StudioError) -> Reply:
    """An error in OFREP's form: `{key?, errorCode, errorDetails}`."""
    body = {"errorCode": _CODES.get(error.code, GENERAL), "errorDetails": error.message}
    if asked.name:
        body = {"key": asked.name, **body}
    return Reply(
        error.status, orjson.dumps(body), (JSON, ("Cache-Control", "no-store"), *retry_after(error), *cors.ANYBODY)
    )


def _context(asked: Asked, client: Client) -> dict[str, str]:
    """OFREP's `targetingKey` is what rules know as the user."""
    sent = asked.document().get("context", {})
    if sent is None:
        sent = {}
    if not isinstance(sent, dict):
        raise BadRequest(_("The context is no JSON object."), code="flags.context")
    key = sent.get("targetingKey")
    if key is not None and not isinstance(key, str):
        raise BadRequest(_("The targeting key is no text."), code="flags.context")
    given: Mapping[str, Any] = sent if not key or "userId" in sent else {**sent, "userId": key}
    return complete(given, client, asked)


def _no_person() -> BadRequest:
    words = _("This flag is given to a share of people: send a targeting key that says who this is.")
    return BadRequest(words, code="flags.targeting_key")


def _entry(ready: Ready, name: str, client: Client, context: Context) -> dict[str, Any]:
    try:
        if not ready.knows(context):
            raise _no_person()
        return _told(ready, name, client, context)
    except BadRequest as error:
        return {"key": name, "errorCode": _CODES.get(error.code, GENERAL), "errorDetails": error.message}
    except NoValue as error:
        return {"key": name, "errorCode": PARSE, "errorDetails": error.message}


def _told(ready: Ready, name: str, client: Client, context: Context) -> dict[str, Any]:
    variant = ready.compiled.choose(context)
    on = "on" if variant.feature_enabled else "off"
    return {
        "key": name,
        "value": ready.value(variant),
        "reason": ready.reason if ready.compiled.feature.enabled else "DISABLED",
        "variant": variant.name if variant.enabled else on,
        "metadata": {"environment": client.environment, "kind": ready.fact.kind},
    }
