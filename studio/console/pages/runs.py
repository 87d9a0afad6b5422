"""Runs: the list, one run, and what people do to it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from studio.accounts.permissions import permission
from studio.approvals import saying
from studio.approvals.service import locking
from studio.builder.picture import picture
from studio.console import words
from studio.console.blueprint import blueprint, engine
from studio.console.etags import fresh
from studio.console.forms import CancelForm, NoteForm, RerunForm, SettleForm
from studio.console.pages.run_data import BEGINNING, MOST_SHOWN, pretty
from studio.console.timeline import tracks
from studio.core import clock
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.runtime import notes
from studio.runtime.history import listing
from studio.runtime.history.detail import RunDetail, StepView, called_run, detail, wait_target
from studio.runtime.history.listing import RunFilter
from studio.runtime.history.naming import titles_to_be
from studio.runtime.history.payloads import payload
from studio.runtime.history.turns import held
from studio.runtime.models import Workflow
from studio.runtime.outcomes import ENDED, STUCK, RunState
from studio.runtime.rows import report
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


@blueprint.get("/runs/<uuid:run_id>")
@permission("run.read")
def run(run_id: UUID) -> ResponseReturnValue:
    """One run: what happened in a sentence and the ways on, then every step."""
    uow = current_uow()
    found = detail(uow, get_run(uow, run_id))
    chosen = _chosen(found)
    end = found.ends_at or clock.local_now()
    return fresh(
        render_template(
            "console/run.html",
            found=found,
            held=held(uow, [run_id], exactly=True).get(run_id),
            name=found.run.title or titles_to_be(uow, [run_id]).get(run_id) or found.workflow.name,
            called=called_run,
            rows=len(report.rows_of(found.run)),
            turn=_turn(found),
            chosen=chosen,
            attempt=_attempt(chosen),
            pretty=pretty,
            whole=lambda value: payload(uow, value),
            limits=(MOST_SHOWN, BEGINNING),
            tracks=tracks(found.steps, found.run.created_at, end),
            end=end,
            words=words,
            picture=picture(found.document, found.states()),
            approvals={step.anchor: wait_target(step.last.wait) for step in found.steps if step.last},
            going=found.run.state not in (*ENDED, *STUCK),
            stuck=found.run.state in STUCK,
            cancel_form=CancelForm(),
            note_form=NoteForm(),
            rerun_form=RerunForm.for_run(found),
        )
    )


def _turn(found: RunDetail) -> str:
    """Why nobody is asked yet, where a run waits for people and its question waits its turn."""
    asking = words.waits_for_people(found)
    request_id = wait_target(asking.last.wait) if asking is not None and asking.last is not None else None
    place = locking.place(current_uow(), request_id) if request_id is not None else None
    return saying.turn_words(place.key, place.number) if place is not None else ""


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


@blueprint.post("/runs/<uuid:run_id>/notes")
@permission("run.rerun")
def add_note(run_id: UUID) -> ResponseReturnValue:
    """A remark that everybody sees who looks at the run."""
    uow, form = current_uow(), NoteForm()
    found = get_run(uow, run_id)
    if form.validate_on_submit():
        notes.add(uow, found.id, form.text.data or "")
    return redirect(url_for("console.run", run_id=run_id) + "#notes", 303)


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


def _chosen(found: RunDetail) -> StepView | None:
    """The step in the address, else the one that failed, else the last that was reached."""
    wanted = request.args.get("step", "")
    reached = [step for step in found.steps if step.last is not None]
    named = next((step for step in found.steps if step.anchor == wanted), None)
    return named or found.failed_step or (reached[-1] if reached else None)


def _attempt(step: StepView | None) -> Any:
    if step is None or not step.attempts:
        return None
    number = request.args.get("attempt", type=int)
    return next((attempt for attempt in step.attempts if attempt.row.attempt == number), step.last)
