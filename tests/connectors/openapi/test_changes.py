"""What a new version changes, in words."""

import copy

from studio.connectors.openapi.operations.changes import changes
from studio.connectors.openapi.operations.describing import describe
from tests.connectors.openapi.examples import SHOP


def test_a_document_read_again_changes_nothing() -> None:
    before, after = describe(copy.deepcopy(SHOP)), describe(copy.deepcopy(SHOP))
    assert changes(before.operations, after.operations) == []


def test_what_breaks_steps_comes_first() -> None:
    document = copy.deepcopy(SHOP)
    refund = document["paths"]["/orders/{order_id}/refunds"]
    document["paths"]["/v3/orders/{order_id}/refunds"] = refund
    del document["paths"]["/orders/{order_id}/refunds"], document["paths"]["/orders"]["get"]
    document["paths"]["/shops"] = {"get": {"operationId": "shops", "summary": "List shops", "responses": {}}}
    properties = document["components"]["schemas"]["Refund"]["properties"]
    del properties["reason"]
    properties["amount"] = {"type": "string"}
    properties["currency"] = {"type": "string"}
    document["components"]["schemas"]["Refund"]["required"] += ["currency", "order_id"]
    refund["post"]["parameters"][1]["schema"]["enum"] = ["web", "app"]
    found = changes(describe(copy.deepcopy(SHOP)).operations, describe(document).operations)
    assert [(one.kind, one.key, one.breaking) for one in found] == [
        ("removed", "get:/orders", True), ("changed", "refundOrder", True), ("added", "shops", False),
    ]  # fmt: skip
    assert found[1].words == (
        "It is POST /v3/orders/{order_id}/refunds now, and was POST /orders/{order_id}/refunds.",
        "The field “Reason” is gone.",
        "The field “Amount” takes another kind of value.",
        "The field “Order id” has to be filled in now.",
        "The field “Currency” has to be filled in now.",
        "The field “X shop channel” no longer takes: pos.",
        "What it gives back is described in another way.",
    )
