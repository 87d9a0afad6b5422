"""Settings: who has how much to decide, and how fast they answer."""

from enum import StrEnum
from typing import Any, TypeVar

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.core import ids
from studio.core.web import current_uow
from studio.oversight import load, spreadsheets
from studio.oversight.load import By, Period, Report, Sort
from studio.portal.views.blueprint import blueprint

Choice = TypeVar("Choice", bound=StrEnum)
EVERY = 100_000
"""Lines of a file."""


@blueprint.get("/settings/approval-load")
@permission("approval.report")
def approval_load() -> ResponseReturnValue:
    """Show load and latency by person, group or workflow."""
    by, period, sort = _wanted()
    report = _report(by, period, sort, load.MOST)
    return render_template(
        "portal/load.html",
        report=report,
        by=by,
        period=period,
        sort=sort,
        ways=By,
        periods=Period,
        sorts=Sort,
        worked=any(line.working_median_s is not None for line in report.lines),
        address=lambda **changed: url_for(
            "portal.approval_load", **({"by": by, "days": period, "sort": sort} | changed)
        ),
        inbox=lambda line, **more: _inbox(by, line.key, **more),
        most=load.MOST,
    )


@blueprint.get("/settings/approval-load.csv")
@permission("approval.report")
def approval_load_file() -> ResponseReturnValue:
    """Give the same as a file."""
    by, period, sort = _wanted()
    answer = Response(spreadsheets.load(_report(by, period, sort, EVERY)), content_type="text/csv; charset=utf-8")
    day = current_uow().now.date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="approval-load-{by}-{period}-days-{day}.csv"'
    return answer


def _report(by: By, period: Period, sort: Sort, most: int) -> Report:
    uow = current_uow()
    return load.report(uow, by, load.since(uow.now, signed_in_person().time_zone, period), sort, most)


def _wanted() -> tuple[By, Period, Sort]:
    """What the address asks for. Words that mean nothing here ask for the usual."""
    return _one(By.PERSON, "by"), _one(Period.MONTH, "days"), _one(Sort.OPEN, "sort")


def _one(usual: Choice, name: str) -> Choice:
    given = request.args.get(name)
    return type(usual)(given) if given in set(type(usual)) else usual


def _inbox(by: By, key: str, **more: str) -> str | None:
    """Where the same requests are listed; None for a person or workflow that is none."""
    name = {By.PERSON: "asked", By.WORKFLOW: "workflow", By.GROUP: "group"}[by]
    if by is not By.GROUP and ids.parse_id(key) is None:
        return None
    parts: dict[str, Any] = {"of": "all", name: key, **more}
    return url_for("portal.inbox", **parts)
