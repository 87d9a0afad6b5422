"""How patient Studio is with Redis: hardly. What it asks there can be lost, and somebody waits for each answer.

The library's own defaults try ten times for five seconds each.
"""

from typing import Any

PATIENCE_S = 3.0
"""Longer than a consumer blocks on purpose."""


def redis_options(patience_s: float = PATIENCE_S, *, again: int = 1) -> dict[str, Any]:
    """Options of a client. `again`: how often a command is repeated, such as on a connection that died while idle."""
    from redis.backoff import NoBackoff  # noqa: PLC0415 - an embedded Studio starts sooner without the library
    from redis.retry import Retry  # noqa: PLC0415 - see above

    return {
        "socket_connect_timeout": patience_s,
        "socket_timeout": patience_s,
        "retry": Retry(NoBackoff(), again),
    }
