"""The planner of re-runs: no effect happens twice unless the plan says so, and what it says happens."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given, note, settings
from hypothesis import strategies as st

from studio.contract.graph import Budget, Edge, Join, build
from studio.contract.node import Done, Effect, Fail, Kind, NodeConfig, NodeType, help_, node_type
from studio.contract.ports import Ports
from studio.core.ids import new_id
from studio.runtime.compile import field_plan
from studio.runtime.compiled import Compiled
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.ledger.rows import Recorded, RunRow
from studio.runtime.outcomes import StepState
from studio.runtime.rerun.facts import Choice, Finding, Given
from studio.runtime.rerun.planner import plan
from studio.runtime.rerun.reading import facts_of
from studio.runtime.rerun.rows import rows_of
from tests.engine.rig import step

NOW = datetime(2026, 3, 2, tzinfo=UTC)
NOBODY = UUID(int=0)
PORTS = Ports(None, None, None, None, None, None, None, None)


class PlannedEffect(NodeType):
    """An effect that a world of the test counts."""

    key = "test.planned"
    kind = Kind.ACTION
    effect = Effect.OUTSIDE
    title = "Planned"
    icon = "http"
    ports = ("x", "y")

    class Config(NodeConfig):
        port: str = help_("Where it leaves.", default="x")


class PlannedAsk(PlannedEffect):
    """The same, by asking somebody."""

    key = "test.planned_ask"
    kind = Kind.APPROVAL
    effect = Effect.LOCAL


@dataclass
class World:
    """What has happened, and what fails."""

    failing: set = field(default_factory=set)
    unknown: set = field(default_factory=set)
    happened: Counter = field(default_factory=Counter)

    def perform(self, call):
        place = call.step.place
        if place in self.failing:
            return Fail("target.refused", "No.")
        if place in self.unknown:
            return Fail("target.gone", "Nobody knows.", unknown=True, in_doubt=True)
        self.happened[place] += 1
        return Done({"of": list(place)}, port=call.config.port)


class Graphed(Compiled):
    """With a report that fits a screen."""

    def __repr__(self):
        nodes = [(n.key, n.type, dict(n.config), n.parent, n.join) for n in self.graph.nodes.values()]
        return f"compiled_of({nodes}, {[(e.source, e.port, e.target) for e in self.graph.edges]})"


def compiled_of(nodes, edges):
    nodes = [step("t", "trigger.webhook"), *nodes]
    graph = build(nodes, [Edge(*edge) for edge in edges], tuple(node.key for node in nodes), Budget())
    return Graphed(
        new_id(), NOBODY, "Rig", 1, graph, {node.key: node_type(node.type)() for node in nodes},
        {node.key: field_plan(node) for node in nodes}, {"name": "Test", "currency": "EUR", "time_zone": "UTC"},
    )  # fmt: skip


class Ledger:
    """One run in memory, with every row that it would leave in a database."""

    def __init__(self, compiled, data=None, carried=None, rows=(), restart=False):
        self.compiled = compiled
        self.run = RunRow(
            new_id(), NOBODY, NOBODY, compiled.version_id, "t", 1, 0, 0, not rows, data or {}, "", "live", "main", 0,
            False, NOW, carried=carried,
        )  # fmt: skip
        self.rows = {row.id: row for row in rows}

    def go(self, world, *, dying_every=0):
        """Carry it on to its end; the worker dies now and then, and another one takes it up from the rows."""
        boundaries = 0
        machine = self._machine()
        while True:
            machine.advance()
            self._keep(machine)
            if machine.ended is not None or not (machine.calls or machine.ready):
                break
            if machine.calls:
                call = machine.calls.popleft()
                machine.heard(call, world.perform(call))
                self._keep(machine)
            boundaries += 1
            if dying_every and boundaries % dying_every == 0 and machine.ended is None:
                machine = self._machine()
        self.run = machine.run
        self.run.state = machine.state
        return self

    def _machine(self):
        rows = list(self.rows.values())
        for row in rows:
            row.saved = True
        return Machine(self.run, self.compiled, NOW, PORTS, Recorded(rows) if rows else None)

    def _keep(self, machine):
        for row in machine.memory.steps:
            self.rows[row.id] = row

    def facts(self, compiled=None):
        compiled = compiled or self.compiled
        payloads = {row.id: (row.input, row.output) for row in self.rows.values()}
        before = None if compiled is self.compiled else self.compiled.graph.nodes
        return facts_of(self.run, compiled, before, self.rows.values(), payloads, set())

    def again(self, made, data=None):
        """The run that a plan makes."""
        ledger = Ledger(self.compiled, data, made.carried)
        find = {row.id: (row, (row.input, row.output)) for row in self.rows.values()}
        for row in rows_of(made, lambda past: find[past.id], ledger.run.id, NOBODY, NOW, "Mira"):
            ledger.rows[row.id] = row
        ledger.run.fresh = not ledger.rows
        return ledger


@st.composite
def workflows(draw):
    """A random graph of effects, questions and loops within loops, with a join here and there."""
    count = draw(st.integers(2, 7))
    keys = [chr(ord("a") + index) for index in range(count)]
    nodes, edges, containers = [], [], {None: ["t"]}
    for key in keys:
        parent = draw(st.sampled_from(list(containers)))
        kind = draw(st.sampled_from(["test.planned", "test.planned", "test.planned_ask", "loop"]))
        siblings = containers[parent]
        rest = {"parent": parent}
        if draw(st.booleans()) and len(siblings) > 1:
            rest["join"] = Join(draw(st.sampled_from(["all", "any", "count"])), draw(st.integers(1, 2)))
        if kind == "loop" and (parent is None or len(parent) == 1):
            config = {
                "items": "[1, 2, 3]", "concurrency": draw(st.integers(1, 3)),
                "on_item_error": draw(st.sampled_from(["stop", "continue"])),
            }  # fmt: skip
            nodes.append(step(key, "flow.for_each", config, **rest))
            containers[key] = []
        else:
            nodes.append(step(key, kind if kind != "loop" else "test.planned",
                              {"port": draw(st.sampled_from(["x", "x", "y"]))}, **rest))  # fmt: skip
        sources = draw(st.lists(st.sampled_from(siblings), min_size=1, max_size=2, unique=True)) if siblings else []
        for source in sources:
            ways = ["next"] if source == "t" else ["done"] if source in containers else ["x", "x", "y", "error"]
            edges.append((source, draw(st.sampled_from(ways)), key))
        if not sources:
            edges.append((parent, "each", key))
        siblings.append(key)
    return compiled_of(nodes, sorted(set(edges)))


def places_of(ledger):
    return sorted({(row.node_key, row.path) for row in ledger.rows.values() if row.node_key != "t"})


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_no_effect_happens_twice_unless_the_plan_says_so(data):
    compiled = data.draw(workflows())
    keys = [key for key in compiled.graph.nodes if key != "t"]
    everywhere = [(key, path) for key in keys for path in _paths(compiled, key)]
    world = World(failing=set(data.draw(st.lists(st.sampled_from(everywhere), max_size=2))),
                  unknown=set(data.draw(st.lists(st.sampled_from(everywhere), max_size=1))))  # fmt: skip
    old = Ledger(compiled).go(world)
    before = Counter(world.happened)
    place = data.draw(st.one_of(st.none(), st.sampled_from(places_of(old))))
    path = place[1] if place and place[1] and data.draw(st.booleans()) else None
    given_places = data.draw(st.lists(st.sampled_from(everywhere), max_size=1))
    facts = old.facts()
    settled = {past.place: data.draw(st.sampled_from(list(Finding))) for past in facts.past.values() if past.doubtful}
    edited = data.draw(st.booleans())
    choice = Choice(
        place[0] if place else None, path, edited,
        {one: Given({"given": 1}) for one in given_places}, settled,
    )  # fmt: skip
    made = plan(facts, choice)
    note(f"{old.run.state} {[(row.node_key, row.path, str(row.state), row.port) for row in old.rows.values()]}")
    note(f"{choice}")
    note(f"kept {[past.place for past in made.kept]} loops {[past.place for past in made.loops]}")
    note(f"again {[past.place for past in made.again]} retried {[past.place for past in made.retried]}")
    if not made.possible:
        assert made.problems
        return
    assert made.digest == plan(old.facts(), choice).digest
    world.failing, world.unknown = set(), set()
    again = old.again(made).go(world, dying_every=data.draw(st.integers(0, 3)))
    assert again.run.state == "succeeded"
    more = world.happened - before
    twice = {place for place in more if before[place]}
    effects = {place for place in twice if not facts.steps[place[0]].asks}
    promised = {past.place for past in made.again}
    assert effects <= promised
    assert all(count == 1 for count in more.values())
    assert not set(more) & {past.place for past in made.kept}
    assert not set(more) & set(made.given)
    new = {place[0] for place in more if not before[place] and not facts.steps[place[0]].asks}
    named = {past.node for past in (*made.retried, *made.again)} | set(made.first)  # of a loop: for further items
    assert new <= named
    assert {place[0] for place in more if facts.steps[place[0]].asks} <= set(made.asks)
    if not given_places and not any(row.state == StepState.FAILED for row in old.rows.values()) and not settled:
        assert effects == promised  # where nothing went otherwise the first time, it happens to the letter


def _paths(compiled, key):
    parent = compiled.graph.nodes[key].parent
    if parent is None:
        return [""]
    return [f"{outer}.{index}" if outer else str(index) for outer in _paths(compiled, parent) for index in range(3)]
