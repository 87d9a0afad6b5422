"""One request to another system."""

from collections.abc import Iterable, Mapping
from typing import Any

from studio.contract import declaring
from studio.contract.node import Context, Effect, Kind, NodeType
from studio.contract.references import Reference
from studio.contract.results import Outcome
from studio.core.http import HttpError
from studio.core.web_address import split
from studio.runtime.http_call import answers, requests
from studio.runtime.http_call.settings import READING, HttpSettings


class Http(NodeType):
    """Call another system over HTTP.

    Every call but a reading one carries an Idempotency-Key, which stays the same when the step is tried again.
    """

    key = "action.http"
    kind = Kind.ACTION
    effect = Effect.OUTSIDE
    title = "HTTP request"
    icon = "http"
    sample = {"status": 200, "headers": {"content-type": "application/json"}, "body": {"ok": True}, "elapsed_ms": 120}
    output_schema = {
        "type": "object",
        "properties": {
            "status": {"type": "integer", "examples": [200]},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "body": {},
            "elapsed_ms": {"type": "integer", "examples": [120]},
        },
        "required": ["status", "headers", "body", "elapsed_ms"],
        "additionalProperties": False,
    }

    class Config(HttpSettings):
        """The request."""

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        url = str(config.get("url") or "")
        parts = split(url) if "{{" not in url.partition("/")[0] and "://" in url else None
        host = parts.netloc if parts is not None else ""
        return f"{config.get('method', 'POST')} {host or url}".strip()

    @classmethod
    def is_keyed(cls, config: Mapping[str, Any]) -> bool:
        """Reading twice does no harm; anything else only where the target was said to honour the key."""
        return config.get("method") in READING or config.get("if_unknown") == "repeat"

    @classmethod
    def protects_of(cls, config: Mapping[str, Any]) -> str | None:
        return declaring.action_of(config)

    @classmethod
    def facts_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return declaring.facts_of(config)

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        return declaring.references(config)

    @classmethod
    def target_of(cls, config: HttpSettings) -> str | None:
        return requests.target(config.url)

    def start(self, ctx: Context, config: Config) -> Outcome:
        request = requests.build(ctx, config)
        try:
            response = ctx.ports.http.send(request)
        except HttpError as error:
            return answers.not_answered(request, error)
        return answers.outcome(request, response, ctx.now)
