"""Monthly reports: a page a month, the same as a file, and to whom they are mailed."""

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.frame import ROLE_NAMES
from studio.accounts.outcomes import Role
from studio.accounts.permissions import permission
from studio.accounts.service import members, workspaces
from studio.console.blueprint import blueprint
from studio.console.forms import ReportSendingForm
from studio.console.report_words import OUTCOMES, PROOFS, exact
from studio.core.errors import InvalidInput, NotFound
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.oversight import spreadsheets
from studio.oversight.reports import adding, months, service
from studio.oversight.reports.months import Month
from studio.oversight.reports.service import Report, Sending


@blueprint.get("/reports")
@permission("approval.report")
def reports() -> ResponseReturnValue:
    """The last month that is over; this one, where the workspace is younger."""
    there = adding.with_something(current_uow())
    return redirect(url_for("console.report", month=there[min(1, len(there) - 1)]))


@blueprint.get("/reports/<month>")
@permission("approval.report")
def report(month: str) -> ResponseReturnValue:
    """One month, with the ones before."""
    uow = current_uow()
    return _page(uow, _wanted(uow, month), _form(uow))


@blueprint.get("/reports/<month>/report.csv")
@permission("approval.report")
def report_file(month: str) -> Response:
    """The same as a file."""
    found = _wanted(current_uow(), month)
    answer = Response(spreadsheets.month(found), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="report-{found.month}.csv"'
    return answer


@blueprint.post("/reports/<month>/sending")
@permission("settings.manage")
def report_sending(month: str) -> ResponseReturnValue:
    """Change to whom each month's report is mailed."""
    uow = current_uow()
    form = _choices(uow, ReportSendingForm())
    if form.validate():
        people = [one for text in form.people.data or () if (one := parse_id(text)) is not None]
        roles = [Role(one) for one in form.roles.data or ()]
        try:
            service.set_sending(uow, Sending(roles, people, form.day.data or 0, _hour(form)))
        except InvalidInput as error:
            form.show(error)
        else:
            flash(_("To whom the report goes is saved."), "good")
            return redirect(url_for("console.report", month=month), 303)
    return _page(uow, _wanted(uow, month), form), 422


def _hour(form: ReportSendingForm) -> int:
    return form.hour.data if form.hour.data is not None else -1


def _wanted(uow: UnitOfWork, text: str) -> Report:
    month = months.read(text)
    if month is None:
        raise NotFound(_("There is no report of that month."), resource="report")
    return service.report(uow, month)


def _page(uow: UnitOfWork, found: Report, form: ReportSendingForm) -> str:
    there: Sequence[Month] = adding.with_something(uow)
    return render_template(
        "console/report.html",
        report=found,
        figures=found.figures,
        months=there,
        form=form,
        top=service.TOP,
        outcomes=OUTCOMES,
        exact=exact,
        proofs=PROOFS,
        zone=workspaces.current(uow).time_zone,
    )


def _form(uow: UnitOfWork) -> ReportSendingForm:
    now = service.sending(uow)
    form = ReportSendingForm(
        formdata=None,
        roles=[one.value for one in now.roles],
        people=[str(one) for one in now.people],
        day=now.day,
        hour=now.hour,
    )
    return _choices(uow, form)


def _choices(uow: UnitOfWork, form: ReportSendingForm) -> ReportSendingForm:
    form.roles.choices = [(role, str(name)) for role, name in ROLE_NAMES.items()]
    form.people.choices = [(str(one.user_id), one.name) for one in members.working(uow)]
    return form
