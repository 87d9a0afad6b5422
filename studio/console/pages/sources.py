"""Event sources: what they hear, and the verbs of each."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.builder.service import boot, from_source
from studio.connectors.service import listing as connections
from studio.console import source_words
from studio.console.blueprint import blueprint, keyring, settings
from studio.console.sources_forms import ConnectionForm, SourceNameForm, WebhookForm
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.etags import fresh
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.runtime.models import EventSource
from studio.runtime.sources import listing, policy, service


@blueprint.get("/event-sources")
@permission("event.read")
def event_sources() -> ResponseReturnValue:
    """All of them."""
    html = render_template("console/sources.html", rows=listing.every(current_uow()), words=source_words)
    return fresh(html)


@blueprint.get("/event-sources/new")
@permission("workflow.edit")
def event_source_new() -> ResponseReturnValue:
    """Ask what it is to hear; `kind` in the address: `connection`, else a webhook."""
    return _new_page(_form(sent=False))


@blueprint.post("/event-sources/new")
@permission("workflow.edit")
def event_source_open() -> ResponseReturnValue:
    """Open it: it hears from now on."""
    form = _form(sent=True)
    if not form.validate_on_submit():
        return _new_page(form), 422
    kind = service.WEBHOOK if isinstance(form, WebhookForm) else service.CONNECTION
    try:
        row = service.open_(current_uow(), keyring(), form.name.data or "", kind, form.settings())
    except InvalidInput as error:
        web.rollback(error)
        form = _form(sent=True)
        form.show(error)
        return _new_page(form), error.status
    flash(_("“%(name)s” is open: what arrives shows up here.", name=row.name), "good")
    return _to(row)


@blueprint.get("/event-sources/<uuid:source_id>")
@permission("event.read")
def event_source(source_id: UUID) -> ResponseReturnValue:
    """Where to send, and what has come."""
    uow = current_uow()
    row = service.get(uow, source_id)
    before, after = parse_id(request.args.get("before", "")), parse_id(request.args.get("after", ""))
    secret = service.address(keyring(), row)
    html = render_template(
        "console/source.html", source=row, page=listing.events(uow, row, before=before, after=after),
        address=f"{settings().public_url}/hooks/{secret}" if secret is not None else None,
        live=before is None and after is None, words=source_words, policy=policy, webhook=row.type == service.WEBHOOK,
        heir=from_source.heir(uow, row.heir_id), taken_by=from_source.heir(uow, row.taken_by),
        rename=SourceNameForm(formdata=None, name=row.name), days=policy.KEPT_FOR.days,
    )  # fmt: skip
    return fresh(html)


@blueprint.post("/event-sources/<uuid:source_id>/close")
@permission("workflow.edit")
def event_source_close(source_id: UUID) -> ResponseReturnValue:
    """Hear nothing any longer."""
    row = service.close(current_uow(), source_id)
    flash(_("It is closed. What it kept stays for %(days)s days.", days=policy.KEPT_FOR.days), "info")
    return _to(row)


@blueprint.post("/event-sources/<uuid:source_id>/reopen")
@permission("workflow.edit")
def event_source_reopen(source_id: UUID) -> ResponseReturnValue:
    """Hear again."""
    row = service.reopen(current_uow(), keyring(), source_id)
    flash(_("“%(name)s” is open: what arrives shows up here.", name=row.name), "good")
    return _to(row)


@blueprint.post("/event-sources/<uuid:source_id>/address")
@permission("workflow.edit")
def event_source_address(source_id: UUID) -> ResponseReturnValue:
    """Give it a new address."""
    row = service.rotate_address(current_uow(), keyring(), source_id)
    flash(_("The source has a new address. Whatever is sent to the old one is refused from now on."), "good")
    return _to(row)


@blueprint.post("/event-sources/<uuid:source_id>/keep-address")
@permission("workflow.edit")
def event_source_keep_address(source_id: UUID) -> ResponseReturnValue:
    """No workflow is to take the address over."""
    row = service.keep_address(current_uow(), source_id)
    flash(_("The address stays with the source."), "good")
    return _to(row)


@blueprint.post("/event-sources/<uuid:source_id>/name")
@permission("workflow.edit")
def event_source_rename(source_id: UUID) -> ResponseReturnValue:
    """Call it otherwise."""
    row = service.rename(current_uow(), source_id, SourceNameForm().name.data or "")
    return _to(row)


@blueprint.post("/event-sources/<uuid:source_id>/delete")
@permission("workflow.edit")
def event_source_remove(source_id: UUID) -> ResponseReturnValue:
    """Forget it and all that it kept."""
    uow = current_uow()
    name = service.get(uow, source_id).name
    service.remove(uow, source_id)
    flash(_("“%(name)s” is removed with its events.", name=name), "good")
    return redirect(url_for("console.event_sources"), 303)


def _form(*, sent: bool) -> WebhookForm | ConnectionForm:
    given: dict[str, Any] = {} if sent else {"formdata": None}
    if request.args.get("kind") == "connection":
        form = ConnectionForm(**given)
        form.offer([(row.handle, row.title) for row in connections.rows(current_uow())])
        return form
    hook = WebhookForm(**given)
    hook.offer(boot.secret_names(current_uow()))
    return hook


def _new_page(form: WebhookForm | ConnectionForm) -> str:
    return render_template("console/source_new.html", form=form, webhook=isinstance(form, WebhookForm))


def _to(row: EventSource) -> ResponseReturnValue:
    return redirect(url_for("console.event_source", source_id=row.id), 303)
