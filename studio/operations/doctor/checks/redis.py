"""Redis answers, and keeps what it is told."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from studio.core.redis_options import redis_options
from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import Place

ORDER = 30
PATIENCE_S = 3.0
KEPT = "noeviction"


def look(place: Place) -> Iterator[Finding]:
    """INFO alone: hosted servers forbid CONFIG."""
    url = place.settings.redis_url
    if url is None:
        yield _without(place)
        return
    from redis import Redis, RedisError  # noqa: PLC0415 - an embedded Studio starts sooner without the library

    try:
        with Redis.from_url(url, **redis_options(PATIENCE_S, again=0)) as client:
            said = client.info("server") | client.info("persistence") | client.info("memory")
    except (RedisError, ValueError) as error:
        yield bad(
            f"Redis does not answer: {error}",
            "Start it, or mend STUDIO_REDIS_URL. Meanwhile work goes on by sweeps of the database, twice a second.",
        )
        return
    yield from judge(said)


def _without(place: Place) -> Finding:
    if place.on_postgresql:
        return warning(
            "No Redis is set, so that `studio web` and `studio worker` cannot tell each other of new work.",
            "Set STUDIO_REDIS_URL for everything but one process on one machine (`studio run`).",
        )
    return ok("No Redis is set, and one process needs none.")


def judge(said: Mapping[str, Any]) -> Iterable[Finding]:
    """`said`: Redis's own INFO. Hints may be lost, at the cost of a sweep; limits on sign-in should not be."""
    yield ok(f"Redis {said['redis_version']} answers.")
    if not int(said.get("aof_enabled", 0)):
        yield warning(
            "Redis keeps no append-only file: a restart forgets who has tried too many passwords, and all hints.",
            "Set appendonly yes.",
        )
    elif said.get("aof_last_write_status", "ok") != "ok":
        yield bad("Redis cannot write its append-only file, and refuses writes.", "Make room on its disk.")
    else:
        yield ok("Redis keeps an append-only file.")
    if said.get("rdb_last_bgsave_status", "ok") != "ok":
        yield warning(
            "Redis could not write its last snapshot; by default it refuses writes then.",
            "Make room on its disk, and see its log.",
        )
    policy = said.get("maxmemory_policy", KEPT)
    if int(said.get("maxmemory", 0)) and policy != KEPT:
        yield warning(
            f"Redis drops keys when its memory is full (maxmemory-policy {policy}): hints and limits would be lost.",
            f"Set maxmemory-policy {KEPT}.",
        )
    elif int(said.get("maxmemory", 0)) and int(said["used_memory"]) > int(said["maxmemory"]) * 0.9:
        yield warning("Redis has used nine tenths of the memory it may have.", "Raise maxmemory.")
