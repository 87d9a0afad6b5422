"""One run: what happened in a sentence and the ways on, every step with its times, what one of them got and gave."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals import saying
from studio.approvals.service import locking
from studio.builder.picture import picture
from studio.console import touring, words
from studio.console.blueprint import blueprint, settings
from studio.console.forms import CancelForm, NoteForm, RerunForm
from studio.console.run_page import copying, exchange
from studio.console.run_page.exchange import short
from studio.console.run_page.folding import folds
from studio.console.run_page.overlaying import overlay
from studio.console.run_page.reasoning import Said, reasons
from studio.console.timeline import Scale, legend
from studio.core import clock
from studio.core.etags import fresh
from studio.core.web import current_uow
from studio.runtime import document as documents
from studio.runtime import labels, notes
from studio.runtime.archive import finding
from studio.runtime.history import spells, stepping
from studio.runtime.history.detail import Attempt, RunDetail, StepView, called_run, detail, version_of, wait_target
from studio.runtime.history.naming import titles_to_be
from studio.runtime.history.stepping import Frame
from studio.runtime.history.tallies import Tally, states, tallies
from studio.runtime.history.turns import held
from studio.runtime.history.ways import ways
from studio.runtime.models import Run
from studio.runtime.outcomes import ENDED, STUCK, RunState
from studio.runtime.rows import report
from studio.runtime.service.starts import get_run


@blueprint.get("/runs/<uuid:run_id>")
@permission("run.read")
def run(run_id: UUID) -> ResponseReturnValue:
    """The page. `step`, `attempt`: what is looked at; `items`, `from`: which iterations of which loop are listed.

    `picture`: `large` draws the graph as wide as the page. `at`: a finished run as it was after so many attempts.
    """
    uow = current_uow()
    row = uow.session.get(Run, run_id)
    if row is None and finding.there(uow, run_id):
        return redirect(url_for("console.archived_run", archived_id=run_id))
    row, counted = get_run(uow, run_id), tallies(uow, run_id)
    touring.note_sight(uow, signed_in_person(), row)
    version, error = version_of(uow, row), row.error or {}
    document = documents.load(version.document)
    going, at = row.state not in (*ENDED, *STUCK), request.args.get("at", type=int)
    frame = stepping.frame(uow, run_id, at) if at is not None and not going else None
    failed = ".".join(filter(None, (error.get("node"), error.get("path"))))
    wanted = [anchor for anchor in (_wanted(frame), failed) if anchor]
    folded = folds(document, counted, wanted, request.args.get("items", ""), request.args.get("from", 0, type=int))
    found = detail(uow, row, folded.window, document)
    chosen, end = _chosen(found, _wanted(frame)), found.ends_at or clock.local_now()
    attempt = _attempt(chosen, frame.attempt if frame is not None else request.args.get("attempt", type=int))
    data = exchange.data(uow, row, attempt, is_trigger=chosen is not None and chosen.key == row.trigger_node)
    parents = {step.key: step.parent for step in document.nodes}
    listed = [step for step in found.steps if folded.lists(step, parents)]
    large = frame is not None or request.args.get("picture") == "large"
    then = frame.tallies if frame is not None and frame.number < frame.total else counted
    over = overlay(
        found, then, ways(document, then, row.trigger_node, ended=not going and then is counted), _address,
        chosen.key if chosen is not None else None, then=frame is not None,
    )  # fmt: skip
    return fresh(
        render_template(
            "console/run.html",
            found=found,
            listed=listed,
            opened=folded.opened,
            loops={step.parent for step in document.nodes} if folded.window is not None else (),
            held=held(uow, [run_id], exactly=True).get(run_id) if row.state == RunState.QUEUED else None,
            name=row.title or titles_to_be(uow, [run_id]).get(run_id) or found.workflow.name,
            called=called_run,
            rows=len(report.rows_of(row)),
            labels=labels.of_run(uow, run_id),
            turn=_turn(found),
            chosen=chosen,
            attempt=attempt,
            data=data,
            short=short,
            copies=_copies(row, chosen, attempt, data.input),
            reasons=_reasons(found, counted, chosen, ended=not going) if attempt is None else (),
            end=end,
            words=words,
            picture=picture(document, states(then), over, wide=large),
            frame=frame,
            large=large,
            approvals={step.anchor: wait_target(step.last.wait) for step in found.steps if step.last},
            going=going,
            stuck=row.state in STUCK,
            cancel_form=CancelForm(),
            note_form=NoteForm(),
            rerun_form=RerunForm.for_run(found),
            **_timeline(found, listed),
        )
    )


@blueprint.post("/runs/<uuid:run_id>/notes")
@permission("run.rerun")
def add_note(run_id: UUID) -> ResponseReturnValue:
    """A remark that everybody sees who looks at the run."""
    uow, form = current_uow(), NoteForm()
    found = get_run(uow, run_id)
    if form.validate_on_submit():
        notes.add(uow, found.id, form.text.data or "")
    else:
        flash(next((str(one) for one in form.text.errors), _("The note was not kept. Try again.")), "bad")
    return redirect(url_for("console.run", run_id=run_id) + "#notes", 303)


def _timeline(found: RunDetail, listed: list[StepView]) -> dict[str, Any]:
    """Bars of the steps that are listed, the run's time in the queue before those of its trigger; scale and legend."""
    now = found.ends_at or clock.local_now()
    scale, answers = Scale(found.run.created_at, now), spells.answered(current_uow(), listed)
    tracks = {step.anchor: scale.bars(spells.spells(step, answers, now)) for step in listed}
    waited = spells.queued(found.run, now)
    if waited.seconds > 0:
        tracks[found.run.trigger_node] = [scale.bar(waited), *tracks.get(found.run.trigger_node, ())]
    return {"tracks": tracks, "ticks": scale.ticks(), "legend": legend(tracks)}


