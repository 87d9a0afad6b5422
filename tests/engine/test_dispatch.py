"""Live steps run inside Dramatiq actors and nowhere else, with either broker; hints are safe to lose."""

import threading
import time
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import dramatiq
import pytest
from dramatiq.middleware import CurrentMessage
from sqlalchemy import select

from studio import worker
from studio.core.dispatch import Hints
from studio.core.dispatch import broker as broker_module
from studio.core.dispatch.room import CAPACITY, SPARE
from studio.core.dispatch.workers import Workers, actor
from studio.runtime.compiled import Compiled
from studio.runtime.models import LoopLease
from tests.engine import bench_nodes
from tests.engine.rig import Rig, step
from tests.factories.accounts import make_tenant
from tests.fixtures.app import close_app, open_app

BROKERS = {"local": None, "redis away": "redis://127.0.0.1:1/0"}


@pytest.fixture(params=["local", "redis"])
def watched(request, store_settings, monkeypatch):
    """A rig with real workers whose steps note which actor's message they ran under."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else BROKERS[request.param]
    seen: list[str | None] = []
    make = broker_module.make_broker

    def with_current_message(*args, **kwargs):
        made = make(*args, **kwargs)
        made.add_middleware(CurrentMessage())
        return made

    monkeypatch.setattr("studio.runtime.engine.engine.make_broker", with_current_message)
    app = open_app(replace(store_settings, redis_url=url))
    rig = Rig(
        app,
        make_tenant(app.extensions["studio_database"]).id,
        [
            step("fields", "data.set", {"fields": [{"name": "a", "value": "1"}]}),
            step("write", "test.local"),
            step("call", "test.outside"),
        ],
        [("t", "next", "fields"), ("fields", "next", "write"), ("write", "next", "call")],
    )
    _spy(rig.compiled, seen)
    rig.engine.declare()
    rig.engine.start_workers()
    yield rig, seen
    rig.close()
    close_app(app)


def _spy(compiled: Compiled, seen: list[str | None]) -> None:
    for node_type in compiled.types.values():
        plain = node_type.start

        def start(ctx, config, plain=plain):
            message = CurrentMessage.get_current_message()
            seen.append(message.actor_name if message else None)
            return plain(ctx, config)

        node_type.start = start


def ended(rig, run_id, timeout=15):
    until = time.monotonic() + timeout
    while rig.run(run_id).state not in ("succeeded", "failed"):
        assert time.monotonic() < until, rig.run(run_id).state
        threading.Event().wait(0.02)
    return rig.run(run_id).state


@pytest.mark.parametrize("watched", ["local", "redis", "redis away"], indirect=True)
def test_every_live_step_runs_inside_an_actor(watched):
    rig, seen = watched
    run_id = rig.accept().run_id
    assert ended(rig, run_id) == "succeeded"
    assert len(seen) == 3  # all but the trigger, which has happened before the run
    assert set(seen) == {"look_at_main", "look_at_effect"}


def test_a_run_whose_hint_was_lost_is_found_by_the_sweep(watched):
    rig, _seen = watched
    rig.engine.writer._after_accept = lambda: None
    run_id = rig.accept().run_id
    assert ended(rig, run_id) == "succeeded"


def test_dramatiq_is_what_carries_the_hints(watched):
    rig, _seen = watched
    assert all(isinstance(broker, dramatiq.Broker) for broker in rig.engine.brokers.values())


def test_what_a_stopping_worker_cannot_finish_is_another_ones_at_once(watched, monkeypatch):
    """SIGTERM in the middle of a long call: nobody waits for the lease to run out."""
    rig, _seen = watched
    called, go_on = threading.Event(), threading.Event()

    def start(ctx, config):
        called.set()
        go_on.wait(20)
        return bench_nodes.Done()

    rig.compiled.types["call"].start = start
    run_id = rig.accept().run_id
    assert called.wait(15)
    rig.engine.stop(patience_s=0.2)
    run = rig.run(run_id)
    go_on.set()
    assert (run.state, run.lane, run.lease_by) == ("queued", "effect", None)


def sweepers(rig):
    with rig.database.across(read_only=True) as unit:
        return list(unit.session.scalars(select(LoopLease.holder)))


def test_a_stopping_worker_leaves_the_sweep_to_whoever_comes_next(watched):
    rig, _seen = watched
    until = time.monotonic() + 15
    while not sweepers(rig):
        assert time.monotonic() < until
        threading.Event().wait(0.02)
    rig.engine.stop(patience_s=0.2)
    assert sweepers(rig) == []


def test_a_supervisor_frees_the_sweep_of_a_worker_that_died(make_rig, store_settings, monkeypatch):
    rig = make_rig([], [])
    with rig.database.across() as unit:
        unit.session.add(LoopLease(name="sweeper", holder="dead", until=unit.now + timedelta(hours=1)))
        unit.session.add(LoopLease(name="another", holder="alive", until=unit.now + timedelta(hours=1)))
    monkeypatch.setattr(worker.settings, "load", lambda: store_settings)
    worker.release("dead", dead=True, status=-9)
    assert sweepers(rig) == ["alive"]


@pytest.fixture(params=["local", "redis"])
def broker(request):
    return broker_module.make_broker(request.getfixturevalue("redis_url") if request.param == "redis" else None)


def taken(broker, count):
    """The names of what a worker with two threads looks at, until there are so many."""
    looked_at, through = [], threading.Event()

    def look(name):
        looked_at.append(name)
        if len(looked_at) == count:
            through.set()

    looks = {
        name: actor(broker, name, "main", lambda name=name: look(name), frequent=name == "orders")
        for name in ("orders", "mail")
    }
    working = Workers({"main": broker}, {"main": 2})
    return looks, looked_at, through, working


def test_a_full_queue_drops_hints_and_loses_nothing(broker):
    """Hints beyond what the queue holds say nothing new; what is hinted seldom finds room behind them."""
    looks, looked_at, through, working = taken(broker, CAPACITY + 1)
    for _ in range(CAPACITY * 3):
        looks["orders"].send()
    looks["mail"].send()
    working.start()
    assert through.wait(15)
    working.stop()
    assert looked_at.count("orders") == CAPACITY
    assert looked_at.count("mail") == 1


def test_what_is_hinted_seldom_has_a_bound_too(broker):
    looks, looked_at, through, working = taken(broker, CAPACITY + SPARE)
    for _ in range((CAPACITY + SPARE) * 2):
        looks["mail"].send()
    working.start()
    assert through.wait(15)
    working.stop()
    assert looked_at.count("mail") == CAPACITY + SPARE


def test_a_hint_is_looked_at_whatever_its_sender_takes_the_time_for(broker):
    """Machines' clocks differ, and a worker that was away finds few hints, whose looks cost next to nothing."""
    looks, looked_at, through, working = taken(broker, 1)
    broker.enqueue(looks["mail"].message().copy(message_timestamp=1_000))
    working.start()
    assert through.wait(15)
    working.stop()
    assert looked_at == ["mail"]


