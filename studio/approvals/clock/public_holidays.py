"""The public holidays of a country or one of its parts, by name, from the `holidays` package."""

from functools import cache
from importlib import import_module
from typing import Any

from flask_babel import gettext as _

from studio.approvals.clock.calendar import Holiday
from studio.core.errors import InvalidInput

YEARS = 3
"""Holidays move from year to year, so they are added as dates, for the year asked for and those that follow."""


@cache
def _package() -> Any:
    """Loaded when somebody asks: it takes 8 MiB, and few ever do."""
    return import_module("holidays")


@cache
def places() -> tuple[str, ...]:
    """Every place there is, as ISO 3166 writes it: DE, DE-BY, …"""
    found: dict[str, list[str]] = _package().list_supported_countries(include_aliases=False)
    return tuple(sorted([*found, *(f"{country}-{part}" for country, parts in found.items() for part in parts)]))


def of(place: str, year: int) -> list[Holiday]:
    """The public holidays of a place in a year and the two that follow. Raises InvalidInput for an unknown place."""
    code = place.strip().upper()
    if code not in places():
        message = _("No public holidays are known for “%(place)s”. Write a code such as DE or DE-BY.", place=code[:20])
        raise InvalidInput(message, code="unknown_place", field="place")
    country, _dash, part = code.partition("-")
    found: Any = _package().country_holidays(country, subdiv=part or None, years=range(year, year + YEARS))
    return [Holiday(day, str(name)[:80]) for day, name in sorted(found.items())]
