"""Settings that money depends on: a form each, behind their protected targets."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.core import web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.guard.service import holding
from studio.guard.setting_forms import FORMS, SettingForm
from studio.guard.settings import service as settings
from studio.guard.settings.kinds import differences
from studio.guard.views.blueprint import blueprint


@blueprint.get("/settings/protection/values/<kind>")
@permission("protection.read")
def protected_setting(kind: str) -> ResponseReturnValue:
    """What it is set to, how it came to that, and what is proposed."""
    form = FORMS[settings.kind_of(kind).kind]
    row = settings.newest(current_uow(), settings.kind_of(kind))
    return _page(kind, form(formdata=None, data=form.shown(row)))


@blueprint.post("/settings/protection/values/<kind>")
@permission("protection.manage")
def change_protected_setting(kind: str) -> ResponseReturnValue:
    """Change it, or propose the change where others have to agree."""
    wanted = settings.kind_of(kind)
    form = FORMS[kind]()
    if not form.validate_on_submit():
        return _page(kind, form), 422
    try:
        made = settings.change(current_uow(), settings.parse(wanted, form.sent()), int(form.seen.data or 0))
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _page(kind, form), error.status
    flash(_("Saved.") if made else _("Nothing differs from what is set."), "good")
    return redirect(url_for("guard.protected_setting", kind=kind))


@blueprint.post("/settings/protection/proposals/<uuid:hold_id>/withdraw")
@permission("protection.manage")
def withdraw_proposal(hold_id: UUID) -> ResponseReturnValue:
    """Take a proposal back."""
    row = holding.withdraw(current_uow(), hold_id)
    flash(_("The proposal is taken back. Whoever was asked reads so."), "good")
    if row.subject in FORMS:
        return redirect(url_for("guard.protected_setting", kind=row.subject))
    return redirect(url_for("guard.protection"))


def _page(kind: str, form: SettingForm) -> str:
    uow, wanted = current_uow(), settings.kind_of(kind)
    rows = settings.versions(uow, wanted)
    read = [settings.read(row) for row in rows]
    older = [*read[1:], None] if rows else []
    history = [(row, differences(old, new)) for row, new, old in zip(rows, read, older, strict=True)]
    return render_template(
        "guard/setting.html", form=form, kind=wanted, newest=read[0] if read else None, history=history,
        proposal=holding.open_for(uow, kind),
    )  # fmt: skip


def _show(form: SettingForm, error: StudioError) -> None:
    web.rollback(error)
    for problem in error.problems:
        field = form.field_at(problem.path)
        field.errors = [*field.errors, problem.message]
    if not error.problems:
        form.first.errors = [*form.first.errors, error.message]
