"""Matrices: made, drafted, published in versions, found by name, deleted while no workflow names them."""

from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from studio import audit
from studio.approvals.matrices import checking, diffing
from studio.approvals.models import ApprovalMatrix, MatrixVersion
from studio.approvals.service import naming
from studio.approvals.tables import document
from studio.approvals.tables.document import Matrix, Read
from studio.approvals.tables.named import COLUMN, KIND, column_reference, find, version
from studio.contract import gates, references
from studio.contract.gates import Act
from studio.core import ids, tenancy
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.unit_of_work import UnitOfWork

TARGET = "approval_matrix.publish"
MOST = 100
"""Matrices of one workspace."""
MOST_SHOWN = 100
"""Versions, of the newest, that are listed."""
_DIFFERENCES = 100
"""Differences that the audit trail keeps of one version; the version itself has them all."""


def every(uow: UnitOfWork) -> list[ApprovalMatrix]:
    """All of them, by name."""
    return list(uow.session.scalars(select(ApprovalMatrix).order_by(ApprovalMatrix.name_key)))


def get(uow: UnitOfWork, matrix_id: UUID) -> ApprovalMatrix:
    """One matrix. Raises NotFound."""
    return tenancy.get(uow.session, ApprovalMatrix, matrix_id, "approval matrix")


def draft(row: ApprovalMatrix) -> Matrix:
    """As it is edited."""
    return document.from_json(row.draft)


def versions(uow: UnitOfWork, row: ApprovalMatrix) -> list[MatrixVersion]:
    """The newest first."""
    query = select(MatrixVersion).where(MatrixVersion.matrix_id == row.id)
    return list(uow.session.scalars(query.order_by(MatrixVersion.number.desc()).limit(MOST_SHOWN)))


def compared(uow: UnitOfWork, row: ApprovalMatrix, number: int) -> list[diffing.Difference]:
    """What a version changed of the one before it."""
    before = document.from_json(version(uow, row, number - 1).document) if number > 1 else None
    return diffing.differences(before, document.from_json(version(uow, row, number).document))


def used_by(uow: UnitOfWork, row: ApprovalMatrix) -> list[str]:
    """Names of the workflows whose draft or published version names it."""
    return references.users(uow, KIND, row.name)


def create(uow: UnitOfWork, name: str, matrix: Matrix) -> ApprovalMatrix:
    """Make one, as a draft. Raises InvalidInput with the field, Conflict where the name is taken."""
    if (uow.session.scalar(select(func.count()).select_from(ApprovalMatrix)) or 0) >= MOST:
        raise Conflict(_("A workspace has at most %(most)s approval matrices.", most=MOST), code="too_many_matrices")
    kept = _readable(matrix)
    row = ApprovalMatrix(
        id=ids.new_id(), name=" ".join(name.split()), name_key=naming.key(name), draft=document.to_json(kept),
        revision=1, version=0, created_at=uow.now, changed_at=uow.now, changed_by=uow.actor.name[:200],
    )  # fmt: skip
    if not 0 < len(row.name) <= 80:
        raise InvalidInput(_("A matrix needs a name of up to 80 letters."), field="name")
    if find(uow, name) is not None:
        raise Conflict(_("There is a matrix of that name."), code="name_taken", field="name")
    uow.session.add(row)
    uow.session.flush()
    audit.record(uow, "approval_matrix.created", targets=[_target(row)], metadata={"rows": len(kept.rows)})
    return row


def save(uow: UnitOfWork, matrix_id: UUID, matrix: Matrix, seen: int | None = None) -> ApprovalMatrix:
    """Keep a draft; what asks goes on asking by the published version. `seen`: the revision that was edited.

    Raises InvalidInput with each cell that cannot be read, Conflict where somebody else has edited it since.
    """
    row = _locked(uow, matrix_id)
    if seen is not None and seen != row.revision:
        said = _("%(who)s edited this matrix since you opened it. Nothing was saved.", who=row.changed_by)
        raise Conflict(said, code="matrix_changed")
    kept = document.to_json(_readable(matrix))
    if kept != row.draft:
        row.draft, row.revision = kept, row.revision + 1
        row.changed_at, row.changed_by = uow.now, uow.actor.name[:200]
    uow.session.flush()
    return row


def keep(uow: UnitOfWork, matrix_id: UUID, read: Read, seen: int | None = None) -> ApprovalMatrix:
    """Save what was read from a page or a file. Raises as save()."""
    if read.problems:
        first = read.problems[0]
        raise InvalidInput(first.message, code=first.code, problems=read.problems)
    return save(uow, matrix_id, read.matrix, seen)


