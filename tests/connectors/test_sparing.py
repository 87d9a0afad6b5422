"""A system that fails is not called for a while: by no step of the connection, and by none of its syncs."""

from dataclasses import replace
from uuid import UUID

from benchmarks.servers.process import free_port
from studio.connectors.calling import stepping
from studio.connectors.calling.reporting import Reporting
from studio.connectors.calling.sparing import target
from studio.core.http import HttpClient
from studio.core.targets import Paused, Report, Sign, Targets, Ticket
from studio.core.targets.breaker import THRESHOLD
from tests.connectors.syncs.conftest import desk
from tests.engine.rig import step
from tests.factories import syncs
from tests.factories.connections import Switchboard

__all__ = ["desk"]  # a fixture, by being imported

READ = step("call", "connection.request", {"connection": "main-shop", "path": "/orders"})
WAY = [("t", "next", "call")]
SHOP = target("main-shop")


def failed(rig, run_id):
    return [(row.error["code"], row.error["message"]) for row in rig.steps(run_id) if row.error]


def test_runs_that_a_failing_system_refuses_spare_it_and_one_probe_lets_the_others_go_on(switchboard, http_target):
    rig, board = switchboard([READ], WAY)
    board.connect()
    http_target.always(503)
    for _ in range(THRESHOLD):
        rig.accept()
        rig.settle()
    assert len(http_target.requests) == THRESHOLD
    spared = [rig.accept().run_id for _ in range(3)]
    rig.settle()
    assert len(http_target.requests) == THRESHOLD, "nothing goes out while calls are paused"
    [(code, words)] = failed(rig, spared[0])
    assert code == "http.circuit_open"
    assert "“main-shop” was not called" in words
    http_target.always(200, json_body={})
    for _ in range(4):
        rig.later(400)
        rig.settle()
    assert {rig.run(run_id).state for run_id in spared} == {"succeeded"}


def test_a_pause_that_the_system_asks_for_holds_for_all_its_runs(switchboard, http_target):
    rig, board = switchboard([READ], WAY)
    board.connect()
    http_target.answer(429, headers={"retry-after": "120"})
    rig.accept()
    rig.settle()
    second = rig.accept().run_id
    rig.settle()
    assert len(http_target.requests) == 1
    assert "asked for a pause" in failed(rig, second)[0][1]


def test_nobody_who_answers_opens_the_circuit_and_a_refused_sign_in_says_nothing(switchboard, http_target):
    rig, board = switchboard([READ], WAY)
    board.connect()
    for status in (401, 404):
        for _ in range(THRESHOLD + 1):
            http_target.answer(status)
            rig.accept()
            rig.settle()
            if status == 401:
                board.sign_in("main-shop")
                rig.settle()
    assert isinstance(rig.engine.targets.enter(rig.workspace_id, SHOP, 1), Ticket)


def test_a_host_where_nobody_listens_is_down_and_another_connection_is_not(app, make_rig, http_target):
    steps = [READ, step("other", "connection.request", {"connection": "other-shop", "path": "/"})]
    rig = make_rig(steps, [("t", "next", "call"), ("t", "next", "other")])
    dead, alive = f"127.0.0.1:{free_port()}", f"127.0.0.1:{http_target.port}"
    Switchboard(app, rig.workspace_id, dead).connect()
    board = Switchboard(app, rig.workspace_id, alive)
    board.connect("Other shop")
    both = replace(board.accounts, send=HttpClient((dead, alive)).send)
    stepping.join(stepping.Reach(both, Reporting(board.database)))
    for _ in range(THRESHOLD):
        rig.accept()
        rig.settle()
    assert isinstance(rig.engine.targets.enter(rig.workspace_id, SHOP, 1), Paused)
    assert isinstance(rig.engine.targets.enter(rig.workspace_id, target("other-shop"), 1), Ticket)
    assert isinstance(rig.engine.targets.enter(UUID(int=7), SHOP, 1), Ticket), "another workspace's is another's"


def test_syncs_leave_a_failing_system_alone_without_failing_of_it(desk):
    connection = syncs.connect(desk.board)
    desk.shop.put("a", "b")
    sync, targets = desk.start(connection), desk.syncing.targets
    for _ in range(THRESHOLD):  # as steps find it
        ticket = targets.enter(desk.board.workspace_id, SHOP, 1)
        targets.leave(ticket, Report(Sign.DOWN))
    desk.drain()
    row = desk.row(sync)
    assert (len(desk.shop.requests), row.state, row.failures) == (0, "queued", 0)
    assert row.error_code == "connection.circuit_open"
    assert "“Main shop” was not called" in row.error
    assert desk.later(30) == 2, "it is the probe, and goes on"
    assert (desk.row(sync).state, desk.row(sync).error) == ("succeeded", None)
    assert isinstance(targets.enter(desk.board.workspace_id, SHOP, 1), Ticket)


def test_syncs_that_fail_spare_the_system_for_steps(desk):
    connection = syncs.connect(desk.board)
    desk.start(connection)
    for _ in range(THRESHOLD):
        desk.shop.answer(503)
        desk.later(4_000)
    assert isinstance(desk.syncing.targets.enter(desk.board.workspace_id, SHOP, 1), Paused)


def test_whoever_comes_beside_others_minds_pauses_and_no_lack_of_room():
    targets = Targets(1, 2, now=lambda: 0.0, patience_s=0)
    us = UUID(int=1)
    assert isinstance(targets.enter(us, SHOP, 1), Ticket)
    assert isinstance(targets.enter_beside(us, SHOP), Ticket)
    for _ in range(THRESHOLD):
        targets.leave(targets.enter_beside(us, SHOP), Report(Sign.DOWN))
    assert isinstance(targets.enter_beside(us, SHOP), Paused)
