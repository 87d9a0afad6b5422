"""Webhooks of a Shopify shop: one subscription a topic, signed with the secret of the app that makes them."""

from collections.abc import Iterable, Sequence

from studio.connectors.api import Api
from studio.connectors.definitions.shopify import told
from studio.connectors.definitions.shopify.asking import ask, change, failed
from studio.connectors.hooks.events import ShopEvent
from studio.connectors.hooks.scheme import Hooks, Listed, Registered, Topic, Wanted
from studio.core.i18n import gettext as _

SECRET = "client_secret"  # noqa: S105 - the name of a field
_GID = "gid://shopify/WebhookSubscription/"
_LIST = "query Webhooks { webhookSubscriptions(first: 250) { nodes { id uri } } }"


def register(api: Api, wanted: Wanted) -> Registered:
    """All topics in one request. Its id joins those of the subscriptions."""
    secret = api.secret(SECRET)
    if not secret:
        words = _("Shopify signs with the app's secret: connect %(title)s again, with that as well.", title=api.title)
        raise failed(words, "no_app_secret")
    fields = " ".join(
        f"topic{number}: webhookSubscriptionCreate(topic: {_registered(topic)}, webhookSubscription: $webhook) "
        "{ webhookSubscription { id } userErrors { field message } }"
        for number, topic in enumerate(wanted.topics)
    )
    mutation = f"mutation Webhooks($webhook: WebhookSubscriptionInput!) {{ {fields} }}"
    made = change(api, mutation, {"webhook": {"uri": wanted.url, "format": "JSON"}})
    return Registered(_joined(one["webhookSubscription"]["id"] for one in made.values()), secret)


def listed(api: Api) -> Sequence[Listed]:
    """Those that this app has made, by their addresses."""
    by_address: dict[str, list[str]] = {}
    for one in ask(api, _LIST)["webhookSubscriptions"]["nodes"]:
        by_address.setdefault(one["uri"], []).append(one["id"])
    return [Listed(_joined(ids), address) for address, ids in by_address.items()]


def is_whole(there: Listed, webhook_id: str) -> bool:
    """Shopify drops each topic's subscription by itself."""
    return set(webhook_id.split(".")) <= set(there.id.split("."))


def remove(api: Api, webhook_id: str) -> None:
    """Those of the id that are still there."""
    known = {one["id"] for one in ask(api, _LIST)["webhookSubscriptions"]["nodes"]}
    gone = [found for number in webhook_id.split(".") if (found := _GID + number) in known]
    if not gone:
        return
    names = ", ".join(f"$id{number}: ID!" for number in range(len(gone)))
    fields = " ".join(
        f"gone{number}: webhookSubscriptionDelete(id: $id{number}) {{ userErrors {{ field message }} }}"
        for number in range(len(gone))
    )
    change(api, f"mutation Gone({names}) {{ {fields} }}", {f"id{number}": one for number, one in enumerate(gone)})


def _joined(ids: Iterable[str]) -> str:
    return ".".join(one.removeprefix(_GID) for one in ids)


def _registered(topic: str) -> str:
    """ORDERS_CREATE for orders/create: deliveries bear the one, subscriptions the other."""
    return topic.replace("/", "_").upper()


HOOKS = Hooks(
    signed="shopify",
    topics=(
        Topic("orders/create", ShopEvent.ORDER_CREATED, told.order),
        Topic("orders/paid", ShopEvent.ORDER_PAID, told.order),
        Topic("orders/cancelled", ShopEvent.ORDER_CANCELLED, told.order),
        Topic("returns/request", ShopEvent.REFUND_REQUESTED, told.requested_return),
        Topic("products/create", ShopEvent.PRODUCT_CHANGED, told.product),
        Topic("products/update", ShopEvent.PRODUCT_CHANGED, told.product),
        Topic("products/delete", ShopEvent.PRODUCT_CHANGED, told.gone_product),
        Topic("customers/create", ShopEvent.CUSTOMER_CHANGED, told.customer),
        Topic("customers/update", ShopEvent.CUSTOMER_CHANGED, told.customer),
        Topic("customers/delete", ShopEvent.CUSTOMER_CHANGED, told.gone_customer),
    ),
    topic=lambda received: str(received.headers["x-shopify-topic"]),
    register=register,
    listed=listed,
    is_whole=is_whole,
    remove=remove,
)
