"""Approval matrices."""

from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes import matrices as shapes
from studio.api.v1.shapes.common import ListOf, cut
from studio.api.v1.shapes.matrices import MatrixAnswer, MatrixCsv, MatrixDocument, MatrixTried, MatrixView
from studio.approvals.matrices import checking, grid, trying
from studio.approvals.matrices import service as matrices
from studio.approvals.models import ApprovalMatrix, MatrixVersion
from studio.approvals.tables import choosing, document
from studio.core.unit_of_work import UnitOfWork

TAG = "Approval matrices"
ONE = "/approval-matrices/<uuid:matrix_id>"


@operation("GET", "/approval-matrices", tag=TAG, needs="policy.read", query=Paged, answer=ListOf[MatrixView])
def list_approval_matrices(uow: UnitOfWork, query: Paged) -> ListOf[MatrixView]:
    """The matrices with their drafts."""
    page, after = cut(matrices.every(uow), lambda row: row.id, query.cursor, query.limit)
    return ListOf[MatrixView](data=[_view(row) for row in page], next_cursor=after)


@operation("POST", "/approval-matrices", tag=TAG, needs="policy.manage", body=shapes.MatrixCreate, answer=MatrixView,
           status=201, conflicts=True)  # fmt: skip
def create_approval_matrix(uow: UnitOfWork, body: shapes.MatrixCreate) -> MatrixView:
    """Make one, as a draft that nothing asks by."""
    return _view(matrices.create(uow, body.name, body.document.matrix()))


@operation("GET", ONE, tag=TAG, needs="policy.read", answer=MatrixView)
def get_approval_matrix(uow: UnitOfWork, matrix_id: UUID) -> MatrixView:
    """One matrix with its draft."""
    return _view(matrices.get(uow, matrix_id))


@operation("PUT", ONE, tag=TAG, needs="policy.manage", body=shapes.MatrixSave, answer=MatrixView, conflicts=True)
def save_approval_matrix(uow: UnitOfWork, matrix_id: UUID, body: shapes.MatrixSave) -> MatrixView:
    """Keep a draft. What asks by the matrix goes on asking by its published version."""
    return _view(matrices.save(uow, matrix_id, body.document.matrix(), body.revision))


@operation("DELETE", ONE, tag=TAG, needs="policy.manage", conflicts=True)
def delete_approval_matrix(uow: UnitOfWork, matrix_id: UUID) -> None:
    """Delete a matrix that no workflow names."""
    matrices.remove(uow, matrix_id)


@operation("GET", f"{ONE}/findings", tag=TAG, needs="policy.read", answer=ListOf[shapes.MatrixFinding])
def get_approval_matrix_findings(uow: UnitOfWork, matrix_id: UUID) -> ListOf[shapes.MatrixFinding]:
    """Gaps, overlaps and names that lead nowhere, in the draft."""
    found = checking.findings(uow, matrices.draft(matrices.get(uow, matrix_id)))
    data = [
        shapes.MatrixFinding(path=one.path, code=one.code, message=one.message, refused=one.refused) for one in found
    ]
    return ListOf[shapes.MatrixFinding](data=data, next_cursor=None)


@operation("POST", f"{ONE}/publish", tag=TAG, needs="policy.manage", body=shapes.MatrixPublish,
           answer=shapes.MatrixVersionView, conflicts=True)  # fmt: skip
def publish_approval_matrix(uow: UnitOfWork, matrix_id: UUID, body: shapes.MatrixPublish) -> shapes.MatrixVersionView:
    """Publish the draft. Requests that are open keep what they were asked by."""
    made = matrices.publish(uow, matrix_id, body.note, body.revision)
    return _version(uow, matrices.get(uow, matrix_id), made)


