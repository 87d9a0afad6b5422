"""Alerts: what goes wrong, who is on it."""

from datetime import timedelta
from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.shapes.alerts import AlertDetail, AlertNoteView, AlertQuery, AlertSnooze, AlertView
from studio.api.v1.shapes.common import ListOf, cursor_id, written
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import listing, rows, verbs
from studio.oversight.alerts.tables import Alert

TAG = "Alerts"
ONE = "/alerts/<uuid:alert_id>"
API = "api"


@operation("GET", "/alerts", tag=TAG, needs="alert.read", query=AlertQuery, answer=ListOf[AlertView])
def list_alerts(uow: UnitOfWork, query: AlertQuery) -> ListOf[AlertView]:
    """Alerts, newest first."""
    page = listing.page(
        uow, query.state, workflow_id=query.workflow, before=cursor_id(query.cursor), limit=query.limit
    )  # fmt: skip
    return ListOf[AlertView](
        data=[AlertView.model_validate(_said(one)) for one in page.alerts], next_cursor=written(page.older)
    )


@operation("GET", ONE, tag=TAG, needs="alert.read", answer=AlertDetail)
def get_alert(uow: UnitOfWork, alert_id: UUID) -> AlertDetail:
    """One alert with what happened to it."""
    return _detail(uow, rows.get(uow, alert_id))


@operation("POST", f"{ONE}/acknowledge", tag=TAG, needs="alert.answer", answer=AlertDetail, conflicts=True)
def acknowledge_alert(uow: UnitOfWork, alert_id: UUID) -> AlertDetail:
    """Be on it: nobody else is told. Whoever was told hears who it is."""
    return _detail(uow, verbs.acknowledge(uow, alert_id, channel=API))


@operation("POST", f"{ONE}/snooze", tag=TAG, needs="alert.answer", body=AlertSnooze, answer=AlertDetail,
           conflicts=True)  # fmt: skip
def snooze_alert(uow: UnitOfWork, alert_id: UUID, body: AlertSnooze) -> AlertDetail:
    """Put it off. Nothing is told before then; whoever put it off is reminded."""
    if not 1 <= body.minutes <= 1440:  # before it becomes a span, which huge numbers do not
        raise InvalidInput(_("Put it off by a minute at least, and by a day at most."), field="minutes")
    return _detail(uow, verbs.snooze(uow, alert_id, timedelta(minutes=body.minutes)))


@operation("POST", f"{ONE}/hand-on", tag=TAG, needs="alert.answer", answer=AlertDetail, conflicts=True)
def hand_on_alert(uow: UnitOfWork, alert_id: UUID) -> AlertDetail:
    """Have the next level told now."""
    return _detail(uow, verbs.hand_on(uow, alert_id))


@operation("POST", f"{ONE}/resolve", tag=TAG, needs="alert.answer", answer=AlertDetail, conflicts=True)
def resolve_alert(uow: UnitOfWork, alert_id: UUID) -> AlertDetail:
    """Say that it is over. Whoever was told hears of it."""
    return _detail(uow, verbs.resolve(uow, alert_id, channel=API))


def _detail(uow: UnitOfWork, row: Alert) -> AlertDetail:
    notes = [AlertNoteView.model_validate(one) for one in rows.notes(uow, row)]
    return AlertDetail.model_validate(_said(row) | {"lines": rows.kind_of(row).lines(uow, row), "notes": notes})


def _said(row: Alert) -> dict[str, object]:
    names = AlertView.model_fields.keys() - {"title"}
    return {name: getattr(row, name) for name in names} | {"title": rows.kind_of(row).title(row)}
