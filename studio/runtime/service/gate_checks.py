"""Whether every way to what is protected passes its gates: policies are rows, so no pure check knows them."""

from collections.abc import Iterator
from dataclasses import asdict, replace

from studio.contract import proving
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.checks.outline import Outline
from studio.runtime.compile import compile_graph
from studio.runtime.document import Document, Problem

UNGATED = "guard.ungated"


def ungated(uow: UnitOfWork, document: Document) -> Iterator[Problem]:
    """A finding for each way that misses a gate. A document that cannot be walked has findings of its own."""
    try:
        graph = compile_graph(document)
    except InvalidInput:
        return
    outline = Outline(document)
    for gap in proving.gaps(uow, graph, outline.types):
        problem = outline.problem(UNGATED, gap.message, gap.node)
        yield replace(problem, way=gap.path, gate=asdict(gap.gate) if gap.gate is not None else None)
