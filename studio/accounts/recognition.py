"""Finds out who a request comes from, when its unit of work opens."""

from dataclasses import replace

from flask import g, session

from studio.accounts.identity import SESSION_KEY, bearer_token, narrow, origin
from studio.accounts.service import sessions, tokens
from studio.core.errors import NotSignedIn
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


def identify(uow: UnitOfWork) -> None:
    """Find out who the request comes from. An `Authorization` header wins: the cookie is not looked at then."""
    g.person = None
    bearer = bearer_token()
    if bearer is not None:
        g.person = tokens.load(uow, bearer)
        if g.person is None:
            raise NotSignedIn(_("This API token is unknown, expired or revoked."), code="bad_token")
    elif SESSION_KEY in session:
        g.person = sessions.load(uow, session[SESSION_KEY])
    if g.person is None:
        uow.actor = replace(uow.actor, id="anonymous", name="Anonymous", origin=origin())
    else:
        narrow(uow, g.person)
