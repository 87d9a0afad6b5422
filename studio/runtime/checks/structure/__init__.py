"""The graph itself: nodes and edges, what may stand where and lead where. One check a file."""

from studio.runtime.checks.order import topological
from studio.runtime.checks.outline import Outline
from studio.runtime.checks.structure.circles import circle_problem
from studio.runtime.checks.structure.edges import edge_problems
from studio.runtime.checks.structure.joins import join_problems, join_rule
from studio.runtime.checks.structure.parents import parent_problems
from studio.runtime.checks.structure.triggers import trigger_problems
from studio.runtime.checks.structure.types import type_problems
from studio.runtime.checks.structure.unreachable import reachable, unreachable_problems
from studio.runtime.document import Problem

__all__ = ["join_rule", "reachable", "structure_problems"]

_CHECKS = (type_problems, trigger_problems, parent_problems, edge_problems, join_problems)


def structure_problems(outline: Outline) -> list[Problem]:
    """Everything wrong with the graph itself."""
    found = [problem for check in _CHECKS for problem in check(outline)]
    if any(problem.code == "graph.parent_circle" for problem in found):
        return found
    crossing = any(problem.code == "graph.crosses_loop" for problem in found)
    _, circle = topological(outline)
    if circle and not crossing:
        found.append(circle_problem(outline, circle))
    if not circle:
        found += unreachable_problems(outline)
    return found
