"""What people set for themselves."""

from datetime import time
from uuid import UUID
from zoneinfo import available_timezones

from studio.accounts.models import User
from studio.accounts.outcomes import Theme
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


def update(
    uow: UnitOfWork,
    user_id: UUID,
    *,
    name: str,
    time_zone: str | None,
    locale: str | None,
    theme: Theme,
) -> None:
    """Change one's own name, time zone, language of formats and colours."""
    if not name.strip():
        raise InvalidInput(_("Type your name."), field="name")
    if time_zone and time_zone not in available_timezones():
        raise InvalidInput(_("Use an IANA time zone, such as Europe/Berlin."), field="time_zone")
    user = uow.session.get_one(User, user_id)
    user.name, user.theme = name.strip(), theme.value
    user.time_zone, user.locale = time_zone or None, locale or None


def set_mail(
    uow: UnitOfWork,
    user_id: UUID,
    *,
    quiet_from: time | None,
    quiet_until: time | None,
    digest_at: time | None,
    completion_mails: bool,
) -> None:
    """Change when one is mailed about approvals, in the seats of all workspaces."""
    if (quiet_from is None) != (quiet_until is None):
        missing = "quiet_from" if quiet_from is None else "quiet_until"
        raise InvalidInput(_("Quiet hours need a beginning and an end."), field=missing, code="half_quiet")
    if quiet_from is not None and quiet_from == quiet_until:
        raise InvalidInput(_("Quiet hours must end at another time."), field="quiet_until", code="always_quiet")
    user = uow.session.get_one(User, user_id)
    user.quiet_from, user.quiet_until = quiet_from, quiet_until
    user.digest_at, user.completion_mails = digest_at, completion_mails


def get(uow: UnitOfWork, user_id: UUID) -> User:
    """The person, with all that they set."""
    return uow.session.get_one(User, user_id)
