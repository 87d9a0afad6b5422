"""The engine on both databases: boundaries, effects, waits, retries, crashes."""

from datetime import timedelta

import pytest

from studio.core import clock
from studio.core.errors import Conflict
from studio.core.http import HttpClient
from studio.core.ids import new_id
from studio.runtime.history.payloads import payload
from studio.runtime.ledger.rows import Accepted
from tests.engine import bench_nodes
from tests.engine.rig import Retry, step


def test_a_run_of_pure_steps_succeeds_in_one_drain(make_rig):
    rig = make_rig(
        [
            step("big", "condition.if", {"condition": "trigger.total > 100"}),
            step("fields", "data.set", {"fields": [{"name": "a", "value": "trigger.total"}]}),
        ],
        [("t", "next", "big"), ("big", "true", "fields")],
    )
    run_id = rig.accept({"total": 150}).run_id
    rig.drain()
    assert rig.run(run_id).state == "succeeded"
    assert [(row.node_key, row.port) for row in rig.steps(run_id)] == [
        ("t", "next"),
        ("big", "true"),
        ("fields", "next"),
    ]
    assert rig.steps(run_id)[-1].output == {"a": 150}


def test_dates_are_counted_from_when_the_run_began_and_what_is_none_is_named(make_rig):
    """However long it has waited: a run that is gone through again decides as it did."""
    recent = (
        '(timestamp(trigger.at) >= timestamp(run.started_at) - duration("1h")'
        " && timestamp(trigger.at) <= timestamp(run.started_at))"
    )
    rig = make_rig(
        [step("wait", "flow.delay", {"seconds": 172_800}), step("recent", "condition.if", {"condition": recent})],
        [("t", "next", "wait"), ("wait", "next", "recent")],
    )
    at = (clock.local_now() - timedelta(minutes=5)).isoformat()
    runs = [rig.accept({"at": one}).run_id for one in (at, "soon", None)]
    rig.settle()
    rig.later(172_900)
    rig.settle()
    told = [rig.steps(run_id)[-1] for run_id in runs]
    assert [(row.node_key, row.port) for row in told] == [("recent", "true"), ("recent", None), ("recent", None)]
    assert "trigger.at is a text, but not a date" in told[1].error["message"]
    assert "trigger.at is empty" in told[2].error["message"]


def test_the_same_key_starts_one_run_and_the_second_event_names_it(make_rig):
    rig = make_rig([], [])
    first, second = rig.accept({"id": 1}, key="order-1"), rig.accept({"id": 1}, key="order-1")
    assert (first.verdict, second.verdict) == ("started", "duplicate")
    assert second.run_id == first.run_id


def test_an_outside_effect_is_called_once_under_its_key(make_rig):
    rig = make_rig([step("call", "test.outside")], [("t", "next", "call")])
    run_id = rig.accept().run_id
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert bench_nodes.calls[f"{run_id}:call"] == 1


def test_a_killed_call_is_repeated_under_the_same_key(make_rig):
    rig = make_rig([step("call", "test.outside")], [("t", "next", "call")])
    run_id = rig.accept().run_id
    rig.drain()
    assert rig.drain("effect", crash_at="effect.after_call")
    rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert bench_nodes.calls[f"{run_id}:call"] == 2
    assert [row.attempt for row in rig.steps(run_id) if row.node_key == "call"] == [1]


def test_a_killed_call_to_a_target_without_keys_needs_a_person(make_rig):
    rig = make_rig([step("call", "test.outside", {"keyed": False})], [("t", "next", "call")])
    told = []
    rig.engine.endings.failed.append(lambda _uow, run, _compiled: told.append(run.id))
    run_id = rig.accept().run_id
    rig.drain()
    rig.drain("effect", crash_at="effect.after_call")
    rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "needs_review"
    assert told == [run_id]
    assert bench_nodes.calls[f"{run_id}:call"] == 1


def test_retries_are_waits_under_one_key(make_rig):
    rig = make_rig([step("call", "test.outside", {"fails": 2}, retry=Retry(3, 1, 10))], [("t", "next", "call")])
    run_id = rig.accept().run_id
    for _ in range(3):
        rig.settle()
        rig.later(30)
    rig.settle()
    attempts = [(row.attempt, row.state) for row in rig.steps(run_id) if row.node_key == "call"]
    assert attempts == [(1, "failed"), (2, "failed"), (3, "succeeded")]
    assert bench_nodes.calls[f"{run_id}:call"] == 3


def test_a_failed_step_leaves_by_its_error_port_where_one_leads_on(make_rig):
    rig = make_rig(
        [step("call", "test.outside", {"fails": 9}), step("mend", "test.local")],
        [("t", "next", "call"), ("call", "error", "mend")],
    )
    run_id = rig.accept().run_id
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert len(rig.notes()) == 1


