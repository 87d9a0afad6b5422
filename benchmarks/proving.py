"""What the proof of gates costs at publishing: 500 steps, every tenth of them protected."""

from datetime import timedelta

from benchmarks.figures import percentile
from studio.contract.graph import Budget, Edge, Graph, Node, build
from studio.contract.protecting import ApprovalDemand, Gate, Requirement, StepUpDemand, Strength
from studio.core import clock
from studio.guard.proof import Wanted, prove

STEPS, PROOFS = 500, 50
_LEADS = ApprovalDemand(frozenset({"group:leads"}))
_FIVE = timedelta(minutes=5)
_TEAMS = 8
"""Policies that differ: each asks somebody else, so each is proved by itself."""


def measure() -> dict[str, float]:
    """The 95th percentile of many proofs, in ms."""
    graph, gates, wanted = _world()
    times = []
    for _ in range(PROOFS):
        began = clock.monotonic()
        found = prove(graph, ("s0",), gates, wanted)
        times.append(clock.monotonic() - began)
        assert found, "the steps beside the gates are named"
    return {"proof_500_ms": percentile(times, 0.95) * 1000}


def _world() -> tuple[Graph, dict[str, list[Gate]], dict[str, list[Wanted]]]:
    """A mesh in which each step leads to the next three; every 25th is a gate."""
    keys = [f"s{number}" for number in range(STEPS)]
    edges = [Edge(keys[at], f"p{to - at}", keys[to]) for at in range(STEPS) for to in range(at + 1, min(at + 4, STEPS))]
    graph = build([Node(key, "bench", 1, key, {}) for key in keys], edges, tuple(keys), Budget())
    step_up = Requirement.of(step_up=StepUpDemand(Strength.PASSKEY, _FIVE))
    gates = {key: [Gate(("p1",), Requirement.of([_LEADS])), Gate(("p2",), step_up)] for key in keys[25::25]}
    wanted = {key: [Wanted(f"own.t{at % _TEAMS}", _asked(at % _TEAMS))] for at, key in enumerate(keys[9::10])}
    return graph, gates, wanted


def _asked(team: int) -> Requirement:
    people = [_LEADS, ApprovalDemand(frozenset({f"group:team{team}"}), 2)]
    return Requirement.of(people, StepUpDemand(Strength.PASSKEY, _FIVE), asker_decides=False)
