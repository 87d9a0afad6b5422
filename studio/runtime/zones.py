"""Moments as people write them, in the zone they mean."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from studio.core.i18n import gettext as _

_FIRST_UNIX = 100_000_000
"""Smaller numbers are no moment that anybody means: they are years or amounts."""
_MILLISECONDS = 100_000_000_000


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """An IANA time zone. Raises ValueError with a sentence."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            _("There is no time zone “%(name)s”. Write one such as Europe/Berlin.", name=name[:60])
        ) from None


def moment(text: str, here: ZoneInfo) -> datetime:
    """A date or a moment: ISO 8601, or Unix seconds or milliseconds. Without an offset it is meant in `here`.

    A time that a clock change skips is read as the same distance from midnight; one that comes twice as the first.
    Raises ValueError with a sentence.
    """
    plain = text.strip()
    try:
        number = float(plain) if plain.replace(".", "", 1).isdigit() and len(plain) != 8 else None
        if number is not None and number >= _FIRST_UNIX:
            return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, UTC)
        parsed = datetime.fromisoformat(plain)
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            _("“%(plain)s” is no date that Studio can read. Write 2026-03-31 or 2026-03-31T09:00.", plain=plain[:60])
        ) from None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=here)
    return real(parsed)


def real(local: datetime) -> datetime:
    """The same moment with the clock face it really has: 02:30 in a skipped hour is 03:30."""
    try:
        return local.astimezone(UTC).astimezone(local.tzinfo)
    except OverflowError:
        raise ValueError(_("This date is too far away to compute with.")) from None


def start_of_day(day: date, here: ZoneInfo) -> datetime:
    """Midnight, or the first moment of a day whose midnight a clock change skips."""
    return real(datetime.combine(day, time(), tzinfo=here))
