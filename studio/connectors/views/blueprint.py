"""The blueprint that this package's pages hang on, and what they reach connections by."""

from typing import cast

from flask import Blueprint, current_app, session

from studio.connectors.calling.connecting import ByCredentials
from studio.connectors.calling.opening import find
from studio.connectors.calling.stepping import Reach
from studio.connectors.models import Connection
from studio.connectors.oauth.connecting import Connecting
from studio.core import rng
from studio.core.crypto import Keyring
from studio.core.web import current_uow

blueprint = Blueprint("connections", "studio.connectors")

BROWSER = "connect_browser"
"""Key of the signed cookie: a secret of this browser, which a sign-in is bound to."""


def reach() -> Reach:
    """By what calls are made."""
    return cast("Reach", current_app.extensions["studio_connections"])


def connecting() -> Connecting:
    """The verbs of signing in at a provider."""
    return cast("Connecting", current_app.extensions["studio_connecting"])


def browser() -> str:
    """The secret of this browser's session, made at the first need."""
    if BROWSER not in session:
        session[BROWSER] = rng.token()
    return str(session[BROWSER])


def by_credentials() -> ByCredentials:
    """The verb of signing in with what was typed."""
    return ByCredentials(reach(), keyring())


def keyring() -> Keyring:
    """The keys of this installation."""
    return cast("Keyring", current_app.extensions["studio_keyring"])


def named(handle: str) -> Connection:
    """The connection of a page's address. Raises NotFound."""
    return find(current_uow(), handle)
