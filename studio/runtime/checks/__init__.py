"""What a document must satisfy before it is published. Pure: findings, never exceptions."""

from studio.runtime.checks.advice import advice
from studio.runtime.checks.configs import config_problems, title_problems
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.checks.labels import label_problems
from studio.runtime.checks.limits import limit_problems
from studio.runtime.checks.outline import Outline
from studio.runtime.checks.structure import structure_problems
from studio.runtime.document import Document, Problem


def check(document: Document) -> list[Problem]:
    """Everything wrong with a workflow: errors forbid publishing, warnings do not. Never raises."""
    outline = Outline(document)
    problems = structure_problems(outline)
    if any(problem.code == "graph.parent_circle" for problem in problems):
        return problems
    knowledge = Knowledge(outline)
    for key in outline.steps:
        problems += config_problems(knowledge, key)
    problems += title_problems(knowledge)
    problems += limit_problems(knowledge)
    problems += label_problems(knowledge)
    problems += advice(knowledge)
    return sorted(problems, key=lambda problem: problem.severity != "error")
