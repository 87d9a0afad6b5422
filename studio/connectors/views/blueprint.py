"""The blueprint that pages of connections hang on, and what they reach other parts by."""

from typing import cast

from flask import Blueprint, current_app, session

from studio.connectors.oauth.connecting import Connecting
from studio.core import rng

blueprint = Blueprint("connections", "studio.connectors")

BROWSER = "connect_browser"
"""Key of the signed cookie: a secret of this browser, which a sign-in is bound to."""


def connecting() -> Connecting:
    """The verbs of signing in at providers."""
    return cast("Connecting", current_app.extensions["studio_connecting"])


def browser() -> str:
    """The secret of this browser's session, made at the first need."""
    if BROWSER not in session:
        session[BROWSER] = rng.token()
    return str(session[BROWSER])
