"""Nodes and edges: what may stand where and lead where."""

from collections.abc import Iterator

from studio.contract.graph import BODY_PORT, ERROR_PORT
from studio.contract.node import Kind, node_type
from studio.core.i18n import gettext
from studio.runtime.checks.order import topological
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Problem


def structure_problems(outline: Outline) -> list[Problem]:
    """Everything wrong with the graph itself."""
    found = [*_types(outline), *_triggers(outline), *_parents(outline), *_edges(outline), *_joins(outline)]
    if any(problem.code == "graph.parent_circle" for problem in found):
        return found
    crossing = any(problem.code == "graph.crosses_loop" for problem in found)
    _, circle = topological(outline)
    if circle and not crossing:
        found.append(_circle_problem(outline, circle))
    if not circle:
        found += _unreachable(outline)
    return found


def _types(outline: Outline) -> Iterator[Problem]:
    for key, step in outline.steps.items():
        known = node_type(step.type)
        if known is None:
            message = gettext(
                "%(key)s is of the type %(type)s, which this Studio does not have.",
                key=outline.name(key),
                type=step.type,
            )
            yield outline.problem("document.unknown_type", message, key, "type")
        elif step.version > known.version:
            message = gettext(
                "%(key)s needs a newer Studio: %(type)s %(version)s.",
                key=outline.name(key),
                type=step.type,
                version=step.version,
            )
            yield outline.problem("document.unknown_version", message, key, "version")
        elif step.version < known.version:
            message = gettext(
                "%(key)s was set up for an older Studio (%(type)s %(version)s) and could not be brought over. "
                "Remove it and add it anew.",
                key=outline.name(key),
                type=step.type,
                version=step.version,
            )
            yield outline.problem("document.not_upgraded", message, key, "version")


def _triggers(outline: Outline) -> Iterator[Problem]:
    if not outline.triggers:
        message = gettext("Nothing starts this workflow yet. Add a trigger, such as a webhook or a schedule.")
        yield Problem("graph.no_trigger", message, path="nodes")
    for key in outline.triggers:
        for edge in outline.into[key]:
            message = gettext("%(key)s starts the workflow, so nothing can lead to it.", key=outline.name(key))
            yield outline.edge_problem("graph.into_trigger", message, edge)
        if outline.steps[key].parent is not None:
            message = gettext("%(key)s starts the workflow, so it cannot stand inside a loop.", key=outline.name(key))
            yield outline.problem("graph.trigger_in_loop", message, key, "parent")


def _parents(outline: Outline) -> Iterator[Problem]:
    for key, step in outline.steps.items():
        if step.parent is None:
            continue
        if step.parent in outline.types and not outline.is_loop(step.parent):
            message = gettext(
                "%(key)s stands inside %(parent)s, which is no loop.",
                key=outline.name(key),
                parent=outline.name(step.parent),
            )
            yield outline.problem("graph.parent_no_loop", message, key, "parent")
        seen = {key}
        above: str | None = step.parent
        while above is not None and above in outline.steps and above not in seen:
            seen.add(above)
            above = outline.steps[above].parent
        if above == key:
            message = gettext("%(key)s stands inside itself. Move it out of the loop.", key=outline.name(key))
            yield outline.problem("graph.parent_circle", message, key, "parent")


def _edges(outline: Outline) -> Iterator[Problem]:
    seen: set[tuple[str, str, str]] = set()
    for edge in outline.document.edges:
        ends = (edge.source, edge.port, edge.target)
        if ends in seen:
            message = gettext(
                "%(source)s is connected to %(target)s twice.",
                source=outline.name(edge.source),
                target=outline.name(edge.target),
            )
            yield outline.edge_problem("graph.duplicate_edge", message, edge)
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
            yield outline.edge_problem("graph.unknown_port", message, edge)
        elif not outline.stays_inside(edge):
            yield outline.edge_problem("graph.crosses_loop", _crossing(outline, edge.source, edge.target), edge)


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


def _joins(outline: Outline) -> Iterator[Problem]:
    for key, step in outline.steps.items():
        found = outline.types.get(key)
        rule = join_rule(outline, key)
        if found is None or rule is None:
            continue
        mode, count = rule
        ways = len(outline.into[key])
        field = "join.count" if step.join is not None else "config.count"
        if mode == "count" and not found.is_join:
            message = gettext("%(key)s cannot count branches; put a “Join” before it.", key=outline.name(key))
            yield outline.problem("graph.join_rule", message, key, "join.mode")
        elif mode == "count" and count > ways:
            message = gettext(
                "%(key)s waits for %(count)s branches, but only %(ways)s lead to it.",
                key=outline.name(key),
                count=count,
                ways=ways,
            )
            yield outline.problem("graph.join_count", message, key, field)


def join_rule(outline: Outline, key: str) -> tuple[str, int] | None:
    """(mode, count) of a step, from its own `join` or a join's config; None: the usual rule."""
    step, found = outline.steps[key], outline.types.get(key)
    if step.join is not None:
        return step.join.mode, step.join.count if step.join.mode == "count" else 1
    if found is None or not found.is_join:
        return None
    mode, count = step.config.get("mode", "all"), step.config.get("count", 2)
    if mode == "count":
        whole = isinstance(count, int) and not isinstance(count, bool) and count >= 1
        return mode, count if whole else 2
    return ("any", 1) if mode == "any" else ("all", 1)


def _circle_problem(outline: Outline, circle: list[str]) -> Problem:
    names = " → ".join(outline.name(key) for key in (*circle, circle[0]))
    message = gettext(
        "These steps run in a circle: %(names)s. To repeat steps, put them inside a “For each”.", names=names
    )
    return outline.problem("graph.cycle", message, circle[0])


def _unreachable(outline: Outline) -> Iterator[Problem]:
    reached = reachable(outline)
    for key, step in outline.steps.items():
        found = outline.types.get(key)
        if found is None or found.kind is Kind.TRIGGER:
            continue
        if key not in reached:
            message = gettext("%(key)s never runs: no trigger leads to it.", key=outline.name(key))
            if step.parent is not None:
                message = gettext("%(key)s never runs: nothing inside its loop leads to it.", key=outline.name(key))
            yield outline.problem("graph.unreachable", message, key, warning=True)
        elif found.is_loop and not any(edge.port == BODY_PORT for edge in outline.out[key]):
            message = gettext("%(key)s has no steps inside, so it does nothing for its items.", key=outline.name(key))
            yield outline.problem("graph.empty_loop", message, key, warning=True)


def reachable(outline: Outline) -> set[str]:
    """Every step that some trigger leads to."""
    reached, work = set(outline.triggers), list(outline.triggers)
    while work:
        for edge in outline.out[work.pop()]:
            if edge.target not in reached:
                reached.add(edge.target)
                work.append(edge.target)
    return reached
