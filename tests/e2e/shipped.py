"""A workflow whose runs have everything that a run's page shows: branches, a loop, waits, attempts, a failure."""

from typing import Any

NAME = "Ship large orders"


def shipping(url: str) -> dict[str, Any]:
    """Webhook → a loop over the lines → large? → a call that is tried twice → a remark; small ones go elsewhere."""
    call = {"url": url + "/parcels", "if_unknown": "repeat", "body": {"order": "{{ trigger.name }}"}}
    return {
        "schema": "studio.workflow/1",
        "name": NAME,
        "nodes": [
            _step("order", "trigger.webhook", "Order paid", 0, 0),
            _step("lines", "flow.for_each", "Each line", 0, 140, {"items": "trigger.lines"}),
            _step("weigh", "data.set", "Weigh it", 40, 280, parent="lines", config={"fields": [
                {"name": "grams", "value": "item.grams"}, {"name": "sku", "value": "item.sku"}]}),
            _step("heavy", "condition.if", "Heavy?", 40, 400, {"condition": "item.grams > 900"}, parent="lines"),
            _step("label", "data.set", "Label it heavy", 40, 520, parent="lines", config={"fields": [
                {"name": "label", "value": '"heavy"'}]}),
            _step("large", "condition.if", "Total above 400?", 0, 680, {"condition": "trigger.total > 400.0"}),
            _step("call", "action.http", "Book the parcel", -160, 820, call)
            | {"retry": {"attempts": 2, "base_s": 0, "max_s": 0}},
            _step("told", "action.note", "Say so", -160, 960, {"text": "The parcel is booked."}),
            _step("small", "data.set", "Send as a letter", 160, 820, {"fields": [
                {"name": "way", "value": '"letter"'}]}),
        ],
        "edges": [
            {"from": "order", "port": "next", "to": "lines"},
            {"from": "lines", "port": "each", "to": "weigh"},
            {"from": "weigh", "port": "next", "to": "heavy"},
            {"from": "heavy", "port": "true", "to": "label"},
            {"from": "lines", "port": "done", "to": "large"},
            {"from": "large", "port": "true", "to": "call"},
            {"from": "call", "port": "next", "to": "told"},
            {"from": "large", "port": "false", "to": "small"},
        ],
        "settings": {"title": "Order {{ trigger.name }}"},
    }  # fmt: skip


def order(name: str, total: float, lines: int) -> dict[str, Any]:
    """What its webhook is sent: every third line is heavy."""
    return {
        "name": name,
        "total": total,
        "customer": {"first name": "Anna", "mail": "anna@example.com"},
        "lines": [{"sku": f"SKU-{number}", "grams": 1_000 if number % 3 == 0 else 200} for number in range(lines)],
    }


def _step(
    key: str, kind: str, name: str, x: int, y: int, config: dict[str, Any] | None = None, parent: str | None = None
) -> dict[str, Any]:
    made = {"key": key, "type": kind, "name": name, "config": config or {}, "position": {"x": x, "y": y}}
    return made | ({"parent": parent} if parent else {})
