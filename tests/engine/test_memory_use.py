"""What a run holds in memory ends with its last step, not when a collector comes round."""

import gc

import pytest

from studio.runtime.engine.machine.machine import Machine
from tests.engine.rig import step


@pytest.fixture
def store():
    return "sqlite"


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_no_machine_outlives_its_run(make_rig, no_collector):
    nodes = [step("each", "flow.for_each", {"items": "[1, 2]"}), step("call", "test.outside", parent="each")]
    rig = make_rig([*nodes, step("write", "test.local")], [("t", "next", "each"), ("each", "each", "call"),
                                                           ("each", "done", "write")])  # fmt: skip
    for _ in range(5):
        rig.accept()
    rig.settle()
    assert [one for one in gc.get_objects() if type(one) is Machine] == []
