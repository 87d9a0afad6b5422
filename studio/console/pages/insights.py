"""What runs say together: outcomes over time, how long they take, what they wait for, errors that repeat."""

from collections.abc import Iterator
from itertools import pairwise
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
from studio.console.zones import typed
from studio.core.errors import NotFound
from studio.core.etags import fresh
from studio.core.formats import at, lasting
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.runtime.insights.grains import Period
from studio.runtime.insights.reading import Insights, Stretch, insights
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
            workflows=listed_workflows(uow, workflow_id),
            bars=insights_chart.bars(found.stretches),
            times=insights_chart.times(found.stretches),
            height=insights_chart.HEIGHT,
            width=insights_chart.WIDTH,
            words=words,
            named=_named,
            zones=list(_zones(found)) if period is not Period.DAY else [],
            runs=lambda one=found.whole, **more: _runs(one, workflow_id, **more),
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


def _named(one: Stretch) -> str:
    """A day by its date, an hour by the reader's clock."""
    if one.day is None:
        return at(one.starts_at)
    named = str(format_date(one.day, "medium"))
    if one.whole_day:
        return named
    hours = lasting((one.ends_at - one.starts_at).total_seconds())
    return str(_("%(day)s (%(hours)s of it, %(zone)s)", day=named, hours=hours, zone=_plain(one.time_zone or "")))


def _zones(found: Insights) -> Iterator[str]:
    """Whose days are shown, in sentences: latest first."""
    yield str(_("Days are those of %(zone)s.", zone=_plain(found.time_zone)))
    if found.coming is not None:
        zone, since = _plain(found.coming.zone), at(found.coming.since)
        yield str(_("From %(moment)s on they will be those of %(zone)s.", moment=since, zone=zone))
    for one, later in reversed(list(pairwise(found.stretches))):
        if one.time_zone != later.time_zone:
            zone, until = _plain(one.time_zone or ""), at(later.starts_at)
            yield str(_("Before %(moment)s they are those of %(zone)s.", moment=until, zone=zone))


def _plain(zone: str) -> str:
    """As the settings list it."""
    return zone.replace("_", " ")


def _runs(one: Stretch, workflow_id: UUID | None, **more: Any) -> str:
    """The list of the runs that something is about, of that time alone."""
    until = typed(one.ends_at) if one.ends_at <= current_uow().now else None
    return url_for("console.runs", **{"from": typed(one.starts_at), "until": until, "workflow": workflow_id, **more})
