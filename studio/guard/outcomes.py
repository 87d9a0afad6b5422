"""Words that policies, tables and pages of this package share."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from studio.accounts.outcomes import Strength

SUDO = "sudo"
"""The broader window: listed actions ask for it, and using it keeps it open."""


class HoldState(StrEnum):
    """How far something is that others have to agree to."""

    ASKED = "asked"
    GRANTED = "granted"
    """Agreed to; its asker may do it once."""
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """Its asker took it back, or somebody acted on its object meanwhile."""
    OUTDATED = "outdated"
    """Agreed to, but by then it could no longer be done as it was asked."""


class PassState(StrEnum):
    """How far a run is at one of its gates."""

    OPEN = "open"
    PASSED = "passed"
    REFUSED = "refused"
    """Whoever was asked did not agree, or did not want to prove it."""
    EXPIRED = "expired"
    """Not all of it was there in time, or a proof was too old by then."""
    FROZEN = "frozen"
    WITHDRAWN = "withdrawn"
    """The run needs it no longer."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What an action asks of whoever does it. Age and strength are separate demands (RFC 9470)."""

    strength: Strength
    max_age: timedelta
    """How long ago the proof may be."""
