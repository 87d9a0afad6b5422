"""Settings: approval matrices, their grid, what is wrong with them, and their versions."""

from contextlib import closing
from dataclasses import replace
from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Field

from studio.accounts.permissions import permission
from studio.approvals.matrices import checking, diffing, grid
from studio.approvals.matrices import service as matrices
from studio.approvals.models import ApprovalMatrix
from studio.approvals.tables import document, named
from studio.approvals.tables.document import Matrix
from studio.contract.tables import MOST_ROWS, Column, Hits, Kind
from studio.core import web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.portal.matrix_form import (
    ColumnsForm,
    MatrixFileForm,
    MatrixForm,
    NewMatrixForm,
    PublishMatrixForm,
)
from studio.portal.views.blueprint import blueprint

BEGINNING = Matrix((Column("Amount", Kind.NUMBER, ""), Column("Country", Kind.TEXT)))
"""What a new one compares until somebody says otherwise."""


@blueprint.get("/settings/matrices")
@permission("policy.read")
def matrices_list() -> ResponseReturnValue:
    """List them."""
    found = [(row, matrices.draft(row)) for row in matrices.every(current_uow())]
    return render_template("portal/matrices.html", matrices=found, form=NewMatrixForm(formdata=None))


@blueprint.post("/settings/matrices")
@permission("policy.manage")
def create_matrix() -> ResponseReturnValue:
    """Make one, with an empty table."""
    form = NewMatrixForm()
    error: StudioError | None = None
    if form.validate_on_submit():
        try:
            made = matrices.create(current_uow(), form.name.data or "", BEGINNING)
        except (Conflict, InvalidInput) as refused:
            error = refused
            _beside(form.name, refused)
        else:
            return redirect(url_for("portal.matrix", matrix_id=made.id))
    found = [(row, matrices.draft(row)) for row in matrices.every(current_uow())]
    return render_template("portal/matrices.html", matrices=found, form=form), error.status if error else 422


@blueprint.get("/settings/matrices/<uuid:matrix_id>")
@permission("policy.read")
def matrix(matrix_id: UUID) -> ResponseReturnValue:
    """One: its grid, what is wrong with it, what is published."""
    return _page(matrices.get(current_uow(), matrix_id))


@blueprint.post("/settings/matrices/<uuid:matrix_id>")
@permission("policy.manage")
def save_matrix(matrix_id: UUID) -> ResponseReturnValue:
    """Keep the draft; cells that cannot be read are told, and nothing is kept."""
    form, uow = MatrixForm(), current_uow()
    row = matrices.get(uow, matrix_id)
    if not form.validate_on_submit():
        return _page(row, form), 422
    try:
        read = grid.read(form.table.data or "")
        matrices.keep(uow, matrix_id, read, int(form.seen.data or 0))
    except (Conflict, InvalidInput) as error:
        _beside(form.table, error)
        return _page(matrices.get(current_uow(), matrix_id), form, error), error.status
    flash(_("The draft is saved. What asks by the matrix goes on asking by its published version."), "good")
    return redirect(url_for("portal.matrix", matrix_id=matrix_id))


@blueprint.post("/settings/matrices/<uuid:matrix_id>/columns")
@permission("policy.manage")
def save_matrix_columns(matrix_id: UUID) -> ResponseReturnValue:
    """Change what rows compare; cells follow their column."""
    form, uow = ColumnsForm(), current_uow()
    row = matrices.get(uow, matrix_id)
    if not form.validate_on_submit():
        return _page(row, columns=form), 422
    try:
        matrices.save(uow, matrix_id, _with_columns(matrices.draft(row), form), int(form.seen.data or 0))
    except (Conflict, InvalidInput) as error:
        _beside(form.hits, error)
        return _page(matrices.get(current_uow(), matrix_id), columns=form), error.status
    flash(_("The columns are changed in the draft."), "good")
    return redirect(url_for("portal.matrix", matrix_id=matrix_id))


@blueprint.post("/settings/matrices/<uuid:matrix_id>/publish")
@permission("policy.manage")
def publish_matrix(matrix_id: UUID) -> ResponseReturnValue:
    """Let requests ask by the draft."""
    form, uow = PublishMatrixForm(), current_uow()
    if not form.validate_on_submit():
        return _page(matrices.get(uow, matrix_id), publishing=form), 422
    try:
        made = matrices.publish(uow, matrix_id, form.note.data or "", int(form.seen.data or 0))
    except (Conflict, InvalidInput) as error:
        if error.code in ("approval_needed", "frozen"):
            raise
        _beside(form.note, error)
        return _page(matrices.get(current_uow(), matrix_id), publishing=form), error.status
    flash(_("Version %(number)s is published. Requests that are open keep what they were asked by.",
            number=made.number), "good")  # fmt: skip
    return redirect(url_for("portal.matrix", matrix_id=matrix_id))


@blueprint.post("/settings/matrices/<uuid:matrix_id>/import")
@permission("policy.manage")
def import_matrix(matrix_id: UUID) -> ResponseReturnValue:
    """Take the draft from a file."""
    form, uow = MatrixFileForm(), current_uow()
    row = matrices.get(uow, matrix_id)
    if not form.validate_on_submit() or not form.file.data:
        form.file.errors = [*form.file.errors, _("Choose a file.")]
        return _page(row, uploading=form), 422
    try:
        with closing(form.file.data) as sent:
            data = sent.read(grid.MOST_BYTES + 1)
        read = grid.read(grid.decoded(data))
        matrices.keep(uow, matrix_id, read)
    except (Conflict, InvalidInput) as error:
        _beside(form.file, error)
        where = next((_place(one.path, Matrix()) for one in error.problems if one.path.startswith("rows.")), "")
        form.file.errors = [*([where] if where else []), *form.file.errors, _("Nothing was changed.")]
        return _page(matrices.get(current_uow(), matrix_id), uploading=form), error.status
    flash(_("The draft is what the file says."), "good")
    return redirect(url_for("portal.matrix", matrix_id=matrix_id))


