"""What holds of a flag in one environment: its switch, and the page of its rules."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.core import web
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.web import current_uow
from studio.flags import words
from studio.flags.editing import sent, verbs
from studio.flags.editing.operators import LISTED, OPERATORS
from studio.flags.editing.said import Said
from studio.flags.models import Flag, FlagEnvironment
from studio.flags.outcomes import Kind
from studio.flags.service import changing, finding, states
from studio.flags.service.changing import Change
from studio.flags.views.blueprint import blueprint, environment_named, named, segment_names
from studio.flags.views.forms import RowsForm

_SHOWN = ("name", "title", "disabled", "constraints", "segments")
"""Parts of a strategy that the form shows; the rest travels with it unseen."""
_SHOWN_OF_VARIANT = ("name", "weight", "weightType", "stickiness", "payload")


@blueprint.post("/flags/<flag_key>/<environment>/switch")
@permission("flag.edit")
def switch(flag_key: str, environment: str) -> ResponseReturnValue:
    """Turn it on or off there; its rules stay."""
    uow, form, row, place = current_uow(), RowsForm(), named(flag_key), environment_named(environment)
    on = form.text("to") == "on"
    changing.turn(uow, row, place, on=on, seen=form.number("seen"))
    said = _("“%(key)s” is on in %(place)s.") if on else _("“%(key)s” is off in %(place)s.")
    flash(said % {"key": row.key, "place": place.title}, "good" if on else "info")
    return redirect(url_for("flags.flag", flag_key=flag_key))


@blueprint.get("/flags/<flag_key>/<environment>")
@permission("flag.edit")
def rules(flag_key: str, environment: str) -> ResponseReturnValue:
    """Who gets it there, and what they get."""
    row, place = named(flag_key), environment_named(environment)
    held = states.of_setting(finding.setting(current_uow(), row, place))
    return _page(row, place, RowsForm(formdata=None), held, seen=row.version)


@blueprint.post("/flags/<flag_key>/<environment>")
@permission("flag.edit")
def rules_post(flag_key: str, environment: str) -> ResponseReturnValue:
    """Save it, or show the form with a row more or less."""
    form, row, place = RowsForm(), named(flag_key), environment_named(environment)
    setting, seen = sent.setting(form.values(), Kind(row.kind)), form.number("seen") or row.version
    do = form.text("do") or verbs.SAVE
    note = form.text("note")
    if not form.validate_on_submit():
        problems = [FieldProblem("form", "csrf", _("This page was open for too long. Save once more."))]
        return _page(row, place, form, setting, seen=seen, note=note, problems=problems), 422
    if do != verbs.SAVE:
        return _page(row, place, form, verbs.act(setting, do), seen=seen, note=note)
    before = row.version
    try:
        changing.change(current_uow(), row, place, Change(**setting), note=note, seen=seen)
    except InvalidInput as error:
        web.rollback(error)
        found = error.problems or [FieldProblem(error.field or "", error.code, error.message)]
        page = _page(
            named(flag_key), environment_named(environment), form, setting, seen=seen, note=note, problems=found
        )
        return page, 422
    flash(
        _("Saved as version %(number)s.", number=row.version) if row.version != before else _("Nothing to save."),
        "good",
    )
    return redirect(url_for("flags.flag", flag_key=flag_key))


def _page(
    row: Flag, place: FlagEnvironment, form: RowsForm, setting: Mapping[str, Any], *, seen: int, note: str = "",
    problems: Sequence[FieldProblem] = (),
) -> str:  # fmt: skip
    return render_template(
        "flags/rules.html", row=row, environment=place, form=form, setting=setting, seen=seen, note=note,
        said=Said(problems), words=words, operators=OPERATORS, listed=sorted(LISTED), segments=segment_names(),
        kept=_kept, kept_variant=_kept_variant,
    )  # fmt: skip


def _kept(strategy: Mapping[str, Any]) -> str:
    return orjson.dumps({name: value for name, value in strategy.items() if name not in _SHOWN}).decode()


def _kept_variant(variant: Mapping[str, Any]) -> str:
    return orjson.dumps({name: value for name, value in variant.items() if name not in _SHOWN_OF_VARIANT}).decode()
