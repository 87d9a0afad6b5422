"""What webhooks and deliveries can be, in words that are stored."""

from enum import StrEnum


class State(StrEnum):
    """Of a webhook."""

    WANTED = "wanted"
    """The provider is to be told, or told anew."""
    ACTIVE = "active"
    FAILED = "failed"
    """The provider would not have it, or was away for hours."""
    UNWANTED = "unwanted"
    """It is to be removed at the provider."""
    GONE = "gone"
    """Not registered. Its address answers that it is gone."""


class Verdict(StrEnum):
    """Of a delivery."""

    STARTED = "started"
    """At least one workflow listened; its own events say what came of it."""
    FILTERED = "filtered"
    """Nobody listens for it."""
    MALFORMED = "malformed"
    """Signed well, and not readable."""
