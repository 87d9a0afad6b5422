"""Re-running: what is kept, under which keys effects go out again, and loops that go on where they broke off."""

import pytest

from studio.runtime.compile import field_plan
from studio.runtime.ledger.payloads import INLINE_BYTES
from studio.runtime.models import Blob, Run
from tests.engine import bench_nodes
from tests.engine.rig import step
from tests.factories.reruns import run_again


def rerun(rig, run_id, from_step=None):
    with rig.database.unit(rig.workspace_id) as unit:
        again = run_again(unit, unit.session.get(Run, run_id), rig.engine.versions, lambda: None, from_step=from_step)
        return again.id


@pytest.fixture
def refusing(monkeypatch):
    """Say for which (step, path) the target refuses; empty it to mend the target."""
    refused: set[tuple[str, str]] = set()
    plain = bench_nodes.OutsideStep.start

    def start(self, ctx, config):
        if (ctx.node, ctx.path) in refused:
            bench_nodes.calls[ctx.effect_key] += 1
            return bench_nodes.Fail("target.refused", "No.")
        return plain(self, ctx, config)

    monkeypatch.setattr(bench_nodes.OutsideStep, "start", start)
    return refused


def states(rig, run_id):
    return {(row.node_key, row.path): (row.state, row.reused_from is not None) for row in rig.steps(run_id)}


def test_what_failed_goes_out_again_under_its_key_and_what_was_done_is_kept(make_rig, refusing):
    rig = make_rig(
        [step("one", "test.outside"), step("two", "test.outside")], [("t", "next", "one"), ("one", "next", "two")]
    )
    refusing.add(("two", ""))
    first = rig.accept().run_id
    rig.settle()
    assert rig.run(first).state == "failed"
    refusing.clear()
    again = rerun(rig, first, "two")
    rig.settle()
    assert rig.run(again).state == "succeeded"
    assert states(rig, again) == {
        ("t", ""): ("succeeded", True), ("one", ""): ("succeeded", True), ("two", ""): ("succeeded", False),
    }  # fmt: skip
    assert (bench_nodes.calls[f"{first}:one"], bench_nodes.calls[f"{first}:two"]) == (1, 2)


def test_from_the_start_a_success_is_repeated_under_a_new_key_and_a_failure_under_its_own(make_rig, refusing):
    rig = make_rig(
        [step("one", "test.outside"), step("two", "test.outside")], [("t", "next", "one"), ("one", "next", "two")]
    )
    refusing.add(("two", ""))
    first = rig.accept().run_id
    rig.settle()
    refusing.clear()
    again = rerun(rig, first)
    rig.settle()
    assert bench_nodes.calls[f"{again}:one"] == 1
    assert bench_nodes.calls[f"{first}:two"] == 2


def test_many_repeated_runs_do_not_keep_a_new_event_waiting(make_rig):
    rig = make_rig([step("a", "test.local")], [("t", "next", "a")])
    first = rig.accept().run_id
    rig.settle()
    for _ in range(3):
        rerun(rig, first)
    new = rig.accept().run_id
    claimed = rig.engine.writer.run(
        lambda session: rig.engine.ledger.claim(session, lane="main", limit=1, holder="me", lease_s=10)
    )[1]
    assert [run.id for run in claimed] == [new]


def test_changed_content_goes_out_under_a_new_key(make_rig, refusing):
    rig = make_rig([step("call", "test.outside")], [("t", "next", "call")])
    refusing.add(("call", ""))
    first = rig.accept().run_id
    rig.settle()
    refusing.clear()
    changed = field_plan(step("call", "test.outside", {"keyed": False}))
    rig.compiled.resolvers["call"] = changed  # as a newer version has it
    again = rerun(rig, first, "call")
    rig.settle()
    assert bench_nodes.calls[f"{again}:call"] == 1


