"""Start a workflow with the rows of a file: hand it in, see how it is read, start, and see what became of each row."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.permissions import permission
from studio.audit.export import safe
from studio.console.blueprint import blueprint, engine
from studio.console.pages.workflow import asked
from studio.console.pages.workflow_start import trigger_of, upload_page
from studio.console.rows_forms import DELIMITERS, ENCODINGS, MARKS, GoForm, UploadForm
from studio.core.errors import InvalidInput, NotFound
from studio.core.figures import separated
from studio.core.files import storing
from studio.core.models import StoredFile
from studio.core.web import current_uow
from studio.runtime.models import TriggerSubscription, Workflow
from studio.runtime.rows import fitting, reading, report
from studio.runtime.rows.fitting import Fitted
from studio.runtime.rows.numbers import Mark
from studio.runtime.rows.reading import Delimiter, Encoding, Table
from studio.runtime.service import starts
from studio.runtime.service.starts import get_run
from studio.runtime.triggers.manual import ROWS, Manual

KIND = "rows"
SHOWN = 10
"""Rows of a preview."""


@blueprint.post("/workflows/<uuid:workflow_id>/start/<trigger_key>/rows")
@permission("workflow.start")
def hand_in_rows(workflow_id: UUID, trigger_key: str) -> ResponseReturnValue:
    """Keep the file for a day, and show how it is read."""
    found, uow = asked(workflow_id), current_uow()
    row, _config = _trigger(found, trigger_key)
    form = UploadForm()
    if not form.validate_on_submit():
        return upload_page(found, row, form), 422
    content = form.file.data.stream
    ways = {"encoding": form.encoding.data or None, "delimiter": form.delimiter.data or None}
    try:
        _check_size(content)
        reading.read(content, _encoding(ways["encoding"]), _delimiter(ways["delimiter"]))
    except InvalidInput as error:
        form.file.errors = [error.message]
        return upload_page(found, row, form), 422
    content.seek(0)
    kept = storing.store(uow, content, kind=KIND, name=(form.file.data.filename or "")[:200], media_type="text/csv",
                         taken=False)  # fmt: skip
    return redirect(
        url_for("console.preview_rows", workflow_id=found.id, trigger_key=trigger_key, rows_file_id=kept.id, **ways),
        303,
    )


@blueprint.get("/workflows/<uuid:workflow_id>/start/<trigger_key>/rows/<uuid:rows_file_id>")
@permission("workflow.start")
def preview_rows(workflow_id: UUID, trigger_key: str, rows_file_id: UUID) -> ResponseReturnValue:
    """How the file is read, which column answers what, and what does not fit; choices live in the address."""
    found = asked(workflow_id)
    row, config = _trigger(found, trigger_key)
    return _preview(found, row, config, rows_file_id)


@blueprint.post("/workflows/<uuid:workflow_id>/start/<trigger_key>/rows/<uuid:rows_file_id>")
@permission("workflow.start")
def start_rows(workflow_id: UUID, trigger_key: str, rows_file_id: UUID) -> ResponseReturnValue:
    """Start one run with all rows, as the preview showed them. Nothing is started where one does not fit."""
    found, uow = asked(workflow_id), current_uow()
    row, config = _trigger(found, trigger_key)
    read = _read(config, rows_file_id)
    if not GoForm().validate_on_submit() or read.fitted is None or read.fitted.faulty:
        return _preview(found, row, config, rows_file_id, refused=True)
    run = starts.start_manual(uow, found, row.node_key, {ROWS: list(read.fitted.rows)}, engine().wake_main)
    storing.remove(uow, [rows_file_id])
    many = len(read.fitted.rows)
    flash(ngettext("The run has started with %(count)s row.", "The run has started with %(count)s rows.", many,
                   count=separated(many)), "good")  # fmt: skip
    return redirect(url_for("console.run_rows", run_id=run.id), 303)


@blueprint.get("/runs/<uuid:run_id>/rows")
@permission("run.read")
def run_rows(run_id: UUID) -> ResponseReturnValue:
    """What became of each row."""
    uow = current_uow()
    run = get_run(uow, run_id)
    count, first = len(report.rows_of(run)), max(request.args.get("from", 0, int), 0)
    if not count:
        raise NotFound(_("This run got no rows of a file."), resource=f"run:{run_id}")
    return render_template(
        "console/run_rows.html", run=run, count=count, first=first, size=report.PAGE,
        lines=report.report(uow, run, first), names=list(report.rows_of(run)[0]), fates=report.Fate,
    )  # fmt: skip


@blueprint.get("/runs/<uuid:run_id>/rows.csv")
@permission("run.read")
def run_rows_file(run_id: UUID) -> ResponseReturnValue:
    """The same as a file, safe to open in a spreadsheet."""
    uow = current_uow()
    run = get_run(uow, run_id)
    names = list(report.rows_of(run)[0]) if report.rows_of(run) else []
    if not names:
        raise NotFound(_("This run got no rows of a file."), resource=f"run:{run_id}")
    made = io.StringIO()
    write = _writer(made)
    write(["row", "result", "step", "why", *names])
    for one in report.everything(uow, run):
        write([one.number, one.fate.value, one.step, one.why, *(one.cells.get(name) for name in names)])
    answer = Response(made.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="rows-{run_id}.csv"'
    return answer


@dataclass(frozen=True, slots=True)
class _ReadFile:
    """A file as the address asks to read it."""

    name: str
    ways: Mapping[str, Any]
    table: Table | None = None
    columns: Mapping[str, int | None] | None = None
    fitted: Fitted | None = None
    problem: InvalidInput | None = None


def _preview(
    found: Workflow, row: TriggerSubscription, config: Manual.Config, file_id: UUID, *, refused: bool = False
) -> ResponseReturnValue:
    read = _read(config, file_id)
    wrong = read.problem is not None or (read.fitted is not None and read.fitted.faulty > 0)
    page = render_template(
        "console/rows_preview.html", workflow=found, trigger=row, config=config, read=read, file_id=file_id,
        form=GoForm(), shown=SHOWN, encodings=ENCODINGS, delimiters=DELIMITERS,
        marks=MARKS if any(one.type in fitting.NUMBERS for one in config.fields) else (), refused=refused and wrong,
    )  # fmt: skip
    return page, 422 if refused and wrong else 200


def _read(config: Manual.Config, file_id: UUID) -> _ReadFile:
    uow = current_uow()
    kept = uow.session.get(StoredFile, file_id)
    if kept is None or kept.kind != KIND or kept.created_by != uow.actor.user_id:
        raise NotFound(_("This file is no longer here. Hand it in again."), resource=f"file:{file_id}")
    ways = {name: request.args.get(name) for name in ("encoding", "delimiter", "decimals")}
    content = io.BytesIO(b"".join(storing.read(uow, file_id)))
    try:
        table = reading.read(content, _encoding(ways["encoding"]), _delimiter(ways["delimiter"]))
    except InvalidInput as error:
        return _ReadFile(kept.name, ways, problem=error)
    chosen = {
        field.name: _place(request.args[f"column-{field.name}"])
        for field in config.fields
        if f"column-{field.name}" in request.args
    }
    columns = fitting.columns_for(table, config.fields, chosen)
    return _ReadFile(kept.name, ways, table, columns, fitting.fit(table, config, columns, _mark(ways["decimals"])))


def _trigger(found: Workflow, key: str) -> tuple[TriggerSubscription, Manual.Config]:
    row, known = trigger_of(found, key)
    config = Manual.Config.model_validate(row.settings) if known is Manual else None
    if config is None or not config.rows:
        raise NotFound(_("This trigger takes no file."), resource=f"trigger:{key}")
    return row, config


def _check_size(content: Any) -> None:
    content.seek(0, io.SEEK_END)
    if content.tell() > reading.MOST_BYTES:
        said = _("A file may have at most %(most)s MB.", most=reading.MOST_BYTES // 1024**2)
        raise InvalidInput(said, code="csv.too_large", field="file")


def _encoding(name: str | None) -> Encoding | None:
    return Encoding(name) if name in set(Encoding) else None


def _delimiter(name: str | None) -> Delimiter | None:
    name = "\t" if name == "tab" else name
    return Delimiter(name) if name in set(Delimiter) else None


def _mark(name: str | None) -> Mark | None:
    return Mark(name) if name in set(Mark) else None


def _place(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _writer(made: io.StringIO) -> Any:
    whole = csv.writer(made)
    return lambda cells: whole.writerow([safe(cell) for cell in cells])
