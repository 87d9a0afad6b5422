"""What runs say together: outcomes over time, how long they take, what they wait for, errors that repeat."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from sqlalchemy import select

from studio.accounts.permissions import permission
from studio.console import insights_chart, words
from studio.console.blueprint import blueprint
from studio.console.pages.run_list import listed_workflows
from studio.core.errors import NotFound
from studio.core.etags import fresh
from studio.core.formats import at
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.runtime.insights.grains import Grain, Period
from studio.runtime.insights.reading import insights
from studio.runtime.models import Workflow


@blueprint.get("/insights")
@permission("run.read")
def runs_together() -> ResponseReturnValue:
    """The page. `period`: how far back; `workflow`: of one workflow alone."""
    uow, given = current_uow(), request.args.get("period")
    period = Period(given) if given in set(Period) else Period.WEEK
    workflow_id = _workflow(uow, request.args.get("workflow", ""))
    found = insights(uow, period, workflow_id)
    return fresh(
        render_template(
            "console/insights.html",
            found=found,
            period=period,
            periods=Period,
            workflow_id=workflow_id,
            workflows=listed_workflows(uow),
            bars=insights_chart.bars(found.stretches),
            times=insights_chart.times(found.stretches),
            height=insights_chart.HEIGHT,
            width=insights_chart.WIDTH,
            words=words,
            named=_namer(period.grain),
            runs=lambda **more: _runs(period, workflow_id, **more),
        )
    )


def _workflow(uow: UnitOfWork, given: str) -> UUID | None:
    """The workflow of the address. Raises NotFound."""
    if not given:
        return None
    found = parse_id(given)
    if found is None or uow.session.scalar(select(Workflow.id).where(Workflow.id == found)) is None:
        raise NotFound(_("There is no such workflow. Choose from the list."), resource=f"workflow:{given}")
    return found


def _namer(grain: Grain) -> Callable[[datetime], str]:
    """A day of UTC by its date, an hour by the reader's clock."""
    return at if grain is Grain.HOUR else lambda start: str(format_date(start.date(), "medium"))


def _runs(period: Period, workflow_id: UUID | None, **more: Any) -> str:
    """The list of the runs that something is about."""
    return url_for("console.runs", **{"since": period.value, "workflow": workflow_id, **more})
