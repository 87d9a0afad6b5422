"""Whose clock a form's times are of."""

from datetime import datetime
from zoneinfo import ZoneInfo

from studio.accounts.identity import signed_in_person


def zone_of_person() -> ZoneInfo:
    """The one of whoever looks."""
    return ZoneInfo(signed_in_person().time_zone or "UTC")


def typed(moment: datetime) -> str:
    """A moment as that person would type it into a form; one of an hour that comes twice with its offset."""
    here = moment.astimezone(zone_of_person())
    return here.isoformat() if here.fold else here.replace(tzinfo=None).isoformat(timespec="minutes")
