"""One request to another system, signed in by a connection."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from studio.connectors import fields
from studio.connectors.calling import sparing
from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.calling.stepping import by_connection, held_up
from studio.contract import declaring
from studio.contract.node import Context, Effect, Kind, NodeConfig, NodeType, help_
from studio.contract.references import Reference
from studio.contract.results import Done, Outcome
from studio.core.i18n import gettext as _

READING = ("GET", "HEAD")


class ConnectionRequest(NodeType):
    """Call any path of a system that is connected, with its sign-in. For what no action offers.

    Where the connection has to be signed in again, the step waits and goes on by itself once that is done.
    """

    key = "connection.request"
    kind = Kind.ACTION
    effect = Effect.OUTSIDE
    title = "Request by a connection"
    icon = "plug"
    patient = True
    begins_anew = True
    looks_first = True
    sample = {"status": 200, "body": {"ok": True}}
    output_schema = {
        "type": "object",
        "properties": {"status": {"type": "integer", "examples": [200]}, "body": {}},
        "required": ["status", "body"],
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        connection: str = fields.connection_field("Which account calls. Connect one under Connections.", example="erp")
        method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = help_(
            "What is done there.", title="Method", default="GET", example="POST"
        )
        path: str = help_(
            "Behind the connection's address.",
            title="Path",
            example="/orders/{{ trigger.order.id }}/notes",
            template=True,
            pattern=r"^/[^\s?#\\]*$",
            max_length=2_000,
        )
        query: dict[str, str] = help_(
            "Parameters behind the question mark.",
            title="Query",
            default={},
            example={"expand": "lines"},
            template=True,
            widget="key-values",
            max_length=50,
        )
        body: Any = help_(
            "Sent as JSON. {{ … }} alone hands over the value itself.",
            title="Body",
            default=None,
            example={"text": "Looked at by {{ trigger.order.customer.name }}"},
            template=True,
            widget="json",
            show_if={"method": ["POST", "PUT", "PATCH", "DELETE"]},
        )
        scope: str = fields.scope_field(
            "Channel, store or warehouse: its name or the provider's id. Empty: the account's own.", template=True
        )
        if_unknown: Literal["review", "repeat"] = help_(
            "Where a call breaks off so that nobody knows whether it arrived: ask people, or send it again. The other "
            "system gets the same Idempotency-Key.",
            title="If the outcome is unknown",
            default="review",
            example="review",
            show_if={"method": ["POST", "PUT", "PATCH", "DELETE"]},
            group=declaring.SAFETY,
        )
        protects: str = declaring.action_field()
        protected_facts: dict[str, str] = declaring.facts_field("{{ trigger.order.total }}")

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return f"{config.get('method', 'GET')} {config.get('path') or ''}".strip()

    @classmethod
    def is_keyed(cls, config: Mapping[str, Any]) -> bool:
        return config.get("method", "GET") in READING or config.get("if_unknown") == "repeat"

    @classmethod
    def protects_of(cls, config: Mapping[str, Any]) -> str | None:
        return declaring.action_of(config)

    @classmethod
    def facts_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return declaring.facts_of(config)

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        return [*fields.references(config), *declaring.references(config)]

    @classmethod
    def target_of(cls, config: Config) -> str | None:
        return sparing.target(config.connection)

    def held_up(self, ctx: Context, config: Config) -> Outcome | None:
        return held_up(ctx, config.connection)

    def start(self, ctx: Context, config: Config) -> Outcome:
        reading = config.method in READING

        def perform(api: AuthorisedApi) -> Any:
            headers = {} if reading or not ctx.effect_key else {"idempotency-key": ctx.effect_key}
            body = None if reading else config.body
            answer = api.call(config.method, config.path, query=config.query, json=body, headers=headers)
            kind = answer.headers.get("content-type", "")
            held = answer.json() if "json" in kind else answer.body.decode("utf-8", "replace")
            return {"status": answer.status, "body": held}

        outcome = by_connection(ctx, config.connection, config.scope, f"{config.method} request", perform)
        if isinstance(outcome, Done):
            return Done(outcome.output, note=_("Answered %(status)s", status=outcome.output["status"]))
        return outcome
