"""Experiments in runs: one waits for the end, goes on by what it says, and a second step does that."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.core import clock
from studio.flags.experimenting import driving, planning, waiting
from studio.flags.models import FlagExperimentWait
from tests.engine.rig import step
from tests.factories.flags import make_flag
from tests.factories.guard import make_guard_policy
from tests.flags.experimenting.world import World, alike, better

HERE = {"flag": "new-checkout", "environment": "development"}
NAMES = ("ship", "keep", "inconclusive", "invalid")


@pytest.fixture(autouse=True)
def _own_clock():
    yield
    clock.reset()


class Shop:
    """A run that waits for the experiment of a world, and notes behind each way on."""

    def __init__(self, app, tenant, make_rig, config=None, **wanted):
        self.world = World(app, tenant=tenant, **wanted)
        ends = [step(one, "action.note", {"text": one}) for one in NAMES]
        self.rig = make_rig(
            [step("read", "experiment.decide", HERE | (config or {})), *ends],
            [("t", "next", "read"), *(("read", one, one) for one in NAMES)],
        )
        self.rig.engine.endings.withdraw[waiting.KIND] = waiting.forget
        waiting.join(self.rig.engine.waits)

    def run(self):
        run_id = self.rig.accept().run_id
        self.rig.settle()
        return run_id

    def end(self, users, **did):
        self.world.seen(users, **did)
        clock.shift(timedelta(minutes=6))
        self.world.ticking().drain()
        self.rig.settle()

    def waits(self):
        with self.world.unit() as uow:
            return [one.run_id for one in uow.session.scalars(select(FlagExperimentWait))]

    def path(self, run_id):
        return [one.node_key for one in self.rig.steps(run_id)][1:]

    def output(self, run_id):
        return next(one.output for one in self.rig.steps(run_id) if one.node_key == "read")


def test_a_run_waits_for_the_end_and_goes_on_by_what_it_says(app, tenant, make_rig):
    shop = Shop(app, tenant, make_rig, hypothesis="One page sells more")
    first, second = shop.run(), shop.run()
    assert len(shop.waits()) == 2
    shop.world.start()
    shop.end(shop.world.people(), did=better)
    for run_id in (first, second):
        assert shop.path(run_id) == ["read", "ship"]
        told = shop.output(run_id)
        assert (told["outcome"], told["winner"], told["done"], told["people"]) == ("ship", "new", "", 600)
        assert told["arms"][1]["low"] > 0
    assert shop.waits() == []
    assert shop.path(shop.run()) == ["read", "ship"]  # once more: it says the same, at once


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("what", "port"), [("none", "inconclusive"), ("worse", "keep"), ("uneven", "invalid"),
                                            ("stopped", "inconclusive")])  # fmt: skip
def test_each_way_on(app, tenant, make_rig, what, port):
    shop = Shop(app, tenant, make_rig)
    run_id = shop.run()
    shop.world.start()
    users = shop.world.people(1500)
    if what == "uneven":
        users = [one for one in users if shop.world.arm(one) == "old" or one[-1] in "01234"]
    if what == "stopped":
        shop.world.do(driving.stop)
        shop.rig.settle()
    else:
        opposite = {"old": "new", "new": "old"}
        shop.end(users, did=alike if what != "worse" else lambda user, arm: better(user, opposite[arm]))
    assert shop.path(run_id) == ["read", port]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_it_does_what_it_says_once_and_a_second_time_changes_nothing(app, tenant, make_rig):
    shop = Shop(app, tenant, make_rig, {"do": "apply", "note": "By the run"})
    shop.world.start()
    early = shop.run()
    assert shop.rig.run(early).state == "failed"
    assert shop.rig.steps(early)[1].error["code"] == "experiment.not_allowed"
    shop.end(shop.world.people(), did=better)
    done = shop.run()
    assert (shop.output(done)["done"], shop.output(done)["shipped"], shop.world.row().state) == (
        "done",
        "new",
        "decided",
    )
    assert shop.world.row().decision["note"] == "By the run"
    again = shop.run()
    assert (shop.output(again)["done"], shop.path(again)) == ("before", ["read", "ship"])
    assert shop.world.history() == ["created", "started", "ended", "decided"]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_keeping_the_control_and_what_is_left_to_people(app, tenant, make_rig):
    shop = Shop(app, tenant, make_rig, {"do": "apply"})
    shop.world.start()
    shop.end(shop.world.people(), did=alike)
    left = shop.run()
    assert (shop.output(left)["done"], shop.world.row().state, shop.path(left)) == (
        "",
        "ended",
        ["read", "inconclusive"],
    )
    shop.rig.close()
    keep = Shop(app, tenant, make_rig, {"do": "keep"})
    kept = keep.run()
    assert (keep.output(kept)["done"], keep.world.row().decision["ship"]) == ("done", None)
    assert keep.world.held().enabled is False


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_where_people_have_to_agree_a_step_asks_them(app, tenant, make_rig):
    shop = Shop(app, tenant, make_rig, {"do": "apply"}, approvers=[f"user:{tenant['approver'].email}"])
    shop.world.start()
    shop.end(shop.world.people(), did=better)
    asked = shop.run()
    assert (shop.output(asked)["done"], shop.world.row().proposal["ship"]) == ("asked", "new")


def test_a_cancelled_run_waits_no_longer_and_a_dropped_experiment_fails_its_runs(app, tenant, make_rig):
    shop = Shop(app, tenant, make_rig)
    gone, left = shop.run(), shop.run()
    shop.rig.cancel(gone)
    shop.rig.settle()
    assert shop.waits() == [left]
    shop.world.do(driving.drop)
    shop.rig.settle()
    assert [shop.rig.run(one).state for one in (gone, left)] == ["cancelled", "failed"]
    assert shop.rig.steps(left)[1].error["code"] == "experiment.dropped"
    none = shop.run()
    assert shop.rig.steps(none)[1].error["code"] == "experiment.none"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_worker_that_dies_while_it_begins_to_wait_leaves_one_wait(app, tenant, make_rig):
    shop = Shop(app, tenant, make_rig)
    run_id = shop.rig.accept().run_id
    assert shop.rig.drain("main", crash_at="local.before_commit")
    assert shop.waits() == []
    shop.rig.later(60)
    shop.rig.settle()
    assert len(shop.waits()) == 1
    shop.world.start()
    shop.end(shop.world.people(), did=better)
    assert shop.path(run_id) == ["read", "ship"]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_giving_it_to_everybody_in_production_is_a_protected_step_and_reading_is_not(app, tenant, make_rig):
    make_guard_policy(app.extensions["studio_database"], tenant, target="flag.rollout",
                      approvals=[{"approvers": [f"user:{tenant['approver'].email}"]}])  # fmt: skip
    make_flag(app, tenant)
    there = {"flag": "new-checkout", "environment": "production"}
    rig = make_rig(
        [step("read", "experiment.decide", there | {"wait": False}),
         step("do", "experiment.decide", there | {"do": "apply"})],
        [("t", "next", "read"), ("read", "inconclusive", "do")],
    )  # fmt: skip
    world = World(app, place="production", tenant=tenant)
    with world.unit() as uow:
        assert planning.rows.find(uow, world.id).state == "draft"
    run_id = rig.accept().run_id
    rig.settle()
    found = {one.node_key: one for one in rig.steps(run_id)}
    assert found["read"].port == "inconclusive"
    assert found["do"].error["code"] == "guard.required"


def test_reading_without_waiting_says_what_it_says_now(app, tenant, make_rig):
    shop = Shop(app, tenant, make_rig, {"wait": False})
    shop.world.start()
    shop.world.seen(shop.world.people(100), did=better)
    told = shop.output(shop.run())
    assert (told["outcome"], told["final"], told["state"], told["people"]) == ("inconclusive", False, "running", 100)
