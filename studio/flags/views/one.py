"""One flag: how it stands in each environment, its facts, its history."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.accounts.views.blueprint import show_in
from studio.core.errors import Conflict, InvalidInput
from studio.core.numerals import whole
from studio.core.web import current_uow
from studio.flags import words
from studio.flags.editing import facts
from studio.flags.models import Flag
from studio.flags.outcomes import Kind
from studio.flags.service import archiving, creating, describing, environments, finding, listing, usage
from studio.flags.service.describing import About
from studio.flags.views.blueprint import blueprint, named, segment_names, titles
from studio.flags.views.forms import FlagFacts, NewFlag

VERSIONS = 20
"""On one page of the history."""


@blueprint.get("/flags/new")
@permission("flag.edit")
def new() -> ResponseReturnValue:
    """A new one."""
    return render_template("flags/new.html", form=NewFlag(formdata=None), row=None, words=words)


@blueprint.post("/flags/new")
@permission("flag.edit")
def new_post() -> ResponseReturnValue:
    """Make it; it is off everywhere."""
    form = NewFlag()
    if form.validate_on_submit():
        try:
            row = _create(form)
        except (InvalidInput, Conflict) as error:
            show_in(form, error, "key")
        else:
            flash(_("“%(key)s” is made, and off everywhere. Say who gets it, and turn it on.", key=row.key), "good")
            return redirect(url_for("flags.flag", flag_key=row.key))
    return render_template("flags/new.html", form=form, row=None, words=words), 422


@blueprint.get("/flags/<flag_key>")
@permission("flag.read")
def flag(flag_key: str) -> ResponseReturnValue:
    """How it stands, and how it came to that."""
    uow, row = current_uow(), named(flag_key)
    before = whole(request.args.get("before", ""))
    found = finding.versions(uow, row, before=before, limit=VERSIONS + 1)
    uses, reason = archiving.uses(uow, row), listing.stale_of(uow, [row.id]).get(row.id)
    older = found[VERSIONS - 1].number if len(found) > VERSIONS else None
    return render_template(
        "flags/flag.html", row=row, environments=environments.listed(uow), settings=finding.settings(uow, row),
        segments=segment_names(), versions=found[:VERSIONS], titles=titles(), words=words,
        older=url_for("flags.flag", flag_key=flag_key, before=older) if older else None,
        newest=url_for("flags.flag", flag_key=flag_key) if before else None,
        stale=words.stale(reason) if reason else "", dependents=uses.flags, workflows=uses.workflows,
        off_value=facts.shown(row.off_value, Kind(row.kind)) or _("none"),
        needs=facts.lines(row.dependencies).replace("\n", ", "), usage=usage.lately(uow, row),
    )  # fmt: skip


@blueprint.get("/flags/<flag_key>/edit")
@permission("flag.edit")
def edit(flag_key: str) -> ResponseReturnValue:
    """Its facts."""
    row = named(flag_key)
    kind = Kind(row.kind)
    form = FlagFacts(
        formdata=None, description=row.description, purpose=row.purpose, seen=row.version,
        off_value=facts.shown(row.off_value, kind), value_schema=facts.shown(row.value_schema, Kind.JSON),
        dependencies=facts.lines(row.dependencies),
    )  # fmt: skip
    return render_template("flags/new.html", form=form, row=row, words=words)


@blueprint.post("/flags/<flag_key>/edit")
@permission("flag.edit")
def edit_post(flag_key: str) -> ResponseReturnValue:
    """Change them, in all environments."""
    form, row = FlagFacts(), named(flag_key)
    if form.validate_on_submit():
        try:
            wanted = replace(
                describing.current(row), description=form.description.data or "", purpose=form.purpose.data,
                off_value=facts.value(form.off_value.data or "", Kind(row.kind), "off_value"),
                value_schema=facts.schema(form.value_schema.data or ""),
                dependencies=facts.dependencies(form.dependencies.data or ""),
            )  # fmt: skip
            describing.describe(current_uow(), row, wanted, form.note.data or "", seen=form.seen.data)
        except (InvalidInput, Conflict) as error:
            show_in(form, error, "dependencies" if error.code.startswith("flag.depend") else "description")
        else:
            flash(_("Saved."), "good")
            return redirect(url_for("flags.flag", flag_key=flag_key))
    return render_template("flags/new.html", form=form, row=named(flag_key), words=words), 422


@blueprint.post("/flags/<flag_key>/archive")
@permission("flag.edit")
def archive(flag_key: str) -> ResponseReturnValue:
    """Programs no longer get it. Where workflows name it, nothing is done: their names are said."""
    row = named(flag_key)
    archiving.archive(current_uow(), row)
    flash(_("“%(key)s” is archived. Programs that ask for it get what stands in their code.", key=flag_key), "info")
    return redirect(url_for("flags.flag", flag_key=flag_key))


@blueprint.post("/flags/<flag_key>/unarchive")
@permission("flag.edit")
def unarchive(flag_key: str) -> ResponseReturnValue:
    """Programs get it again, as it was."""
    archiving.bring_back(current_uow(), named(flag_key))
    flash(_("“%(key)s” is back, as it was.", key=flag_key), "good")
    return redirect(url_for("flags.flag", flag_key=flag_key))


def _create(form: NewFlag) -> Flag:
    kind = form.kind.data if form.kind.data in list(Kind) else ""
    about = About(description=form.description.data or "", purpose=form.purpose.data)
    if kind:
        about = replace(
            about, off_value=facts.value(form.off_value.data or "", Kind(kind), "off_value") or None,
            value_schema=facts.schema(form.value_schema.data or ""),
        )  # fmt: skip
    return creating.create(current_uow(), key=form.key.data or "", kind=kind, about=about)
