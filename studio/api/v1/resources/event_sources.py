"""Event sources: what another system sends, looked at before a workflow exists."""

from uuid import UUID

from studio.accounts.identity import signed_in_person
from studio.api.v1.blueprint import engine, keyring, settings
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes import event_sources as shapes
from studio.api.v1.shapes.common import ListOf, cursor_id, cut, written
from studio.builder.service import from_source
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import EventSource
from studio.runtime.sources import listing, replaying, service

TAG = "Event sources"
ALL = "/event-sources"
ONE = f"{ALL}/<uuid:source_id>"
EVENT = f"{ONE}/events/<uuid:event_id>"


@operation("GET", ALL, tag=TAG, needs="event.read", query=Paged, answer=ListOf[shapes.EventSourceInfo])
def list_event_sources(uow: UnitOfWork, query: Paged) -> ListOf[shapes.EventSourceInfo]:
    """All event sources, at most 50."""
    page, after = cut(listing.every(uow), lambda row: row.id, query.cursor, query.limit)
    return ListOf[shapes.EventSourceInfo](data=[_info(row) for row in page], next_cursor=after)


@operation("POST", ALL, tag=TAG, needs="workflow.edit", body=shapes.NewEventSource, answer=shapes.EventSourceInfo,
           status=201, conflicts=True)  # fmt: skip
def open_event_source(uow: UnitOfWork, body: shapes.NewEventSource) -> shapes.EventSourceInfo:
    """Open a source: it hears at once, and keeps what arrives. 409 where the workspace has 50."""
    return _info(service.open_(uow, keyring(), body.name, body.type, body.settings))


@operation("GET", ONE, tag=TAG, needs="event.read", answer=shapes.EventSourceInfo)
def get_event_source(uow: UnitOfWork, source_id: UUID) -> shapes.EventSourceInfo:
    """One source."""
    return _info(service.get(uow, source_id))


@operation("PATCH", ONE, tag=TAG, needs="workflow.edit", body=shapes.EventSourceName, answer=shapes.EventSourceInfo)
def rename_event_source(uow: UnitOfWork, source_id: UUID, body: shapes.EventSourceName) -> shapes.EventSourceInfo:
    """Give it another name."""
    return _info(service.rename(uow, source_id, body.name))


@operation("DELETE", ONE, tag=TAG, needs="workflow.edit")
def remove_event_source(uow: UnitOfWork, source_id: UUID) -> None:
    """Forget it and all events that it kept."""
    service.remove(uow, source_id)


@operation("POST", f"{ONE}/close", tag=TAG, needs="workflow.edit", answer=shapes.EventSourceInfo)
def close_event_source(uow: UnitOfWork, source_id: UUID) -> shapes.EventSourceInfo:
    """It hears nothing from now on; what it kept stays as long as it would."""
    return _info(service.close(uow, source_id))


@operation("POST", f"{ONE}/reopen", tag=TAG, needs="workflow.edit", answer=shapes.EventSourceInfo)
def reopen_event_source(uow: UnitOfWork, source_id: UUID) -> shapes.EventSourceInfo:
    """It hears again, at its address; at a new one where a workflow has taken that over."""
    return _info(service.reopen(uow, keyring(), source_id))


@operation("POST", f"{ONE}/address", tag=TAG, needs="workflow.edit", answer=shapes.EventSourceInfo, conflicts=True)
def rotate_event_source(uow: UnitOfWork, source_id: UUID) -> shapes.EventSourceInfo:
    """Give it a new address; the old one is unknown from now on. 409 where it has none, or is closed."""
    return _info(service.rotate_address(uow, keyring(), source_id))


@operation("DELETE", f"{ONE}/heir", tag=TAG, needs="workflow.edit")
def keep_event_source_address(uow: UnitOfWork, source_id: UUID) -> None:
    """Keep the address here: the workflow that was to take it over gets one of its own when it is published."""
    service.keep_address(uow, source_id)


@operation("GET", f"{ONE}/events", tag=TAG, needs="event.read", query=Paged, answer=ListOf[shapes.SourceEventLine])
def list_source_events(uow: UnitOfWork, source_id: UUID, query: Paged) -> ListOf[shapes.SourceEventLine]:
    """What it kept, newest first, without the data."""
    source = service.get(uow, source_id)
    page = listing.events(uow, source, before=cursor_id(query.cursor), limit=query.limit)
    return ListOf[shapes.SourceEventLine](
        data=[shapes.SourceEventLine.model_validate(row) for row in page.rows], next_cursor=written(page.older)
    )


@operation("GET", EVENT, tag=TAG, needs="event.read", answer=shapes.SourceEventInfo)
def get_source_event(uow: UnitOfWork, source_id: UUID, event_id: UUID) -> shapes.SourceEventInfo:
    """One event, whole."""
    return shapes.SourceEventInfo.model_validate(listing.event(uow, service.get(uow, source_id), event_id))


@operation("POST", f"{EVENT}/workflow", tag=TAG, needs="workflow.edit", body=shapes.SourceWorkflow,
           answer=shapes.MadeOfSource, status=201)  # fmt: skip
def make_workflow_of_source(
    uow: UnitOfWork, source_id: UUID, event_id: UUID, body: shapes.SourceWorkflow
) -> shapes.MadeOfSource:
    """Make a draft whose trigger hears what the source hears, with the event as its sample."""
    source = service.get(uow, source_id)
    event = listing.event(uow, source, event_id)
    made = from_source.make(uow, source, event, name=body.name, take_address=body.take_address)
    return shapes.MadeOfSource(workflow_id=made.id)


@operation("POST", f"{EVENT}/replay", tag=TAG, needs="workflow.start", body=shapes.SourceReplay,
           answer=shapes.ReplayedEvent, conflicts=True)  # fmt: skip
def replay_source_event(
    uow: UnitOfWork, source_id: UUID, event_id: UUID, body: shapes.SourceReplay
) -> shapes.ReplayedEvent:
    """Give it to a published workflow as if it had just arrived there. 409 where that is turned off."""
    source = service.get(uow, source_id)
    event, workflow_id = listing.event(uow, source, event_id), parse_id(body.workflow_id)
    if workflow_id is None:
        raise InvalidInput(_("This is no id."), code="body.invalid", field="workflow_id")
    done = replaying.replay(uow, source, event, workflow_id, body.trigger, engine().wake_main)
    return shapes.ReplayedEvent.model_validate(done)


def _info(row: EventSource) -> shapes.EventSourceInfo:
    secret = service.address(keyring(), row) if signed_in_person().may("workflow.edit") else None
    return shapes.EventSourceInfo(
        id=row.id, name=row.name, type=row.type, settings=dict(row.settings),
        state="open" if row.closed_at is None else "closed",
        address=f"{settings().public_url}/hooks/{secret}" if secret is not None else None,
        heir_id=row.heir_id, taken_by=row.taken_by, kept=row.kept, last_at=row.last_at, created_at=row.created_at,
        closed_at=row.closed_at,
    )  # fmt: skip
