"""Which results a re-run keeps. Pure: the old steps and the graph in, the kept steps out."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.contract.graph import Graph
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext
from studio.runtime.models import Step
from studio.runtime.outcomes import StepState


@dataclass(frozen=True, slots=True)
class Kept:
    """Steps whose results are kept, in the order they were written."""

    steps: tuple[Step, ...] = ()


def plan(graph: Graph, steps: Sequence[Step], from_step: str | None) -> Kept:
    """Everything that is not behind `from_step` and has left by a port; nothing where it starts anew.

    A step inside a loop's body starts its whole loop again: iterations are not repeated one by one.
    """
    if from_step is None:
        return Kept()
    if from_step not in graph.nodes:
        raise InvalidInput(
            gettext("That version has no step “%(from_step)s”.", from_step=from_step),
            code="rerun.unknown_step",
            field="from_step",
        )
    again = behind(graph, top_of(graph, from_step))
    latest: dict[tuple[str, str], Step] = {}
    for step in steps:
        latest[step.node_key, step.path] = step
    kept = tuple(
        step
        for step in latest.values()
        if step.port is not None and step.node_key in graph.nodes and step.node_key not in again
        and step.state in (StepState.SUCCEEDED, StepState.FAILED)
    )  # fmt: skip
    return Kept(kept)


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
