"""What passing a step proves."""

from dataclasses import dataclass

from studio.contract.protecting.requirement import NOTHING, Requirement


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that is proved by going on behind certain ports of a step; a node type says so for a raw config."""

    ports: tuple[str, ...]
    """Behind these it holds: `("approved",)`."""
    proves: Requirement = NOTHING
    """At least this has been there."""
    target: str | None = None
    """The protected target for which the step asks whatever the policies in force lack; None: `proves` is all."""