def _copies(run: Run, chosen: StepView | None, attempt: Attempt | None, input_: Any) -> dict[str, str | None]:
    """Texts for the clipboard, of what is looked at; None: not of this."""
    base = settings().public_url
    link = f"{base}{_address(chosen)}" if chosen is not None else None
    if chosen is None or attempt is None or chosen.key != run.trigger_node:
        called = copying.call(attempt.row.type, input_, attempt.row.effect_key) if attempt is not None else None
        return {"call": called, "sample": None, "test": None, "link": link}
    url = f"{base}/api/v1/workflows/{run.workflow_id}/test-runs"
    sample, test = copying.sample(run.input), copying.test(url, run.trigger_node, run.input)
    return {"call": None, "sample": sample, "test": test, "link": link}


def _reasons(found: RunDetail, counted: dict[str, Tally], chosen: StepView | None, *, ended: bool) -> list[Said]:
    if chosen is None:
        return []
    return reasons(found.document, counted, found.steps, chosen.key, _address, ended=ended)


def _address(step: StepView) -> str:
    """Where the picture's card of a step leads: to its data."""
    large = "large" if request.args.get("picture") == "large" else None
    return url_for("console.run", **{**(request.view_args or {}), "step": step.anchor}, picture=large) + "#step"


def _turn(found: RunDetail) -> str:
    """Why nobody is asked yet, where a run waits for people and its question waits its turn."""
    asking = words.waits_for_people(found)
    request_id = wait_target(asking.last.wait) if asking is not None and asking.last is not None else None
    place = locking.place(current_uow(), request_id) if request_id is not None else None
    return saying.turn_words(place.key, place.number) if place is not None else ""


def _wanted(frame: Frame | None) -> str:
    """The step that is asked for."""
    return frame.anchor if frame is not None else request.args.get("step", "")


def _chosen(found: RunDetail, wanted: str) -> StepView | None:
    """The step that is asked for, else the one that failed, else the last that was reached."""
    reached = [step for step in found.steps if step.last is not None]
    named = next((step for step in found.steps if step.anchor == wanted), None)
    return named or found.failed_step or (reached[-1] if reached else None)


def _attempt(step: StepView | None, number: int | None) -> Attempt | None:
    if step is None or not step.attempts:
        return None
    return next((attempt for attempt in step.attempts if attempt.row.attempt == number), step.last)
