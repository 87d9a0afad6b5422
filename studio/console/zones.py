"""Whose clock a form's times are of."""

from zoneinfo import ZoneInfo

from studio.accounts.identity import signed_in_person


def zone_of_person() -> ZoneInfo:
    """The one of whoever looks."""
    return ZoneInfo(signed_in_person().time_zone or "UTC")
