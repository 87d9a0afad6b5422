"""Trying a destination, and trying a document: nothing of it moves a cursor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from studio import audit
from studio.audit import following
from studio.audit.envelope import SCHEMA, stamp
from studio.audit.taxonomy import exports as actions
from studio.core import clock, ids
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database, UnitOfWork
from studio.export.components import CannotProcess, Reach, Sending
from studio.export.outcomes import Fate, State, Verdict
from studio.export.pipelines import document
from studio.export.pipelines.document import Document
from studio.export.records import of_event
from studio.export.service import configs, destinations
from studio.export.turn import attempt, prepared

PREVIEWED = 5
"""Events of the trail that a preview shows."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One event before and after a pipeline's processors."""

    action: str
    at: datetime
    recorded: str
    """JSON, for people."""
    sent: str
    """The same; empty: it is left out, or `problem` says why it cannot be sent."""
    problem: str = ""


def preview(uow: UnitOfWork, found: Document) -> dict[str, list[Shown]]:
    """The newest events of the trail as each pipeline would send them, by pipeline."""
    events = following.events_after(uow, max(0, following.head(uow) - PREVIEWED), PREVIEWED)
    return {name: [_shown(pipeline, event) for event in events] for name, pipeline in found.pipelines.items()}


def _shown(pipeline: document.Compiled, event: dict[str, Any]) -> Shown:
    before, sent, problem = of_event(event), "", ""
    try:
        record = pipeline.process(before)
        sent = _pretty(record.body) if record is not None else ""
    except CannotProcess as error:
        problem = str(error)
    return Shown(before.action, before.occurred_at, _pretty(event), sent, problem)


def _pretty(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def send_test(database: Database, reach: Reach, workspace_id: UUID, destination_id: UUID | None) -> Verdict:
    """Send one event that is marked as a test. For a caller with no transaction open. Raises NotFound."""
    with database.unit(workspace_id, read_only=True) as uow:
        row, config = destinations.find(uow, destination_id), configs.current(uow)
        if config is None or row.state == State.REMOVED:
            raise NotFound(_("No pipeline leads there any more."), code="export.removed")
        pipeline, event, key = document.read(config.text).pipelines[row.pipeline], _event(uow), row.exporter
    exporter = pipeline.exporters[key]
    entries, asides = prepared(pipeline, exporter, [of_event(event)])
    if asides:
        return asides[0].verdict
    if not entries:
        said = _("The pipeline's processors leave a test event out, so nothing was sent.")
        return Verdict(Fate.REFUSED, "export.filtered", said)
    return attempt(exporter, entries, Sending(reach, workspace_id, row.id, clock.local_now()))


def note_test(uow: UnitOfWork, destination_id: UUID | None, verdict: Verdict) -> None:
    """Record that a test was made, and how it ended."""
    row = destinations.find(uow, destination_id)
    target = audit.Target("export_destination", row.id, destinations.name_of(row))
    sent = verdict.fate is Fate.SENT
    audit.record(
        uow, actions.TESTED, targets=[target], metadata={"destination": destinations.name_of(row)},
        outcome="success" if sent else "failure", reason=None if sent else verdict.said, code=verdict.code or None,
    )  # fmt: skip


def _event(uow: UnitOfWork) -> dict[str, Any]:
    """An event that nobody recorded: it has no place in the chain, and says so by its number."""
    target = {"type": "export_destination", "id": "test", "name": "Test", "scope": {}}
    return {
        "id": str(ids.new_id()), "schema": SCHEMA, "seq": 0, "workspace_id": str(uow.workspace),
        "action": str(actions.TESTED), "action_version": actions.TESTED.version, "severity": "info",
        "occurred_at": stamp(uow.now), "recorded_at": stamp(uow.now), "prev_hash": "", "hash": "",
        "outcome": {"result": "success", "code": None, "reason": None},
        "actor": {"type": "system", "id": "studio", "name": "Studio", "on_behalf_of": None}, "targets": [target],
        "context": dict.fromkeys(("ip", "user_agent", "request_id", "trace_id", "session_id", "run_id", "step_id")),
        "changes": [], "metadata": {"destination": "test"}, "redactions": [],
    }  # fmt: skip
