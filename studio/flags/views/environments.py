"""Environments, and the keys by which programs read the flags of one."""

from collections import Counter

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.accounts.permissions import permission
from studio.accounts.views.blueprint import show_in
from studio.core.errors import Conflict, InvalidInput
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.flags import words
from studio.flags.service import environments as service
from studio.flags.serving import keys
from studio.flags.views.blueprint import blueprint, environment_named, titles
from studio.flags.views.forms import NewEnvironment, NewKey

_PLACE, _KEY = "place-", "key-"
"""Both forms stand on one page, and have a name each."""


@blueprint.get("/flag-environments")
@permission("flag.read")
def environments() -> ResponseReturnValue:
    """What there is, and who may read it."""
    return _page()


@blueprint.post("/flag-environments")
@permission("flag.manage")
def environment_add() -> ResponseReturnValue:
    """Another one."""
    form = NewEnvironment(prefix=_PLACE)
    if not form.validate_on_submit():
        return _page(adding=form), 422
    try:
        row = service.add(current_uow(), name=form.name.data or "", title=form.title.data or "", kind=form.kind.data)
    except (InvalidInput, Conflict) as error:
        show_in(form, error, "name")
        return _page(adding=form), 422
    flash(_("The environment “%(title)s” is there: every flag is off in it.", title=row.title), "good")
    return redirect(url_for("flags.environments"))


@blueprint.post("/flag-environments/<environment>/retire")
@permission("flag.manage")
def environment_retire(environment: str) -> ResponseReturnValue:
    """No program may ask for it any longer."""
    row = environment_named(environment)
    service.retire(current_uow(), row)
    flash(_("The environment “%(title)s” is retired. Its history stays.", title=row.title), "info")
    return redirect(url_for("flags.environments"))


@blueprint.post("/flag-keys")
@permission("flag.manage")
def key_make() -> ResponseReturnValue:
    """A key, shown this once."""
    form = _with_places(NewKey(prefix=_KEY))
    if not form.validate_on_submit():
        return _page(keying=form), 422
    uow, origins = current_uow(), (form.origins.data or "").split()
    try:
        made = keys.make(
            uow, environment_named(form.environment.data).id, name=form.name.data or "", kind=form.kind.data,
            origins=origins,
        )  # fmt: skip
    except (InvalidInput, Conflict) as error:
        show_in(form, error, "name")
        return _page(keying=form), 422
    return _page(made=made)


@blueprint.post("/flag-keys/<client_key_id>/revoke")
@permission("flag.manage")
def key_revoke(client_key_id: str) -> ResponseReturnValue:
    """Programs that show it get nothing any longer."""
    row = keys.revoke(current_uow(), parse_id(client_key_id))
    flash(_("The key “%(name)s” is revoked. Programs that use it are refused within a second.", name=row.name), "good")
    return redirect(url_for("flags.environments"))


def _page(adding: NewEnvironment | None = None, keying: NewKey | None = None, made: keys.Made | None = None) -> str:
    uow = current_uow()
    found = keys.live(uow)
    return render_template(
        "flags/environments.html", environments=service.listed(uow), keys=found, titles=titles(), words=words,
        counts=Counter(one.environment_id for one in found), made=made,
        adding=adding or NewEnvironment(formdata=None, prefix=_PLACE),
        keying=keying or _with_places(NewKey(formdata=None, prefix=_KEY)),
        base=current_app.config["PUBLIC_URL"].rstrip("/"),
    )  # fmt: skip


def _with_places(form: NewKey) -> NewKey:
    form.environment.choices = [SelectChoice(one.name, one.title) for one in service.listed(current_uow())]
    return form
