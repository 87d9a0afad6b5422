"""Monthly reports."""

from dataclasses import asdict

from studio.api.v1.operations import operation
from studio.api.v1.shapes.reports import (
    MonthlyReport,
    ReportApprover,
    ReportMonths,
    ReportSendingSave,
    ReportSendingShape,
    ReportWorkflow,
)
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.reports import adding, months, service
from studio.oversight.reports.service import Sending

TAG = "Reports"


@operation("GET", "/reports", tag=TAG, needs="approval.report", answer=ReportMonths)
def list_reports(uow: UnitOfWork) -> ReportMonths:
    """Months of which there is a report, newest first; the first one goes on."""
    return ReportMonths(months=[str(one) for one in adding.with_something(uow)])


@operation("GET", "/reports/<month>", tag=TAG, needs="approval.report", answer=MonthlyReport)
def get_report(uow: UnitOfWork, month: str) -> MonthlyReport:
    """What a month came to."""
    wanted = months.read(month)
    if wanted is None:
        raise NotFound(_("There is no report of that month."), resource="report")
    found = service.report(uow, wanted)
    said = found.figures.written()
    del said["load"], said["workflows"]
    return MonthlyReport(
        month=str(found.month),
        over=found.over,
        approvers=[ReportApprover(user_id=one.user_id, name=one.name, **asdict(one.load)) for one in found.approvers],
        workflows=[ReportWorkflow(id=key, name=name, runs=runs) for key, name, runs in found.workflows],
        **said,
    )


@operation("GET", "/report-sending", tag=TAG, needs="settings.manage", answer=ReportSendingShape)
def get_report_sending(uow: UnitOfWork) -> ReportSendingShape:
    """To whom the report of each month is mailed, and when."""
    return ReportSendingShape.model_validate(service.sending(uow))


@operation(
    "PUT", "/report-sending", tag=TAG, needs="settings.manage", body=ReportSendingSave, answer=ReportSendingShape
)
def set_report_sending(uow: UnitOfWork, body: ReportSendingSave) -> ReportSendingShape:
    """Change it. No roles and no people: nobody is mailed."""
    service.set_sending(uow, Sending(body.roles, body.people, body.day, body.hour))
    return ReportSendingShape.model_validate(service.sending(uow))
