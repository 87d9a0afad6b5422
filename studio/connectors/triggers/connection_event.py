"""Runs that something at a connected shop starts."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from studio.connectors import fields
from studio.connectors.hooks import samples
from studio.connectors.hooks.emitting import EVENT
from studio.connectors.hooks.events import KINDS, ShopEvent
from studio.contract import gathering, repeats, topics
from studio.contract.node import NodeConfig, TriggerType, help_
from studio.contract.references import Reference
from studio.core.i18n import gettext as _

DEFAULT = ShopEvent.ORDER_CREATED


class ConnectionEvent(TriggerType):
    """Start a run when something happens at a connected shop: an order comes in, is paid or cancelled, stock moves.

    Studio registers the webhook at the shop when the workflow is published, and removes it when nothing listens any
    longer. A delivery that comes twice starts one run.
    """

    key = EVENT
    title = "Shop event"
    icon = "plug"
    sample = samples.of_event(DEFAULT)

    class Config(NodeConfig):
        connection: str = fields.connection_field("The shop that tells. Connect one under Connections.")
        event: Literal[
            "order.created", "order.paid", "order.cancelled", "refund.requested", "product.changed", "stock.changed",
            "customer.changed",
        ] = help_(
            "What has happened there.", title="When", default="order.created", example="order.paid"
        )  # fmt: skip
        scope: str = fields.scope_field(
            "Channel or store: its name or the provider's id. Empty: all of them.", title="Channel or store"
        )
        filter: str | None = help_(
            "Only events for which this is true. Empty: all.",
            title="Only if",
            default=None,
            example='trigger.connection == "main-shop"',
            expression="bool",
            deferred=True,
            widget="conditions",
        )
        dedup_key: str | None = repeats.key_field(
            "Two events with the same key within the window start one run. Empty: every event starts one; the shop's "
            "own repeats never do.",
            title="Same event, if equal",
            example="trigger.order.id",
        )
        dedup_hours: int = repeats.hours_field()
        gather: gathering.Gather = gathering.gather_field()
        gather_key: str | None = gathering.gather_key_field()
        quiet_s: int = gathering.quiet_field()
        longest_s: int = gathering.longest_field()
        most: int = gathering.most_field()

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        kind = KINDS.get(_event(config))
        parts = (_(kind.title) if kind is not None else "", str(config.get("scope") or ""), gathering.summary(config))
        return " · ".join(part for part in parts if part)

    @classmethod
    def hears(cls, config: Mapping[str, Any]) -> Iterable[str]:
        """What happens at its shop, whoever did it."""
        found = topics.topic("shop", config.get("connection"), _event(config))
        return () if found is None else (found,)

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        return fields.references(config)

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        event = _event(config)
        return gathering.sample_of(config.get("gather"), samples.of_event(event) if event in KINDS else None)

    @classmethod
    def output_schema_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any] | None:
        event = _event(config)
        single = config.get("gather", "none") == "none"
        return samples.schema_of(event) if single and event in KINDS else None


def _event(config: Mapping[str, Any]) -> Any:
    return config.get("event", DEFAULT)