def publish(uow: UnitOfWork, matrix_id: UUID, note: str, seen: int) -> MatrixVersion:
    """Let requests ask by the draft from now on; those that are open keep what they were asked by.

    Raises InvalidInput with all that keeps it from being published, Conflict where the draft is not what was seen or
    nothing differs, and all that a gate raises.
    """
    row = _locked(uow, matrix_id)
    if seen != row.revision:
        said = _("%(who)s edited this matrix since you opened it. Nothing was published.", who=row.changed_by)
        raise Conflict(said, code="matrix_changed")
    if len(note) > 2_000:
        raise InvalidInput(_("A note has at most 2000 letters."), field="note")
    matrix = draft(row)
    refuse(uow, row, matrix)
    before = document.from_json(version(uow, row, row.version).document) if row.version else None
    found = diffing.differences(before, matrix)
    if not found:
        raise Conflict(_("This is what is published already."), code="nothing_changed")
    what = ngettext("Approval matrix “%(name)s”, version %(number)s: %(count)s row",
                    "Approval matrix “%(name)s”, version %(number)s: %(count)s rows", len(matrix.rows), name=row.name,
                    number=row.version + 1, count=len(matrix.rows))  # fmt: skip
    facts = {"matrix": row.name, "rows": len(matrix.rows), "changes": len(found)}
    details = tuple((one.field, f"{one.before or '-'} → {one.after or '-'}") for one in found[:20])
    payload = {"matrix": str(row.id), "seen": row.version, "document": row.draft}
    gates.current().require(uow, Act(TARGET, what, payload, facts, details, subject=f"approval_matrix:{row.id}"))
    row.version += 1
    made = MatrixVersion(
        id=ids.new_id(), matrix_id=row.id, number=row.version, document=row.draft, note=note.strip(),
        published_at=uow.now, published_by=uow.actor.name[:200],
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    changes = [audit.Change(one.field, one.before, one.after, personal=True) for one in found[:_DIFFERENCES]]
    audit.record(uow, "approval_matrix.published", targets=[_target(row)], changes=changes,
                 metadata={"version": row.version, "rows": len(matrix.rows), "note": made.note[:500]})  # fmt: skip
    return made


def refuse(uow: UnitOfWork, row: ApprovalMatrix, matrix: Matrix) -> None:
    """Raise InvalidInput where it could not be published, with everything that is in the way."""
    found = [FieldProblem(one.path, one.code, one.message) for one in checking.findings(uow, matrix) if one.refused]
    found += _untold(uow, row, matrix)
    if found:
        raise InvalidInput(found[0].message, code=found[0].code, problems=found)


def remove(uow: UnitOfWork, matrix_id: UUID) -> None:
    """Delete one with its versions. What was asked by it keeps its rule. Raises Conflict where a workflow names it."""
    row = _locked(uow, matrix_id)
    workflows = used_by(uow, row)
    if workflows:
        said = _("Workflows name this matrix: %(names)s. Change them first.", names=", ".join(workflows[:5]))
        raise Conflict(said, code="matrix_in_use")
    audit.record(uow, "approval_matrix.deleted", targets=[_target(row)], metadata={"version": row.version})
    uow.session.delete(row)


def _untold(uow: UnitOfWork, row: ApprovalMatrix, matrix: Matrix) -> list[FieldProblem]:
    """Columns of which a workflow that names the matrix would tell it nothing: its runs would fail."""
    users = set(used_by(uow, row))
    found = []
    for place, column in enumerate(matrix.columns if users else ()):
        silent = users - set(references.users(uow, COLUMN, column_reference(row.name, column.name)))
        if silent:
            said = _("Workflows name the matrix and tell it nothing of “%(column)s”: %(names)s. Add it there.",
                     column=column.name, names=", ".join(sorted(silent)[:5]))  # fmt: skip
            found.append(FieldProblem(f"columns.{place}", "matrix.column_untold", said))
    return found


def _readable(matrix: Matrix) -> Matrix:
    """In its one form. Raises InvalidInput with each cell that cannot be read."""
    found = document.checked(matrix)
    if found.problems:
        raise InvalidInput(found.problems[0].message, code=found.problems[0].code, problems=found.problems)
    return found.matrix


def _locked(uow: UnitOfWork, matrix_id: UUID) -> ApprovalMatrix:
    query = select(ApprovalMatrix).where(ApprovalMatrix.id == matrix_id).with_for_update()
    uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    return get(uow, matrix_id)


def _target(row: ApprovalMatrix) -> audit.Target:
    return audit.Target("approval_matrix", row.id, row.name)
