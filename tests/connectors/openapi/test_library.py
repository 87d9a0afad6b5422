"""Descriptions that are kept: by version, told apart, found by steps."""

import copy
import json

import pytest
from sqlalchemy import event, select

from studio.connectors.checks import unfit
from studio.connectors.library import importing, looking
from studio.connectors.models import ConnectorDocument, ConnectorOperation
from studio.connectors.service import authorising, creating
from studio.core.errors import InvalidInput
from tests.connectors.openapi.examples import SHOP
from tests.engine.rig import step
from tests.factories.connections import KEY

CONFIG = {
    "connection": "shop",
    "action": "openapi.refundOrder",
    "input": {
        "order_id": "{{ trigger.id }}",
        "amount": "{{ trigger.amount }}",
        "lines": [{"sku": "a"}],
        "notify": False,
    },
}


def imported(board, document, **more):
    content = json.dumps(document)
    with board.database.unit(board.workspace_id) as unit:
        row = importing.keep(unit, importing.described(content), content, **more)
        return row.name, row.version, row.changes


def connected(board, document):
    name, _version, _changes = imported(board, document)
    with board.database.unit(board.workspace_id) as unit:
        settings = {"document": name, "base_url": f"{board.url}/v2"}
        row = creating.create(
            unit, connector_key="openapi", title="Shop", auth="api_key", settings=settings, environment="test"
        )
        authorising.accept(unit, board.keyring, row, authorising.trial(row, KEY), authorising.Account(None, "Shop"))
    return name


def without_refunds():
    document = copy.deepcopy(SHOP)
    del document["paths"]["/orders/{order_id}/refunds"]
    return document


def found(board, config):
    with board.database.unit(board.workspace_id, read_only=True) as unit:
        return [(path, missing.code) for path, missing in unfit(unit, "connection.action", config)]


def test_a_step_does_what_the_description_says(switchboard, http_target):
    rig, board = switchboard([step("call", "connection.action", CONFIG)], [("t", "next", "call")])
    name = connected(board, SHOP)
    assert found(board, CONFIG) == []
    http_target.answer(201, json_body={"id": "r1"})
    run_id = rig.accept({"id": "A/7", "amount": 12.5}).run_id
    rig.settle()
    sent = http_target.wait_for()
    assert (sent.method, sent.path) == ("POST", "/v2/orders/A%2F7/refunds")
    assert sent.query == {"notify": ["false"]}
    assert sent.json() == {"amount": 12.5, "lines": [{"sku": "a"}]}
    assert sent.headers["x-api-key"] == "key-of-the-shop"
    assert sent.headers["idempotency-key"]
    [made] = [row for row in rig.steps(run_id) if row.node_key == "call"]
    assert made.output == {"status": 201, "body": {"id": "r1"}}

    run_id = rig.accept({"id": "..", "amount": 12.5}).run_id
    rig.settle()
    [refused] = [row for row in rig.steps(run_id) if row.node_key == "call"]
    assert (refused.state, refused.error["code"]) == ("failed", "openapi.path")
    assert imported(board, without_refunds(), name=name)[1] == 2
    run_id = rig.accept({"id": "7", "amount": 12.5}).run_id
    rig.settle()
    [gone] = [row for row in rig.steps(run_id) if row.node_key == "call"]
    assert gone.error["code"] == "connection.unknown_action"
    assert len(http_target.requests) == 1, "what cannot be sent is not sent"


def test_a_new_version_says_what_it_changes_and_steps_that_it_breaks_are_found(switchboard):
    _rig, board = switchboard([], [])
    name = connected(board, SHOP)
    assert imported(board, SHOP, name=name)[1] == 1, "the same text is the same version"
    assert found(board, {**CONFIG, "input": {**CONFIG["input"], "amount": "much", "lines": [{}]}}) == [
        ("config.input.amount", "openapi.type"), ("config.input.lines.0.sku", "openapi.required"),
    ]  # fmt: skip
    document = copy.deepcopy(SHOP)
    document["components"]["schemas"]["Refund"]["required"].append("currency")
    _name, version, changes = imported(board, document, name=name)
    assert (version, [(one["kind"], one["key"], one["breaking"]) for one in changes]) == (
        2,
        [("changed", "refundOrder", True)],
    )
    assert found(board, CONFIG) == [("config.input.currency", "openapi.required")]
    imported(board, without_refunds(), name=name)
    assert found(board, CONFIG) == [("config.action", "connection.unknown_action")]
    for number in range(6):
        document["info"]["version"] = str(number)
        imported(board, document, name=name)
    with board.database.unit(board.workspace_id, read_only=True) as unit:
        kept = list(unit.session.scalars(select(ConnectorDocument.version).order_by(ConnectorDocument.version)))
        assert kept == [5, 6, 7, 8, 9]
        assert len(list(unit.session.execute(select(ConnectorOperation.key)))) == 10
    with pytest.raises(InvalidInput):
        imported(board, {"openapi": "3.0.0"}, name=name)
    with pytest.raises(InvalidInput):
        imported(board, SHOP, name="No name!")


def test_lists_and_searches_read_no_form(switchboard):
    _rig, board = switchboard([], [])
    name, _version, _changes = imported(board, SHOP)
    statements = []
    with board.database.unit(board.workspace_id, read_only=True) as unit:
        event.listen(unit.session.get_bind(), "before_cursor_execute", lambda *said: statements.append(said[2]))
        document = looking.newest(unit, name)
        assert [one.key for one in looking.listed(unit, document, "REFUND order")] == ["refundOrder"]
        assert [one.key for one in looking.listed(unit, document, "50% of_")] == []
        assert [row.name for row in looking.documents(unit)] == [name]
    assert "compiled" not in " ".join(statements)


def test_two_workspaces_see_nothing_of_each_other(switchboard, make_rig):
    _rig, board = switchboard([], [])
    name, _version, _changes = imported(board, SHOP)
    other = make_rig([], [])
    with other.database.unit(other.workspace_id, read_only=True) as unit:
        assert looking.newest(unit, name) is None
        assert looking.operation(unit, name, "refundOrder") is None
