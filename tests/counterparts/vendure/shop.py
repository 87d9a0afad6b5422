"""The shop as a server, and what its customers and its owner do there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.servers import process
from tests.counterparts import node
from tests.counterparts.vendure.graphql import GraphQL, Refused
from tests.counterparts.vendure.seed import ADMIN, ERROR, PASSWORD, Seeded, seed

SCRIPT = node.HERE / "vendure" / "server.mjs"
NUMBERS = count(1)
START_S = 120.0
"""On a busy machine; alone it takes four seconds."""


@dataclass
class Placed:
    """An order that a customer placed and paid. Amounts in cents."""

    id: str
    code: str
    total: int
    currency: str
    email: str
    payment: str


@dataclass
class Shop:
    """A running shop."""

    url: str
    seeded: Seeded
    admin: GraphQL
    """Signed in as the owner."""

    @property
    def admin_url(self) -> str:
        return f"{self.url}/admin-api"

    def in_channel(self, token: str) -> GraphQL:
        """The Admin API as the owner, in another channel."""
        return GraphQL(self.admin_url, {**self.admin.headers, "vendure-token": token})

    def api_key(self, name: str = "Studio", role: str | None = None, channel: str | None = None) -> str:
        """A fresh API key of the owner; `role`: of one role alone. It counts in `channel` (a token) and the first."""
        roles = self.admin("{ roles { items { id code } } }")["items"]
        chosen = role or next(one["id"] for one in roles if one["code"] == "__super_admin_role__")
        made: str = self.in_channel(channel or self.seeded.channel_token)(
            "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey entityId } }",
            input={"roleIds": [chosen], "translations": [{"languageCode": "en", "name": name}]},
        )["apiKey"]
        return made

    def role(self, *permissions: str, channels: list[str] | None = None) -> str:
        """A role that may do just this; gives its id."""
        code = f"role-{next(NUMBERS)}"
        made: str = self.admin(
            "mutation ($input: CreateRoleInput!) { createRole(input: $input) { id } }",
            input={"code": code, "description": code, "permissions": list(permissions),
                   "channelIds": channels or [self.seeded.channel]},
        )["id"]  # fmt: skip
        return made

    def let(self, role: str, *permissions: str) -> None:
        """From now on a role may do just this."""
        self.admin(
            "mutation ($input: UpdateRoleInput!) { updateRole(input: $input) { id } }",
            input={"id": role, "permissions": list(permissions)},
        )

    def revoke(self, key: str) -> None:
        """Delete an API key, as an owner does who no longer trusts it."""
        lookup = {one["lookupId"]: one["id"] for one in self.admin("{ apiKeys { items { id lookupId } } }")["items"]}
        ids = [found for name, found in lookup.items() if name in key]
        assert ids, "no such key"
        self.admin("mutation ($ids: [ID!]!) { deleteApiKeys(ids: $ids) { result } }", ids=ids)

    def place_order(
        self, sku: str = "SHIRT-S", quantity: int = 1, *, channel: str | None = None, email: str | None = None,
        refuses_refunds: bool = False, payment: str = "card",
    ) -> Placed:  # fmt: skip
        """Order and pay as a customer does, through the Shop API."""
        number = next(NUMBERS)
        address = email or f"anna{number}@example.com"
        customer = GraphQL(f"{self.url}/shop-api", {"vendure-token": channel or self.seeded.channel_token})
        customer(
            "mutation ($id: ID!, $quantity: Int!) { addItemToOrder(productVariantId: $id, quantity: $quantity) "
            f"{{ ... on Order {{ id }} {ERROR} }} }}",
            id=self.seeded.variants[sku], quantity=quantity,
        )  # fmt: skip
        customer(
            f"""mutation ($who: CreateCustomerInput!, $to: CreateAddressInput!, $shipping: [ID!]!) {{
              who: setCustomerForOrder(input: $who) {{ ... on Order {{ id }} {ERROR} }}
              to: setOrderShippingAddress(input: $to) {{ ... on Order {{ id }} {ERROR} }}
              by: setOrderShippingMethod(shippingMethodId: $shipping) {{ ... on Order {{ id }} {ERROR} }}
              state: transitionOrderToState(state: "ArrangingPayment") {{ ... on Order {{ id }} {ERROR} }}
            }}""",
            who={"firstName": "Anna", "lastName": "Keller", "emailAddress": address},
            to={"streetLine1": "Hafenstr. 4", "city": "Hamburg", "postalCode": "20457", "countryCode": "DE"},
            shipping=[self.seeded.shipping_method],
        )
        order = customer(
            "mutation ($input: PaymentInput!) { addPaymentToOrder(input: $input) { ... on Order "
            f"{{ id code state totalWithTax currencyCode payments {{ id }} }} {ERROR} }} }}",
            input={"method": payment, "metadata": {"refusesRefunds": refuses_refunds}},
        )
        if order["state"] != "PaymentSettled":
            raise Refused(f"order {order['code']} is {order['state']}")
        return Placed(
            order["id"], order["code"], order["totalWithTax"], order["currencyCode"], address,
            order["payments"][0]["id"],
        )  # fmt: skip

    def order(self, order_id: str, channel: str | None = None) -> Any:
        """An order as its owner sees it."""
        admin = self.in_channel(channel) if channel else self.admin
        return admin(
            """query ($id: ID!) { order(id: $id) { id code state totalWithTax customer { id } customFields { tags }
              payments { id amount state refunds { id total state reason } }
              history(options: { take: 100 }) { items { type isPublic data } } } }""",
            id=order_id,
        )

    def silence(self) -> None:
        """Nobody is told of anything any longer in the first channel: for who leaves the shop to other tests."""
        for one in self.admin("{ webhooks { id } }"):
            self.admin("mutation ($id: String!) { removeWebhook(id: $id) }", id=one["id"])

    def cancel_order(self, order_id: str, reason: str = "Changed my mind") -> None:
        """As an owner does on the phone with a customer; no money moves."""
        done = self.admin(
            "mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) "
            f"{{ ... on Order {{ id state }} {ERROR} }} }}",
            input={"orderId": order_id, "reason": reason, "cancelShipping": True},
        )
        if done["state"] != "Cancelled":
            raise Refused(f"order {order_id} is {done['state']}")

    def refunds(self, order_id: str) -> list[int]:
        """What went back of an order, each in cents."""
        return [one["total"] for payment in self.order(order_id)["payments"] for one in payment["refunds"]]

    def notes(self, order_id: str) -> list[str]:
        """What was noted at an order."""
        history = self.order(order_id)["history"]["items"]
        return [one["data"]["note"] for one in history if one["type"] == "ORDER_NOTE"]

    def variant(self, sku: str, channel: str | None = None) -> Any:
        """A variant as its owner sees it."""
        admin = self.in_channel(channel) if channel else self.admin
        return admin(
            """query ($id: ID!) { productVariant(id: $id) { id sku enabled priceWithTax currencyCode
              product { id enabled } stockLevels { stockLocationId stockOnHand stockAllocated } } }""",
            id=self.seeded.variants[sku],
        )


@contextmanager
def vendure(folder: Path) -> Iterator[Shop]:
    """A shop of one's own with what `seed` puts there; it lives in memory, and its log in `folder`."""
    settings = {"user": ADMIN, "password": PASSWORD}
    with node.node_server(SCRIPT, folder, settings, timeout=START_S) as port:
        url = f"http://{process.HOST}:{port}"
        admin = GraphQL(f"{url}/admin-api")
        yield Shop(url, seed(admin), admin)
