"""Data, completion and previews, on drafts that may be half-written."""

import pytest

from studio.builder import assist, data_tree
from studio.core.errors import InvalidInput
from studio.runtime import document as documents
from tests.factories.workflows import refunds

FACTS = {"name": "North", "currency": "EUR", "time_zone": "Europe/Berlin", "locale": "en"}

LINES = {"order": {"id": "6021", "total": 420.0, "lines": [{"sku": "MUG-1", "gift-wrap": True}]}}


@pytest.fixture(autouse=True)
def _words(app):
    with app.test_request_context():
        yield


pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def looping():
    return documents.parse(
        refunds(
            nodes=[
                {"key": "order", "type": "trigger.webhook", "name": "Order", "config": {"sample": LINES}},
                {
                    "key": "each",
                    "type": "flow.for_each",
                    "name": "Each line",
                    "config": {"items": "trigger.order.lines"},
                },
                {"key": "note", "type": "action.note", "name": "Note", "parent": "each", "config": {"text": ""}},
                {"key": "list", "type": "data.map", "name": "List", "config": {"items": "trigger.order.lines"}},
            ],
            edges=[
                {"from": "order", "port": "next", "to": "each"},
                {"from": "each", "port": "each", "to": "note"},
                {"from": "each", "port": "done", "to": "list"},
            ],
        )
    )


def find(roots, path):
    for node in roots:
        if node["path"] == path:
            return node
        found = find(node["children"], path)
        if found:
            return found
    return None


def test_data_of_earlier_steps_by_name_with_samples():
    roots = data_tree.roots(documents.parse(refunds()), "call")
    assert [root["label"] for root in roots][:2] == ["What started it", "Total above €400?"]
    total = find(roots, "trigger.order.total")
    assert (total["sample"], total["type"], total["label"]) == (420.0, "number", "total")
    assert find(roots, "steps.call") is None


def test_inside_a_loop_the_item_comes_first():
    roots = data_tree.roots(looping(), "note")
    assert roots[0]["path"] == "item"
    assert find(roots, "item.sku")["sample"] == "MUG-1"
    assert find(roots, 'item["gift-wrap"]')["sample"] is True
    assert find(roots, "trigger.order.lines[0].sku")


def test_a_list_step_sees_the_entries_of_its_list():
    assert find(data_tree.roots(looping(), "list"), "item.sku")


def test_completion_takes_the_place_of_what_was_typed():
    document = documents.parse(refunds())
    answer = assist.completions(document, "call", "trigger.order.to", 16)
    assert (answer["from"], answer["options"][0]["insert"]) == (14, "total")
    assert answer["options"][0]["sample"] == "420.0"
    text = "Hi 👋 {{ trigger.order.to"
    length = len(text.encode("utf-16-le")) // 2
    assert assist.completions(document, "call", text, length)["from"] == length - 2


def test_previews():
    document = documents.parse(refunds())

    def shown(source, node="call", doc=document, **more):
        return assist.preview(doc, node, source, FACTS, **({"template": False} | more))

    assert shown("trigger.order.total > 400.0") == {"value": True, "text": "yes"}
    text = "Refund {{ trigger.order.total | money: trigger.order.currency }}"
    assert "error" in shown(text, template=True)
    assert shown("Order {{ trigger.order.id }}", template=True)["text"] == "Order 6021"
    assert shown("trigger.order.totl")["error"]["code"] == "expression.missing_path"
    assert shown("((")["error"]["code"] == "expression.syntax"
    assert shown("trigger.n + 1", sample={"n": 2})["value"] == 3
    assert shown("workspace.currency")["text"] == "EUR"
    assert shown("item.sku", "note", looping())["value"] == "MUG-1"
    assert shown("item.sku", "list", looping())["value"] == "MUG-1"
    assert shown("index", "note", looping())["value"] == 0


def test_a_step_that_does_not_exist():
    document = documents.parse(refunds())
    for asked in (lambda: data_tree.roots(document, "x"), lambda: assist.completions(document, "x", "t", 1)):
        with pytest.raises(InvalidInput):
            asked()


def test_steps_inside_one_another_are_answered():
    nodes = refunds()["nodes"]
    nodes[1] |= {"parent": "call", "type": "flow.for_each", "config": {"items": "trigger"}}
    nodes[2] |= {"parent": "large", "type": "flow.for_each", "config": {"items": "trigger"}}
    document = documents.parse(refunds(nodes=nodes, edges=[]))
    assert data_tree.roots(document, "large") == []
    assert "error" in assist.preview(document, "large", "trigger.order.id", FACTS, template=False)


def test_a_wide_sample_is_cut():
    nodes = refunds()["nodes"]
    nodes[0]["config"]["sample"] = {f"a{n}": {f"b{m}": "x" * 300 for m in range(50)} for n in range(60)}
    roots = data_tree.roots(documents.parse(refunds(nodes=nodes)), "call")

    def count(some):
        return sum(1 + count(one["children"]) for one in some)

    assert count(roots) <= data_tree.MOST + 10
    assert len(find(roots, "trigger.a0.b0")["sample"]) == data_tree.LONGEST + 1


def test_data_and_previews_come_from_what_is_pinned_then_from_what_was_written():
    pin = {"data": {"order": {"id": "77"}}, "source": "event", "label": "Order #77"}
    raw = refunds()
    raw["nodes"][0]["pin"] = pin
    pinned = documents.parse(raw)
    assert assist.preview(pinned, "call", "trigger.order.id", FACTS, template=False)["value"] == "77"
    assert assist.preview(pinned, "order", "trigger.order.id", FACTS, template=False)["value"] == "77"
    roots = {one["path"]: one for one in data_tree.roots(pinned, "call")}
    assert roots["trigger"]["children"][0]["children"] == [
        {"path": "trigger.order.id", "label": "id", "type": "string", "children": [], "sample": "77"}
    ]
    chosen = {"order": {"id": "8"}}
    assert assist.preview(pinned, "call", "trigger.order.id", FACTS, template=False, sample=chosen)["value"] == "8"