def test_a_hint_that_reaches_nobody_ends_no_sending():
    """Redis is away, and what stands in for it breaks."""
    hints, tried, sent = Hints(), threading.Event(), threading.Event()

    def broken():
        tried.set()
        raise RuntimeError

    hints.register("main", SimpleNamespace(send=broken))
    hints.register("effect", SimpleNamespace(send=sent.set))
    hints.spare = broken
    hints.send("main")
    assert tried.wait(5)
    hints.spare = lambda: {"effect": SimpleNamespace(send=sent.set)}
    hints.send("effect")
    assert sent.wait(5)
    hints.stop()


def test_hints_are_never_delayed():
    broker = broker_module.make_broker(None)
    broker.declare_queue("main")
    message = dramatiq.Message(queue_name="main", actor_name="look", args=(), kwargs={}, options={})
    with pytest.raises(ValueError, match="never delayed"):
        broker.enqueue(message, delay=1)


def test_every_thread_takes_a_hint_at_once(broker):
    """A slow call in one of them must not keep the others idle."""
    all_there = threading.Barrier(6)
    looks = actor(broker, "look", "effects", lambda: all_there.wait(20))
    working = Workers({"effects": broker}, {"effects": 5})
    working.start()
    try:
        for _ in range(5):
            looks.send()
        all_there.wait(20)
    finally:
        all_there.abort()
        working.stop()
