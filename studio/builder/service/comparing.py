"""Two contents of a workflow side by side: a version beside another one, or beside the draft."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from studio.builder.picture.overlay import Way
from studio.builder.service import drafts
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.document import Change, Document
from studio.runtime.models import Workflow
from studio.runtime.service import workflows


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    number: int | None
    """None: the draft."""
    document: Document

    @property
    def ways(self) -> set[Way]:
        """Its lines."""
        return {(edge.source, edge.port, edge.target) for edge in self.document.edges}


@dataclass(frozen=True)
class Compared:
    """What the second has that the first has not, and the other way round. Layout never counts."""

    before: Side
    after: Side
    changes: list[Change]

    @cached_property
    def changed(self) -> Counter[str]:
        """By the key of a step that both have: how many sentences there are about it. Lines show themselves."""
        about = ("renamed", "changed")
        return Counter(one.node for one in self.changes if one.node is not None and one.kind in about)

    @property
    def added(self) -> set[str]:
        """Keys of steps that the second alone has."""
        return _keys(self.after) - _keys(self.before)

    @property
    def removed(self) -> set[str]:
        """Keys of steps that the first alone has."""
        return _keys(self.before) - _keys(self.after)


def compare(uow: UnitOfWork, workflow: Workflow, before: int | None = None, after: int | None = None) -> Compared:
    """`after`: None: the draft. `before`: None: what runs, or the version before `after`. Raises NotFound."""
    if before is None:
        before = after - 1 if after is not None else workflow.published_number
    if before is None:
        raise NotFound(_("Nothing was published yet, so there is nothing to compare with."), resource="version")
    first, second = _raw(uow, workflow, before), _raw(uow, workflow, after)
    changes = documents.changes(documents.as_written(first), documents.as_written(second))
    return Compared(Side(before, documents.load(first)), Side(after, documents.load(second)), changes)


def _raw(uow: UnitOfWork, workflow: Workflow, number: int | None) -> dict[str, Any]:
    if number is None:
        return drafts.current(uow, workflow).document
    return workflows.version_of(uow, workflow, number).document


def _keys(side: Side) -> set[str]:
    return {step.key for step in side.document.nodes}
