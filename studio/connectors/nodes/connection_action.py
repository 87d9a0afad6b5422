"""One thing done at another system, by an account that is connected."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from studio.connectors import fields
from studio.connectors.actions import action_named
from studio.connectors.calling import sparing
from studio.connectors.calling.stepping import by_connection, held_up
from studio.connectors.checks import input_problem
from studio.contract import topics
from studio.contract.node import Context, Effect, Kind, NodeConfig, NodeType, help_
from studio.contract.references import Reference
from studio.contract.results import Done, Fail, Outcome
from studio.core.i18n import gettext as _


class ConnectionAction(NodeType):
    """Do something at a shop, payment provider or other system that is connected: refund, tag, change stock.

    Where the connection has to be signed in again, the step waits and goes on by itself once that is done.
    """

    key = "connection.action"
    kind = Kind.ACTION
    effect = Effect.OUTSIDE
    title = "Action by a connection"
    icon = "plug"
    patient = True
    begins_anew = True
    looks_first = True

    class Config(NodeConfig):
        connection: str = fields.connection_field("Which account does it. Connect one under Connections.")
        action: str = help_(
            "What is done there. The fields below are its own.",
            title="Action",
            example="vendure.note",
            widget="connection-action",
            pattern=r"^[a-z][a-z0-9_]*\.\S{1,200}$",
        )
        scope: str = fields.scope_field(
            "Channel, store or warehouse: its name or the provider's id. Empty: the account's own.", template=True
        )
        input: dict[str, Any] = help_(
            "What the action needs. {{ … }} alone hands over the value itself.",
            title="Fields",
            default={},
            example={"order": "{{ trigger.order.id }}", "text": "Looked at"},
            template=True,
            widget="action-input",
            max_length=200,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        action = action_named(config.get("action"))
        return _(action.title) if action is not None else ""

    @classmethod
    def is_keyed(cls, config: Mapping[str, Any]) -> bool:
        action = action_named(config.get("action"))
        return action is not None and (action.reads or action.keyed)

    @classmethod
    def stirs(cls, config: Mapping[str, Any]) -> Iterable[str]:
        """What the shop tells of once it is done."""
        action = action_named(config.get("action"))
        made = (topics.topic("shop", config.get("connection"), one) for one in (action.causes if action else ()))
        return [one for one in made if one is not None]

    @classmethod
    def protects_of(cls, config: Mapping[str, Any]) -> str | None:
        action = action_named(config.get("action"))
        return action.protects if action is not None else None

    @classmethod
    def facts_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any]:
        action = action_named(config.get("action"))
        if action is None:
            return {}
        try:
            return action.facts(action.Config.model_validate(config.get("input") or {}))
        except ValidationError:
            return {}

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        return fields.references(config)

    @classmethod
    def output_schema_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any] | None:
        action = action_named(config.get("action"))
        return action.output_schema if action is not None else None

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        action = action_named(config.get("action"))
        return action.sample if action is not None else None

    @classmethod
    def target_of(cls, config: Config) -> str | None:
        return sparing.target(config.connection)

    def held_up(self, ctx: Context, config: Config) -> Outcome | None:
        return held_up(ctx, config.connection)

    def start(self, ctx: Context, config: Config) -> Outcome:
        action = action_named(config.action)
        if action is None:
            return _unknown(config.action)
        parsed = _parsed(action.Config, config.input)
        if isinstance(parsed, Fail):
            return parsed
        key = ctx.effect_key or ""
        outcome = by_connection(
            ctx, config.connection, config.scope, config.action, lambda api: action().perform(api, parsed, key)
        )
        return Done(outcome.output, note=_(action.title)) if isinstance(outcome, Done) else outcome

    def simulate(self, ctx: Context, config: Any) -> Outcome:
        """The action's sample, once its fields fit."""
        action = action_named(config.action)
        if action is None:
            return _unknown(config.action)
        parsed = _parsed(action.Config, config.input)
        return parsed if isinstance(parsed, Fail) else Done(action.sample, note=_("Simulated: nothing was sent"))


def _parsed(model: type[BaseModel], given: Mapping[str, Any]) -> BaseModel | Fail:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        found = input_problem(model, error.errors(include_url=False, include_input=False)[0])
        return Fail(found.code, found.message, field=found.path)


def _unknown(name: str) -> Fail:
    words = _("There is no action %(name)s. Choose another.", name=name[:80])
    return Fail("connection.unknown_action", words, field="config.action")
