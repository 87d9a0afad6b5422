"""Runs: the list, one of them, and what may be done to it."""

import re
from uuid import UUID

from studio.api.v1.blueprint import engine
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.resources.run_views import detail_of, step_of
from studio.api.v1.shapes import runs as shapes
from studio.api.v1.shapes.common import ListOf, cursor_id, cut, written
from studio.builder.service import whole
from studio.core.errors import InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import notes
from studio.runtime.history import listing
from studio.runtime.history.detail import detail
from studio.runtime.history.narrowing import check_cursor
from studio.runtime.service import runs, starts
from studio.runtime.service.settling import settle

TAG = "Runs"
ONE = "/runs/<uuid:run_id>"
_SIGNAL = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}\Z")


@operation("GET", "/runs", tag=TAG, needs="run.read", query=shapes.RunQuery, answer=ListOf[shapes.RunLine])
def list_runs(uow: UnitOfWork, query: shapes.RunQuery) -> ListOf[shapes.RunLine]:
    """Runs, newest first.

    By trigger, connection and version the newest runs may take a minute to be found.
    """
    before = cursor_id(query.cursor)
    if before is not None and query.after is not None:
        raise InvalidInput(
            _("Name a cursor or a run after which to list, not both."), code="query.after", field="after"
        )
    check_cursor(uow, before or query.after, "cursor" if before is not None else "after")
    page = listing.runs(uow, query.wanted(), before=before, after=query.after, limit=query.limit)
    older = None if query.after is not None else page.older
    return ListOf[shapes.RunLine](
        data=[shapes.RunLine.model_validate(row) for row in page.rows], next_cursor=written(older)
    )


@operation("POST", "/workflows/<uuid:workflow_id>/runs", tag=TAG, needs="workflow.start", body=shapes.StartRun,
           answer=shapes.RunDetail, status=201, conflicts=True)  # fmt: skip
def start_run(uow: UnitOfWork, workflow_id: UUID, body: shapes.StartRun) -> shapes.RunDetail:
    """Start a run by hand.

    At a trigger with a form the data must answer it. 409 where the workflow is turned off. 503 with `Retry-After`
    where more runs are waiting than this Studio is set up for: nothing was started.
    """
    engine().shedding.check(uow.workspace)
    workflow = whole.get(uow, workflow_id)
    run = starts.start_manual(uow, workflow, body.trigger, body.data, engine().wake_main)
    uow.session.flush()
    return detail_of(uow, detail(uow, run))


@operation("GET", ONE, tag=TAG, needs="run.read", answer=shapes.RunDetail)
def get_run(uow: UnitOfWork, run_id: UUID) -> shapes.RunDetail:
    """One run with its steps."""
    return detail_of(uow, detail(uow, starts.get_run(uow, run_id)))


@operation("GET", f"{ONE}/steps/<uuid:step_id>", tag=TAG, needs="run.read", answer=shapes.StepLine)
def get_step(uow: UnitOfWork, run_id: UUID, step_id: UUID) -> shapes.StepLine:
    """One attempt of a step, with its whole input and output however large they are."""
    found = detail(uow, starts.get_run(uow, run_id))
    for step in found.steps:
        for attempt in step.attempts:
            if attempt.row.id == step_id:
                return step_of(uow, step, attempt)
    raise NotFound(_("There is no such step in this run."), resource=f"step:{step_id}")


@operation("POST", f"{ONE}/cancel", tag=TAG, needs="run.cancel", body=shapes.CancelRun, answer=shapes.RunDetail,
           conflicts=True)  # fmt: skip
def cancel_run(uow: UnitOfWork, run_id: UUID, body: shapes.CancelRun) -> shapes.RunDetail:
    """End a run now. What it waits for is withdrawn."""
    run = starts.get_run(uow, run_id)
    runs.cancel(uow, run, engine().endings.withdraw, body.reason, hint=engine().wake_main)
    return detail_of(uow, detail(uow, run))


@operation("POST", f"{ONE}/settle", tag=TAG, needs="run.rerun", body=shapes.Settle, answer=shapes.RunDetail,
           conflicts=True)  # fmt: skip
def settle_run(uow: UnitOfWork, run_id: UUID, body: shapes.Settle) -> shapes.RunDetail:
    """Say how a run goes on that is in state `needs_review` or `quarantined`.

    `arrived`: the call in doubt was carried out, the run goes on behind it. `repeat`: the step is tried again, under
    the same idempotency key. To end the run instead, cancel it.
    """
    run = starts.get_run(uow, run_id)
    settle(uow, run, body.finding, engine().wake_main)
    return detail_of(uow, detail(uow, run))


@operation("GET", f"{ONE}/notes", tag=TAG, needs="run.read", query=Paged, answer=ListOf[shapes.NoteView])
def list_notes(uow: UnitOfWork, run_id: UUID, query: Paged) -> ListOf[shapes.NoteView]:
    """Remarks on a run, oldest first."""
    found = detail(uow, starts.get_run(uow, run_id)).notes
    page, after = cut(found, lambda note: note.id, query.cursor, query.limit)
    return ListOf[shapes.NoteView](data=[shapes.NoteView.model_validate(note) for note in page], next_cursor=after)


@operation("POST", f"{ONE}/notes", tag=TAG, needs="run.rerun", body=shapes.NewNote, answer=shapes.NoteView, status=201)
def add_note(uow: UnitOfWork, run_id: UUID, body: shapes.NewNote) -> shapes.NoteView:
    """Leave a remark that everybody sees who looks at the run."""
    return shapes.NoteView.model_validate(notes.add(uow, starts.get_run(uow, run_id).id, body.text))


@operation("GET", "/workflows/<uuid:workflow_id>/events", tag="Events", needs="event.read", query=Paged,
           answer=ListOf[shapes.EventLine])  # fmt: skip
def list_events(uow: UnitOfWork, workflow_id: UUID, query: Paged) -> ListOf[shapes.EventLine]:
    """What a workflow received and what became of it, newest first."""
    workflow = whole.get(uow, workflow_id)
    page = listing.events(uow, workflow.id, before=cursor_id(query.cursor), limit=query.limit)
    return ListOf[shapes.EventLine](
        data=[shapes.EventLine.model_validate(row) for row in page.rows], next_cursor=written(page.older)
    )


@operation("POST", "/signals/<signal>", tag="Signals", needs="run.signal", body=shapes.Signal, answer=shapes.Heard)
def send_signal(uow: UnitOfWork, signal: str, body: shapes.Signal) -> shapes.Heard:
    """Send a signal: every run that waits for this name and key goes on.

    Each wait hears one signal. A signal for which nobody waits is not kept.
    """
    if not _SIGNAL.match(signal):
        raise InvalidInput(_("A signal's name starts with a letter and holds letters, digits, “_”, “-” and “.”."),
                           code="signal.name", field="signal")  # fmt: skip
    return shapes.Heard(heard=engine().waits.signal(uow, signal, body.key, body.payload))
