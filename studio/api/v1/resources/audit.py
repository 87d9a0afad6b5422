"""The audit trail: look-ups, and everything as a file."""

from functools import partial

from flask import Response, request

from studio import audit
from studio.api.v1.blueprint import keyring
from studio.api.v1.operations import operation
from studio.api.v1.shapes.audit import AuditEvent, AuditFilters, AuditQuery, AuditReport
from studio.api.v1.shapes.common import ListOf, cursor_number
from studio.audit import checking, export, listing
from studio.contract import gates
from studio.contract.gates import Act
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

TAG = "Audit"
LINES = "application/x-ndjson"


@operation("GET", "/audit/events", tag=TAG, needs="audit.read", query=AuditQuery, answer=ListOf[AuditEvent])
def list_audit_events(uow: UnitOfWork, query: AuditQuery) -> ListOf[AuditEvent]:
    """Audit events, newest first."""
    page = listing.page(uow, _filter(query), before=cursor_number(query.cursor), limit=query.limit)
    return ListOf[AuditEvent](
        data=[AuditEvent.model_validate(event) for event in page.events],
        next_cursor=str(page.older) if page.older is not None else None,
    )


@operation("POST", "/audit/verify", tag=TAG, needs="audit.read", answer=AuditReport)
def verify_audit_events(uow: UnitOfWork) -> AuditReport:
    """Check the hash chain of the workspace's events. The check is itself an event."""
    return AuditReport.model_validate(checking.check(uow, keyring()))


@operation("GET", "/audit/events/export", tag=TAG, needs="audit.export", query=AuditFilters, media=(LINES,))
def export_audit_events(uow: UnitOfWork, query: AuditFilters) -> Response:
    """Audit events as a file, oldest first, one JSON object a line.

    Each line is the record that was hashed, its hash, and under `personal` what it says of people: the record itself
    holds references (HMAC-SHA256 over path and value, keyed by the salt), so that a person can be forgotten. The
    export is itself an event.
    """
    wanted, database = _filter(query), web.database()
    said = {"format": "jsonl", "filters": request.query_string.decode() or None}
    act = Act("data.export", _("Export the audit trail"), {"what": "audit", **said}, {"what": "audit trail"})
    with database.unit(uow.workspace, uow.actor) as recording:  # this request itself only reads
        gates.current().require(recording, act)
        target = audit.Target("audit", str(uow.workspace), "audit events")
        audit.record(recording, "audit.exported", targets=[target], metadata=said)
    units = partial(database.unit, uow.workspace, read_only=True)
    answer = Response(export.jsonl(units, wanted), content_type=LINES)
    answer.headers["Content-Disposition"] = 'attachment; filename="audit-events.jsonl"'
    return answer


def _filter(query: AuditFilters) -> listing.Filter:
    if query.target_id is not None and query.target_type is None:
        raise InvalidInput(_("Say of which type the target is."), code="query.target_type", field="target_type")
    return listing.Filter(
        action=query.action,
        actor_id=query.actor_id,
        target_type=query.target_type,
        target_id=query.target_id,
        run_id=query.run_id,
        since=query.since,
        until=query.until,
        text=query.q,
    )
