"""Orders that wait for somebody before they are delivered, and go on again."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.shopify.asking import change, failed
from studio.connectors.definitions.shopify.fields import order_field
from studio.connectors.definitions.shopify.orders import find_order, shown
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_PARTS = "fulfillmentOrders(first: 20) { nodes { id status fulfillmentHolds { id handle } } }"
_HANDLE = "studio"
"""Of the holds that Studio places: of several holds on one part, only these are taken off."""
_OPEN = ("OPEN", "SCHEDULED", "ON_HOLD")


class Hold(Action):
    """Put what is not delivered yet of an order on hold. What Studio holds already stays so."""

    key = "hold"
    title = "Put an order on hold"
    keyed = True
    sample: ClassVar = {"order": "#1001", "order_id": "gid://shopify/Order/5421876546021", "done_before": False}
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = order_field()
        reason: str = help_(
            "For the shop's people.", title="Reason", default="", example="Address looks odd", template=True,
            max_length=255,
        )  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # the holds say whether it was done
        order = find_order(api, config.order, _PARTS)
        parts = [one for one in order["fulfillmentOrders"]["nodes"] if one["status"] in _OPEN]
        if not parts:
            words = _("Nothing of the order %(order)s waits to be delivered.", order=order["name"])
            raise failed(words, "order_state", "order")
        wanted = [one["id"] for one in parts if not _held(one)]
        if wanted:
            hold = {"reason": "OTHER", "reasonNotes": config.reason or None, "handle": _HANDLE}
            variables = {f"id{number}": part for number, part in enumerate(wanted)}
            change(api, _all("fulfillmentOrderHold", len(wanted), ", $hold: FulfillmentOrderHoldInput!",
                             ", fulfillmentHold: $hold"), {**variables, "hold": hold})  # fmt: skip
        return {**shown(order), "done_before": not wanted}


class Release(Action):
    """Let an order that Studio put on hold go on. Holds of others stay."""

    key = "release"
    title = "Let an order go on"
    keyed = True
    sample: ClassVar = {"order": "#1001", "order_id": "gid://shopify/Order/5421876546021", "done_before": False}
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = order_field()

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key
        order = find_order(api, config.order, _PARTS)
        held = {one["id"]: _held(one) for one in order["fulfillmentOrders"]["nodes"] if _held(one)}
        if held:
            variables: dict[str, Any] = {f"id{number}": part for number, part in enumerate(held)}
            holds = [hold for ids in held.values() for hold in ids]
            change(api, _all("fulfillmentOrderReleaseHold", len(held), ", $holds: [ID!]", ", holdIds: $holds"),
                   {**variables, "holds": holds})  # fmt: skip
        return {**shown(order), "done_before": not held}


def _held(part: Any) -> list[str]:
    return [one["id"] for one in part["fulfillmentHolds"] if one["handle"] == _HANDLE]


def _all(field: str, number: int, asked: str, given: str) -> str:
    """One mutation for all parts, so that it is one request."""
    names = ", ".join(f"$id{one}: ID!" for one in range(number))
    fields = " ".join(
        f"part{one}: {field}(id: $id{one}{given}) {{ userErrors {{ field message }} }}" for one in range(number)
    )
    return f"mutation Parts({names}{asked}) {{ {fields} }}"
