"""Steps that call by a connection: signed in, written down, and waiting where it has to be mended."""

import pytest
from sqlalchemy import select

from studio.connectors.calling.opening import find
from studio.connectors.errors import ApiError
from studio.connectors.models import ConnectionCall, ConnectionCredential, ConnectionWaiter
from studio.connectors.service import state
from studio.core.errors import Conflict
from studio.runtime.models import Run, Step
from tests.engine.rig import step

CALL = step("call", "connection.request", {"connection": "main-shop", "path": "/orders/{{ trigger.id }}"})
POST = {"connection": "main-shop", "method": "POST", "path": "/notes", "body": {"about": "{{ trigger.id }}"}}
WAY = [("t", "next", "call")]


def rows(rig, model):
    with rig.database.unit(rig.workspace_id, read_only=True) as unit:
        return list(unit.session.scalars(select(model)))


def states(rig):
    return {row.state for row in rig.all(Run)}


def test_a_call_is_signed_in_and_logged_and_its_secret_shows_nowhere(switchboard, http_target):
    rig, board = switchboard([CALL], WAY)
    board.connect()
    http_target.answer(200, json_body={"id": "7", "echo": "key-of-the-shop"})
    run_id = rig.accept({"id": "7"}).run_id
    rig.settle()
    sent = http_target.wait_for()
    assert (sent.path, sent.headers["x-api-key"]) == ("/orders/7", "key-of-the-shop")
    [made] = [row for row in rig.steps(run_id) if row.node_key == "call"]
    assert made.output["body"]["id"] == "7"
    assert "key-of-the-shop" not in str(made.output)
    [call] = rig.all(ConnectionCall)
    assert (call.status, call.code, call.run_id, call.address) == (200, None, run_id, f"{board.url}/orders/7")
    [kept] = rows(rig, ConnectionCredential)
    assert b"key-of-the-shop" not in kept.sealed


def test_runs_that_meet_a_lost_sign_in_wait_and_go_on_in_order_once_it_is_mended(switchboard, http_target):
    rig, board = switchboard([step("call", "connection.request", POST)], WAY)
    board.connect()
    http_target.answer(401)
    ids = []
    for number in range(3):
        ids.append(rig.accept({"id": number}).run_id)
        rig.settle()
    row = board.row("main-shop")
    assert (row.status, row.error_code) == ("reauth_required", "connection.reauth_required")
    assert states(rig) == {"waiting"}
    assert len(http_target.requests) == 1, "only the first call went out"
    assert len(rows(rig, ConnectionWaiter)) == 3
    before = {step.run_id: step.effect_key for step in rig.all(Step, Step.node_key == "call")}

    board.sign_in("main-shop", api_key="a-new-key")
    rig.settle()
    assert states(rig) == {"succeeded"}
    assert rows(rig, ConnectionWaiter) == []
    later = http_target.requests[1:]
    assert [request.json()["about"] for request in later] == [0, 1, 2]
    assert {request.headers["x-api-key"] for request in later} == {"a-new-key"}
    assert [request.headers["idempotency-key"] for request in later] == [before[run_id] for run_id in ids]


def test_a_held_connection_lets_its_runs_go_on_or_end_with_it(switchboard, http_target):
    rig, board = switchboard([CALL], WAY)
    board.connect()
    with board.database.unit(board.workspace_id) as unit:
        state.pause(unit, find(unit, "main-shop"))
    first, second = rig.accept({"id": "1"}).run_id, rig.accept({"id": "2"}).run_id
    rig.settle()
    assert http_target.requests == []
    with board.database.unit(board.workspace_id) as unit:
        state.resume(unit, find(unit, "main-shop"))
    rig.settle()
    assert {request.path for request in http_target.requests} == {"/orders/1", "/orders/2"}
    with board.database.unit(board.workspace_id) as unit:
        state.pause(unit, find(unit, "main-shop"))
    third = rig.accept({"id": "3"}).run_id
    rig.settle()
    with board.database.unit(board.workspace_id) as unit:
        state.disconnect(unit, find(unit, "main-shop"), revoked=False)
        assert unit.session.scalar(select(ConnectionCredential)) is None
    rig.settle()
    ended = {row.id: row.state for row in rig.all(Run)}
    assert (ended[first], ended[second], ended[third]) == ("succeeded", "succeeded", "failed")
    assert len(http_target.requests) == 2


def test_another_account_is_refused_unless_it_is_meant(switchboard):
    _rig, board = switchboard([], [])
    board.connect(account="1")
    with pytest.raises(Conflict) as refused:
        board.sign_in("main-shop", account="2", api_key="other")
    assert refused.value.code == "connection.other_account"
    assert board.accounts.api(board.workspace_id, "main-shop").account.credentials["api_key"] == "key-of-the-shop"
    before = board.row("main-shop").id
    board.sign_in("main-shop", account="2", api_key="other", confirmed=True)
    assert board.row("main-shop").id == before
    assert board.accounts.api(board.workspace_id, "main-shop").account.credentials["api_key"] == "other"


def test_two_accounts_of_one_connector_never_mix_their_credentials(switchboard, http_target):
    steps = [
        step("call", "connection.request", {"connection": "north", "path": "/n"}),
        step("other", "connection.request", {"connection": "south", "path": "/s"}),
    ]
    rig, board = switchboard(steps, [("t", "next", "call"), ("call", "next", "other")])
    board.connect("North", account="1", api_key="north-key")
    board.connect("South", account="2", api_key="south-key")
    rig.accept({})
    rig.settle()
    assert {request.path: request.headers["x-api-key"] for request in http_target.requests} == {
        "/n": "north-key",
        "/s": "south-key",
    }


def test_a_next_page_on_another_host_never_gets_the_credentials(switchboard, http_target):
    _rig, board = switchboard([], [])
    board.connect()
    api = board.accounts.api(board.workspace_id, "main-shop")
    for address in ("http://169.254.169.254/latest", f"http://evil@127.0.0.1:{http_target.port}/"):
        with pytest.raises(ApiError) as refused:
            api.call("GET", address)
        assert refused.value.code == "connection.other_host"
    assert http_target.requests == []
