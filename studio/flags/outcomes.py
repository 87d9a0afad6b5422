"""What flags can be, in words that are stored."""

from enum import StrEnum


class Kind(StrEnum):
    """What a flag gives."""

    BOOLEAN = "boolean"
    STRING = "string"
    NUMBER = "number"
    JSON = "json"


class Purpose(StrEnum):
    """What a flag is for: it says how long it is meant to live, and clients are told it as the flag's type."""

    RELEASE = "release"
    EXPERIMENT = "experiment"
    OPERATIONAL = "operational"
    KILL_SWITCH = "kill-switch"
    PERMISSION = "permission"


class EnvironmentKind(StrEnum):
    """How much hangs on an environment. Changes in production are a protected action."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"


class ClientKind(StrEnum):
    """What a client's key opens."""

    SERVER = "server"
    """All flags of its environment with their rules: for programs that evaluate by themselves."""
    FRONTEND = "frontend"
    """What holds for one context, never the rules: for browsers and phones, where anybody can read the key."""


class MetricKind(StrEnum):
    """How what was measured of a unit is read."""

    PROPORTION = "proportion"
    """Whether anything above 0 was measured of it."""
    MEAN = "mean"
    """The sum of what was measured of it; nothing is 0."""
