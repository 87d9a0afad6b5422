"""A worker that dies right before a call by a connection: in doubt is only what may have gone out."""

import pytest

from studio.connectors.calling.opening import find
from studio.connectors.models import ConnectionWaiter
from studio.connectors.service import state
from tests.connectors.conftest import make_rig, switchboard
from tests.engine.rig import step

__all__ = ["make_rig", "switchboard"]  # fixtures, by being imported

pytestmark = pytest.mark.faults
LABELS = {"connection.held"}
NOTE = {"connection": "main-shop", "method": "POST", "path": "/notes", "body": {"about": "{{ trigger.id }}"}}
WAY = [("t", "next", "call")]


def pause(board):
    with board.database.unit(board.workspace_id) as unit:
        state.pause(unit, find(unit, "main-shop"))


def resume(board):
    with board.database.unit(board.workspace_id) as unit:
        state.resume(unit, find(unit, "main-shop"))


@pytest.mark.parametrize("label", ["claim.after_commit", *sorted(LABELS)])
def test_a_worker_that_dies_before_a_call_that_was_held_leaves_nothing_in_doubt(switchboard, http_target, label):
    """The call takes no key: were it thought to have gone out, somebody would have to look."""
    rig, board = switchboard([step("call", "connection.request", NOTE)], WAY)
    board.connect()
    pause(board)
    run_id = rig.accept({"id": 1}).run_id
    rig.settle_main()
    assert rig.drain("effect", crash_at=label)
    rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "waiting"
    assert http_target.requests == []
    resume(board)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert len(http_target.requests) == 1
    with board.database.unit(board.workspace_id, read_only=True) as unit:
        assert unit.session.query(ConnectionWaiter).count() == 0


def test_a_worker_that_dies_right_before_a_call_that_may_go_out_asks_people(switchboard):
    rig, board = switchboard([step("call", "connection.request", NOTE)], WAY)
    board.connect()
    run_id = rig.accept({"id": 1}).run_id
    rig.settle_main()
    assert rig.drain("effect", crash_at="effect.before_call")
    rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "needs_review"


def test_two_steps_of_a_run_whose_sign_in_was_refused_both_go_on(switchboard, http_target):
    """Each had intended to call before it waited, and what one intends puts the other in no doubt."""
    steps = [step("call", "connection.request", NOTE), step("other", "connection.request", NOTE)]
    rig, board = switchboard(steps, [*WAY, ("t", "next", "other")])
    board.connect()
    http_target.answer(401)
    run_id = rig.accept({"id": 1}).run_id
    rig.settle()
    assert rig.run(run_id).state == "waiting"
    board.sign_in("main-shop")
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert len(http_target.requests) == 3
