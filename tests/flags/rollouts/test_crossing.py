"""Somebody decides at the very moment at which a look takes the question back: both go on, and one counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from studio.approvals import service as approvals
from studio.approvals.models import Request
from studio.approvals.outcomes import Outcome
from studio.core import clock, outbox
from studio.flags.ramps.states import Verb
from studio.flags.rollouts import asking, driving, rows
from tests.factories.approvals import shown
from tests.flags.rollouts.world import World, people

PLAN = {
    "steps": [{"share": 50, "approval": True}, {"share": 100}],
    "guardrails": [{"metric": "errors", "minimum": 50}],
}


@pytest.fixture(autouse=True)
def _own_clock():
    yield
    clock.reset()


@pytest.fixture
def world(app):
    """A rollout whose question is open, while what was measured already speaks against it."""
    made = World(app, plan=PLAN, approvers=["group:Nobody"])
    with made.unit() as uow:
        rows.find(uow, made.id).approvers = [f"user:{made.tenant['owner'].email}"]
    made.do(Verb.START)
    made.report(people(0))
    made.pass_time(seconds=1)
    assert made.row().approval == "pending"
    return made


def state_of(world, request_id):
    with world.unit() as uow:
        return uow.session.scalars(select(Request.state).where(Request.id == request_id)).one()


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_decision_and_a_look_that_takes_its_question_back_do_not_block_one_another(world, monkeypatch):
    request_id, both = world.row().request_id, Barrier(2, timeout=20)
    seen = shown(world.database, world.tenant, request_id)
    world.report(people(1), lambda user, treated: treated)
    drop, answered = asking.drop, asking.answered

    def dropping(*args, **named):  # whoever comes here holds the flag and the rollout
        both.wait()
        drop(*args, **named)

    def hearing(*args, **named):  # and here the question
        both.wait()
        answered(*args, **named)

    monkeypatch.setattr(driving.asking, "drop", dropping)
    monkeypatch.setattr(asking, "answered", hearing)

    def decide():
        with world.unit() as uow:
            approvals.decide(uow, request_id, Outcome.APPROVED, shown=seen, reason="Fine.")

    clock.shift(timedelta(minutes=2))
    with ThreadPoolExecutor(2) as pool:
        deciding, looking = pool.submit(decide), pool.submit(lambda: world.ticking().drain())
        assert looking.result(30) == 1
        deciding.result(30)
    assert (world.row().state, world.row().approval, world.row().request_id) == ("rolled_back", "not_asked", None)
    outbox.drain(world.database)
    assert state_of(world, request_id) == "approved", "what was decided stays decided; the rollout went by what it saw"


def test_what_a_rollout_no_longer_asks_is_taken_back_right_after_it(world):
    request_id = world.row().request_id
    world.do(Verb.ROLL_BACK)
    outbox.drain(world.database)
    assert state_of(world, request_id) == "cancelled"
    outbox.drain(world.database)


def test_an_answer_between_the_two_changes_nothing(world):
    request_id = world.row().request_id
    seen = shown(world.database, world.tenant, request_id)
    world.do(Verb.PAUSE)
    with world.unit() as uow:
        approvals.decide(uow, request_id, Outcome.APPROVED, shown=seen, reason="Fine.")
    outbox.drain(world.database)
    assert (world.row().state, world.row().approval, world.row().step) == ("paused", "not_asked", 0)
    world.do(Verb.RESUME)
    world.pass_time(minutes=1)
    assert (world.row().approval, world.row().step) == ("pending", 0)
    assert world.row().request_id != request_id
