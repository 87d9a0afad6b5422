"""Which connections a run went along: of every one it is said what the engine decided."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from studio.contract.graph import Budget, Edge, Node, build
from studio.runtime import decide
from studio.runtime.history.tallies import tallied
from studio.runtime.history.ways import ways
from tests.runtime.graphs import flow, hook, step

DOCUMENT = flow(
    [hook(), step("loop", "flow.for_each", items="trigger.lines"), step("inner", parent="loop"),
     step("big", "condition.if", condition="true"), step("yes"), step("no"), step("after")],
    "hook>loop", "loop.each>inner", "loop.done>big", "big.true>yes", "big.false>no", "no>after",
)  # fmt: skip


def found(*rows, ended=True):
    return {key: (one.state, one.times) for key, one in ways(DOCUMENT, tallied(rows), "hook", ended=ended).items()}


def test_a_branch_that_was_not_taken_is_dead_with_all_behind_it():
    rows = [("hook", "succeeded", "next", 1, 0), ("loop", "succeeded", "done", 1, 0),
            ("inner", "succeeded", "next", 3, 0), ("big", "succeeded", "true", 1, 0),
            ("yes", "running", None, 1, 0)]  # fmt: skip
    assert found(*rows, ended=False) == {
        ("hook", "next", "loop"): ("taken", 1), ("loop", "each", "inner"): ("taken", 3),
        ("loop", "done", "big"): ("taken", 1), ("big", "true", "yes"): ("taken", 1),
        ("big", "false", "no"): ("dead", 0), ("no", "next", "after"): ("dead", 0),
    }  # fmt: skip


def test_what_a_running_step_has_not_decided_is_open_until_the_run_ends():
    rows = [("hook", "succeeded", "next", 1, 0), ("loop", "running", None, 1, 0)]
    assert found(*rows, ended=False)["loop", "done", "big"] == ("open", 0)
    assert found(*rows, ended=False)["no", "next", "after"] == ("open", 0)
    assert found(*rows)["loop", "done", "big"] == ("dead", 0)


def test_attempts_that_were_followed_by_another_do_not_count_as_failures():
    one = tallied([("call", "failed", None, 2, 1), ("call", "succeeded", "next", 1, 1)])["call"]
    assert (one.places, one.worst, one.again) == (1, "succeeded", 2)
    assert tallied([("call", "failed", None, 3, 2)])["call"].states == Counter(failed=1)


@st.composite
def graphs(draw):
    """Steps in order, lines that lead onwards only, and the port by which each leaves."""
    keys = [f"s{number}" for number in range(draw(st.integers(2, 7)))]
    pairs = st.tuples(st.sampled_from(keys), st.sampled_from(["a", "b"]), st.sampled_from(keys))
    edges = draw(st.sets(pairs.filter(lambda one: one[0] < one[2]), max_size=12))
    return keys, sorted(edges), {key: draw(st.sampled_from(["a", "b"])) for key in keys}


@given(graphs(), st.integers(0, 7))
def test_it_says_of_every_line_what_the_engine_decided(drawn, most):
    keys, edges, ports = drawn
    graph = build(
        [Node(key, "data.set", 1, key, {}) for key in keys], [Edge(*edge) for edge in edges], tuple(keys), Budget()
    )
    progress, following = decide.begin(graph, "s0")
    ready, rows = list(following.ready), []
    while ready and len(rows) < most:
        key, path = ready.pop(0)
        rows.append((key, "succeeded", ports[key], 1, 0))
        ready += decide.settle(progress, (key, path), ports[key]).ready
    rows += [(key, "running", None, 1, 0) for key, _ in ready]
    document = flow([step(key) for key in keys], *(f"{source}.{port}>{target}" for source, port, target in edges))
    said = ways(document, tallied(rows), "s0", ended=False)
    for (source, port, _target), one in said.items():
        left = progress.settled.get((source, ""), "open")
        assert one.state == ("open" if left == "open" else "taken" if left == port else "dead")
