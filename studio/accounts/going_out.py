"""A browser leaves for another site, and is known again when it comes back."""

from typing import cast
from urllib.parse import urlsplit

from flask import current_app, make_response, render_template, session
from flask.typing import ResponseReturnValue

from studio.accounts.federation.door import Door
from studio.core import rng

_BROWSER = "sign_in_browser"


def door() -> Door:
    """By what people come in by a provider; `joining.py` joins it."""
    return cast("Door", current_app.extensions["studio_door"])


def browser() -> str:
    """The secret of this browser's session, made at the first need."""
    if _BROWSER not in session:
        session[_BROWSER] = rng.token()
    return str(session[_BROWSER])


def going_out(address: str) -> ResponseReturnValue:
    """Send the browser to a provider by a page of its own: the policy of pages lets no form lead to another site."""
    host = urlsplit(address).hostname
    answer = make_response(render_template("leaving.html", address=address, host=host))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
