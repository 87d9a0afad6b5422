"""Say something in its reader's language where no request of theirs is at hand: a mail, a message.

Within `speaking(locale)` every catalogue's sentence comes in that language, whether it is looked up through Flask-Babel
or through core.i18n, and whatever the language of the request in which it is written: an invitation speaks its reader's
language, not that of whoever invites.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from flask import Flask, has_app_context
from flask_babel import Babel, force_locale, gettext, ngettext

from studio.core import i18n


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Look sentences up in this language, such as `de` or `en-GB`; one without a catalogue gives the English."""
    with ExitStack() as stack:
        if not has_app_context():  # a worker, or a command
            stack.enter_context(_home().app_context())
        stack.enter_context(force_locale(locale.replace("-", "_")))
        stack.enter_context(i18n.looking_up(gettext, ngettext))
        yield


@cache
def _home() -> Flask:
    """What Flask-Babel needs to find the catalogues; it serves nothing."""
    app = Flask("studio")
    Babel(app)
    return app
