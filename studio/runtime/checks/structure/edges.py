"""Where connections may leave and lead."""

from collections.abc import Iterator

from studio.contract.graph import BODY_PORT, ERROR_PORT
from studio.core.i18n import gettext
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Fix, Problem


def edge_problems(outline: Outline) -> Iterator[Problem]:
    """Doubled connections, ports that are not there, borders of loops."""
    seen: set[tuple[str, str, str]] = set()
    for edge in outline.document.edges:
        ends = (edge.source, edge.port, edge.target)
        if ends in seen:
            message = gettext(
                "%(source)s is connected to %(target)s twice.",
                source=outline.name(edge.source),
                target=outline.name(edge.target),
            )
            yield outline.edge_problem("graph.duplicate_edge", message, edge, fix=Fix.once(edge))
            continue
        seen.add(ends)
        if edge.source in outline.types and edge.port not in outline.ports(edge.source):
            message = gettext(
                "%(source)s has no way out called “%(port)s”. Connect it again.",
                source=outline.name(edge.source),
                port=edge.port,
            )
            if edge.port == ERROR_PORT:
                message = gettext(
                    "%(source)s is a trigger: it has no error to route.", source=outline.name(edge.source)
                )
            yield outline.edge_problem("graph.unknown_port", message, edge, fix=Fix.disconnect(edge))
        elif not outline.stays_inside(edge):
            words = _crossing(outline, edge.source, edge.target)
            yield outline.edge_problem("graph.crosses_loop", words, edge, fix=Fix.disconnect(edge))


def _crossing(outline: Outline, source: str, target: str) -> str:
    inside = outline.steps[target].parent or outline.steps[source].parent or ""
    if target == inside or outline.is_loop(target):
        return gettext(
            "%(source)s leads back to %(target)s. A loop goes on by itself: leave the last step of its "
            "body unconnected.",
            source=outline.name(source),
            target=outline.name(target),
        )
    if outline.is_loop(source) and outline.steps[target].parent != source:
        return gettext(
            "%(target)s is connected to %(source)s's “%(body_port)s” but does not stand inside it. Move "
            "it into the loop, or connect it to “done”.",
            target=outline.name(target),
            source=outline.name(source),
            body_port=BODY_PORT,
        )
    return gettext(
        "The connection from %(source)s to %(target)s crosses the border of the loop %(inside)s. "
        "Connect the loop's “done” instead.",
        source=outline.name(source),
        target=outline.name(target),
        inside=outline.name(inside),
    )
