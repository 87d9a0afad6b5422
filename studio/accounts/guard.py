"""The gate before every view: cross-site posts, then the permission that the view states."""

from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response

from studio.accounts.identity import Person, bearer_token, current_person
from studio.accounts.permissions import Access, access_of
from studio.core.errors import Forbidden, NotSignedIn
from studio.core.i18n import gettext as _
from studio.core.problems import wants_json

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

csrf = CSRFProtect()
"""Checks only where guard asks it to: a request with a bearer token needs no CSRF token."""


class UnstatedPermission(Exception):
    """A route states no permission: a programming error, and a closed door."""


def init_app(app: Flask) -> None:
    """Put the gate in front of every view."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_SSL_STRICT"] = False  # Sec-Fetch-Site and Origin are checked below
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session
    app.config["WTF_CSRF_HEADERS"] = ["X-CSRF-Token"]
    csrf.init_app(app)
    app.before_request(check)


def check() -> Response | None:
    """Let the request pass, or refuse it."""
    if request.endpoint is None:
        return None
    access = access_of(current_app.view_functions[request.endpoint])
    if access is None:
        _unstated()
        return None
    if access.hot:
        return None
    _refuse_cross_site()
    if access.public is not None:
        return None
    person = current_person()
    if person is None:
        return _ask_to_sign_in()
    return _check_permission(person, access)


def _check_permission(person: Person, access: Access) -> Response | None:
    if access.permission is None:
        if person.token_id is not None:
            raise Forbidden(_("This page is about a person; an API token cannot open it."))
        return None
    if person.seat is None:
        if request.method == "GET" and not wants_json():
            return redirect(url_for("accounts.workspaces"))
        raise Forbidden(_("You have no seat in a workspace, or have not chosen one."), code="no_seat")
    if not person.may(access.permission):
        _refuse_ended(person, access.permission)
        raise Forbidden(
            _(
                "Your seat (%(value)s) does not allow this. Ask an admin of %(workspace)s.",
                value=person.seat.role.value,
                workspace=person.seat.workspace,
            )
            if person.scopes is None
            else _("This API token does not carry the permission %(permission)s.", permission=access.permission),
            resource=f"permission:{access.permission}",
        )
    return None


def _refuse_ended(person: Person, permission: str) -> None:
    """Say so where it was allowed by an elevation until lately."""
    lent = person.elevation
    if lent is not None and not lent.in_force and permission in lent.permissions:
        message = _("Your elevated access has ended, so nothing was done. Ask for it again where you need it.")
        raise Forbidden(message, code="elevation_ended", resource=f"elevation:{lent.id}")


def _ask_to_sign_in() -> Response:
    if wants_json() or bearer_token() is not None:
        raise NotSignedIn(_("Sign in, or send an API token as “Authorization: Bearer …”."))
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=here))


def _refuse_cross_site() -> None:
    """A post must come from our own pages: the browser says so, and the page's token proves it."""
    if bearer_token() is not None:
        g.csrf_valid = True  # no site can make a browser send this header; forms then ask no more
        return
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden(_("This request came from another site and was refused."), code="cross_site")
    origin = request.headers.get("Origin")
    # A page under `no-referrer` hides even its own origin; then the browser itself must vouch.
    hidden = origin == "null" and site == "same-origin"
    if origin is not None and not hidden and not _own_origin(origin):
        raise Forbidden(_("This request came from another site and was refused."), code="cross_site")
    try:
        csrf.protect()
    except CSRFError as error:
        raise Forbidden(
            _("This page is out of date: reload it and try again. Nothing was changed."), code="csrf"
        ) from error


def _own_origin(origin: str) -> bool:
    own = {urlsplit(current_app.config["PUBLIC_URL"]).netloc, request.host}
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc in own


def _unstated() -> None:
    if current_app.testing or current_app.debug:
        raise UnstatedPermission(f"{request.endpoint} states no permission")
    raise Forbidden(_("This address is closed."), code="no_permission_stated")
