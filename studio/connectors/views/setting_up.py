"""Connecting: a form made of the definition's fields, tried at the provider before anything is kept."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.going_out import going_out
from studio.accounts.permissions import permission
from studio.connectors import words
from studio.connectors.catalogue import connector
from studio.connectors.definition import Auth, Connector
from studio.connectors.errors import ApiError
from studio.connectors.forms import ConnectForm
from studio.connectors.models import Connection
from studio.connectors.oauth.connecting import Refused
from studio.connectors.outcomes import AuthKind, Environment, Status
from studio.connectors.service import authorising, creating
from studio.connectors.views.blueprint import blueprint, browser, by_credentials, connecting, named
from studio.core import web
from studio.core.errors import Conflict, FieldProblem, InvalidInput, StudioError
from studio.core.limits import limiter
from studio.core.web import current_uow


@blueprint.get("/connections/new/<connector_key>")
@permission("connection.manage")
def new(connector_key: str) -> ResponseReturnValue:
    """The form of one connector; `auth` in the address says which way to sign in."""
    definition = connector(connector_key)
    return _new_page(definition, _auth(definition), ConnectForm(formdata=None))


@blueprint.post("/connections/new/<connector_key>")
@permission("connection.manage")
@limiter.limit("30 per minute")
def new_post(connector_key: str) -> ResponseReturnValue:
    """Make the draft and connect it; what the provider refuses leaves the draft, and says why."""
    definition = connector(connector_key)
    form, auth = ConnectForm(), _auth(definition)
    if not form.validate_on_submit():
        return _new_page(definition, auth, form), 422
    try:
        row = creating.create(
            current_uow(), connector_key=definition.key, title=form.text("title"), auth=auth.key,
            settings=form.part("settings"), environment=form.text("environment") or Environment.PRODUCTION.value,
        )  # fmt: skip
        authorising.clean(auth, form.part("credentials"))
    except StudioError as error:
        web.rollback(error)
        form.problems = _problems(error)
        return _new_page(definition, auth, form), error.status
    handle = row.handle
    web.commit()
    return _connect(handle, form)


@blueprint.get("/connections/<handle>/connect")
@permission("connection.manage")
def connect(handle: str) -> ResponseReturnValue:
    """Sign in, for the first time or again."""
    return _connect_page(named(handle), ConnectForm(formdata=None))


@blueprint.post("/connections/<handle>/connect")
@permission("connection.manage")
@limiter.limit("30 per minute")
def connect_post(handle: str) -> ResponseReturnValue:
    """Try what was typed, and keep it once the provider has taken it."""
    form = ConnectForm()
    if not form.validate_on_submit():
        return _connect_page(named(handle), form), 422
    return _connect(handle, form)


def _connect(handle: str, form: ConnectForm) -> ResponseReturnValue:
    row = named(handle)
    auth = _definition(row)[1]
    confirmed = form.text("other_account") == "yes"
    try:
        if auth.kind is AuthKind.OAUTH_CODE:
            return _to_provider(row, form, confirmed=confirmed)
        if auth.kind is AuthKind.CLIENT_CREDENTIALS:
            return _own(row, form, confirmed=confirmed)
        uow, title = current_uow(), row.title
        workspace_id, connection_id, actor = uow.workspace, row.id, uow.actor
        web.commit()  # nothing stays open while the provider is waited for
        by_credentials().connect(
            workspace_id, connection_id, actor, form.part("credentials"), form.part("settings"), confirmed=confirmed
        )
    except (ApiError, InvalidInput, Conflict, Refused) as error:
        web.rollback(error)
        form.problems = _problems(error)
        return _connect_page(named(handle), form, other=error.code == "connection.other_account"), _status(error)
    flash(_("“%(title)s” is connected.", title=title), "good")
    return redirect(url_for("connections.connection", handle=handle))


def _to_provider(row: Connection, form: ConnectForm, *, confirmed: bool) -> ResponseReturnValue:
    given = form.part("credentials")
    address = connecting().begin(
        current_uow(), row, given, browser=browser(), settings=form.part("settings"), other_account=confirmed
    )
    return going_out(address)


def _own(row: Connection, form: ConnectForm, *, confirmed: bool) -> ResponseReturnValue:
    uow, handle = current_uow(), row.handle
    workspace_id, connection_id, actor = uow.workspace, row.id, uow.actor
    web.commit()
    back = connecting().own(
        workspace_id, connection_id, form.part("credentials"), actor, form.part("settings"), confirmed=confirmed
    )
    flash(_("“%(title)s” is connected.", title=back.title), "good")
    return redirect(url_for("connections.connection", handle=handle))


def _new_page(definition: Connector, auth: Auth, form: ConnectForm) -> str:
    begun = definition.begun(current_uow(), request.args) if definition.begun is not None else {}
    return render_template(
        "connections/new.html", definition=definition, auth=auth, form=form, environments=words.ENVIRONMENTS,
        begun=begun,
    )  # fmt: skip


def _connect_page(row: Connection, form: ConnectForm, *, other: bool = False) -> str:
    definition, auth = _definition(row)
    again = row.state is not Status.DRAFT and row.connected_at is not None
    return render_template(
        "connections/connect.html", row=row, definition=definition, auth=auth, form=form, again=again, other=other,
        words=words,
    )  # fmt: skip


def _definition(row: Connection) -> tuple[Connector, Auth]:
    definition = connector(row.connector)
    auth = definition.auth(row.auth)
    if auth is None:
        raise InvalidInput(_("This Studio no longer knows how “%(title)s” signs in.", title=row.title), field="auth")
    return definition, auth


def _auth(definition: Connector) -> Auth:
    """The way that the address names, else the first one."""
    return definition.auth(request.args.get("auth", "")) or definition.auths[0]


def _problems(error: StudioError) -> list[FieldProblem]:
    """What is wrong, beside its field; what the provider said stands above all of them."""
    if error.code == "connection.other_account":
        return [FieldProblem("", error.code, error.message)]
    return list(error.problems) or [FieldProblem("", error.code, error.message)]


def _status(error: StudioError) -> int:
    return 422 if isinstance(error, ApiError) else error.status
