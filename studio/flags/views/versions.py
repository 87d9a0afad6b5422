"""Versions of a flag: what each changed, and going back."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.core.web import current_uow
from studio.flags import words
from studio.flags.service import finding, restoring
from studio.flags.views.blueprint import blueprint, named, segment_names, titles
from studio.flags.views.forms import RowsForm


@blueprint.get("/flags/<flag_key>/versions/<int(max=2147483647):flag_version>")
@permission("flag.read")
def version(flag_key: str, flag_version: int) -> ResponseReturnValue:
    """What it changed, and how it stood then."""
    row = named(flag_key)
    one = finding.version(current_uow(), row, flag_version)
    where = titles().get(one.environment_id, _("everywhere"))
    return render_template(
        "flags/version.html", row=row, one=one, words=words, where=where, segments=segment_names(),
        strategies=one.state["strategies"] if one.environment_id else None, newest=one.number == row.version,
    )  # fmt: skip


@blueprint.post("/flags/<flag_key>/versions/<int(max=2147483647):flag_version>/restore")
@permission("flag.edit")
def restore(flag_key: str, flag_version: int) -> ResponseReturnValue:
    """Write how it stood then as a new version."""
    row, form = named(flag_key), RowsForm()
    restoring.restore(current_uow(), row, flag_version, seen=form.number("seen"))
    flash(_("Version %(number)s is back, as version %(new)s.", number=flag_version, new=row.version), "good")
    return redirect(url_for("flags.flag", flag_key=flag_key))
