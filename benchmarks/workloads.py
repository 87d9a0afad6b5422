"""The workflows that are measured, as `docs/performance.md` defines them."""

from itertools import pairwise
from typing import Any

BODY = b'{"order":{"id":"o-1","total":150,"currency":"EUR","customer":{"email":"a@b.c"}}}'
SAMPLE = {"order": {"id": "o-1", "total": 150, "currency": "EUR", "customer": {"email": "a@b.c"}}}


def _document(name: str, nodes: list[dict[str, Any]], edges: list[tuple[str, str, str]]) -> dict[str, Any]:
    return {
        "schema": "studio.workflow/1",
        "name": name,
        "nodes": nodes,
        "edges": [{"from": source, "port": port, "to": target} for source, port, target in edges],
    }


def _trigger(**config: Any) -> dict[str, Any]:
    return {"key": "hook", "type": "trigger.webhook", "name": "Order created", "config": {"sample": SAMPLE, **config}}


def _set(key: str, fields: dict[str, str], *, checkpoint: bool = False) -> dict[str, Any]:
    made = [{"name": name, "value": value} for name, value in fields.items()]
    return {"key": key, "type": "data.set", "name": key, "config": {"fields": made}, "checkpoint": checkpoint}


def w1() -> dict[str, Any]:
    """Webhook, answered at once → if total > 100 → set two fields → end."""
    return _document(
        "W1",
        [
            _trigger(),
            {
                "key": "large", "type": "condition.if", "name": "Over 100?",
                "config": {"condition": "trigger.order.total > 100"},
            },
            _set("fields", {"customer": "trigger.order.customer.email", "total": "trigger.order.total"}),
        ],
        [("hook", "next", "large"), ("large", "true", "fields")],
    )  # fmt: skip


def w2() -> dict[str, Any]:
    """Webhook + nine set steps in a line."""
    keys = [f"set_{number}" for number in range(1, 10)]
    nodes = [_trigger(), *(_set(key, {"total": "trigger.order.total"}) for key in keys)]
    return _document("W2", nodes, [(a, "next", b) for a, b in zip(["hook", *keys[:-1]], keys, strict=True)])


def w3() -> dict[str, Any]:
    """Three steps, each committed before the next begins, answered when done."""
    keys = ["one", "two", "three"]
    nodes = [
        _trigger(answer="result", wait_s=30),
        *(_set(key, {"total": "trigger.order.total"}, checkpoint=True) for key in keys),
    ]
    return _document("W3", nodes, [("hook", "next", "one"), ("one", "next", "two"), ("two", "next", "three")])


def fanout() -> dict[str, Any]:
    """Webhook, answered when done → ten set steps side by side → join → set."""
    branches = [f"branch_{number}" for number in range(1, 11)]
    nodes = [
        _trigger(answer="result", wait_s=30),
        *(_set(key, {"total": "trigger.order.total"}) for key in branches),
        {"key": "join", "type": "flow.join", "name": "join", "config": {"mode": "all"}},
        _set("after", {"total": "trigger.order.total"}),
    ]
    ways = [("hook", "next", key) for key in branches] + [(key, "next", "join") for key in branches]
    return _document("Fan-out", nodes, [*ways, ("join", "next", "after")])


def approval(approver: str, **more: Any) -> dict[str, Any]:
    """Webhook → one person is asked → set. `more` are further fields of the step that asks."""
    asked = {"title": "Refund order {{ trigger.order.id }}", "approvers": [f"user:{approver}"], **more}
    nodes = [
        _trigger(),
        {"key": "ask", "type": "approval.request", "name": "Ask", "config": asked},
        _set("after", {"total": "trigger.order.total"}),
    ]
    return _document("Approval", nodes, [("hook", "next", "ask"), ("ask", "approved", "after")])


def escalating(approver: str, other: str) -> dict[str, Any]:
    """The same, where somebody else is asked as well after an hour, and silence declines after another."""
    hour = {"amount": 1, "unit": "hours"}
    level = {"after": hour, "targets": [f"user:{other}"]}
    return approval(approver, escalate=[level], at_last="decline", at_last_after=hour)


def past() -> dict[str, Any]:
    """Webhook and six steps: what a long history is made of."""
    nodes = [
        _trigger(),
        {"key": "large", "type": "condition.if", "name": "Over 100?",
         "config": {"condition": "trigger.order.total > 100"}},
        {"key": "country", "type": "run.label", "name": "Country", "config": {"label": "country", "value": "C1"}},
        _set("fields", {"total": "trigger.order.total"}),
        _set("call", {"total": "trigger.order.total"}),
        _set("total", {"total": "trigger.order.total"}),
        {"key": "remark", "type": "action.note", "name": "Remark", "config": {"text": "Done"}},
    ]  # fmt: skip
    line = ("hook", "large", "country", "fields", "call", "total", "remark")
    ports = {"large": "true"}
    return _document("Past", nodes, [(a, ports.get(a, "next"), b) for a, b in pairwise(line)])


def timer() -> dict[str, Any]:
    """Webhook → an hour's delay → set."""
    nodes = [
        _trigger(),
        {"key": "pause", "type": "flow.delay", "name": "Pause", "config": {"seconds": 3600}},
        _set("after", {"total": "trigger.order.total"}),
    ]
    return _document("Timer", nodes, [("hook", "next", "pause"), ("pause", "next", "after")])
