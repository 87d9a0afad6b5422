"""What a workflow can be published with, and its maker would rather know: one check a file."""

from studio.runtime.checks.advice.dead_ends import dead_ends
from studio.runtime.checks.advice.exclusive_joins import exclusive_joins
from studio.runtime.checks.advice.lateness import unanswered
from studio.runtime.checks.advice.own_echo import own_echoes
from studio.runtime.checks.advice.retries import unretried
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.document import Problem

_CHECKS = (exclusive_joins, dead_ends, unanswered, unretried, own_echoes)


def advice(knowledge: Knowledge) -> list[Problem]:
    """All of it, for a document without circles."""
    return [problem for find in _CHECKS for problem in find(knowledge)]