def test_a_local_step_that_fails_leaves_no_row(make_rig):
    rig = make_rig([step("write", "test.local", {"fail": True})], [("t", "next", "write")])
    run_id = rig.accept().run_id
    rig.settle()
    run = rig.run(run_id)
    assert (run.state, run.error["code"], run.error["node"]) == ("failed", "test.refused", "write")
    assert rig.notes() == []


def test_a_local_step_killed_before_its_commit_is_written_once(make_rig):
    rig = make_rig([step("write", "test.local")], [("t", "next", "write")])
    run_id = rig.accept().run_id
    assert rig.drain(crash_at="local.before_commit")
    assert rig.notes() == []
    rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert len(rig.notes()) == 1


def test_a_wait_is_answered_once_and_goes_on(make_rig):
    rig = make_rig([step("ask", "test.wait")], [("t", "next", "ask")])
    run_id = rig.accept().run_id
    rig.settle()
    [wait] = rig.open_waits()
    assert rig.run(run_id).waiting_for == "test"
    assert rig.answer(wait, {"yes": True})
    assert not rig.answer(wait, {"yes": False})
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert rig.steps(run_id)[-1].output == {"yes": True}


def test_a_wait_that_nobody_answers_ends_by_itself(make_rig):
    rig = make_rig([step("ask", "test.wait", {"seconds": 600})], [("t", "next", "ask")])
    run_id = rig.accept().run_id
    rig.settle()
    rig.later(500)
    rig.settle()
    assert rig.run(run_id).state == "waiting"
    rig.later(200)
    rig.settle()
    assert rig.steps(run_id)[-1].port == "late"


def test_cancelling_withdraws_what_is_waited_for(make_rig):
    rig = make_rig([step("ask", "test.wait")], [("t", "next", "ask")])
    run_id = rig.accept().run_id
    rig.settle()
    [wait] = rig.open_waits()
    rig.cancel(run_id)
    assert rig.withdrawn == [wait.id]
    assert rig.run(run_id).state == "cancelled"
    rig.answer(wait, {})
    rig.settle()
    assert rig.run(run_id).state == "cancelled"
    with pytest.raises(Conflict):
        rig.cancel(run_id)


def test_three_lost_leases_quarantine_a_run(make_rig):
    rig = make_rig([], [])
    run_id = rig.accept().run_id
    for _ in range(3):
        assert rig.drain(crash_at="claim.after_commit")
        rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "quarantined"


def test_a_loop_runs_each_item_and_counts_the_failed_ones(make_rig):
    rig = make_rig(
        [
            step("loop", "flow.for_each", {"items": "trigger.items", "on_item_error": "continue"}),
            step("odd", "condition.if", {"condition": "item.ok"}, parent="loop"),
            step("write", "test.local", parent="loop"),
            step("bad", "test.local", {"fail": True}, parent="loop"),
        ],
        [("t", "next", "loop"), ("loop", "each", "odd"), ("odd", "true", "write"), ("odd", "false", "bad")],
    )
    run_id = rig.accept({"items": [{"ok": True}, {"ok": False}, {"ok": True}]}).run_id
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    loop = next(row for row in rig.steps(run_id) if row.node_key == "loop")
    assert (loop.output["count"], loop.output["failed"]) == (3, 1)
    assert sorted(note.text for note in rig.notes()) == ["write|0", "write|2"]


def test_a_late_worker_is_fenced_off(make_rig):
    """A worker stops past its lease, another finishes the run; the first one's write changes nothing."""
    rig = make_rig([step("write", "test.local")], [("t", "next", "write")])
    run_id = rig.accept().run_id
    now, [row] = rig.engine.writer.run(
        lambda session: rig.engine.ledger.claim(session, lane="main", limit=1, holder="late", lease_s=1)
    )
    [late] = rig.engine.executor.taking_up.machines([row], now)
    rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    rig.engine.executor.carrying.carry([late])
    assert len(rig.notes()) == 1
    assert len(rig.steps(run_id)) == 2


def test_one_group_accepts_for_two_tenants(make_rig):
    one, two = make_rig([], []), make_rig([], [])
    events = [
        Accepted(
            new_id(),
            new_id(),
            rig.workspace_id,
            rig.workflow_id,
            rig.subscription,
            rig.version_id,
            "t",
            "trigger.webhook",
            {},
        )
        for rig in (one, two)
    ]
    admissions = one.engine.writer.run(lambda session: one.engine.ledger.accept(session, events))
    assert [admission.verdict for admission in admissions] == ["started", "started"]
    assert one.run(admissions[0].run_id).workspace_id == one.workspace_id
    assert two.run(admissions[1].run_id).workspace_id == two.workspace_id


