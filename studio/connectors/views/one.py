"""One connection: how it is, what depends on it, what went out, and what can be done about it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.connectors import words
from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.calling.opening import opened
from studio.connectors.catalogue import connector
from studio.connectors.checks import KIND
from studio.connectors.definition import Account
from studio.connectors.errors import ApiError
from studio.connectors.forms import ConnectForm
from studio.connectors.models import Connection
from studio.connectors.oauth import ending
from studio.connectors.outcomes import Status
from studio.connectors.service import creating, listing, scoping, state, waiting
from studio.connectors.syncing import reading as syncs
from studio.connectors.syncing import words as sync_words
from studio.connectors.views.blueprint import blueprint, keyring, named, reach
from studio.connectors.webhooks import checking
from studio.connectors.webhooks import listing as webhooks
from studio.contract import references
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.ids import parse_id
from studio.core.limits import limiter
from studio.core.web import current_uow

CALLS = 25
"""Requests on one page of the log."""


@blueprint.get("/connections/<handle>")
@permission("connection.read")
def connection(handle: str) -> ResponseReturnValue:
    """Its page."""
    return _page(named(handle))


@blueprint.post("/connections/<handle>/check")
@permission("connection.manage")
@limiter.limit("20 per minute")
def check(handle: str) -> ResponseReturnValue:
    """Ask the provider now whether it takes the credentials, and which channels, stores and warehouses there are."""
    uow, row = current_uow(), named(handle)
    if row.state not in (Status.ACTIVE, Status.PAUSED):
        flash(_("“%(title)s” has to be connected first.", title=row.title), "bad")
        return _back(handle)
    account = opened(uow, keyring(), row)
    web.commit()  # nothing stays open while the provider is waited for
    api = AuthorisedApi(account, reach().accounts.send, reach().accounts.renewer)
    found, failure = [], None
    whose: Account | None = None
    try:
        whose = account.connector.probe(api)
        found = list(account.connector.scopes(api)) if account.connector.scopes else []
    except ApiError as error:
        failure = error
    reach().reporting.called(api, "check", failure)
    if failure is not None or whose is None:
        flash(failure.message if failure is not None else "", "bad")
        return _back(handle)
    row = named(handle)
    row.checked_at, row.account_name = current_uow().now, whose.name[:200]
    if account.connector.scopes:
        scoping.keep(current_uow(), row, found)
    checking.soon(current_uow(), row)
    flash(_("The provider takes the credentials."), "good")
    return _back(handle)


@blueprint.post("/connections/<handle>/pause")
@permission("connection.manage")
def pause(handle: str) -> ResponseReturnValue:
    """Call nothing by it for now."""
    row = named(handle)
    state.pause(current_uow(), row)
    flash(_("“%(title)s” is paused. Runs that need it wait.", title=row.title), "info")
    return _back(handle)


@blueprint.post("/connections/<handle>/resume")
@permission("connection.manage")
def resume(handle: str) -> ResponseReturnValue:
    """Go on."""
    row = named(handle)
    state.resume(current_uow(), row)
    flash(_("“%(title)s” goes on, and so do the runs that waited for it.", title=row.title), "good")
    return _back(handle)


@blueprint.get("/connections/<handle>/edit")
@permission("connection.manage")
def edit(handle: str) -> ResponseReturnValue:
    """Its name and settings."""
    return _edit_page(named(handle), ConnectForm(formdata=None))


@blueprint.post("/connections/<handle>/edit")
@permission("connection.manage")
def edit_post(handle: str) -> ResponseReturnValue:
    """Change them."""
    form, row = ConnectForm(), named(handle)
    if not form.validate_on_submit():
        return _edit_page(row, form), 422
    try:
        creating.change(current_uow(), row, title=form.text("title"), settings=form.part("settings"))
    except InvalidInput as error:
        web.rollback(error)
        form.problems = error.problems
        return _edit_page(named(handle), form), 422
    flash(_("Saved."), "good")
    return _back(handle)


@blueprint.get("/connections/<handle>/disconnect")
@permission("connection.manage")
def disconnect(handle: str) -> ResponseReturnValue:
    """What happens if it goes."""
    uow, row = current_uow(), named(handle)
    return render_template(
        "connections/disconnect.html", row=row, workflows=references.users(uow, KIND, row.handle),
        waiting=waiting.count(uow, row.id),
    )  # fmt: skip


@blueprint.post("/connections/<handle>/disconnect")
@permission("connection.manage")
def disconnect_post(handle: str) -> ResponseReturnValue:
    """Wipe its credentials."""
    row = named(handle)
    title = row.title
    ending.disconnect(current_uow(), keyring(), row)
    flash(_("“%(title)s” is disconnected and its credentials are wiped.", title=title), "info")
    return redirect(url_for("connections.listing"))


def _page(row: Connection) -> str:
    uow, definition = current_uow(), connector(row.connector)
    after = parse_id(request.args.get("after", ""))
    found = listing.calls(uow, row, after=after, limit=CALLS + 1)
    older = (
        url_for("connections.connection", handle=row.handle, after=found[CALLS - 1].id) if len(found) > CALLS else None
    )
    newer = url_for("connections.connection", handle=row.handle) if after else None
    return render_template(
        "connections/connection.html", row=row, definition=definition, words=words, scopes=scoping.of(uow, row),
        workflows=references.users(uow, KIND, row.handle), waiting=waiting.count(uow, row.id), calls=found[:CALLS],
        older=older, newer=newer, auth=definition.auth(row.auth), statuses=Status, webhooks=webhooks.of(uow, row),
        syncs=syncs.of(uow, row), streams=syncs.streams(row), sync_words=sync_words,
    )  # fmt: skip


def _edit_page(row: Connection, form: ConnectForm) -> str:
    definition = connector(row.connector)
    auth = definition.auth(row.auth)
    return render_template(
        "connections/edit.html",
        row=row,
        form=form,
        fields_asked=definition.asked(auth) if auth else definition.settings,
    )


def _back(handle: str) -> ResponseReturnValue:
    return redirect(url_for("connections.connection", handle=handle))
