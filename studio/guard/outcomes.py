"""Words that policies, tables and pages of this package share."""

from dataclasses import dataclass
from datetime import timedelta

from studio.accounts.outcomes import Strength

SUDO = "sudo"
"""The broader window: listed actions ask for it, and using it keeps it open."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What an action asks of whoever does it. Age and strength are separate demands (RFC 9470)."""

    strength: Strength
    max_age: timedelta
    """How long ago the proof may be."""
