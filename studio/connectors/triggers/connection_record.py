"""Runs that a record starts which a sync has found changed."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from studio.connectors import fields
from studio.connectors.hooks.emitting import RECORD, RECORD_CHANGED
from studio.contract import gathering, repeats
from studio.contract.node import NodeConfig, TriggerType, help_
from studio.contract.references import Reference

SAMPLE = {
    "event": RECORD_CHANGED, "connection": "main-shop", "scope": None, "stream": "orders", "change": "updated",
    "id": "6021", "record": {"id": "6021", "state": "PaymentSettled"},
}  # fmt: skip


class ConnectionRecord(TriggerType):
    """Start a run when a sync finds that a record of a connected system is new, was changed or is gone."""

    key = RECORD
    title = "Record changed"
    icon = "plug"
    sample = SAMPLE

    class Config(NodeConfig):
        connection: str = fields.connection_field("The system whose records are synced. Connect one under Connections.")
        stream: str = help_(
            "Which of its records, such as orders or products. Its sync has to be turned on.",
            title="Records",
            default="orders",
            example="orders",
            pattern=r"^[a-z][a-z0-9_]{0,59}$",
        )
        changes: list[Literal["added", "updated", "deleted"]] = help_(
            "Which changes start a run. Empty: all.",
            title="Changes",
            default=[],
            example=["added", "updated"],
            max_length=3,
        )
        scope: str = fields.scope_field(
            "Channel, store or warehouse: its name or the provider's id. Empty: all of them."
        )
        filter: str | None = help_(
            "Only changes for which this is true. Empty: all.",
            title="Only if",
            default=None,
            example='trigger.change == "updated"',
            expression="bool",
            deferred=True,
            widget="conditions",
        )
        dedup_key: str | None = repeats.key_field(
            "Two changes with the same key within the window start one run. Empty: every change starts one.",
            title="Same change, if equal",
            example="trigger.id",
        )
        dedup_hours: int = repeats.hours_field()
        gather: gathering.Gather = gathering.gather_field()
        gather_key: str | None = gathering.gather_key_field()
        quiet_s: int = gathering.quiet_field()
        longest_s: int = gathering.longest_field()
        most: int = gathering.most_field()

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        changes = config.get("changes")
        told = ", ".join(str(one) for one in changes) if isinstance(changes, list) else ""
        parts = (str(config.get("stream", "orders")), told, gathering.summary(config))
        return " · ".join(part for part in parts if part)

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        return fields.references(config)

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        change = {name: config[name] for name in ("stream",) if isinstance(config.get(name), str)}
        return gathering.sample_of(config.get("gather"), {**SAMPLE, **change})
