"""What calls to the outside do to one another: how many go to one target at once, and when none goes."""

from studio.core.targets.breaker import Report, Sign
from studio.core.targets.registry import Full, Paused, Targets, Ticket

__all__ = ["Full", "Paused", "Report", "Sign", "Targets", "Ticket"]
