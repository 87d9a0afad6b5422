"""Evidence packs: what happened at a run, at an approval or in a period, as one archive that proves itself."""

from functools import partial
from uuid import UUID

from flask import Response

from studio.api.v1.operations import operation
from studio.api.v1.shapes.common import ListOf, cursor_id
from studio.api.v1.shapes.evidence import EvidenceAsk, EvidencePackShape, EvidenceQuery
from studio.core import web
from studio.core.errors import InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.evidence import rows, service
from studio.oversight.evidence.wanted import Wanted

TAG = "Audit"
ZIP = "application/zip"


@operation(
    "POST", "/evidence-packs", tag=TAG, needs="audit.export", body=EvidenceAsk, answer=EvidencePackShape, status=201,
    conflicts=True,
)  # fmt: skip
def ask_evidence_pack(uow: UnitOfWork, body: EvidenceAsk) -> EvidencePackShape:
    """Have a pack made. It is made in the background: read it until its state is `ready`."""
    filters: dict[str, str] = {name: value.replace("\0", "") for name, value in body.filters.items()}
    wanted = Wanted(body.kind, body.subject, body.since, body.until, filters)
    try:
        return EvidencePackShape.model_validate(service.ask(uow, wanted))
    except NotFound as error:
        raise InvalidInput(error.message, code="evidence.unknown_subject", field="subject") from error


@operation(
    "GET", "/evidence-packs", tag=TAG, needs="audit.export", query=EvidenceQuery, answer=ListOf[EvidencePackShape]
)
def list_evidence_packs(uow: UnitOfWork, query: EvidenceQuery) -> ListOf[EvidencePackShape]:
    """Packs that were asked for, newest first."""
    page = service.page(uow, before=cursor_id(query.cursor), limit=query.limit)
    return ListOf[EvidencePackShape](
        data=[EvidencePackShape.model_validate(one) for one in page.packs],
        next_cursor=str(page.older) if page.older is not None else None,
    )


@operation("GET", "/evidence-packs/<uuid:pack_id>", tag=TAG, needs="audit.export", answer=EvidencePackShape)
def get_evidence_pack(uow: UnitOfWork, pack_id: UUID) -> EvidencePackShape:
    """How far a pack is, or what it holds."""
    return EvidencePackShape.model_validate(rows.one(uow, pack_id))


@operation(
    "POST", "/evidence-packs/<uuid:pack_id>/cancel", tag=TAG, needs="audit.export", answer=EvidencePackShape,
    conflicts=True,
)  # fmt: skip
def cancel_evidence_pack(uow: UnitOfWork, pack_id: UUID) -> EvidencePackShape:
    """Stop a pack that is being made."""
    return EvidencePackShape.model_validate(service.cancel(uow, pack_id))


@operation("GET", "/evidence-packs/<uuid:pack_id>/file", tag=TAG, needs="audit.export", media=(ZIP,), conflicts=True)
def download_evidence_pack(uow: UnitOfWork, pack_id: UUID) -> Response:
    """The archive. `studio audit verify FILE` checks it without a database. The download is itself an event."""
    database = web.database()
    with database.unit(uow.workspace, uow.actor) as recording:  # this request itself only reads
        row = service.take(recording, pack_id)
        name, size, parts = service.file_name(row), row.size, row.parts
    units = partial(database.unit, uow.workspace, uow.actor, read_only=True)
    answer = Response(service.content(units, pack_id, parts), content_type=ZIP)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Length"] = str(size)
    return answer
