"""Webhooks of a Vendure shop, which a plugin of the shop has to offer: docs/connectors.md says what it looks like."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definitions.vendure import told
from studio.connectors.definitions.vendure.asking import ask, change, failed
from studio.connectors.errors import ApiError
from studio.connectors.hooks.events import ShopEvent
from studio.connectors.hooks.scheme import Hooks, Listed, Registered, Topic, Wanted
from studio.connectors.outcomes import ScopeKind
from studio.core.i18n import gettext as _

_REGISTER = "mutation Register($input: RegisterWebhookInput!) { registerWebhook(input: $input) { id } }"
_LIST = "query Webhooks { webhooks { id url } }"
_REMOVE = "mutation Remove($id: String!) { removeWebhook(id: $id) }"


def register(api: Api, wanted: Wanted) -> Registered:
    """In the channel of `api.scope`."""
    asked = {"url": wanted.url, "topics": list(wanted.topics), "secret": wanted.secret}
    return Registered(str(_offered(api, _REGISTER, {"input": asked})["id"]))


def listed(api: Api) -> Sequence[Listed]:
    """Those of the channel of `api.scope`."""
    return [Listed(str(one["id"]), str(one["url"])) for one in _offered(api, _LIST, {})]


def remove(api: Api, webhook_id: str) -> None:
    """One that is gone already is no error."""
    _offered(api, _REMOVE, {"id": webhook_id})


def _offered(api: Api, operation: str, variables: Mapping[str, Any]) -> Any:
    try:
        if operation.startswith("mutation"):
            return change(api, operation, variables)
        return next(iter(ask(api, operation, variables).values()))
    except ApiError as error:
        # A question that is always the same is malformed only where the shop does not know it.
        if error.answered != 400:
            raise
        words = _("%(title)s offers no webhooks: its server needs a plugin for them.", title=api.title)
        raise failed(words, "no_webhooks") from error


HOOKS = Hooks(
    signed="standard-webhooks",
    topics=(
        Topic("order.created", ShopEvent.ORDER_CREATED, told.order),
        Topic("order.paid", ShopEvent.ORDER_PAID, told.order),
        Topic("order.cancelled", ShopEvent.ORDER_CANCELLED, told.order),
        Topic("refund.created", ShopEvent.REFUND_REQUESTED, told.refund),
        Topic("product.changed", ShopEvent.PRODUCT_CHANGED, told.product),
        Topic("stock.changed", ShopEvent.STOCK_CHANGED, told.product),
        Topic("customer.changed", ShopEvent.CUSTOMER_CHANGED, told.customer),
    ),
    topic=told.topic,
    scoped=ScopeKind.CHANNEL,
    scope=told.channel,
    register=register,
    listed=listed,
    remove=remove,
)
