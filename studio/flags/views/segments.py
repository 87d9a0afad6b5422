"""Segments: who is meant, said once."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.core import tenancy, web
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.flags import words
from studio.flags.editing import sent, verbs
from studio.flags.editing.operators import LISTED, OPERATORS
from studio.flags.editing.said import Said
from studio.flags.models import FlagSegment
from studio.flags.service import segments as service
from studio.flags.views.blueprint import blueprint
from studio.flags.views.forms import RowsForm

_EMPTY = {"name": "", "description": "", "note": "", "constraints": [dict(verbs.NEW_CONSTRAINT)]}


@blueprint.get("/flag-segments")
@permission("flag.read")
def segments() -> ResponseReturnValue:
    """All of them, with who uses them."""
    uow = current_uow()
    rows = service.listed(uow)
    used = service.used_by(uow, [row.number for row in rows])
    found = [{"row": row, "flags": sorted({use.flag.key for use in used[row.number]})} for row in rows]
    return render_template("flags/segments.html", found=found, words=words)


@blueprint.get("/flag-segments/new")
@permission("flag.edit")
def segment_new() -> ResponseReturnValue:
    """A new one."""
    return _page(None, RowsForm(formdata=None), _EMPTY)


@blueprint.post("/flag-segments/new")
@permission("flag.edit")
def segment_new_post() -> ResponseReturnValue:
    """Make it, or show the form with a row more or less."""
    form = RowsForm()
    shown = _sent(form)
    if (do := form.text("do") or verbs.SAVE) != verbs.SAVE:
        return _page(None, form, {**shown, "constraints": verbs.conditions(shown["constraints"], do)})
    try:
        row = service.create(current_uow(), **_save(shown))
    except (InvalidInput, Conflict) as error:
        web.rollback(error)
        return _page(None, form, shown, _problems(error)), 422
    flash(_("The segment “%(name)s” is made. Rules of flags can name it now.", name=row.name), "good")
    return redirect(url_for("flags.segments"))


@blueprint.get("/flag-segments/<segment_id>")
@permission("flag.read")
def segment(segment_id: str) -> ResponseReturnValue:
    """One of them, with its history."""
    row = _row(segment_id)
    held = {"name": row.name, "description": row.description, "note": "", "constraints": row.constraints}
    return _page(row, RowsForm(formdata=None), held, seen=row.version)


@blueprint.post("/flag-segments/<segment_id>")
@permission("flag.edit")
def segment_post(segment_id: str) -> ResponseReturnValue:
    """Save it, or show the form with a row more or less."""
    form, row = RowsForm(), _row(segment_id)
    shown, seen = _sent(form), form.number("seen")
    if (do := form.text("do") or verbs.SAVE) != verbs.SAVE:
        shown = {**shown, "constraints": verbs.conditions(shown["constraints"], do)}
        return _page(row, form, shown, seen=seen)
    try:
        service.change(current_uow(), row, **_save(shown), note=shown["note"], seen=seen)
    except (InvalidInput, Conflict) as error:
        web.rollback(error)
        return _page(_row(segment_id), form, shown, _problems(error), seen=seen), 422
    flash(_("Saved."), "good")
    return redirect(url_for("flags.segment", segment_id=segment_id))


@blueprint.post("/flag-segments/<segment_id>/versions/<int(max=2147483647):flag_version>/restore")
@permission("flag.edit")
def segment_restore(segment_id: str, flag_version: int) -> ResponseReturnValue:
    """Write how it stood then as a new version."""
    row, form = _row(segment_id), RowsForm()
    service.restore(current_uow(), row, flag_version, seen=form.number("seen"))
    flash(_("Version %(number)s is back, as version %(new)s.", number=flag_version, new=row.version), "good")
    return redirect(url_for("flags.segment", segment_id=segment_id))


@blueprint.post("/flag-segments/<segment_id>/archive")
@permission("flag.edit")
def segment_archive(segment_id: str) -> ResponseReturnValue:
    """No rule may name it any longer."""
    row = _row(segment_id)
    service.archive(current_uow(), row)
    flash(_("The segment “%(name)s” is archived.", name=row.name), "info")
    return redirect(url_for("flags.segments"))


def _row(segment_id: str) -> FlagSegment:
    return tenancy.get(current_uow().session, FlagSegment, parse_id(segment_id), "segment")


def _sent(form: RowsForm) -> dict[str, Any]:
    return {**{name: form.text(name) for name in ("name", "description", "note")},
            "constraints": sent.constraints(form.values())}  # fmt: skip


def _save(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in ("name", "description", "constraints")}


def _users(row: FlagSegment) -> list[str]:
    return sorted({use.flag.key for use in service.used_by(current_uow(), [row.number])[row.number]})


def _problems(error: InvalidInput | Conflict) -> Sequence[FieldProblem]:
    return error.problems or [FieldProblem(error.field or "", error.code, error.message)]


def _page(
    row: FlagSegment | None, form: RowsForm, shown: Mapping[str, Any], problems: Sequence[FieldProblem] = (), *,
    seen: int | None = None,
) -> str:  # fmt: skip
    uow = current_uow()
    return render_template(
        "flags/segment.html", row=row, form=form, shown=shown, said=Said(problems), words=words, operators=OPERATORS,
        listed=sorted(LISTED), seen=seen or (row.version if row else 0),
        flags=_users(row) if row else [], versions=service.versions(uow, row) if row else [],
    )  # fmt: skip
