"""Mailing the report of a month: a job of the outbox, exactly once, that leaves the next one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.accounts.service import members, workspaces
from studio.accounts.speaking import speaking_to
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.reports import months, service
from studio.oversight.reports.service import Report
from studio.oversight.reports.tables import ReportSetting


@dataclass(frozen=True, slots=True)
class Post:
    """Who carries the mail, and where its link leads."""

    mailer: Mailer
    public_url: str

    def register(self) -> None:
        """Take over the topic; called at the start of every process."""
        outbox.register(service.TOPIC, self.send)

    def send(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail the month before, once; nothing where the setting has changed meanwhile."""
        row = uow.session.scalar(select(ReportSetting).with_for_update())
        at = datetime.fromisoformat(payload["at"])
        if row is None or row.next_at != at or uow.now < at:
            return
        workspace = workspaces.current(uow)
        month = months.of(months.today(at, ZoneInfo(workspace.time_zone))).before
        if str(month) != row.sent and month >= months.of(
            months.today(workspace.created_at, ZoneInfo(workspace.time_zone))
        ):
            row.sent = str(month)
            self._mail(uow, row, service.report(uow, month))
        service.plan(uow, row)

    def _mail(self, uow: UnitOfWork, row: ReportSetting, report: Report) -> None:
        chosen = {one.user_id: one for one in members.working(uow, [Role(role) for role in row.roles])}
        named = members.by_ids(uow, [UUID(one) for one in row.people])
        seated = {one.user_id for one in members.working(uow)}
        chosen |= {user_id: one for user_id, one in named.items() if user_id in seated}
        name = workspaces.current(uow).name
        for user_id, one in sorted(chosen.items()):
            with speaking_to(uow, one):
                subject = _("%(workspace)s: report of %(month)s", workspace=name, month=str(report.month))
                link = f"{self.public_url}/reports/{report.month}"
                text = "\n".join([_("Hello %(name)s,", name=one.name), "", *_lines(report), "", link, ""])
                key = f"{service.TOPIC}:{report.month}:{user_id}"
                self.mailer.send(uow, key=key, to=[one.email], subject=subject, text=text)


def _lines(report: Report) -> list[str]:
    found = report.figures
    lines = [_("What %(month)s came to:", month=str(report.month))]
    for currency, amount in sorted(found.approved.items()):
        lines.append(_("Approved: %(amount)s %(currency)s", amount=f"{amount:f}", currency=currency))
    for currency, amount in sorted(found.declined.items()):
        lines.append(_("Declined: %(amount)s %(currency)s", amount=f"{amount:f}", currency=currency))
    lines.append(_("Requests that ended: %(count)s", count=found.outcomes.total()))
    if report.in_time_percent is not None:
        lines.append(_("Answered by their deadline: %(share)s per cent", share=report.in_time_percent))
    lines.append(_("Runs started: %(count)s", count=found.workflows.total()))
    lines.append(_("Runs failed: %(count)s", count=found.failures.total()))
    lines.append(_("The whole report:"))
    return [str(line) for line in lines]
