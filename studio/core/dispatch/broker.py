"""Which broker a process has."""

from dramatiq import Broker
from dramatiq.middleware import AgeLimit, Callbacks, Middleware, ShutdownNotifications

from studio.core.dispatch.local import LocalBroker
from studio.core.redis_options import redis_options

HINT_AGE_MS = 60_000
"""A hint older than this says nothing that a sweep has not found."""


def make_broker(redis_url: str | None, namespace: str = "studio") -> Broker:
    """In this process where there is no Redis. No retries, results, pipelines or time limits: the rows have those."""
    middleware: list[Middleware] = [AgeLimit(max_age=HINT_AGE_MS), ShutdownNotifications(), Callbacks()]
    if redis_url is None:
        return LocalBroker(middleware)
    from redis import Redis  # noqa: PLC0415 - 150 ms that an embedded start need not spend

    from studio.core.dispatch.redis_blocking import BlockingRedisBroker  # noqa: PLC0415 - see above

    return BlockingRedisBroker(  # type: ignore[no-untyped-call]  # Dramatiq leaves it so
        client=Redis.from_url(redis_url, **redis_options()),
        middleware=middleware,
        namespace=namespace,
        dead_message_ttl=HINT_AGE_MS,
    )
