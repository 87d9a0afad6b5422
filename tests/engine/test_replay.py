"""Golden histories are decided the same by every later version; a decision that changed is named."""

from copy import deepcopy
from pathlib import Path

import orjson
import pytest

from studio.contract.node import Effect, Kind, registry
from studio.joining import load_node_types
from studio.runtime.engine.histories import History, from_json

load_node_types()
GOLDEN = sorted(Path(__file__).parent.joinpath("golden").glob("*.json"))


def read(path: Path) -> list[dict]:
    return orjson.loads(path.read_bytes())


def history(name: str, at: int = 0) -> dict:
    return deepcopy(read(Path(__file__).parent / "golden" / f"{name}.json")[at])


def step(raw: dict, key: str, path: str = "") -> dict:
    return next(one for one in raw["steps"] if (one["node_key"], one["path"]) == (key, path))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_history_is_decided_the_same(path: Path):
    for raw in read(path):
        assert from_json(raw).differences() == []


def test_each_step_that_is_worked_out_in_memory_has_a_history():
    seen = {(one["type"], one["state"]) for path in GOLDEN for raw in read(path) for one in raw["steps"]}
    pure = {
        key for key, kind in registry.items()
        if kind.effect is Effect.PURE and kind.kind is not Kind.TRIGGER and not key.startswith("test.")
    }  # fmt: skip
    assert pure - {type_ for type_, _ in seen} == set(), "record it: python -m tests.engine.golden.record"
    assert {"succeeded", "failed"} <= {state for _, state in seen}


def test_it_survives_the_way_through_a_file():
    raw = history("flow-loops")
    assert from_json(raw).as_json() == raw


def test_a_changed_result_is_named():
    raw = history("flow-data")
    step(raw, "tax")["output"] = {"amount": "1.00"}
    [found] = from_json(raw).differences()
    assert (found.place, found.what, found.then) == (("tax", ""), "output", {"amount": "1.00"})


def test_another_way_on_is_named_with_all_that_follows():
    raw = history("flow-loops-continue")
    many = next(node for node in raw["document"]["nodes"] if node["key"] == "many")
    many["config"]["condition"] = "item.quantity > 0"
    found = {(one.place, one.what) for one in from_json(raw).differences()}
    assert {(("many", "0"), "port"), (("take", "0"), "not started"), (("broken", "0"), "started")} <= found


def test_a_step_that_nobody_would_start_now_is_named():
    raw = history("flow-branches")
    raw["document"]["edges"] = [edge for edge in raw["document"]["edges"] if edge["to"] != "b"]
    assert (("b", ""), "not started") in {(one.place, one.what) for one in from_json(raw).differences()}


def test_another_end_is_named():
    raw = history("flow-failures")
    assert raw["run"]["state"] == "failed"
    refuse = next(node for node in raw["document"]["nodes"] if node["key"] == "refuse")
    refuse.update(type="data.set", config={"fields": [{"name": "done", "value": "true"}]})
    found = from_json(raw).differences()
    assert ("", "failed", "succeeded") in [(one.place[0], one.then, one.now) for one in found]


def test_the_wait_of_a_run_that_goes_on_is_no_difference():
    raw = history("flow-waits")
    step(raw, "parcel").update(state="waiting", port=None, output=None, finished_at=None)
    raw["steps"] = [one for one in raw["steps"] if one["node_key"] != "heard"]
    raw["run"]["state"] = "waiting"
    found: History = from_json(raw)
    assert found.differences() == []
