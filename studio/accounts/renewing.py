"""Another id for a browser's session, once its person has proved who they are."""

from dataclasses import replace

from flask_login import login_user

from studio.accounts.identity import Person
from studio.accounts.service import sessions
from studio.core.errors import Forbidden
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


def renew(uow: UnitOfWork, person: Person) -> None:
    """Give the browser a new token; whoever has read the old one is signed out. Raises Forbidden for API tokens."""
    if person.session_id is None:
        raise Forbidden(_("A person answers this in a browser, not an API token."), code="not_a_person")
    login_user(replace(person, session_token=sessions.renew(uow, person.session_id)))
