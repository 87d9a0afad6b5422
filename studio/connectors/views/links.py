"""A link by which an outsider signs in once: the supplier, the agency, the colleague without a seat."""

from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.going_out import going_out
from studio.accounts.models import Workspace
from studio.accounts.permissions import permission, public
from studio.connectors.calling.trying import try_out
from studio.connectors.catalogue import connector
from studio.connectors.definition import Auth
from studio.connectors.errors import ApiError
from studio.connectors.forms import ConnectForm
from studio.connectors.models import Connection, ConnectionCredential
from studio.connectors.oauth import sessions
from studio.connectors.oauth.connecting import OUTSIDER
from studio.connectors.outcomes import AuthKind
from studio.connectors.service import authorising, scoping
from studio.connectors.views.blueprint import blueprint, browser, connecting, keyring, named, reach
from studio.core import web
from studio.core.crypto import workspace_of
from studio.core.errors import Conflict, FieldProblem, Gone, InvalidInput, StudioError
from studio.core.limits import limiter
from studio.core.numerals import whole
from studio.core.web import current_uow

_ONE = "/connect/<connect_token>"


@blueprint.post("/connections/<handle>/link")
@permission("connection.manage")
@limiter.limit("30 per hour")
def make_link(handle: str) -> ResponseReturnValue:
    """Make one; it is shown this once."""
    form, row = ConnectForm(), named(handle)
    hours = whole(form.text("hours")) or 0
    token = connecting().link(current_uow(), row, hours, other_account=form.text("other_account") == "yes")
    address = connecting().public_url.rstrip("/") + url_for("connections.link", connect_token=token)
    return render_template("connections/link_made.html", row=row, address=address, hours=hours)


@blueprint.get(_ONE)
@public("whoever has the link may sign in once; the token's hash is looked up in the workspace that it names")
@limiter.limit("60 per minute")
def link(connect_token: str) -> ResponseReturnValue:
    """Say what is asked, by whom, and let them go on."""
    return _page(connect_token, ConnectForm(formdata=None))


@blueprint.post(_ONE)
@public("whoever has the link may sign in once; the token's hash is looked up in the workspace that it names")
@limiter.limit("20 per minute")
def link_post(connect_token: str) -> ResponseReturnValue:
    """Go to the provider, or try what was typed."""
    form = ConnectForm()
    if not form.validate_on_submit():
        return _page(connect_token, form), 422
    try:
        return _go_on(connect_token, form)
    except (ApiError, InvalidInput, Conflict) as error:
        form.problems = list(error.problems) or [FieldProblem("", error.code, error.message)]
        return _page(connect_token, form), 422 if isinstance(error, ApiError) else error.status


def _go_on(token: str, form: ConnectForm) -> ResponseReturnValue:
    given = form.part("credentials")
    with web.database().unit(_workspace(token), OUTSIDER) as unit:
        found = sessions.by_link(unit, token)
        row = unit.session.get_one(Connection, found.connection_id)
        if _way(row).kind is AuthKind.OAUTH_CODE:
            return going_out(connecting().begin(unit, row, given, browser=browser(), link=found))
        tried = authorising.trial(row, given)
    done = try_out(reach().accounts.send, tried)
    with web.database().unit(_workspace(token), OUTSIDER) as unit:
        found = sessions.by_link(unit, token)
        row = unit.session.get_one(Connection, found.connection_id)
        authorising.accept(unit, keyring(), row, done.account, done.whose, confirmed=found.other_account, gated=True)
        scoping.keep(unit, row, done.scopes)
        sessions.use(unit, found)
        title = row.title
    return render_template("connections/link_end.html", refused=None, title=title)


def _page(token: str, form: ConnectForm) -> str:
    try:
        with web.database().unit(_workspace(token), read_only=True) as unit:
            found = sessions.by_link(unit, token)
            row = unit.session.get_one(Connection, found.connection_id)
            workspace = unit.session.get_one(Workspace, row.workspace_id)
            auth, kept = _way(row), unit.session.get(ConnectionCredential, row.id) is not None
            asked = () if kept and auth.kind is AuthKind.OAUTH_CODE else auth.fields
            return render_template(
                "connections/link.html", row=row, form=form, auth=auth, asked=asked, workspace=workspace.name,
                ends_at=found.ends_at, definition=connector(row.connector), token=token,
            )  # fmt: skip
    except Gone as gone:
        return _gone(gone)


def _gone(gone: StudioError) -> str:
    return render_template("connections/link_end.html", refused=gone, title="")


def _workspace(token: str) -> UUID:
    found = workspace_of(token, "cnl_")
    if found is None:
        raise Gone(_("This link does not work any more. Ask for a new one."), code="connection.link_gone")
    return found


def _way(row: Connection) -> Auth:
    auth = connector(row.connector).auth(row.auth)
    if auth is None:
        raise InvalidInput(_("This Studio no longer knows how “%(title)s” signs in.", title=row.title), field="auth")
    return auth