@blueprint.get("/settings/matrices/<uuid:matrix_id>/export")
@permission("policy.read")
def export_matrix(matrix_id: UUID) -> ResponseReturnValue:
    """The draft as a file."""
    row = matrices.get(current_uow(), matrix_id)
    answer = Response(grid.write(matrices.draft(row)), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{row.name_key.replace(' ', '-')}.csv")
    return answer


@blueprint.get("/settings/matrices/<uuid:matrix_id>/versions/<int(max=2147483647):matrix_version>")
@permission("policy.read")
def matrix_version(matrix_id: UUID, matrix_version: int) -> ResponseReturnValue:
    """A version, and what it changed of the one before."""
    uow = current_uow()
    row = matrices.get(uow, matrix_id)
    found = named.version(uow, row, matrix_version)
    shown = document.from_json(found.document)
    lines = [diffing.row_text(one, shown) for one in shown.rows]
    other = diffing.row_text(shown.otherwise, shown) if shown.otherwise else ""
    return render_template("portal/matrix_version.html", matrix=row, version=found, lines=lines, otherwise=other,
                           changes=matrices.compared(uow, row, matrix_version))  # fmt: skip


@blueprint.post("/settings/matrices/<uuid:matrix_id>/delete")
@permission("policy.manage")
def delete_matrix(matrix_id: UUID) -> ResponseReturnValue:
    """Delete one that no workflow names."""
    try:
        matrices.remove(current_uow(), matrix_id)
    except Conflict as error:
        web.rollback(error)
        flash(error.message, "bad")
        return redirect(url_for("portal.matrix", matrix_id=matrix_id))
    flash(_("The matrix is gone. Requests that are open keep what they were asked by."), "good")
    return redirect(url_for("portal.matrices_list"))


def _page(
    row: ApprovalMatrix,
    form: MatrixForm | None = None,
    error: StudioError | None = None,
    *,
    columns: ColumnsForm | None = None,
    publishing: PublishMatrixForm | None = None,
    uploading: MatrixFileForm | None = None,
) -> str:
    uow = current_uow()
    draft = matrices.draft(row)
    found = checking.findings(uow, draft) if error is None else []
    marked = [{"path": one.path, "message": one.message, "warning": not one.refused} for one in found]
    marked += [
        {"path": one.path, "message": one.message, "warning": False} for one in (error.problems if error else ())
    ]
    seen = str(row.revision)
    form = form or MatrixForm(formdata=None, data={"seen": seen, "table": grid.write(draft)})
    old = document.from_json(named.version(uow, row, row.version).document) if row.version else None
    page: str = render_template(
        "portal/matrix.html", matrix=row, form=form, findings=found, marked=marked, most=MOST_ROWS,
        columns=columns or _columns(row, draft), versions=matrices.versions(uow, row),
        publishing=publishing or PublishMatrixForm(formdata=None, data={"seen": seen}),
        uploading=uploading or MatrixFileForm(formdata=None), workflows=matrices.used_by(uow, row),
        changes=diffing.differences(old, draft), place=lambda path: _place(path, draft),
    )  # fmt: skip
    return page


def _columns(row: ApprovalMatrix, draft: Matrix) -> ColumnsForm:
    shown = [{"was": one.name, "name": one.name, "kind": one.kind.value, "unit": one.unit} for one in draft.columns]
    return ColumnsForm(formdata=None, data={"seen": str(row.revision), "hits": draft.hits.value, "columns": shown})


def _with_columns(draft: Matrix, form: ColumnsForm) -> Matrix:
    """The draft with other columns: cells go where their column went, a new one asks nothing, so does another kind."""
    before = {one.name: place for place, one in enumerate(draft.columns)}
    made: list[Column] = []
    taken: list[int | None] = []
    for entry in form.columns:
        name = " ".join((entry.form.name.data or "").split())
        if name:
            column = Column(name, Kind(entry.form.kind.data), (entry.form.unit.data or "").strip())
            place = before.get(entry.form.was.data or "")
            same = place is not None and draft.columns[place].kind is column.kind
            made.append(replace(column, unit=column.unit if column.kind is Kind.NUMBER else ""))
            taken.append(place if same else None)
    rows = tuple(replace(row, when=tuple(row.when[at] if at is not None else "" for at in taken)) for row in draft.rows)
    return replace(draft, columns=tuple(made), rows=rows, hits=Hits(form.hits.data))


def _place(path: str, shown: Matrix) -> str:
    """A path for people: "Row 3, Country"."""
    first, *rest = path.split(".")
    names = [*(one.name for one in shown.columns), *grid.HEADS]
    if first == "otherwise":
        cell = rest[:1]
        said = _("Otherwise")
    elif first == "rows" and rest:
        cell = rest[1:2]
        said = _("Row %(row)s", row=int(rest[0]) + 1)
    else:
        return str(_("Column %(column)s", column=int(rest[0]) + 1) if rest else _("The table"))
    return f"{said}, {names[int(cell[0])]}" if cell and int(cell[0]) < len(names) else str(said)


def _beside(field: Field, error: StudioError) -> None:
    """Take back what the service had begun; say why."""
    web.rollback(error)
    field.errors = [*field.errors, error.message]