def test_what_no_row_can_keep_fails_its_step_and_no_other_run(make_rig):
    rig = make_rig(
        [
            step("items", "data.set", {"fields": [{"name": "x", "value": "trigger.items"}]}),
            step("map", "data.map", {"items": "steps.items.x",
                                     "fields": [{"name": "t", "value": "trigger.text"}]}),
            step("after", "test.local"),
        ],
        [("t", "next", "items"), ("items", "next", "map"), ("map", "next", "after")],
    )  # fmt: skip
    large = rig.accept({"items": list(range(9_000)), "text": "x" * 500_000}).run_id
    small = rig.accept({"items": [1], "text": "x"}).run_id
    rig.settle()
    assert (rig.run(large).state, rig.run(large).error["code"]) == ("failed", "step.unstorable")
    assert rig.run(small).state == "succeeded"
    assert len(rig.notes()) == 1


def test_a_failure_that_brought_too_much_keeps_its_reason(make_rig, http_target):
    rig = make_rig([step("call", "action.http", {"method": "GET", "url": http_target.url, "max_kib": 4_000})],
                   [("t", "next", "call")])  # fmt: skip
    rig.engine.ports.http = HttpClient(["127.0.0.1"])
    http_target.answer(404, headers={"Content-Type": "text/plain"}, body=b'"' * 3_000_000)
    run_id = rig.accept().run_id
    rig.settle()
    assert (rig.run(run_id).state, rig.run(run_id).error["code"]) == ("failed", "http.status_404")
    assert rig.steps(run_id)[-1].output is None


def test_a_set_up_that_grows_too_large_does_nothing(make_rig):
    fields = [{"name": f"f{number}", "value": "trigger.text"} for number in range(100)]
    rig = make_rig([step("set", "data.set", {"fields": fields})], [("t", "next", "set")])
    run_id = rig.accept({"text": "x" * 500_000}).run_id
    rig.settle()
    assert (rig.run(run_id).state, rig.run(run_id).error["code"]) == ("failed", "config.too_large")
    assert rig.steps(run_id)[-1].input is None


def test_a_loop_whose_results_are_too_large_lists_fewer(make_rig):
    rig = make_rig(
        [
            step("loop", "flow.for_each", {"items": "trigger.items"}),
            step("in", "data.set", {"fields": [{"name": "t", "value": "trigger.text"}]}, parent="loop"),
        ],
        [("t", "next", "loop"), ("loop", "each", "in")],
    )
    run_id = rig.accept({"items": list(range(30)), "text": "x" * 500_000}).run_id
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    with rig.database.unit(rig.workspace_id, read_only=True) as unit:
        output = payload(unit, next(row for row in rig.steps(run_id) if row.node_key == "loop").output)
    assert output["count"] == 30
    assert 0 < len(output["results"]) < 30


def test_an_error_names_field_expression_and_missing_path(make_rig):
    rig = make_rig(
        [
            step("early", "condition.if", {"condition": "trigger.total > 1"}),
            step("late", "condition.filter", {"items": "trigger.lines", "condition": "item.sku == 'a'"}),
        ],
        [("t", "next", "early"), ("early", "true", "late")],
    )
    runs = [rig.accept({"totl": 1}).run_id, rig.accept({"total": 2, "lines": [{"sku": "a"}, {"skv": 1}]}).run_id]
    rig.settle()
    first, second = (rig.run(run_id).error for run_id in runs)
    assert (first["field"], first["expression"]) == ("config.condition", "trigger.total > 1")
    assert "“total”" in first["message"]
    assert (second["field"], second["expression"]) == ("config.condition", "item.sku == 'a'")
    assert second["message"].startswith("Keep where: item has no field “sku”. It has skv.")


def test_what_a_target_asks_for_is_waited_and_the_key_stays(make_rig, http_target):
    rig = make_rig([step("call", "action.http", {"url": http_target.url}, retry=Retry(2, 1, 5))],
                   [("t", "next", "call")])  # fmt: skip
    rig.engine.ports.http = HttpClient(["127.0.0.1"])
    http_target.answer(429, headers={"Retry-After": "120"})
    http_target.answer(200, json_body={"ok": True})
    run_id = rig.accept().run_id
    rig.settle()
    rig.later(100)
    rig.settle()
    assert (rig.run(run_id).state, len(http_target.requests)) == ("waiting", 1)
    rig.later(25)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert {request.headers["idempotency-key"] for request in http_target.requests} == {f"{run_id}:call"}
    assert len(http_target.requests) == 2
