"""One request to another system."""

from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import model_validator

from studio.contract.node import Context, Effect, Kind, NodeConfig, NodeType, help_
from studio.contract.results import Outcome
from studio.core.http import HttpError
from studio.runtime.http_call import answers, requests

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
WITH_BODY = ["POST", "PUT", "PATCH", "DELETE"]
READING = ("GET", "HEAD")


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

    class Config(NodeConfig):
        method: Method = help_("What to do there.", title="Method", default="POST", example="POST")
        url: str = help_(
            "Address of the other system, with http or https.",
            title="URL",
            template=True,
            example="https://erp.example.com/refunds",
            min_length=1,
            max_length=4_000,
        )
        query: dict[str, str] = help_(
            "Added to the address, safely written.",
            title="Query parameters",
            default={},
            example={"order": "{{ trigger.order.id }}"},
            template=True,
            widget="key-values",
            max_length=100,
        )
        headers: dict[str, str] = help_(
            "Sent along. Put passwords and tokens under “Sign in with” instead.",
            title="Headers",
            default={},
            example={"X-Shop": "north"},
            template=True,
            widget="key-values",
            max_length=100,
        )
        body_kind: Literal["json", "form", "text", "none"] = help_(
            "How the body is written.",
            title="Body is",
            default="json",
            example="json",
            show_if={"method": WITH_BODY},
        )
        body: Any = help_(
            "What is sent. With JSON, values in {{ … }} keep their type.",
            title="Body",
            default=None,
            example={"order": "{{ trigger.order.id }}"},
            template=True,
            widget="json",
            show_if={"method": WITH_BODY, "body_kind": ["json", "form", "text"]},
        )
        auth: Literal["none", "bearer", "basic", "header"] = help_(
            "How Studio signs in there.",
            title="Sign in with",
            default="none",
            example="bearer",
        )
        secret: str | None = help_(
            "Name of the secret to sign in with. For “basic” it holds user:password.",
            title="Secret",
            default=None,
            example="erp-token",
            widget="secret",
            show_if={"auth": ["bearer", "basic", "header"]},
            max_length=120,
        )
        auth_header: str = help_(
            "The header that carries the secret.",
            title="Header name",
            default="X-Api-Key",
            example="X-Api-Key",
            show_if={"auth": "header"},
            pattern=r"^[A-Za-z0-9-]{1,80}$",
        )
        if_unknown: Literal["repeat", "review"] = help_(
            "When the connection breaks after the request was sent, nobody knows whether it was carried out. "
            "“repeat”: the other system honours the Idempotency-Key, so send it again. “review”: stop and ask.",
            title="If the outcome is unknown",
            default="review",
            example="repeat",
            show_if={"method": WITH_BODY},
        )
        max_kib: int = help_(
            "A longer answer fails the step, in KiB.",
            title="Longest answer",
            default=1_024,
            example=1_024,
            ge=1,
            le=10_240,
        )

        @model_validator(mode="after")
        def _signs_in_with_something(self) -> Self:
            if self.auth != "none" and not self.secret:
                raise ValueError("Choose the secret to sign in with, or set “Sign in with” to “none”.")
            return self

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        url = str(config.get("url") or "")
        host = urlsplit(url).netloc if "{{" not in url.partition("/")[0] and "://" in url else ""
        return f"{config.get('method', 'POST')} {host or url}".strip()

    @classmethod
    def is_keyed(cls, config: Mapping[str, Any]) -> bool:
        """Reading twice does no harm; anything else only where the target was said to honour the key."""
        return config.get("method") in READING or config.get("if_unknown") == "repeat"

    def start(self, ctx: Context, config: Config) -> Outcome:
        request = requests.build(ctx, config)
        try:
            response = ctx.ports.http.send(request)
        except HttpError as error:
            return answers.not_answered(request, error)
        return answers.outcome(request, response, ctx.now)
