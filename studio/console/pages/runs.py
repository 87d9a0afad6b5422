"""Runs: the list, and what people do to one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from studio.accounts.permissions import permission
from studio.console import words
from studio.console.blueprint import blueprint, engine
from studio.console.etags import fresh
from studio.console.forms import CancelForm, RerunForm, SettleForm
from studio.core import clock
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.runtime.history import listing
from studio.runtime.history.detail import detail
from studio.runtime.history.listing import RunFilter
from studio.runtime.history.naming import titles_to_be
from studio.runtime.history.turns import held
from studio.runtime.models import Workflow
from studio.runtime.outcomes import RunState
from studio.runtime.service import runs as verbs
from studio.runtime.service.settling import Finding, settle
from studio.runtime.service.starts import get_run

SPANS = {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
LISTED_STATES = ("queued", "running", "waiting", "succeeded", "failed", "needs_review", "quarantined", "cancelled")


@blueprint.get("/runs")
@permission("run.read")
def runs() -> ResponseReturnValue:
    """The list, filtered by the address."""
    uow = current_uow()
    page = listing.runs(
        uow, _filter(), before=parse_id(request.args.get("before", "")), after=parse_id(request.args.get("after", ""))
    )
    names = select(Workflow.id, Workflow.name).where(Workflow.archived_at.is_(None)).order_by(Workflow.name).limit(500)
    html = render_template(
        "console/runs.html",
        page=page,
        held=held(uow, [row.id for row in page.rows if row.state == RunState.QUEUED]),
        names=titles_to_be(uow, [row.id for row in page.rows if not row.title and row.state == RunState.QUEUED]),
        words=words,
        workflows=uow.session.execute(names).all(),
        states=LISTED_STATES,
        spans=tuple(SPANS),
        filtered=any(request.args.get(name) for name in ("workflow", "state", "q", "since")),
        cursor=_cursor,
    )
    return fresh(html)


@blueprint.post("/runs/<uuid:run_id>/cancel")
@permission("run.cancel")
def cancel_run(run_id: UUID) -> ResponseReturnValue:
    """End it now."""
    uow, form = current_uow(), CancelForm()
    found = get_run(uow, run_id)
    if form.validate_on_submit():
        verbs.cancel(uow, found, engine().endings.withdraw, form.reason.data or "", hint=engine().wake_main)
        flash(_("The run was cancelled. What it waited for is withdrawn."), "good")
    return redirect(url_for("console.run", run_id=run_id), 303)


@blueprint.post("/runs/<uuid:run_id>/rerun")
@permission("run.rerun")
def rerun(run_id: UUID) -> ResponseReturnValue:
    """Make a new run linked to this one."""
    uow = current_uow()
    found = get_run(uow, run_id)
    form = RerunForm.for_run(detail(uow, found))
    if not form.validate_on_submit():
        flash(_("Choose a step and a version from the lists; nothing was started."), "bad")
        return redirect(url_for("console.run", run_id=run_id), 303)
    again = verbs.rerun(
        uow,
        found,
        engine().versions,
        engine().wake_main,
        from_step=form.from_step.data or None,
        newest=form.version.data == "newest",
        withdraw=engine().endings.withdraw,
    )
    flash(_("Started again as a new run."), "good")
    return redirect(url_for("console.run", run_id=again.id), 303)


@blueprint.post("/runs/<uuid:run_id>/settle")
@permission("run.rerun")
def settle_run(run_id: UUID) -> ResponseReturnValue:
    """Say how a run goes on that Studio cannot carry on by itself."""
    uow, form = current_uow(), SettleForm()
    found = get_run(uow, run_id)
    if form.validate_on_submit():
        settle(uow, found, Finding(form.finding.data or ""), engine().wake_main)
        flash(_("The run goes on."), "good")
    return redirect(url_for("console.run", run_id=run_id), 303)


def _filter() -> RunFilter:
    states = tuple(state for state in request.args.getlist("state") if state in words.STATES)
    span = SPANS.get(request.args.get("since", ""))
    return RunFilter(
        workflow_id=parse_id(request.args.get("workflow", "")),
        states=("queued", *states) if "running" in states else states,
        since=clock.local_now() - span if span else None,
        search=request.args.get("q", ""),
    )


def _cursor(**cursor: Any) -> str:
    """The address of another page of the same list."""
    kept: dict[str, Any] = {
        name: request.args.getlist(name) for name in ("workflow", "state", "q", "since") if request.args.get(name)
    }
    return url_for("console.runs", **kept, **cursor)
