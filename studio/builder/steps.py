"""A workflow in words: its steps in order, each with what leads to it.

The picture's text, for those who cannot see it.
"""

from dataclasses import dataclass

from studio.builder import insight
from studio.contract.graph import BODY_PORT, ERROR_PORT
from studio.contract.node import Kind
from studio.contract.wording import port_name
from studio.core.i18n import gettext
from studio.runtime.checks.order import topological
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Document, Link


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step as a line of text."""

    key: str
    name: str
    title: str
    """What kind of step it is: "HTTP request"."""
    icon: str
    kind: str
    summary: str
    depth: int
    """How many loops it stands in."""
    ways: tuple[tuple[str, str], ...]
    """(step, port's name) of every named way that leads here: ("Total above €400?", "yes")."""


def steps(document: Document) -> list[StepLine]:
    """Every step, so that each comes behind those that lead to it."""
    outline = Outline(document)
    order, _ = topological(outline)
    left = [key for key in outline.steps if key not in set(order)]
    return [_line(outline, key) for key in (*order, *left)]


def _line(outline: Outline, key: str) -> StepLine:
    step, found = outline.steps[key], outline.types.get(key)
    return StepLine(
        key=key,
        name=step.name,
        title=gettext(found.title) if found is not None else step.type,
        icon=found.icon if found is not None else "step",
        kind=(found.kind if found is not None else Kind.DATA).value,
        summary=insight.summary_of(found, step.config) if found is not None else "",
        depth=_depth(outline, key),
        ways=tuple(way for edge in outline.into[key] if (way := _way(outline, edge)) is not None),
    )


def _depth(outline: Outline, key: str) -> int:
    seen: set[str] = set()
    above = outline.steps[key].parent
    while above in outline.steps and above not in seen:
        seen.add(str(above))
        above = outline.steps[str(above)].parent
    return len(seen)


def _way(outline: Outline, edge: Link) -> tuple[str, str] | None:
    """A way that says something: not the only one out of its step."""
    found = outline.types.get(edge.source)
    if found is None or edge.port == "next" or (edge.port == BODY_PORT and found.is_loop):
        return None
    port = gettext("failed") if edge.port == ERROR_PORT else edge.port
    return outline.steps[edge.source].name, port_name(found.port_names, port)
