"""Evidence packs: asked for, followed, stopped, downloaded."""

from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.accounts.service import workspaces
from studio.approvals import people
from studio.console.blueprint import blueprint
from studio.console.evidence_words import COUNTED, pack_state, stage_words
from studio.console.forms import EvidenceForm
from studio.core.errors import InvalidInput
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow, database
from studio.oversight.evidence import rows, service
from studio.oversight.evidence.outcomes import UNFINISHED, Kind
from studio.oversight.evidence.wanted import FILTERS, Wanted

ROOM = 200
"""Characters of a filter."""


@blueprint.get("/audit/evidence")
@permission("audit.export")
def evidence() -> ResponseReturnValue:
    """What was asked for, newest first, and a form for a period with the filters of the address."""
    return _listed(EvidenceForm(formdata=None), {name: request.args.get(name, "")[:ROOM] for name in FILTERS})


@blueprint.post("/audit/evidence")
@permission("audit.export")
def evidence_ask() -> ResponseReturnValue:
    """Have one made."""
    form, uow = EvidenceForm(), current_uow()
    given = {name: str(form[name].data or "")[:ROOM].replace("\0", "") for name in FILTERS}
    if not form.validate():
        return _listed(form, given), 422
    try:
        row = service.ask(uow, _wanted(uow, form, given))
    except InvalidInput as error:
        form.show(error)
        return _listed(form, given), 422
    return redirect(url_for("console.evidence_pack", pack_id=row.id), 303)


@blueprint.get("/audit/evidence/<uuid:pack_id>")
@permission("audit.export")
def evidence_pack(pack_id: UUID) -> ResponseReturnValue:
    """How far one is, or what it holds."""
    uow = current_uow()
    row = rows.one(uow, pack_id)
    return render_template(
        "console/evidence_pack.html",
        row=row,
        title=rows.title(uow, row),
        asker=people.by_id(uow, row.asked_by),
        going=row.state in UNFINISHED,
        state=pack_state(row.state),
        stage=stage_words(row.stage),
        counted=COUNTED,
        counts={"approvals": row.approvals, "runs": row.runs, "events": row.events},
        name=service.file_name(row),
    )


@blueprint.post("/audit/evidence/<uuid:pack_id>/cancel")
@permission("audit.export")
def evidence_cancel(pack_id: UUID) -> ResponseReturnValue:
    """Stop one."""
    service.cancel(current_uow(), pack_id)
    flash(_("The pack is stopped; nothing of it is kept."), "good")
    return redirect(url_for("console.evidence_pack", pack_id=pack_id), 303)


@blueprint.post("/audit/evidence/<uuid:pack_id>/download")
@permission("audit.export")
def evidence_download(pack_id: UUID) -> Response:
    """Hand one out; that it was taken is itself an event."""
    uow = current_uow()
    row = service.take(uow, pack_id)
    units = partial(database().unit, uow.workspace, uow.actor, read_only=True)
    answer = Response(service.content(units, row.id, row.parts), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{service.file_name(row)}"'
    answer.headers["Content-Length"] = str(row.size)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _listed(form: EvidenceForm, given: dict[str, str]) -> str:
    uow = current_uow()
    page = service.page(uow, before=parse_id(request.args.get("before", "")))
    seated = people.by_ids(uow, {one.asked_by for one in page.packs if one.asked_by is not None})
    return render_template(
        "console/evidence.html",
        page=page,
        titles=rows.titles(uow, page.packs),
        people=seated,
        form=form,
        filters={name: value for name, value in given.items() if value},
        state=pack_state,
        days=service.LONGEST.days,
    )


def _wanted(uow: UnitOfWork, form: EvidenceForm, given: dict[str, str]) -> Wanted:
    kind = Kind(str(form.kind.data))
    if kind is not Kind.PERIOD:
        return Wanted(kind, parse_id(str(form.subject.data or "")))
    zone = ZoneInfo(workspaces.current(uow).time_zone)
    since, until = (
        datetime.combine(day + timedelta(days=more), time(), zone) if day else None
        for day, more in ((form.since.data, 0), (form.until.data, 1))
    )
    return Wanted(kind, None, since, until, {name: value for name, value in given.items() if value})
