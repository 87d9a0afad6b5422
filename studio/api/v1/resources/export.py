"""The audit export: its pipelines, how far each destination is, and what can be done about it."""

from uuid import UUID

import orjson

from studio.api.v1.operations import operation
from studio.api.v1.shapes import export as shapes
from studio.api.v1.shapes.common import ListOf, cut
from studio.api.v1.shapes.export import (
    DeadLetter,
    DeadLettersTurned,
    ExportDestinationView,
    ExportPipelines,
    ExportPreview,
    Replayed,
    TestResult,
)
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.export import testing
from studio.export.models import ExportConfig, ExportDeadLetter
from studio.export.outcomes import Fate, LetterState, State
from studio.export.pipelines import document, yaml_text
from studio.export.reach import door, reach
from studio.export.service import configs, destinations
from studio.export.service.destinations import Standing

TAG = "Audit export"
ONE = "/export/destinations/<uuid:destination_id>"


@operation("GET", "/export/pipelines", tag=TAG, needs="export.read", answer=ExportPipelines)
def get_export_pipelines(uow: UnitOfWork) -> ExportPipelines:
    """The pipelines that hold."""
    return _pipelines(configs.current(uow))


@operation("PUT", "/export/pipelines", tag=TAG, needs="export.manage", body=shapes.ExportSave, answer=ExportPipelines,
           conflicts=True)  # fmt: skip
def replace_export_pipelines(uow: UnitOfWork, body: shapes.ExportSave) -> ExportPipelines:
    """Set up the pipelines, or replace them. What is wrong is refused with its path, and recorded; the old ones go on.

    Destinations that stay keep their place in the trail; those that go keep it for the day they come back.
    """
    try:
        return _pipelines(configs.save(uow, door(), _text(body), version=body.version))
    except InvalidInput as error:
        web.rollback(error)
        with web.database().unit(uow.workspace, uow.actor) as noting:
            configs.note_refusal(noting, error)
        raise


@operation("DELETE", "/export/pipelines", tag=TAG, needs="export.manage", conflicts=True)
def delete_export_pipelines(uow: UnitOfWork) -> None:
    """Remove the pipelines: nothing is sent anywhere from then on. The trail itself stays."""
    configs.remove(uow)


@operation("POST", "/export/pipelines/preview", tag=TAG, needs="export.manage", body=shapes.ExportDocument,
           answer=ExportPreview, keyed=False)  # fmt: skip
def preview_export_pipelines(uow: UnitOfWork, body: shapes.ExportDocument) -> ExportPreview:
    """What a document would send of the newest events. Nothing is saved or sent."""
    shown = testing.preview(uow, configs.check(uow, door(), _text(body)))
    return ExportPreview(
        pipelines=[
            shapes.PreviewedPipeline(name=name, events=[_previewed(one) for one in events])
            for name, events in shown.items()
        ]
    )


@operation("GET", "/export/destinations", tag=TAG, needs="export.read", answer=ListOf[ExportDestinationView])
def list_export_destinations(uow: UnitOfWork) -> ListOf[ExportDestinationView]:
    """All destinations, with their state and how far behind they are."""
    return ListOf[ExportDestinationView](data=[_view(one) for one in destinations.standings(uow)], next_cursor=None)


@operation("GET", ONE, tag=TAG, needs="export.read", answer=ExportDestinationView)
def get_export_destination(uow: UnitOfWork, destination_id: UUID) -> ExportDestinationView:
    """One destination; those to which no pipeline leads any more are found as well."""
    return _view(destinations.standing(uow, destination_id))


@operation("POST", f"{ONE}/pause", tag=TAG, needs="export.manage", answer=ExportDestinationView, conflicts=True)
def pause_export_destination(uow: UnitOfWork, destination_id: UUID) -> ExportDestinationView:
    """Send nothing more for now; events wait in the trail, which keeps them."""
    destinations.pause(uow, destination_id)
    return _view(destinations.standing(uow, destination_id))


@operation("POST", f"{ONE}/resume", tag=TAG, needs="export.manage", answer=ExportDestinationView, conflicts=True)
def resume_export_destination(uow: UnitOfWork, destination_id: UUID) -> ExportDestinationView:
    """Go on from where it stopped, or try again now."""
    destinations.resume(uow, destination_id)
    return _view(destinations.standing(uow, destination_id))


