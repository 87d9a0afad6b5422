"""This machine's clock, the database's and Redis's agree."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import text

from studio.core import clock
from studio.core.redis_options import redis_options
from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import Place

ORDER = 50
NOTICED_S = 2.0
SERIOUS_S = 60.0
"""Hints of a minute ago are dropped, and signatures of five are refused."""


def look(place: Place) -> Iterator[Finding]:
    """Each asked once; half of how long it took is taken off."""
    if place.on_postgresql:
        with place.asking() as connection:
            asked = text("select extract(epoch from clock_timestamp())")
            connection.execute(asked)  # the connection is warm by now
            yield judge("the database", _ahead(lambda: float(connection.scalar(asked) or 0)))
    if place.settings.redis_url is not None:
        from redis import Redis, RedisError  # noqa: PLC0415 - an embedded Studio starts sooner without the library

        try:
            with Redis.from_url(place.settings.redis_url, **redis_options(again=0)) as client:
                client.ping()
                yield judge("Redis", _ahead(lambda: _seconds(*client.time())))
        except RedisError as error:
            yield warning(f"Redis's clock was not looked at: {error}", "See what is said of Redis.")
    if not place.on_postgresql:
        yield ok("Embedded, this machine's clock is the only one.")


def judge(other: str, ahead_s: float) -> Finding:
    """`ahead_s`: by how much this machine's clock is ahead of the other's; below nought: behind it."""
    told = f"This machine's clock is {abs(ahead_s):.1f} s {'ahead of' if ahead_s > 0 else 'behind'} that of {other}"
    remedy = "Let both machines follow one time server (chrony, systemd-timesyncd)."
    if abs(ahead_s) >= SERIOUS_S:
        return bad(f"{told}: hints are dropped, and signed deliveries may be refused.", remedy)
    if abs(ahead_s) >= NOTICED_S:
        return warning(f"{told}.", remedy)
    return ok(f"This machine's clock agrees with that of {other} (within {max(0.1, abs(ahead_s)):.1f} s).")


def _ahead(ask: Callable[[], float]) -> float:
    before = _now()
    other = ask()
    after = _now()
    return (before + after) / 2 - other


def _seconds(seconds: int, micros: int) -> float:
    return seconds + micros / 1e6


def _now() -> float:
    now: datetime = clock.local_now()
    return now.timestamp()
