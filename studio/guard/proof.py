"""The proof that nothing protected is reached ungated: by every way from every trigger, over the compiled graph. Pure.

What a step asks for falls into parts, each of which one gate has to meet: two proofs of who somebody is, one strong and
one recent, are not one that is both. For each part the edges that a gate meets are taken away; what is then still
reached from a trigger is reached without it. That is dominance, asked one part at a time, and linear in the graph.

Joins do not help: even one of all branches starts without a branch that was not taken. A loop's body is entered by its
port `each`, left by nothing; what is behind the loop is reached past an empty list, so gates in the body do not count
there. A called workflow starts from a trigger of its own and is proved by itself, whoever calls it.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from studio.contract.graph import Graph
from studio.contract.protecting import ApprovalDemand, Gate, Requirement, covers

Port = tuple[str, str]
"""A step, and the port it was left by."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a step asks for before it is reached."""

    target: str
    """The protected target."""
    requirement: Requirement


@dataclass(frozen=True, slots=True)
class Part:
    """What one gate has to meet."""

    target: str
    requirement: Requirement


@dataclass(frozen=True, slots=True)
class Ungated:
    """A way by which something protected is reached without a gate."""

    node: str
    part: Part
    path: tuple[str, ...]
    """Steps from a trigger to the protected one, both included: a shortest way."""


def prove(
    graph: Graph,
    triggers: Collection[str],
    gates: Mapping[str, Collection[Gate]],
    wanted: Mapping[str, Collection[Wanted]],
) -> list[Ungated]:
    """Every protected step and part of what it asks for that some way does not meet; empty: proved.

    `gates` and `wanted` by the keys of steps; those that prove, or ask for, nothing may be left out.
    """
    steps: dict[Part, list[str]] = {}
    for key in graph.order:
        for part in dict.fromkeys(part for one in wanted.get(key, ()) for part in parts_of(one)):
            steps.setdefault(part, []).append(key)
    found: list[Ungated] = []
    for part, keys in steps.items():
        before = _reached(graph, triggers, _met(gates, part))
        found += [Ungated(key, part, _path(before, key)) for key in keys if key in before]
    place = {key: at for at, key in enumerate(graph.order)}
    return sorted(found, key=lambda one: place[one.node])


def parts_of(wanted: Wanted) -> list[Part]:
    """What has to be met gate by gate. Freezes are about the time at which it happens, which no way tells."""
    whole = wanted.requirement
    parts = [Requirement.of([demand], asker_decides=whole.asker_decides) for demand in _sorted(whole)]
    if whole.step_up is not None:
        parts.append(Requirement.of(step_up=whole.step_up))
    return [Part(wanted.target, part) for part in parts]


def meets(gate: Gate, part: Part) -> bool:
    """Whether passing a gate meets a part: it proves at least that, or asks for whatever the target's policies lack."""
    return gate.target == part.target or covers(gate.proves, part.requirement)


def _sorted(whole: Requirement) -> list[ApprovalDemand]:
    return sorted(whole.approvals, key=lambda demand: (sorted(demand.approvers), demand.count))


def _met(gates: Mapping[str, Collection[Gate]], part: Part) -> set[Port]:
    return {
        (key, port)
        for key, passed in gates.items()
        for gate in passed
        if gate.ports and meets(gate, part)
        for port in gate.ports
    }


def _reached(graph: Graph, triggers: Collection[str], met: Collection[Port]) -> dict[str, str | None]:
    """Steps that some way reaches without passing an edge of `met`, each with the step before it."""
    before: dict[str, str | None] = dict.fromkeys(triggers)
    work = deque(before)
    while work:
        key = work.popleft()
        for port, target in graph.leaving[key]:
            if target not in before and (key, port) not in met:
                before[target] = key
                work.append(target)
    return before


def _path(before: Mapping[str, str | None], key: str) -> tuple[str, ...]:
    steps = [key]
    while (earlier := before[steps[-1]]) is not None:
        steps.append(earlier)
    return tuple(reversed(steps))
