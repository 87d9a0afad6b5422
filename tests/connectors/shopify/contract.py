"""A shop that keeps to Shopify's published contract: its schema checks each question, and a small state answers."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace as Row
from typing import Any

from graphql import GraphQLResolveInfo, build_schema, get_directive_values, graphql_sync

from studio.core.http.messages import HttpRequest, HttpResponse

SCHEMA = build_schema((Path(__file__).parent / "contract.graphql").read_text())
TOKEN = "shpat_of_tests"
IDEMPOTENT = next(one for one in SCHEMA.directives if one.name == "idempotent")
MOMENT = "2026-03-02T10:15:0%d+00:00"
REQUIRED_ONCE = ("refundCreate", "inventorySetQuantities")
"""Mutations that Shopify refuses without `@idempotent`, though its schema does not say so."""


def money(amount: str) -> Row:
    one = Row(amount=amount, currencyCode="EUR")
    return Row(shopMoney=one, presentmentMoney=one)


def transaction(number: int, kind: str, amount: str, parent: Row | None = None) -> Row:
    return Row(id=f"gid://shopify/OrderTransaction/{number}", kind=kind, status="SUCCESS", gateway="card",
               amountSet=money(amount), parentTransaction=parent)  # fmt: skip


class Shop:
    """The root of all questions: fields by their names in the schema."""

    def __init__(self) -> None:
        self.mutations: list[str] = []
        self.done: dict[str, Any] = {}
        """What idempotency keys were answered with."""
        self.throttled = 0
        self.webhooks: dict[str, Row] = {}
        self.parts = [Row(id="gid://shopify/FulfillmentOrder/1", status="OPEN", fulfillmentHolds=[])]
        self.row = Row(
            id="gid://shopify/Order/5421876546021", name="#1001", createdAt=MOMENT % 0, updatedAt=MOMENT % 0,
            cancelledAt=None, currencyCode="EUR", note="Ring twice", tags=["vip"], totalPriceSet=money("80.00"),
            totalRefundedSet=money("0.00"), customer=None, displayFinancialStatus="PAID",
            displayFulfillmentStatus="UNFULFILLED", payments=[transaction(1, "SALE", "80.00")], made=[],
        )  # fmt: skip
        self.row.transactions = lambda _info, **_asked: self.row.payments
        self.row.refunds = lambda _info, **_asked: self.row.made
        self.row.fulfillmentOrders = lambda _info, **_asked: Row(nodes=self.parts)
        self.article = Row(id="gid://shopify/Product/1088283091", createdAt=MOMENT % 0, updatedAt=MOMENT % 0,
                           title="Mug, blue", handle="mug-blue", status="ACTIVE")  # fmt: skip
        self.places = [Row(id=f"gid://shopify/Location/{number}", name=name)
                       for number, name in ((1, "Berlin"), (2, "Vienna"))]  # fmt: skip
        self.on_hand = {place.id: 12 for place in self.places}
        self.item = Row(id="gid://shopify/InventoryItem/1", inventoryLevels=lambda _info, **_asked: Row(
            nodes=[self._level(place) for place in self.places]))  # fmt: skip
        self.variant = Row(id="gid://shopify/ProductVariant/3907285600", sku="MUG", displayName="Mug, blue",
                           price="13.50", product=self.article, inventoryItem=self.item)  # fmt: skip
        self.customer = [Row(id=f"gid://shopify/Customer/{number}", createdAt=MOMENT % 0, updatedAt=MOMENT % number,
                             firstName="Anna", lastName="Keller") for number in range(7)]  # fmt: skip

    def send(self, request: HttpRequest) -> HttpResponse:
        """Answer as Shopify does over HTTP."""
        assert request.url.endswith("/admin/api/2026-10/graphql.json")
        headers = {"content-type": "application/json"}
        if request.headers.get("x-shopify-access-token") != TOKEN:
            return HttpResponse(401, headers, b'{"errors": "[API] Invalid API key or access token"}', 0.01)
        if self.throttled:
            self.throttled -= 1
            said: dict[str, Any] = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
        else:
            asked = json.loads(request.body or b"{}")
            result = graphql_sync(SCHEMA, asked["query"], self, variable_values=asked["variables"])
            assert not result.errors, result.errors
            said = {"data": result.data}
        return HttpResponse(200, headers, json.dumps(said).encode(), 0.01)

    # Questions

    def shop(self, _info: object) -> Row:
        return Row(id="gid://shopify/Shop/1", name="Nordlicht", currencyCode="EUR")

    def locations(self, _info: object, **_asked: object) -> Row:
        return Row(nodes=self.places)

    def order(self, _info: object, id: str) -> Row | None:  # noqa: A002 - Shopify's name
        return self.row if id == self.row.id else None

    def orders(self, _info: object, query: str | None = None, **_asked: object) -> Row:
        fits = query is None or query.startswith("updated_at:") or query == f'name:"{self.row.name}"'
        return Row(nodes=[self.row] if fits else [], pageInfo=Row(hasNextPage=False, endCursor=None))

    def product(self, _info: object, id: str) -> Row | None:  # noqa: A002 - its name in the schema
        return self.article if id == self.article.id else None

    def products(self, _info: object, query: str | None = None, **_asked: object) -> Row:
        fits = query is None or query == f'handle:"{self.article.handle}"'
        return Row(nodes=[self.article] if fits else [], pageInfo=Row(hasNextPage=False, endCursor=None))

    def customers(self, _info: object, first: int, after: str | None = None, **_asked: object) -> Row:
        begin = int(after or 0)
        end = begin + first
        return Row(nodes=self.customer[begin:end],
                   pageInfo=Row(hasNextPage=end < len(self.customer), endCursor=str(end)))  # fmt: skip

    def productVariant(self, _info: object, id: str) -> Row | None:  # noqa: A002, N802 - its name in the schema
        return self.variant if id == self.variant.id else None

    def productVariants(self, _info: object, query: str, **_asked: object) -> Row:  # noqa: N802 - its name in the schema
        return Row(nodes=[self.variant] if query == f'sku:"{self.variant.sku}"' else [])

    def inventoryItem(self, _info: object, id: str) -> Row | None:  # noqa: A002, N802 - its name in the schema
        return self.item if id == self.item.id else None

    def _level(self, place: Row) -> Row:
        counted = [Row(name="on_hand", quantity=self.on_hand[place.id]), Row(name="committed", quantity=3)]
        return Row(location=place, quantities=lambda _info, names: [one for one in counted if one.name in names])

    # Changes

    def _once(self, info: GraphQLResolveInfo, work: Callable[[], Any]) -> Any:
        self.mutations.append(info.field_name)
        once = get_directive_values(IDEMPOTENT, info.field_nodes[0], info.variable_values)
        if info.field_name in REQUIRED_ONCE:
            assert once, "Shopify refuses this without @idempotent"
        if not once:
            return work()
        key = once["key"]
        if key not in self.done:
            self.done[key] = work()
        return self.done[key]

    def refundCreate(self, info: GraphQLResolveInfo, input: dict[str, Any]) -> Row:  # noqa: A002, N802 - its name in the schema
        def work() -> Row:
            [asked] = input["transactions"]
            assert asked["kind"] == "REFUND"
            parent = next(one for one in self.row.payments if one.id == asked["parentId"])
            made = Row(id=f"gid://shopify/Refund/{len(self.row.made) + 1}", note=input["note"],
                       totalRefundedSet=money(f"{Decimal(asked['amount']):.2f}"))  # fmt: skip
            self.row.payments.append(transaction(len(self.row.payments) + 1, "REFUND", asked["amount"], parent))
            self.row.made.append(made)
            return Row(refund=made, userErrors=[])

        return self._once(info, work)

    def orderCancel(self, info: GraphQLResolveInfo, **asked: Any) -> Row:  # noqa: N802 - its name in the schema
        def work() -> Row:
            if self.row.cancelledAt:
                return Row(job=None, orderCancelUserErrors=[Row(field=None, message="Order has been cancelled")])
            assert asked["refundMethod"] == {"originalPaymentMethodsRefund": False}
            self.row.cancelledAt = MOMENT % 9
            return Row(job=Row(id="gid://shopify/Job/1", done=False), orderCancelUserErrors=[])

        return self._once(info, work)

    def orderUpdate(self, info: GraphQLResolveInfo, input: dict[str, Any]) -> Row:  # noqa: A002, N802 - its name in the schema
        def work() -> Row:
            self.row.note = input["note"]
            return Row(order=self.row, userErrors=[])

        return self._once(info, work)

    def tagsAdd(self, info: GraphQLResolveInfo, id: str, tags: list[str]) -> Row:  # noqa: A002, N802 - its name in the schema
        assert id == self.row.id
        return self._once(info, lambda: (self.row.tags.extend(tags), Row(userErrors=[]))[1])

    def tagsRemove(self, info: GraphQLResolveInfo, id: str, tags: list[str]) -> Row:  # noqa: A002, N802 - its name in the schema
        assert id == self.row.id
        return self._once(info, lambda: ([self.row.tags.remove(one) for one in tags], Row(userErrors=[]))[1])

    def fulfillmentOrderHold(self, info: GraphQLResolveInfo, id: str, fulfillmentHold: dict[str, Any]) -> Row:  # noqa: A002, N802, N803 - its name in the schema
        def work() -> Row:
            part = next(one for one in self.parts if one.id == id)
            hold = Row(id=f"gid://shopify/FulfillmentHold/{len(part.fulfillmentHolds)}", **fulfillmentHold)
            part.fulfillmentHolds.append(hold)
            part.status = "ON_HOLD"
            return Row(fulfillmentOrder=part, userErrors=[])

        return self._once(info, work)

    def fulfillmentOrderReleaseHold(self, info: GraphQLResolveInfo, id: str, holdIds: list[str]) -> Row:  # noqa: A002, N802, N803 - its name in the schema
        def work() -> Row:
            part = next(one for one in self.parts if one.id == id)
            part.fulfillmentHolds = [one for one in part.fulfillmentHolds if one.id not in holdIds]
            part.status = "ON_HOLD" if part.fulfillmentHolds else "OPEN"
            return Row(fulfillmentOrder=part, userErrors=[])

        return self._once(info, work)

    def productVariantsBulkUpdate(self, info: GraphQLResolveInfo, productId: str, variants: list[Any]) -> Row:  # noqa: N802, N803 - its name in the schema
        def work() -> Row:
            assert productId == self.article.id
            self.variant.price = variants[0]["price"]
            return Row(productVariants=[self.variant], userErrors=[])

        return self._once(info, work)

    def inventorySetQuantities(self, info: GraphQLResolveInfo, input: dict[str, Any]) -> Row:  # noqa: A002, N802 - its name in the schema
        def work() -> Row:
            [asked] = input["quantities"]
            if asked["changeFromQuantity"] != self.on_hand[asked["locationId"]]:
                return Row(userErrors=[Row(field=["input"], message="The quantity has changed")])
            self.on_hand[asked["locationId"]] = asked["quantity"]
            return Row(userErrors=[])

        return self._once(info, work)

    def productUpdate(self, info: GraphQLResolveInfo, product: dict[str, Any]) -> Row:  # noqa: N802 - its name in the schema
        def work() -> Row:
            self.article.status = product["status"]
            return Row(product=self.article, userErrors=[])

        return self._once(info, work)

    def webhookSubscriptions(self, _info: object, **_asked: object) -> Row:  # noqa: N802 - its name in the schema
        return Row(nodes=list(self.webhooks.values()))

    def webhookSubscriptionCreate(self, info: GraphQLResolveInfo, topic: str, webhookSubscription: Any) -> Row:  # noqa: N802, N803 - its name in the schema
        def work() -> Row:
            made = f"gid://shopify/WebhookSubscription/{len(self.webhooks) + 1}"
            self.webhooks[made] = Row(id=made, uri=webhookSubscription["uri"], topic=topic)
            return Row(webhookSubscription=self.webhooks[made], userErrors=[])

        return self._once(info, work)

    def webhookSubscriptionDelete(self, info: GraphQLResolveInfo, id: str) -> Row:  # noqa: A002, N802 - its name in the schema
        return self._once(info, lambda: Row(deletedWebhookSubscriptionId=self.webhooks.pop(id).id, userErrors=[]))
