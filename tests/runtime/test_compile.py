"""Checking and compiling documents."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.contract.graph import Join, Retry
from studio.core.errors import InvalidInput, StudioError
from studio.runtime.checks import check
from studio.runtime.compile import compile_graph, environment_for, sample_values, types_of
from studio.runtime.document import load, parse
from studio.runtime.engine.versions import compile_document
from tests.runtime.document.samples import REFUNDS
from tests.runtime.graphs import codes, flow, hook, step


def condition(key, source="trigger.order.total > 400.0", parent=None):
    return step(key, "condition.if", parent, condition=source)


def test_the_example_has_no_problems_and_compiles():
    document = parse(REFUNDS)
    assert check(document) == []
    graph = compile_graph(document)
    assert graph.order == ("order", "large", "call")
    assert graph.out["large", "true"] == ("call",)
    assert graph.nodes["call"].retry == Retry(3, 2.0, 60.0)
    assert graph.nodes["call"].timeout_s == 20.0
    assert graph.budget.steps == 10_000
    assert types_of(graph)["large"].key == "condition.if"


def test_nothing_starts_it():
    assert "graph.no_trigger" in codes(check(flow([step("a")])))


def test_a_circle_names_its_steps():
    problems = check(flow([hook(), step("a"), step("b")], "hook>a", "a>b", "b>a"))
    (found,) = [problem for problem in problems if problem.code == "graph.cycle"]
    assert found.message.startswith("These steps run in a circle: “A” → “B” → “A”.")
    with pytest.raises(InvalidInput):
        compile_graph(flow([hook(), step("a"), step("b")], "hook>a", "a>b", "b>a"))


def test_edges_leave_by_ports_that_exist():
    problems = check(flow([hook(), condition("large"), step("a")], "hook>large", "large.maybe>a", "hook.error>a"))
    found = [problem for problem in problems if problem.code == "graph.unknown_port"]
    assert [problem.edge["port"] for problem in found] == ["maybe", "error"]
    assert found[0].path == "edges.1"


def test_edges_keep_to_their_loop():
    each = step("each", "flow.for_each", items="trigger.orders")
    start = hook({"orders": [{"id": 1}]})
    good = flow([start, each, step("a", parent="each"), step("after")], "hook>each", "each.each>a", "each.done>after")
    assert check(good) == []
    for edge in ("a>after", "a>each", "hook>a", "each.each>after"):
        raw = flow([start, each, step("a", parent="each"), step("after")], "hook>each", "each.each>a", edge)
        assert "graph.crosses_loop" in codes(check(raw)), edge


def test_a_parent_is_a_loop_and_never_oneself():
    assert "graph.parent_no_loop" in codes(check(flow([hook(), step("a"), step("b", parent="a")], "hook>a")))
    each = step("each", "flow.for_each", "inner", items="[1]")
    inner = step("inner", "flow.for_each", "each", items="[1]")
    assert codes(check(flow([hook(), each, inner]))) == ["graph.parent_circle"]


def test_triggers_have_no_way_in():
    assert "graph.into_trigger" in codes(check(flow([hook(), step("a")], "hook>a", "a>hook")))


def test_duplicate_edges_and_unreachable_steps():
    problems = check(flow([hook(), step("a"), step("b")], "hook>a", "hook>a"))
    assert codes(problems) == ["graph.duplicate_edge"]
    assert codes(problems, "warning") == ["graph.unreachable"]


def test_joins_count_what_leads_to_them():
    join = step("join", "flow.join", mode="count", count=3)
    assert "graph.join_count" in codes(check(flow([hook(), join, step("a")], "hook>a", "a>join", "hook>join")))
    assert compile_graph(
        flow([hook(), step("join", "flow.join", mode="any"), step("a")], "hook>a", "a>join", "hook>join")
    ).nodes["join"].join == Join("any", 1)


def test_what_somebody_named_is_called_so():
    call = step("call", "action.http", url="https://erp.example.com", headers={"X-Shop_id": "{{ trigger.ordr.id }}"})
    [problem] = check(flow([hook(), call], "hook>call"))
    assert problem.field == "config.headers.X-Shop_id"
    assert problem.message.startswith("Headers X-Shop_id: ")


def test_config_problems_point_at_fields():
    problems = check(flow([hook(), step("call", "action.http", method="FETCH", url="{{ trigger.ordr.id }}"),
                           condition("large", "trigger.order.total >"), condition("empty", "")],
                          "hook>call", "call>large", "call>empty"))  # fmt: skip
    found = {problem.field: problem for problem in problems if problem.node != "large"}
    assert found["config.method"].code == "config.choice"
    assert found["config.method"].path == "nodes.1.config.method"
    assert found["config.url"].code == "expression.unknown_path"
    assert found["config.url"].severity == "warning"
    assert found["config.url"].span == (3, 15)
    assert found["config.condition"].code == "config.required"
    assert found["config.condition"].message == "Fill in “Condition”."
    assert any(problem.code == "expression.syntax" and problem.node == "large" for problem in problems)


def test_texts_in_braces_are_not_judged_as_if_they_were_values():
    call = step(
        "call", "action.http", url="https://x.test/", method="{{ trigger.order.method }}", query={"a": "{{ 1 }}"}
    )
    assert codes(check(flow([hook({"order": {"method": "PUT"}}), call], "hook>call"))) == []


def test_an_expression_of_the_wrong_kind_is_an_error():
    problems = check(flow([hook(), condition("large", '"text"')], "hook>large"))
    assert codes(problems) == ["expression.type"]


def test_reading_a_step_that_may_not_have_run_is_a_warning():
    read = step("read", fields=[{"name": "x", "value": "steps.a.done"}])
    problems = check(flow([hook(), condition("large"), step("a"), step("b"), read],
                          "hook>large", "large.true>a", "large.false>b", "a>read", "b>read"))  # fmt: skip
    assert codes(problems, "warning") == ["reference.may_not_have_run"]
    asked = step("read", fields=[{"name": "x", "value": "has(steps.a) ? steps.a.done : false"}])
    problems = check(flow([hook(), condition("large"), step("a"), step("b"), asked],
                          "hook>large", "large.true>a", "large.false>b", "a>read", "b>read"))  # fmt: skip
    assert check(flow([hook(), step("a"), read], "hook>a", "a>read")) == []
    assert problems == []


def test_parallel_branches_of_one_port_have_both_run():
    read = step("read", fields=[{"name": "x", "value": "steps.a.done && steps.b.done"}])
    steps = [hook(), condition("large"), step("a"), step("b"), read]
    assert check(flow(steps, "hook>large", "large.true>a", "large.true>b", "a>read", "b>read")) == []


def test_reading_a_later_step_is_an_error_in_words():
    early = step("early", fields=[{"name": "x", "value": "steps.late.done"}])
    (problem,) = check(flow([hook(), early, step("late")], "hook>early", "early>late"))
    assert problem.code == "reference.not_before"
    assert "“Late” does not run before “Early”" in problem.message


def test_loops_bring_item_and_index_and_keep_their_steps_to_themselves():
    each = step("each", "flow.for_each", items="trigger.orders")
    body = step("body", parent="each", fields=[{"name": "x", "value": "item.id + index"}])
    wrong = step("wrong", parent="each", fields=[{"name": "x", "value": "item.nope"}])
    after = step("after", fields=[{"name": "x", "value": "steps.body.x"}])
    problems = check(flow([hook({"orders": [{"id": 1}]}), each, body, wrong, after],
                          "hook>each", "each.each>body", "each.each>wrong", "each.done>after"))  # fmt: skip
    assert [(p.node, p.code, p.severity) for p in problems] == [
        ("after", "reference.not_before", "error"),
        ("wrong", "expression.unknown_path", "warning"),
    ]
    outside = step("read", fields=[{"name": "x", "value": "item"}])
    assert codes(check(flow([hook(), outside], "hook>read"))) == ["expression.unknown_path"]


def test_behind_the_error_port_stands_the_error():
    call = step("call", "action.http", url="https://x.test/")
    read = step("read", fields=[{"name": "x", "value": "steps.call.error.message"}])
    wrong = step("read", fields=[{"name": "x", "value": "steps.call.status"}])
    assert check(flow([hook(), call, read], "hook>call", "call.error>read")) == []
    assert codes(check(flow([hook(), call, wrong], "hook>call", "call.error>read"))) == ["expression.unknown_path"]


def test_the_title_is_checked_against_the_event():
    assert codes(check(flow([hook()], settings={"title": "Order {{ steps.a }}"}))) == ["expression.unknown_path"]


def test_environment_and_samples_of_a_step():
    document = flow([hook(), step("a", fields=[{"name": "x", "value": "1"}]), condition("large")], "hook>a", "a>large")
    assert set(environment_for(document, "large").roots) == {"trigger", "steps", "run", "workspace"}
    assert set(environment_for(document, "large").roots["steps"].fields) == {"hook", "a"}
    values = sample_values(document, "large", {"a": {"x": 1}})
    assert values["trigger"] == {"order": {"total": 420.0}}
    assert values["steps"]["a"] == {"x": 1}


@given(st.data())
def test_any_forward_graph_compiles_in_an_order_that_points_forwards(data):
    size = data.draw(st.integers(1, 12))
    names = [f"n{index}" for index in range(size)]
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
    chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    shuffled = data.draw(st.permutations([step(name) for name in names]))
    document = flow([hook(), *shuffled], *(f"n{a}>n{b}" for a, b in chosen))
    assert codes(check(document)) == []
    graph = compile_graph(document)
    rank = {key: index for index, key in enumerate(graph.order)}
    assert sorted(graph.order) == sorted(["hook", *names])
    assert all(rank[edge.source] < rank[edge.target] for edge in graph.edges)


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["next", "each", "done", "true", "error"]),
                          st.integers(0, 5)), max_size=12, unique=True),
       st.lists(st.sampled_from([None, "n0", "n1", "n2"]), min_size=6, max_size=6))  # fmt: skip
def test_any_graph_is_checked_without_an_exception_and_compiles_iff_it_has_no_structural_error(edges, parents):
    kinds = ["flow.for_each", "flow.for_each", "condition.if", "data.set", "data.set", "data.set"]
    steps = [step(f"n{index}", kind, parents[index]) for index, kind in enumerate(kinds)]
    document = flow([hook(), *steps], "hook>n0", *(f"n{a}.{port}>n{b}" for a, port, b in edges))
    structural = [problem for problem in check(document) if problem.code.startswith("graph.")]
    if any(problem.severity == "error" for problem in structural):
        with pytest.raises(InvalidInput):
            compile_graph(document)
    else:
        assert len(compile_graph(document).order) == 7


def test_an_error_that_leads_elsewhere_does_not_blur_what_is_known_here():
    call = step("call", "action.http", url="https://x.test/")
    read = step("read", fields=[{"name": "x", "value": "steps.call.nope"}])
    steps = [hook(), call, read, step("each", "flow.for_each", items="[1]"), step("in", parent="each")]
    steps[-1]["key"] = "inside"
    problems = check(flow(steps, "hook>call", "call>read", "call.error>each", "each.each>inside"))
    assert codes(problems) == ["expression.unknown_path"]
    both = check(flow(steps, "hook>call", "call>read", "call.error>read"))
    assert codes(both) == []


def test_a_join_that_does_not_wait_makes_parallel_branches_uncertain():
    read = step("read", fields=[{"name": "x", "value": "steps.a.done"}])
    for mode, expected in (("all", []), ("any", ["reference.may_not_have_run"])):
        join = step("join", "flow.join", mode=mode)
        problems = check(flow([hook(), step("a"), step("b"), join, read],
                              "hook>a", "hook>b", "a>join", "b>join", "join>read"))  # fmt: skip
        assert codes(problems, "warning") == expected


def test_a_document_of_a_thousand_steps_is_checked_in_seconds():
    names = [f"n{index}" for index in range(999)]
    steps = [
        step(name, fields=[{"name": "x", "value": f"steps.n{i - 1}.x" if i else "1"}]) for i, name in enumerate(names)
    ]
    began = time.monotonic()
    assert check(flow([hook(), *steps], "hook>n0", *(f"n{i}>n{i + 1}" for i in range(998)))) == []
    assert time.monotonic() - began < 20


def test_a_type_that_is_gone_or_was_forged_never_runs():
    """What an import cannot bring in is not run either, should it stand in a stored version."""
    raw = {**REFUNDS, "nodes": [dict(one) for one in REFUNDS["nodes"]]}
    raw["nodes"][2]["type"] = "action.shell"
    with pytest.raises(StudioError, match="which this Studio does not have"):
        compile_document(load(raw), {}, None, "Forged")


def test_keys_of_limits_see_the_event_alone_and_give_a_text():
    def found(**settings):
        return [(one.path, one.code, one.severity) for one in check(flow([hook()], settings=settings))]

    told = found(one_at_a_time={"key": "trigger.order.id"}, at_once={"limit": 1, "key": ""})
    assert [severity for _path, _code, severity in told if severity == "error"] == []
    assert found(one_at_a_time={"key": "steps.a"}) == [
        ("settings.one_at_a_time.key", "expression.unknown_path", "error")
    ]
    [problem] = found(at_once={"limit": 1, "key": "trigger.("})
    assert problem[0] == "settings.at_once.key"
    [problem] = found(rate={"limit": 1, "key": "[1, 2]"})
    assert (problem[0], problem[2]) == ("settings.rate.key", "error")
