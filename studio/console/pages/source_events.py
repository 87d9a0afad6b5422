"""One event of a source: looked at, made a workflow of, tried on a draft, replayed."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.builder.service import from_source
from studio.console import source_words, words
from studio.console.blueprint import blueprint, engine
from studio.console.pages.run_list import listed_workflows
from studio.console.run_page import exchange
from studio.console.sources_forms import MakeForm, WhichForm
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.runtime.models import EventSource, SourceEvent
from studio.runtime.sources import listing, replaying, service

_ONE = "/event-sources/<uuid:source_id>/events/<uuid:event_id>"


@blueprint.get(_ONE)
@permission("event.read")
def source_event(source_id: UUID, event_id: UUID) -> ResponseReturnValue:
    """Its data as a tree, its headers, and what can be done with it."""
    source, event = _asked(source_id, event_id)
    uow = current_uow()
    return render_template(
        "console/source_event.html", source=source, event=event, words=source_words,
        data=exchange.shown("body", event.body), make=MakeForm(formdata=None, name=source.name),
        drafts=listed_workflows(uow), listeners=replaying.listeners(uow, source),
        takes=source.type == service.WEBHOOK and source.address_hash is not None,
        newer=_beside(source, after=event.id), older=_beside(source, before=event.id),
    )  # fmt: skip


@blueprint.get(f"{_ONE}/data")
@permission("event.read")
def source_event_data(source_id: UUID, event_id: UUID) -> Response:
    """Its data as a file."""
    _source, event = _asked(source_id, event_id)
    answer = Response(exchange.pretty(event.body), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="event-{event_id}.json"'
    return answer


@blueprint.post(f"{_ONE}/workflow")
@permission("workflow.edit")
def source_event_workflow(source_id: UUID, event_id: UUID) -> ResponseReturnValue:
    """Make a workflow of it, and open that."""
    source, event = _asked(source_id, event_id)
    form = MakeForm()
    try:
        made = from_source.make(
            current_uow(), source, event, name=form.name.data or "", take_address=bool(form.take_address.data)
        )
    except InvalidInput as error:
        return _refused(source_id, event_id, error)
    return redirect(url_for("builder.edit", workflow_id=made.id), 303)


@blueprint.post(f"{_ONE}/try")
@permission("workflow.edit")
def source_event_try(source_id: UUID, event_id: UUID) -> ResponseReturnValue:
    """Open a draft with the event as the sample of a test-run."""
    _source, event = _asked(source_id, event_id)
    form = WhichForm()
    form.offer([(str(one), name) for one, name in listed_workflows(current_uow())])
    if not form.validate_on_submit():
        return _refused(source_id, event_id, InvalidInput(_("Choose a workflow."), field="workflow"))
    return redirect(url_for("builder.edit", workflow_id=form.workflow.data, sample=event.id), 303)


@blueprint.post(f"{_ONE}/replay")
@permission("workflow.start")
def source_event_replay(source_id: UUID, event_id: UUID) -> ResponseReturnValue:
    """Give it to a published workflow, as if it had just arrived there."""
    uow = current_uow()
    source, event = _asked(source_id, event_id)
    form, known = WhichForm(), replaying.listeners(uow, source)
    form.offer([(_value(one), one.workflow.name) for one in known])
    if not form.validate_on_submit():
        return _refused(source_id, event_id, InvalidInput(_("Choose a workflow."), field="workflow"))
    workflow_id, _dot, node_key = str(form.workflow.data).partition(".")
    chosen = next(one for one in known if one.workflow.id == parse_id(workflow_id))
    done = replaying.replay(uow, source, event, chosen.workflow.id, node_key, engine().wake_main)
    said = words.VERDICTS.get(done.verdict, (done.verdict, ""))
    text = _("“%(name)s” has it. %(verdict)s.", name=chosen.workflow.name, verdict=str(said[0]))
    flash(f"{text} {done.reason or ''}".strip(), "good" if done.run_id is not None else "info")
    if done.run_id is not None:
        return redirect(url_for("console.run", run_id=done.run_id), 303)
    return redirect(url_for("console.workflow_events", workflow_id=chosen.workflow.id), 303)


def _asked(source_id: UUID, event_id: UUID) -> tuple[EventSource, SourceEvent]:
    uow = current_uow()
    source = service.get(uow, source_id)
    return source, listing.event(uow, source, event_id)


def _beside(source: EventSource, *, before: UUID | None = None, after: UUID | None = None) -> UUID | None:
    rows: Sequence[SourceEvent] = listing.events(current_uow(), source, before=before, after=after, limit=1).rows
    return rows[0].id if rows else None


def _value(one: replaying.Listener) -> str:
    return f"{one.workflow.id}.{one.trigger.node_key}"


def _refused(source_id: UUID, event_id: UUID, error: InvalidInput) -> ResponseReturnValue:
    web.rollback(error)
    flash(error.message, "bad")
    return redirect(url_for("console.source_event", source_id=source_id, event_id=event_id), 303)
