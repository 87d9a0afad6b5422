"""The moment at which a browser becomes somebody's."""

from flask import session
from flask_login import login_user

from studio.accounts.identity import Person


def enter(person: Person) -> None:
    """Give the browser its new session; nothing of the old cookie survives."""
    session.clear()
    login_user(person)
