"""Finding a matrix by the name that steps give it, and what of it they ask by."""

from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals.models import ApprovalMatrix, MatrixVersion
from studio.approvals.service import naming
from studio.approvals.tables import document
from studio.approvals.tables.document import Matrix
from studio.contract import references
from studio.core.errors import InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork

KIND, COLUMN = "approval_matrix", "approval_matrix_column"
"""How references to matrices, and to what a step tells one of, are known."""


class Published(NamedTuple):
    """The version that requests ask by."""

    row: ApprovalMatrix
    version: int
    matrix: Matrix


def find(uow: UnitOfWork, name: str) -> ApprovalMatrix | None:
    """The matrix of that name."""
    return uow.session.scalar(select(ApprovalMatrix).where(ApprovalMatrix.name_key == naming.key(name)))


def version(uow: UnitOfWork, row: ApprovalMatrix, number: int) -> MatrixVersion:
    """One of its versions. Raises NotFound."""
    query = select(MatrixVersion).where(MatrixVersion.matrix_id == row.id, MatrixVersion.number == number)
    found = uow.session.scalar(query)
    if found is None:
        raise NotFound(_("There is no such version of this matrix."), resource=f"approval_matrix:{row.id}:{number}")
    return found


def missing(uow: UnitOfWork, name: str) -> references.Missing | None:
    """Why a step's reference to a matrix leads nowhere."""
    row = find(uow, name)
    if row is not None and row.version:
        return None
    if row is not None:
        said = _("The matrix “%(name)s” is not published yet. Publish it in Settings.", name=name[:80])
        return references.Missing("matrix.unpublished", said)
    said = _("There is no approval matrix “%(name)s”. Choose one of Settings, Approval matrices.", name=name[:80])
    return references.Missing("matrix.unknown", said)


def published(uow: UnitOfWork, name: str) -> Published:
    """What a step that names a matrix asks by. Raises InvalidInput at `matrix` where there is none."""
    gone = missing(uow, name)
    row = find(uow, name)
    if gone is not None or row is None:
        raise InvalidInput(gone.message if gone else name, code=gone.code if gone else "matrix.unknown", field="matrix")
    return Published(row, row.version, document.from_json(version(uow, row, row.version).document))


def column_reference(matrix: str, column: str) -> str:
    """How what a step tells a matrix of is named among references."""
    return f"{naming.key(matrix)}: {naming.key(column)}"


def missing_column(uow: UnitOfWork, name: str) -> references.Missing | None:
    """Where a step tells a matrix of something that it does not compare: it may be about to."""
    matrix, _colon, column = name.partition(": ")
    row = find(uow, matrix)
    if row is None or not row.version:
        return None  # said of the matrix itself
    columns = document.from_json(version(uow, row, row.version).document).columns
    if naming.key(column) in {naming.key(one.name) for one in columns}:
        return None
    said = _("The matrix “%(name)s” compares no “%(column)s”.", name=row.name, column=column)
    return references.Missing("matrix.column_unknown", said, warning=True)
