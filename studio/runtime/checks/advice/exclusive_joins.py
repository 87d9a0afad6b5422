"""Joins that wait for branches of which a run takes one or the other, and so never goes on."""

from collections.abc import Callable, Iterator
from itertools import combinations

from studio.core.i18n import gettext as _
from studio.runtime.checks.certainty import Fact
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.checks.structure import join_rule
from studio.runtime.document import Fix, Problem

MOST = 16
"""Ways that are looked at together; more are left to the run, which goes on behind “too few came”."""


def exclusive_joins(knowledge: Knowledge) -> Iterator[Problem]:
    """Counts that no run can reach, because the branches exclude each other."""
    outline = knowledge.outline
    for key in outline.types:
        mode, count = join_rule(outline, key) or ("all", 1)
        ways = [(edge.source, edge.port) for edge in outline.into[key]]
        if mode != "count" or not 1 < count <= len(ways) <= MOST:
            continue
        most = _together([knowledge.certainty.before_way(way) for way in ways], outline.is_loop)
        if most < count:
            message = _(
                "%(step)s waits for %(count)s branches, but a run takes at most %(most)s of those that lead to it.",
                step=outline.name(key),
                count=count,
                most=most,
            )
            field = "join.count" if outline.steps[key].join is not None else "config.count"
            fix = Fix.change(key, field, most, _("Wait for %(ways)s", ways=most))
            yield outline.problem("graph.join_never", message, key, field, fix=fix)


def _together(ways: list[frozenset[Fact]], is_loop: Callable[[str], bool]) -> int:
    """The most ways that one run can come by."""
    clash = {
        (one, other) for one, other in combinations(range(len(ways)), 2) if _exclude(ways[one], ways[other], is_loop)
    }
    for size in range(len(ways), 1, -1):
        for chosen in combinations(range(len(ways)), size):
            if not any(pair in clash for pair in combinations(chosen, 2)):
                return size
    return min(1, len(ways))


def _exclude(one: frozenset[Fact], other: frozenset[Fact], is_loop: Callable[[str], bool]) -> bool:
    """Whether some step would have to be left by two ports; a loop alone is."""
    ports = {step: port for step, port in one if port is not None and not is_loop(step)}
    return any(port is not None and ports.get(step, port) != port for step, port in other)
