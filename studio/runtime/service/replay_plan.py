"""Which results a re-run keeps. Pure: the old steps and the graph in, the kept steps out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.contract.graph import Graph
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext
from studio.runtime.models import Step
from studio.runtime.outcomes import StepState

_Places = Mapping[tuple[str, str], Step]
"""The latest attempt at each (node, path)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Steps whose results are kept, in the order they were written."""

    steps: tuple[Step, ...] = ()
    loops: tuple[Step, ...] = ()
    """Loops that were under way and go on where they were."""


def plan(graph: Graph, steps: Sequence[Step], from_step: str | None) -> Kept:
    """Everything that is not behind `from_step` and has left by a port; nothing where it starts anew.

    A step that failed inside a loop is started again in its iterations alone, so that what was done for other items is
    not done twice. Where the loop had come to its end, all of it starts again.
    """
    if from_step is None:
        return Kept()
    if from_step not in graph.nodes:
        raise InvalidInput(
            gettext("That version has no step “%(from_step)s”.", from_step=from_step),
            code="rerun.unknown_step",
            field="from_step",
        )
    latest = {(step.node_key, step.path): step for step in steps if step.node_key in graph.nodes}
    going = {place: step for place, step in latest.items() if _is_going(graph, step)}
    scopes = _broken_off(graph, latest, going, from_step)
    again = behind(graph, from_step if scopes else top_of(graph, from_step))
    scopes = scopes or {""}
    kept = {
        place: step
        for place, step in latest.items()
        if place[0] not in again or not any(_inside(place[1], scope) for scope in scopes)
    }
    return Kept(
        tuple(step for step in kept.values() if step.port is not None and step.state in _SETTLED),
        tuple(step for place, step in kept.items() if place in going),
    )


_SETTLED = (StepState.SUCCEEDED, StepState.FAILED)


def _is_going(graph: Graph, step: Step) -> bool:
    """A loop whose items are known and not all through."""
    open_ = step.state in (StepState.RUNNING, StepState.CANCELLED)
    return open_ and step.node_key in graph.children and step.output is not None


def _broken_off(graph: Graph, latest: _Places, going: _Places, key: str) -> set[str]:
    """The iterations in which a step has not settled; none where a loop around one of them has come to its end."""
    if graph.nodes[key].parent is None:
        return set()
    paths = {path for (node, path), step in latest.items() if node == key and step.port is None}
    return paths if all(_around(graph, key, path) <= going.keys() for path in paths) else set()


def _around(graph: Graph, key: str, path: str) -> set[tuple[str, str]]:
    """The places of all loops around one."""
    found = set()
    while (parent := graph.nodes[key].parent) is not None:
        key, path = parent, path.rpartition(".")[0]
        found.add((key, path))
    return found


def _inside(path: str, scope: str) -> bool:
    return not scope or path == scope or path.startswith(scope + ".")


def top_of(graph: Graph, key: str) -> str:
    """The step itself, or the outermost loop whose body it stands in."""
    while (parent := graph.nodes[key].parent) is not None:
        key = parent
    return key


def behind(graph: Graph, key: str) -> frozenset[str]:
    """A step, all that follows it, and the bodies of the loops among them."""
    found, work = set[str](), [key]
    while work:
        current = work.pop()
        if current in found:
            continue
        found.add(current)
        work.extend(target for _, target in graph.leaving[current])
        work.extend(graph.children.get(current, ()))
    return frozenset(found)
