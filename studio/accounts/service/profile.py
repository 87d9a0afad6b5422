"""What people set for themselves."""

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
