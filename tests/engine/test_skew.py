"""Machines whose clocks differ: what a run has done is read in its true order all the same."""

import time
from types import SimpleNamespace

import pytest

from studio.core import ids
from tests.engine import bench_nodes
from tests.engine.rig import Retry, step


@pytest.fixture
def other_machine(monkeypatch):
    """From now on ids are made as another machine makes them, whose clock is wrong by so many seconds."""

    def move(seconds):
        monkeypatch.setattr(ids, "_last", 0)
        monkeypatch.setattr(ids, "time", SimpleNamespace(time_ns=lambda: time.time_ns() + seconds * 10**9))

    return move


def test_the_latest_attempt_counts_although_its_id_is_the_smallest(make_rig, other_machine):
    rig = make_rig(
        [step("call", "test.outside", {"fails": 3}, retry=Retry(5, 1, 10)), step("note", "test.local")],
        [("t", "next", "call"), ("call", "next", "note")],
    )
    run_id = rig.accept().run_id
    for behind in range(4):
        other_machine(-3_600 * behind)
        rig.settle()
        rig.later(30)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert bench_nodes.calls[f"{run_id}:call"] == 4
    assert len(rig.notes()) == 1