@operation("GET", f"{ONE}/versions", tag=TAG, needs="policy.read", answer=ListOf[shapes.MatrixVersionView])
def list_approval_matrix_versions(uow: UnitOfWork, matrix_id: UUID) -> ListOf[shapes.MatrixVersionView]:
    """The newest versions, at most twenty."""
    row = matrices.get(uow, matrix_id)
    data = [_version(uow, row, one) for one in matrices.versions(uow, row)[:20]]
    return ListOf[shapes.MatrixVersionView](data=data, next_cursor=None)


@operation("GET", f"{ONE}/csv", tag=TAG, needs="policy.read", answer=MatrixCsv)
def get_approval_matrix_csv(uow: UnitOfWork, matrix_id: UUID) -> MatrixCsv:
    """The draft as comma-separated values, safe to be opened by a spreadsheet."""
    return MatrixCsv(csv=grid.write(matrices.draft(matrices.get(uow, matrix_id))))


@operation("PUT", f"{ONE}/csv", tag=TAG, needs="policy.manage", body=shapes.MatrixCsvSave, answer=MatrixView,
           conflicts=True)  # fmt: skip
def save_approval_matrix_csv(uow: UnitOfWork, matrix_id: UUID, body: shapes.MatrixCsvSave) -> MatrixView:
    """Take the draft from comma-separated values."""
    return _view(matrices.keep(uow, matrix_id, grid.read(body.csv), body.revision))


@operation("POST", f"{ONE}/ask", tag=TAG, needs="policy.read", body=shapes.MatrixAsk, answer=MatrixAnswer, keyed=False)
def ask_approval_matrix(uow: UnitOfWork, matrix_id: UUID, body: shapes.MatrixAsk) -> MatrixAnswer:
    """Whom the draft would ask for some facts. Nobody is asked."""
    draft = matrices.draft(matrices.get(uow, matrix_id))
    found = choosing.choose(draft, body.facts, body.units)
    return MatrixAnswer(
        rows=[row + 1 for row in found.rows], labels=choosing.labels(draft, found), why=found.why,
        who=choosing.people_words(found),
    )  # fmt: skip


@operation("GET", f"{ONE}/tried", tag=TAG, needs="policy.read", query=shapes.MatrixTryQuery, answer=ListOf[MatrixTried])
def try_approval_matrix(uow: UnitOfWork, matrix_id: UUID, query: shapes.MatrixTryQuery) -> ListOf[MatrixTried]:
    """Whom the draft would have asked for the last requests, beside whom was asked.

    A column is taken from what their steps told a matrix, where they did; else from the fact of its name; a number
    without one from the amount, a text from the workflow's name.
    """
    draft = matrices.draft(matrices.get(uow, matrix_id))
    taken = trying.guessed(draft.columns, trying.sources(uow, query.workflow_id))
    data = [
        MatrixTried(
            request_id=one.request.id, title=one.request.title, facts=one.facts, rows=one.rows, would_ask=one.would_ask,
            asked=one.asked, same=one.same, problem=one.problem,
        )
        for one in trying.on_past(uow, draft, taken, query.workflow_id, query.most)
    ]  # fmt: skip
    return ListOf[MatrixTried](data=data, next_cursor=None)


def _view(row: ApprovalMatrix) -> MatrixView:
    return MatrixView(
        id=row.id, name=row.name, version=row.version, revision=row.revision,
        draft=MatrixDocument.of(matrices.draft(row)), changed_at=row.changed_at, changed_by=row.changed_by,
    )  # fmt: skip


def _version(uow: UnitOfWork, row: ApprovalMatrix, made: MatrixVersion) -> shapes.MatrixVersionView:
    changes = matrices.compared(uow, row, made.number)
    return shapes.MatrixVersionView(
        number=made.number, document=MatrixDocument.of(document.from_json(made.document)), note=made.note,
        published_at=made.published_at, published_by=made.published_by,
        changes=[shapes.MatrixChange(field=one.field, before=one.before, after=one.after) for one in changes],
    )  # fmt: skip
