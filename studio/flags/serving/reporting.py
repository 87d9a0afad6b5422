"""What libraries tell of themselves: pure reading of registrations and of counted answers, with every bound."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.flags.serving.wire import BadRequest

EARLY = timedelta(minutes=5)
"""How far a program's clock may run ahead. What it counted then counts for the hour of now."""
OLDEST = timedelta(days=7)
MOST_FLAGS = 5_000
MOST_VARIANTS = 100
LARGEST = 1_000_000_000
"""Of one count in one report."""
LONGEST = 100
UNNAMED = "unnamed"


@dataclass(slots=True)
class Count:
    """How often a flag was on, off, and gave which variant."""

    yes: int = 0
    no: int = 0
    variants: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What one program counted within one hour."""

    application: str
    sdk: str
    hour: datetime
    """Its first moment."""
    counts: Mapping[str, Count]
    """By the flag's name."""


def application(sent: Mapping[str, Any]) -> str:
    """The name that a program gives itself, shortened to what is kept."""
    return _text(sent.get("appName")) or UNNAMED


def sdk(sent: Mapping[str, Any]) -> str:
    """Its library and version; empty: it does not say."""
    return _text(sent.get("sdkVersion"))


def report(sent: Mapping[str, Any], now: datetime) -> Report:
    """Read the body of `/api/client/metrics`. Raises BadRequest with the field; then nothing of it counts."""
    bucket = sent.get("bucket")
    if not isinstance(bucket, Mapping):
        raise _wrong("bucket", _("A report has a bucket: {start, stop, toggles}."))
    toggles = bucket.get("toggles") or {}
    if not isinstance(toggles, Mapping) or len(toggles) > MOST_FLAGS:
        raise _wrong(
            "bucket.toggles", _("`toggles` maps names of flags, at most %(most)s, to counts.", most=MOST_FLAGS)
        )
    counts = {name: _count(one, f"bucket.toggles.{name[:LONGEST]}") for name, one in toggles.items()}
    return Report(application(sent), sdk(sent), _hour(bucket, now), counts)


def _hour(bucket: Mapping[str, Any], now: datetime) -> datetime:
    start, stop = _moment(bucket, "start"), _moment(bucket, "stop")
    if stop < start:
        raise _wrong("bucket.stop", _("The bucket stops before it starts."))
    if start > now + EARLY:
        words = _("The bucket starts in the future: set this program's clock.")
        raise _wrong("bucket.start", words, "flags.metrics_future")
    if start < now - OLDEST:
        words = _("The bucket is older than %(days)s days.", days=OLDEST.days)
        raise _wrong("bucket.start", words, "flags.metrics_old")
    return min(start, now).replace(minute=0, second=0, microsecond=0)


def _moment(bucket: Mapping[str, Any], name: str) -> datetime:
    """ISO 8601; without a zone it is UTC, as libraries write it."""
    sent = bucket.get(name)
    try:
        found = datetime.fromisoformat(sent) if isinstance(sent, str) else None
        if found is not None:
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # the sentence below is about every way to be wrong
    raise _wrong(f"bucket.{name}", _("This is no moment such as 2026-11-27T14:00:00Z."))


def _count(sent: Any, path: str) -> Count:
    if not isinstance(sent, Mapping):
        raise _wrong(path, _("A flag's counts are {yes, no, variants}."))
    variants = sent.get("variants") or {}
    if not isinstance(variants, Mapping) or len(variants) > MOST_VARIANTS:
        words = _("`variants` maps names, at most %(most)s, to counts.", most=MOST_VARIANTS)
        raise _wrong(f"{path}.variants", words)
    return Count(
        _number(sent.get("yes", 0), f"{path}.yes"),
        _number(sent.get("no", 0), f"{path}.no"),
        {
            _text(name): _number(one, f"{path}.variants.{name[:LONGEST]}")
            for name, one in variants.items()
            if _text(name)
        },
    )


def _number(sent: Any, path: str) -> int:
    if not isinstance(sent, int) or isinstance(sent, bool) or not 0 <= sent <= LARGEST:
        raise _wrong(path, _("A count is a whole number from 0 to %(most)s.", most=separated(LARGEST)))
    return sent


def _text(sent: Any) -> str:
    """What may be kept of a name: printable, without ends of blanks, shortened."""
    return "".join(one for one in sent if one.isprintable()).strip()[:LONGEST] if isinstance(sent, str) else ""


def _wrong(path: str, words: str, code: str = "flags.metrics") -> BadRequest:
    return BadRequest(words, code=code, field=path)