@operation("POST", f"{ONE}/test", tag=TAG, needs="export.manage", answer=TestResult, keyed=False)
def test_export_destination(uow: UnitOfWork, destination_id: UUID) -> TestResult:
    """Send one event that is marked as a test, now, and say what came back. The place in the trail stays."""
    workspace_id, actor = uow.workspace, uow.actor
    destinations.find(uow, destination_id)
    web.commit()  # nothing stays open while the destination is waited for
    verdict = testing.send_test(web.database(), reach(), workspace_id, destination_id)
    with web.database().unit(workspace_id, actor) as noting:
        testing.note_test(noting, destination_id, verdict)
    sent = verdict.fate is Fate.SENT
    return TestResult(sent=sent, fate=verdict.fate, code=verdict.code, said=verdict.said)


@operation("POST", f"{ONE}/replay", tag=TAG, needs="export.manage", body=shapes.ExportReplay, answer=Replayed,
           conflicts=True)  # fmt: skip
def replay_export_destination(uow: UnitOfWork, destination_id: UUID, body: shapes.ExportReplay) -> Replayed:
    """Send everything once more from a moment on, under the ids it had."""
    return Replayed(events=destinations.replay(uow, destination_id, body.since))


@operation("GET", f"{ONE}/dead-letters", tag=TAG, needs="export.read", query=shapes.DeadLetterQuery,
           answer=ListOf[DeadLetter])  # fmt: skip
def list_dead_letters(uow: UnitOfWork, destination_id: UUID, query: shapes.DeadLetterQuery) -> ListOf[DeadLetter]:
    """The newest 200 events that the destination would not take, and those that are on their way again."""
    row = destinations.find(uow, destination_id)
    page, after = cut(destinations.letters(uow, row.id), lambda one: one.id, query.cursor, query.limit)
    return ListOf[DeadLetter](data=[_letter(one) for one in page], next_cursor=after)


@operation("POST", f"{ONE}/dead-letters/retry", tag=TAG, needs="export.manage", answer=DeadLettersTurned,
           conflicts=True)  # fmt: skip
def retry_dead_letters(uow: UnitOfWork, destination_id: UUID) -> DeadLettersTurned:
    """Send once more what was put aside, the oldest 200."""
    return DeadLettersTurned(letters=destinations.retry_letters(uow, destination_id))


@operation("POST", f"{ONE}/dead-letters/drop", tag=TAG, needs="export.manage", answer=DeadLettersTurned,
           conflicts=True)  # fmt: skip
def drop_dead_letters(uow: UnitOfWork, destination_id: UUID) -> DeadLettersTurned:
    """Give up on what was put aside, the oldest 200. The trail keeps the events."""
    return DeadLettersTurned(letters=destinations.discard_letters(uow, destination_id))


def _text(body: shapes.ExportDocument) -> str:
    """The document as it is kept: JSON is YAML as it stands."""
    if body.text is not None:
        return body.text.replace("\r\n", "\n")
    return orjson.dumps(body.document, option=orjson.OPT_INDENT_2).decode()


def _pipelines(row: ExportConfig | None) -> ExportPipelines:
    if row is None:
        return ExportPipelines(version=0, text="", document=None, pipelines=[], changed_at=None)
    found = document.read(row.text)
    pipelines = [
        shapes.ExportPipeline(
            name=one.name, processors=[processor.kind for processor in one.processors], exporters=list(one.exporters),
            from_beginning=one.from_beginning,
        )
        for one in found.pipelines.values()
    ]  # fmt: skip
    return ExportPipelines(
        version=row.version, text=row.text, document=yaml_text.read(row.text), pipelines=pipelines,
        changed_at=row.created_at,
    )  # fmt: skip


def _previewed(one: testing.Shown) -> shapes.PreviewedEvent:
    return shapes.PreviewedEvent(
        action=one.action, at=one.at, recorded=orjson.loads(one.recorded),
        sent=orjson.loads(one.sent) if one.sent else None, problem=one.problem,
    )  # fmt: skip


def _view(one: Standing) -> ExportDestinationView:
    row = one.row
    return ExportDestinationView(
        id=row.id, pipeline=row.pipeline, exporter=row.exporter, state=State(row.state), cursor=row.cursor, lag=one.lag,
        oldest_waits_s=one.oldest.total_seconds() if one.oldest is not None else None, attempts=row.attempts,
        next_attempt_at=row.due_at, last_code=row.last_code, last_error=row.last_error, failing_since=row.failed_at,
        sent_at=row.sent_at, delivered=row.delivered, dead_letters=one.letters,
    )  # fmt: skip


def _letter(row: ExportDeadLetter) -> DeadLetter:
    return DeadLetter(
        id=row.id, seq=row.seq, event_id=row.event_id, state=LetterState(row.state), code=row.code, said=row.said,
        attempts=row.attempts, at=row.at,
    )  # fmt: skip
