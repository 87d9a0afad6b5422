"""The workflows that run meanwhile: one for each way in which a run can be interrupted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks import workloads

CALL_S = 2.0
"""Longest that a call may take."""
PAUSE_S = 3
ITEMS = 3
_TRIES = {"attempts": 12, "base_s": 0.5, "max_s": 3}


@dataclass(frozen=True)
class Flow:
    """One workflow, and what a run of it leaves when all went well."""

    name: str
    share: int
    """Of ten or so deliveries."""
    nodes: Sequence[dict[str, Any]]
    edges: Sequence[tuple[str, str, str]]
    steps: Sequence[Sequence[tuple[str, str]]]
    """(node, path) of the steps that succeed; alternatives where a person chooses."""
    notes: int = 0
    mails: int = 0
    calls: Sequence[str] = ()
    """Nodes that call the target."""
    keyless: bool = False

    def document(self) -> dict[str, Any]:
        """As it is published."""
        return {
            "schema": "studio.workflow/1",
            "name": self.name,
            "nodes": [_hook(), *self.nodes],
            "edges": [{"from": source, "port": port, "to": target} for source, port, target in self.edges],
        }


def flows(url: str, approvers: Sequence[str]) -> dict[str, Flow]:
    """All of them by name. `url`: the target; `approvers`: e-mail addresses."""
    made = [
        Flow(
            "pure", 3, [_large(), _set("fields")],
            [("hook", "next", "large"), ("large", "true", "fields")],
            [_once("hook", "large", "fields")],
        ),
        Flow(
            "keyed", 3, [_call("keyed", url, "repeat", _TRIES), _note("told")],
            [("hook", "next", "keyed"), ("keyed", "next", "told")],
            [_once("hook", "keyed", "told")], notes=1, calls=["keyed"],
        ),
        Flow(
            "keyless", 2, [_call("keyless", url, "review", _TRIES), _note("told")],
            [("hook", "next", "keyless"), ("keyless", "next", "told")],
            [_once("hook", "keyless", "told")], notes=1, calls=["keyless"], keyless=True,
        ),
        Flow(
            "flaky", 1, [_call("flaky", url, "repeat", _TRIES), _set("fields")],
            [("hook", "next", "flaky"), ("flaky", "next", "fields")],
            [_once("hook", "flaky", "fields")], calls=["flaky"],
        ),
        Flow(
            "fan", 2,
            [
                _call("left", url, "repeat", _TRIES), _call("right", url, "repeat", _TRIES), _note("beside"),
                {"key": "join", "type": "flow.join", "name": "Join", "config": {"mode": "all"}},
                _note("joined"), _mail("tell"),
            ],
            [
                *(("hook", "next", key) for key in ("left", "right", "beside")),
                *((key, "next", "join") for key in ("left", "right", "beside")),
                ("join", "next", "joined"), ("joined", "next", "tell"),
            ],
            [_once("hook", "left", "right", "beside", "join", "joined", "tell")],
            notes=2, mails=1, calls=["left", "right"],
        ),
        Flow(
            "timer", 2,
            [{"key": "pause", "type": "flow.delay", "name": "Pause", "config": {"seconds": PAUSE_S}}, _note("after")],
            [("hook", "next", "pause"), ("pause", "next", "after")],
            [_once("hook", "pause", "after")], notes=1,
        ),
        Flow(
            "loop", 1,
            [
                {"key": "each", "type": "flow.for_each", "name": "Each", "config": {"items": "trigger.order.lines"}},
                _note("item") | {"parent": "each"}, _note("after"),
            ],
            [("hook", "next", "each"), ("each", "each", "item"), ("each", "done", "after")],
            [[*_once("hook", "each", "after"), *(("item", str(number)) for number in range(ITEMS))]],
            notes=ITEMS + 1,
        ),
        Flow(
            "approval", 2, [_ask(approvers), _note("yes"), _note("no")],
            [("hook", "next", "ask"), ("ask", "approved", "yes"), ("ask", "declined", "no")],
            [_once("hook", "ask", "yes"), _once("hook", "ask", "no")], notes=1,
        ),
    ]  # fmt: skip
    return {flow.name: flow for flow in made}


def order(order_id: str) -> dict[str, Any]:
    """A delivery's body."""
    return {"order": workloads.SAMPLE["order"] | {"id": order_id, "lines": list(range(ITEMS))}}


def _once(*keys: str) -> list[tuple[str, str]]:
    return [(key, "") for key in keys]


def _hook() -> dict[str, Any]:
    config = {"sample": order("o-1"), "dedup_key": "trigger.order.id"}
    return {"key": "hook", "type": "trigger.webhook", "name": "Order", "config": config}


def _large() -> dict[str, Any]:
    config = {"condition": "trigger.order.total > 100"}
    return {"key": "large", "type": "condition.if", "name": "Over 100?", "config": config}


def _set(key: str) -> dict[str, Any]:
    fields = [{"name": "id", "value": "trigger.order.id"}]
    return {"key": key, "type": "data.set", "name": key, "config": {"fields": fields}}


def _note(key: str) -> dict[str, Any]:
    return {"key": key, "type": "action.note", "name": key, "config": {"text": key}}


def _mail(key: str) -> dict[str, Any]:
    config = {"to": ["anna@example.com"], "subject": "{{ trigger.order.id }}", "body": "It is done."}
    return {"key": key, "type": "action.email", "name": key, "config": config}


def _call(key: str, url: str, if_unknown: str, retry: dict[str, Any]) -> dict[str, Any]:
    config = {"url": f"{url}/{key}", "if_unknown": if_unknown, "body": {"id": "{{ trigger.order.id }}"}}
    return {"key": key, "type": "action.http", "name": key, "config": config, "retry": retry, "timeout_s": CALL_S}


def _ask(approvers: Sequence[str]) -> dict[str, Any]:
    config = {"title": "{{ trigger.order.id }}", "approvers": [f"user:{email}" for email in approvers]}
    return {"key": "ask", "type": "approval.request", "name": "Ask", "config": config}
