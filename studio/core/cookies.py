"""What cookies and forms are signed with: children of the master keys, as the keyring has them at each request.

A process that runs while a master key is added signs with the newer one from then on, and believes what it and others
have signed with any of them: nobody is signed out by a rotation, and a form that was open can still be sent.
"""

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from studio.core.crypto import Keyring

PURPOSE = "cookies"


class KeyringSessions(SecureCookieSessionInterface):
    """Flask's signed cookies, under the keys of now. It is asked at the start of each request, before anything else."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Signs with the first of the keys, and believes all of them."""
        sign_with(app, self._keyring.derive(PURPOSE))
        return super().get_signing_serializer(app)


def init_app(app: Flask, keyring: Keyring) -> None:
    """Sign this app's cookies and forms under a keyring."""
    app.session_interface = KeyringSessions(keyring)
    sign_with(app, keyring.derive(PURPOSE))


def sign_with(app: Flask, keys: list[bytes]) -> None:
    """Take these keys, the one that signs first. Threads read meanwhile: first all are believed, then one signs."""
    oldest_first = keys[::-1]
    if app.config.get("SECRET_KEY_FALLBACKS") == oldest_first:
        return
    app.config["SECRET_KEY_FALLBACKS"] = oldest_first
    app.config["WTF_CSRF_SECRET_KEY"] = oldest_first  # itsdangerous signs with the last one
    app.config["SECRET_KEY"] = keys[0]
