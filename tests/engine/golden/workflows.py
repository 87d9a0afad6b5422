"""Workflows that use what no template does, so that every step that is worked out in memory has a history."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from studio.core import clock
from studio.runtime.models import TriggerSubscription
from studio.runtime.service import subscriptions
from tests.factories.accounts import MadeTenant
from tests.factories.workflows import make_workflow

LINES = [{"sku": "S-1", "quantity": 1, "price": 12.5}, {"sku": "S-2", "quantity": 4, "price": 3.0}]
ORDER = {"order": {"id": "6021", "total": 24.5, "currency": "EUR", "lines": LINES, "due": "2026-03-31"}}


@dataclass(frozen=True)
class Happening:
    """What happens to a workflow, one after the other."""

    document: dict[str, Any]
    deliveries: list[dict[str, Any]] = field(default_factory=lambda: [ORDER])
    signal: tuple[str, str] | None = None
    """Name and key of a signal that comes once the runs wait."""
    seconds: float = 0.0
    """Time that passes then."""


def _step(key: str, type_: str, parent: str | None = None, /, **more: Any) -> dict[str, Any]:
    retry = {"retry": more.pop("retry")} if "retry" in more else {}
    return {"key": key, "type": type_, "version": 1, "name": key, "config": more, "parent": parent, **retry}


def _document(name: str, steps: list[dict[str, Any]], *edges: str, **settings: Any) -> dict[str, Any]:
    """`edges` as "a>b" or "a.port>b"."""
    links = []
    for edge in edges:
        source, target = edge.split(">")
        key, _, port = source.partition(".")
        links.append({"from": key, "port": port or "next", "to": target})
    hook = _step("hook", "trigger.webhook", sample=ORDER)
    made = {"schema": "studio.workflow/1", "name": name, "nodes": [hook, *steps], "edges": links}
    return made | ({"settings": settings} if settings else {})


def _fields(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


WORKFLOWS: dict[str, Happening] = {
    "flow-data": Happening(
        _document(
            "Data",
            [
                _step("kept", "condition.filter", items="trigger.order.lines", condition="item.quantity > 2"),
                _step(
                    "mapped", "data.map", items="trigger.order.lines",
                    fields=_fields(sku="item.sku", total="item.quantity * item.price"),
                ),
                _step("tax", "data.money", operation="percentage", amount="trigger.order.total", factor="19",
                      currency="EUR"),
                _step("later", "data.date", operation="add", date="{{ trigger.order.due }}", amount=2, unit="days",
                      time_zone="Europe/Berlin"),
                _step("said", "data.date", operation="format", date="{{ trigger.order.due }}", pattern="d MMMM yyyy"),
                _step("all", "data.set", fields=_fields(count="size(steps.mapped.items)", id="trigger.order.id")),
            ],
            "hook>kept", "kept>mapped", "mapped>tax", "tax>later", "later>said", "said>all",
            title="Order {{ trigger.order.id }}",
        )
    ),
    "flow-figures": Happening(
        _document(
            "Figures",
            [
                _step("file", "data.parse", kind="csv", text="sku;price\nS-1;12.50\nS-2;3.10\nS-1;0.40\n"),
                _step("read", "data.parse", text='{"of": "{{ trigger.order.id }}"}'),
                _step("sums", "data.aggregate", items="steps.file.value", group="item.sku", figures=[
                    {"name": "revenue", "do": "sum", "value": "item.price"},
                    {"name": "mean", "do": "average", "value": "item.price"},
                    {"name": "skus", "do": "different", "value": "item.sku"},
                ]),
                _step("table", "data.format", kind="csv", value="steps.sums.groups", columns=["key", "revenue"]),
                _step("text", "data.format", value="steps.sums.totals"),
                _step("broken", "data.parse", kind="csv", text="a,b\n1\n"),
            ],
            "hook>file", "file>read", "read>sums", "sums>table", "table>text", "text>broken",
        )
    ),
    "flow-branches": Happening(
        _document(
            "Branches",
            [
                _step("kind", "condition.switch", cases=[
                    {"label": "Large", "condition": "trigger.order.total > 100.0"},
                    {"label": "Small", "condition": "trigger.order.total > 10.0"},
                ]),
                _step("a", "data.set", fields=_fields(a="1")),
                _step("b", "data.set", fields=_fields(b="2")),
                _step("first", "flow.join", mode="any"),
                _step("both", "flow.join", mode="all"),
                _step("two", "flow.join", mode="count", count=2),
                _step("stop", "flow.stop", reason="Enough"),
            ],
            "hook>kind", "hook>a", "hook>b", "a>first", "b>first", "a>both", "b>both", "both>two", "kind.case_1>two",
            "kind.case_2>two", "two>stop",
        ),
        [ORDER, {"order": {**ORDER["order"], "total": 500.0}}, {"order": {**ORDER["order"], "total": 1.0}}],
    ),
    "flow-tables": Happening(
        _document(
            "Tables",
            [
                _step(
                    "pick",
                    "condition.decision_table",
                    inputs=[{"name": "Total", "kind": "number", "unit": "EUR", "value": "trigger.order.total"}],
                    outputs=[{"name": "carrier"}, {"name": "days", "kind": "number"}],
                    rules=[["<100", "post", "3"], ["100..<1000", "express", "1"]],
                    complete=False,
                ),
                _step("all", "condition.decision_table", hits="all",
                      inputs=[{"name": "Total", "kind": "number", "value": "trigger.order.total"}],
                      outputs=[{"name": "tag"}], rules=[[">=0", "any"], [">=100", "large"], ["", "seen"]]),
                _step("none", "flow.stop", reason="No carrier"),
            ],
            "hook>pick", "pick>all", "pick.none>none",
        ),
        [ORDER, {"order": {**ORDER["order"], "total": 500.0}}, {"order": {**ORDER["order"], "total": 5000.0}}],
    ),
    "flow-loops": Happening(
        _document(
            "Loops",
            [
                _step("each", "flow.for_each", items="trigger.order.lines", concurrency=2, on_item_error="continue"),
                _step("many", "condition.if", "each", condition="item.quantity > 2"),
                _step("refuse", "flow.fail", "each", message="Too many of {{ item.sku }}", code="order.many"),
                _step("take", "data.set", "each", fields=_fields(sku="item.sku", at="index")),
                _step("end", "data.set", fields=_fields(failed="steps.each.failed")),
            ],
            "hook>each", "each.each>many", "many.true>refuse", "many.false>take", "each.done>end",
        )
    ),
    "flow-loops-continue": Happening(
        _document(
            "Loops that go on",
            [
                _step("each", "flow.for_each", items="trigger.order.lines", concurrency=2, on_item_error="continue"),
                _step("many", "condition.if", "each", condition="item.quantity > 2"),
                _step("broken", "data.set", "each", fields=_fields(gone="item.nothing.here")),
                _step("take", "data.set", "each", fields=_fields(sku="item.sku", at="index")),
                _step("end", "data.set", fields=_fields(failed="steps.each.failed")),
            ],
            "hook>each", "each.each>many", "many.true>broken", "many.false>take", "each.done>end",
        )
    ),
    "flow-failures": Happening(
        _document(
            "Failures",
            [
                _step("call", "action.http", url="http://127.0.0.1:9/", retry={"attempts": 2, "base_s": 1, "max_s": 2}),
                _step("missing", "data.set", fields=_fields(gone="trigger.order.nothing.here")),
                _step("caught", "data.set", fields=_fields(code="steps.call.error.code")),
                _step("refuse", "flow.fail", message="It cannot go on"),
            ],
            "hook>call", "call.error>caught", "caught>missing", "missing.error>refuse",
        ),
        seconds=60,
    ),
    "flow-waits": Happening(
        _document(
            "Waits",
            [
                _step("pause", "flow.delay", seconds=5),
                _step("day", "flow.wait_until", until="{{ trigger.order.due }}", time_zone="Europe/Berlin"),
                _step("parcel", "flow.wait_signal", name="parcel-shipped", key="{{ trigger.order.id }}"),
                _step("never", "flow.wait_signal", name="nobody", key="{{ trigger.order.id }}", timeout_s=30),
                _step("heard", "data.set", fields=_fields(at="steps.parcel")),
                _step("late", "data.set", fields=_fields(late="true")),
            ],
            "hook>pause", "pause>day", "day>parcel", "parcel.received>heard", "hook>never", "never.timed_out>late",
        ),
        signal=("parcel-shipped", "6021"),
        seconds=60,
    ),
    "flow-budget": Happening(
        _document(
            "Budget",
            [
                _step("each", "flow.for_each", items="trigger.order.lines"),
                _step("take", "data.set", "each", fields=_fields(sku="item.sku")),
                _step("end", "data.set", fields=_fields(done="true")),
            ],
            "hook>each", "each.each>take", "each.done>end",
            max_steps=3,
        )
    ),
}  # fmt: skip


def perform(happening: Happening, app: Flask, tenant: MadeTenant) -> None:
    """Publish it, deliver, let time pass."""
    workflow_id = make_workflow(app, tenant, happening.document, published=True)
    database, engine = app.extensions["studio_database"], app.extensions["studio_engine"]
    with database.unit(tenant.id, tenant["owner"].actor) as unit:
        [row] = unit.session.scalars(select(TriggerSubscription).where(TriggerSubscription.workflow_id == workflow_id))
        address = subscriptions.address(app.extensions["studio_keyring"], row)
    for body in happening.deliveries:
        answer = app.test_client().post(f"/hooks/{address}", json=body)
        assert answer.status_code == 202, answer.text
    _settle(engine)
    for _ in range(3):
        clock.shift(timedelta(seconds=happening.seconds))
        _settle(engine)
    if happening.signal is not None:
        with database.unit(tenant.id, tenant["owner"].actor) as unit:
            assert engine.waits.signal(unit, *happening.signal, {"carrier": "DHL"})
        _settle(engine)


def _settle(engine) -> None:
    for _ in range(50):
        moved = engine.writer.run(lambda session: engine.ledger.fire_due(session, 100))
        moved += engine.executor.drain("main") + engine.executor.drain("effect")
        if not moved:
            return
    raise AssertionError("it never settles")
