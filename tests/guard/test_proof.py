"""The proof agrees with walking every way there is, on random graphs and policies."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.contract.graph import BODY_PORT, Budget, Edge, Join, Node, build
from studio.contract.protecting import ApprovalDemand, Gate, Requirement, StepUpDemand, Strength, covers
from studio.guard.proof import Wanted, prove

REFUND = "refund.make"
PEOPLE = ("user:mira", "user:jonas", "group:leads")
PORTS = ("next", "declined", "error")
demands = st.builds(ApprovalDemand, st.frozensets(st.sampled_from(PEOPLE), min_size=1), st.integers(1, 2))
step_ups = st.none() | st.builds(
    StepUpDemand, st.sampled_from(Strength), st.sampled_from([timedelta(minutes=1), timedelta(minutes=5)])
)
requirements = st.builds(
    lambda asked, step_up, four_eyes: Requirement.of(asked, step_up, asker_decides=not four_eyes),
    st.lists(demands, max_size=2),
    step_ups,
    st.booleans(),
)
gates = st.builds(
    Gate,
    st.lists(st.sampled_from(PORTS), max_size=2, unique=True).map(tuple),
    requirements,
    st.sampled_from([None, None, REFUND, "price.change"]),
)


@st.composite
def worlds(draw):
    """A graph with triggers, joins of every kind and loops; gates and what is asked for on some of its steps."""
    keys = [f"s{number}" for number in range(draw(st.integers(2, 8)))]
    triggers = keys[: draw(st.integers(1, 2))]
    loops = draw(st.sets(st.sampled_from(keys)))
    parents, nodes, edges = {}, [], []
    for at, key in enumerate(keys):
        earlier = [loop for loop in keys[:at] if loop in loops]
        parents[key] = draw(st.sampled_from([None, *earlier])) if key not in triggers and earlier else None
        join = draw(st.sampled_from([None, Join("all"), Join("any"), Join("count", 2)]))
        nodes.append(Node(key, "test", 1, key, {}, parent=parents[key], join=join))
        for source in [] if key in triggers else draw(st.lists(st.sampled_from(keys[:at]), max_size=3, unique=True)):
            if source == parents[key]:
                edges.append(Edge(source, BODY_PORT, key))
            elif parents[source] == parents[key]:
                edges.append(Edge(source, draw(st.sampled_from(PORTS)), key))
    proving = draw(st.dictionaries(st.sampled_from(keys), st.lists(gates, min_size=1, max_size=2), max_size=4))
    wanted = st.lists(st.builds(Wanted, st.just(REFUND), requirements), min_size=1, max_size=2)
    asking = draw(st.dictionaries(st.sampled_from(keys), wanted, min_size=1, max_size=3))
    return build(nodes, edges, tuple(keys), Budget()), triggers, proving, asking


def ways(graph, triggers, goal):
    """Every way from a trigger to a step: the ports that were left by, in order."""
    work = [(trigger, (), (trigger,)) for trigger in triggers]
    while work:
        at, ports, steps = work.pop()
        if at == goal:
            yield ports, steps
        work += [(target, (*ports, (at, port)), (*steps, target)) for port, target in graph.leaving[at]]


def lacks(ports, proving, wanted):
    """Whether a way lacks anything that is asked for, each thing held against each gate that it passes."""
    passed = [gate for at, port in ports for gate in proving.get(at, ()) if port in gate.ports]
    if any(gate.target == wanted.target for gate in passed):
        return False
    whole = wanted.requirement
    agreed = all(
        any(covers(gate.proves, Requirement.of([one], asker_decides=whole.asker_decides)) for gate in passed)
        for one in whole.approvals
    )
    proved = whole.step_up is None or any(
        gate.proves.step_up is not None
        and gate.proves.step_up.strength >= whole.step_up.strength
        and gate.proves.step_up.max_age <= whole.step_up.max_age
        for gate in passed
    )
    return not (agreed and proved)


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_it_agrees_with_walking_every_way(world):
    graph, triggers, proving, asking = world
    found = prove(graph, triggers, proving, asking)
    walked = {
        key
        for key, wanted in asking.items()
        if any(lacks(ports, proving, one) for one in wanted for ports, _ in ways(graph, triggers, key))
    }
    assert {one.node for one in found} == walked
    for one in found:
        of_it = [ports for ports, steps in ways(graph, triggers, one.node) if steps == one.path]
        assert any(lacks(ports, proving, Wanted(REFUND, one.part.requirement)) for ports in of_it)


def line(*edges):
    keys = list(dict.fromkeys(key for edge in edges for key in (edge[0], edge[2])))
    nodes = [Node(key, "test", 1, key, {}) for key in keys]
    return build(nodes, [Edge(*edge) for edge in edges], tuple(keys), Budget())


LEADS = Requirement.of([ApprovalDemand(frozenset({"group:leads"}))])
ASKED = {"ask": [Gate(("approved",), LEADS)]}
PAY = {"pay": [Wanted(REFUND, LEADS)]}


def paths(graph, proving=ASKED, asking=PAY, triggers=("hook",)):
    return [one.path for one in prove(graph, triggers, proving, asking)]


def test_only_the_port_that_says_yes_counts():
    gated = line(("hook", "next", "ask"), ("ask", "approved", "pay"))
    assert paths(gated) == []
    for port in ("declined", "expired", "error"):
        assert paths(line(("hook", "next", "ask"), ("ask", port, "pay"))) == [("hook", "ask", "pay")]
    both = line(("hook", "next", "ask"), ("ask", "approved", "pay"), ("ask", "expired", "pay"))
    assert paths(both) == [("hook", "ask", "pay")]


def test_a_way_round_the_gate_is_named():
    round_it = line(
        ("hook", "next", "if"), ("if", "true", "ask"), ("ask", "approved", "join"),
        ("if", "false", "join"), ("join", "next", "pay"),
    )  # fmt: skip
    assert paths(round_it) == [("hook", "if", "join", "pay")]


def test_gates_on_each_way_do_together_what_one_before_both_does():
    graph = line(
        ("hook", "next", "if"), ("if", "true", "ask"), ("if", "false", "other"),
        ("ask", "approved", "pay"), ("other", "approved", "pay"),
    )  # fmt: skip
    assert paths(graph) == [("hook", "if", "other", "pay")]
    assert paths(graph, {**ASKED, "other": [Gate(("approved",), target=REFUND)]}) == []


def test_a_strong_old_proof_and_a_weak_new_one_are_not_a_strong_new_one():
    def step_up(strength, minutes):
        return Requirement.of(step_up=StepUpDemand(strength, timedelta(minutes=minutes)))

    graph = line(("hook", "next", "a"), ("a", "next", "b"), ("b", "next", "pay"))
    asking = {"pay": [Wanted(REFUND, step_up(Strength.PASSKEY, 1))]}
    two = {
        "a": [Gate(("next",), step_up(Strength.PASSKEY, 60))],
        "b": [Gate(("next",), step_up(Strength.PASSWORD, 1))],
    }
    assert paths(graph, two, asking) == [("hook", "a", "b", "pay")]
    assert paths(graph, {"a": [Gate(("next",), step_up(Strength.PASSKEY, 1))]}, asking) == []


def test_the_requesters_own_yes_is_none_where_four_eyes_hold():
    four_eyes = {"pay": [Wanted(REFUND, Requirement.of(LEADS.approvals, asker_decides=False))]}
    graph = line(("hook", "next", "ask"), ("ask", "approved", "pay"))
    assert paths(graph, ASKED, four_eyes) == [("hook", "ask", "pay")]
    barred = {"ask": [Gate(("approved",), Requirement.of(LEADS.approvals, asker_decides=False))]}
    assert paths(graph, barred, four_eyes) == []


def test_a_gate_in_a_loop_holds_in_its_body_alone():
    nodes = [
        Node("hook", "test", 1, "hook", {}),
        Node("loop", "test", 1, "loop", {}),
        Node("ask", "test", 1, "ask", {}, parent="loop"),
        Node("inside", "test", 1, "inside", {}, parent="loop"),
        Node("pay", "test", 1, "pay", {}),
    ]
    edges = [
        Edge("hook", "next", "loop"), Edge("loop", BODY_PORT, "ask"),
        Edge("ask", "approved", "inside"), Edge("loop", "done", "pay"),
    ]  # fmt: skip
    graph = build(nodes, edges, tuple(node.key for node in nodes), Budget())
    assert paths(graph, asking={**PAY, "inside": PAY["pay"]}) == [("hook", "loop", "pay")]


def test_a_workflow_that_is_proved_by_itself_stays_so_wherever_it_is_called():
    """Two graphs, the second entered where the first one calls: no way through both lacks anything."""
    called = line(("called", "next", "ask"), ("ask", "approved", "pay"))
    assert paths(called, triggers=("called",)) == []
    whole = line(
        ("hook", "next", "if"), ("if", "true", "call"), ("if", "false", "end"),
        ("call", "started", "called"), ("called", "next", "ask"), ("ask", "approved", "pay"),
    )  # fmt: skip
    assert paths(whole) == []