LOOP = [
    step("loop", "flow.for_each", {"items": "[1, 2, 3, 4]", "concurrency": 2}),
    step("call", "test.outside", parent="loop"),
    step("write", "test.local", parent="loop"),
    step("end", "test.local"),
]
LOOP_EDGES = [("t", "next", "loop"), ("loop", "each", "call"), ("call", "next", "write"), ("loop", "done", "end")]


def test_a_loop_goes_on_at_the_item_that_failed(make_rig, refusing):
    rig = make_rig(LOOP, LOOP_EDGES)
    refusing.add(("call", "2"))
    first = rig.accept().run_id
    rig.settle()
    assert rig.run(first).state == "failed"
    refusing.clear()
    again = rerun(rig, first, "call")
    rig.settle()
    assert rig.run(again).state == "succeeded"
    called = [sum(bench_nodes.calls[f"{run}:call:{path}"] for run in (first, again)) for path in "0123"]
    assert called == [1, 1, 2, 1]
    assert bench_nodes.calls[f"{first}:call:2"] == 2
    assert sorted(note.text for note in rig.notes()) == ["end|", "write|0", "write|1", "write|2", "write|3"]
    loop = next(row for row in rig.steps(again) if row.node_key == "loop")
    assert (loop.output["count"], loop.output["failed"]) == (4, 0)


def test_a_loop_that_had_come_to_its_end_starts_as_a_whole(make_rig):
    rig = make_rig(LOOP, LOOP_EDGES)
    first = rig.accept().run_id
    rig.settle()
    again = rerun(rig, first, "call")
    rig.settle()
    assert rig.run(again).state == "succeeded"
    assert [bench_nodes.calls[f"{again}:call:{path}"] for path in "0123"] == [1, 1, 1, 1]


def test_a_loop_within_a_loop_goes_on_too(make_rig, refusing):
    rig = make_rig(
        [
            step("outer", "flow.for_each", {"items": "[1, 2]"}),
            step("inner", "flow.for_each", {"items": "[1, 2]"}, parent="outer"),
            step("call", "test.outside", parent="inner"),
        ],
        [("t", "next", "outer"), ("outer", "each", "inner"), ("inner", "each", "call")],
    )
    refusing.add(("call", "1.0"))
    first = rig.accept().run_id
    rig.settle()
    refusing.clear()
    again = rerun(rig, first, "call")
    rig.settle()
    assert rig.run(again).state == "succeeded"
    keys = [f"{run}:call:{path}" for run in (first, again) for path in ("0.0", "0.1", "1.0", "1.1")]
    assert [bench_nodes.calls[key] for key in keys] == [1, 1, 2, 0, 0, 0, 0, 1]


def test_a_large_result_is_kept_for_each_re_run(make_rig):
    size = INLINE_BYTES * 2
    rig = make_rig(
        [
            step("give", "test.give", {"size": size}),
            step("write", "test.local", {"fail": True}),
            step("read", "data.set", {"fields": [{"name": "n", "value": "size(steps.give.text)"}]}),
        ],
        [("t", "next", "give"), ("give", "next", "write"), ("write", "error", "read")],
    )
    first = rig.accept().run_id
    rig.settle()
    both = [rerun(rig, first, "write"), rerun(rig, first, "write")]
    with rig.database.unit(rig.workspace_id) as unit:
        unit.session.query(Blob).filter(Blob.run_id == first).delete()
    rig.settle()
    assert [rig.steps(run_id)[-1].output for run_id in both] == [{"n": size}, {"n": size}]


def test_data_that_looks_like_a_mark_is_data(make_rig):
    mark = {"$blob": "0194f6e7-0000-7000-8000-000000000000", "bytes": 3}
    same = {"fields": [{"name": "same", "value": "steps.give"}]}
    rig = make_rig(
        [step("give", "test.give", {"given": mark}), step("ask", "test.ask"), step("copy", "data.set", same)],
        [("t", "next", "give"), ("give", "next", "ask"), ("ask", "next", "copy")],
    )
    run_id = rig.accept().run_id
    rig.settle()
    rig.answer(rig.open_waits()[0], {})
    rig.settle()
    assert rig.steps(run_id)[-1].output == {"same": mark}
