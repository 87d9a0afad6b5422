"""A workflow made of an event that a source kept: its trigger hears the same, and the event is its sample."""

from typing import Any
from uuid import UUID

from studio.audit import record
from studio.audit.taxonomy import sources as actions
from studio.builder.service import whole
from studio.contract.node import node_type
from studio.core.errors import InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.document import Document
from studio.runtime.document.writing import SAMPLE
from studio.runtime.models import EventSource, SourceEvent, Workflow
from studio.runtime.service import workflows
from studio.runtime.sources import taking
from studio.runtime.sources.service import WEBHOOK, target

TRIGGER = "event"
"""Key of the step that starts it."""


def make(
    uow: UnitOfWork, source: EventSource, event: SourceEvent, *, name: str = "", take_address: bool = True
) -> Workflow:
    """A new draft that starts with what the source hears.

    `take_address`: once it is published it takes the source's address over, where that is a webhook's and the source
    has it still. Raises InvalidInput where the event is too large for a draft, or the name too long.
    """
    known = node_type(source.type)
    if known is None:
        raise NotFound(_("This Studio does not know what the source hears."), code="source.kind")
    step: dict[str, Any] = {
        "key": TRIGGER, "type": source.type, "version": known.version, "name": _(known.title),
        "config": dict(source.settings), "position": {"x": 0, "y": 0},
    }  # fmt: skip
    if SAMPLE in known.Config.model_fields:
        step["config"][SAMPLE] = event.body
    else:
        step["pin"] = {"data": event.body, "source": "event", "label": source.name}
    named = " ".join(name.split()) or source.name
    raw = {"schema": "studio.workflow/1", "name": named, "nodes": [step], "edges": []}
    workflow = whole.make(uow, _document(raw))
    if take_address and source.type == WEBHOOK:
        taking.lock(uow, source).heir_id = workflow.id
    facts = {"workflow": str(workflow.id), "event": str(event.id)}
    record(uow, actions.SOURCE_USED, targets=[target(source), workflows.target(workflow)], metadata=facts)
    return workflow


def _document(raw: dict[str, Any]) -> Document:
    """Raises InvalidInput by what the caller named: the event, wherever in the draft it would not fit, or the name."""
    try:
        return documents.parse(raw)
    except InvalidInput as error:
        if all(one.path == "name" for one in error.problems):
            raise
        why = next(one.message for one in error.problems if one.path != "name")
        said = _("This event does not fit into a draft. %(why)s", why=why)
        raise InvalidInput(said, code=error.code, field="event_id") from error


def heir(uow: UnitOfWork, workflow_id: UUID | None) -> Workflow | None:
    """A workflow that a source names; None where it is archived or gone."""
    found = uow.session.get(Workflow, workflow_id) if workflow_id is not None else None
    return found if found is not None and found.archived_at is None else None
