"""Which broker a process has."""

from dramatiq import Broker
from dramatiq.middleware import Callbacks, Middleware, ShutdownNotifications

from studio.core.dispatch.local import LocalBroker
from studio.core.redis_options import redis_options

FAILED_MS = 60_000
"""How long Redis keeps a hint whose look broke. Nobody reads it."""


def make_broker(redis_url: str | None, namespace: str = "studio") -> Broker:
    """In this process where there is no Redis. No retries, results, pipelines or time limits: the rows have those.

    Nor an age limit: few hints wait, however old they are, so that looking is cheaper than to ask whose clock is right.
    """
    middleware: list[Middleware] = [ShutdownNotifications(), Callbacks()]
    if redis_url is None:
        return LocalBroker(middleware)
    from redis import Redis  # noqa: PLC0415 - 150 ms that an embedded start need not spend

    from studio.core.dispatch.redis_blocking import BlockingRedisBroker  # noqa: PLC0415 - see above

    return BlockingRedisBroker(  # type: ignore[no-untyped-call]  # Dramatiq leaves it so
        client=Redis.from_url(redis_url, **redis_options()),
        middleware=middleware,
        namespace=namespace,
        dead_message_ttl=FAILED_MS,
    )
