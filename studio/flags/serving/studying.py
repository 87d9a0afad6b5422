"""What browsers report of people: pure reading of exposures and measurements, with every bound."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from studio.core.i18n import gettext as _
from studio.flags.serving.wire import BadRequest
from studio.flags.studies import units
from studio.flags.studies.exposures import Exposure
from studio.flags.studies.measurements import Measurement

MOST = 100
"""Of one report."""
_CODE = "flags.study"


@dataclass(frozen=True, slots=True)
class _Item:
    """One of a report."""

    path: str
    sent: Mapping[str, Any]

    def text(self, name: str, most: int) -> str:
        found = self.sent.get(name)
        if not isinstance(found, str) or not 0 < len(found) <= most:
            raise _wrong(f"{self.path}.{name}", _("This is a text of 1 to %(most)s characters.", most=most))
        return found

    def number(self, name: str) -> float:
        found = self.sent.get(name)
        if not isinstance(found, int | float) or isinstance(found, bool):
            raise _wrong(f"{self.path}.{name}", _("This is no number."))
        try:
            return float(found)
        except OverflowError:
            return float("inf")  # refused where it is taken, with its bound

    def at(self, now: datetime) -> datetime:
        """Now, where it is not said: clocks of phones are often wrong."""
        found = self.sent.get("at")
        if found is None:
            return now
        try:
            read = datetime.fromisoformat(found) if isinstance(found, str) else None
            if read is not None:
                return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # the sentence below is about every way to be wrong
        raise _wrong(f"{self.path}.at", _("This is no moment such as 2026-11-27T14:00:00Z."))


def exposures(sent: Mapping[str, Any], now: datetime) -> list[Exposure]:
    """`{context?, exposures: [{flag, unit, at?, variant?}]}`; the context holds for all. Raises BadRequest."""
    context = sent.get("context")
    if context is not None and not isinstance(context, Mapping):
        raise _wrong("context", _("The context is no JSON object."))
    return [
        Exposure(
            one.text("flag", 100), one.text("unit", units.LENGTH), one.at(now),
            None if one.sent.get("variant") is None else one.text("variant", 100), context,
        )
        for one in _items(sent, "exposures")
    ]  # fmt: skip


def measurements(sent: Mapping[str, Any], now: datetime) -> list[Measurement]:
    """`{measurements: [{id, metric, unit, value, at?}]}`. Raises BadRequest."""
    return [
        Measurement(
            one.text("id", 64), one.text("metric", 60), one.text("unit", units.LENGTH), one.number("value"), one.at(now)
        )
        for one in _items(sent, "measurements")
    ]


def _items(sent: Mapping[str, Any], name: str) -> list[_Item]:
    found = sent.get(name)
    if not isinstance(found, list) or not 0 < len(found) <= MOST:
        raise _wrong(name, _("This is a list of 1 to %(most)s entries.", most=MOST))
    for place, one in enumerate(found):
        if not isinstance(one, Mapping):
            raise _wrong(f"{name}.{place}", _("This is no JSON object."))
    return [_Item(f"{name}.{place}", one) for place, one in enumerate(found)]


def _wrong(path: str, words: str) -> BadRequest:
    return BadRequest(words, code=_CODE, field=path)
