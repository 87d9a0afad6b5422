"""What runs leave behind on PostgreSQL: bytes of tables and indexes, and of the log of writes, for each run."""

from typing import Any

from benchmarks import seeding
from benchmarks.driving import post, start
from benchmarks.plan import Plan
from benchmarks.stack import Stack, stack

DRAIN_LIMIT_S = 120.0
_SIZE = (
    "select pg_current_wal_lsn() - '0/0'::pg_lsn, (select sum(pg_total_relation_size(oid)) from pg_class"
    " where relkind in ('r', 'm') and relnamespace = 'public'::regnamespace)"
)


def footprint(document: dict[str, Any], plan: Plan) -> dict[str, float]:
    """`kb_a_run` on disk and `wal_kb_a_run`, over one round of load after a warm-up, vacuumed before each look."""
    with stack("postgresql") as running:
        seeded = seeding.seed(running.settings, document)
        start(running, "postgresql")
        post(running, seeded.path, plan.warm_up_s)
        seeding.drained(running.settings, DRAIN_LIMIT_S)
        newest, (wal, size) = seeding.newest_run(running.settings), _look(running)
        post(running, seeded.path, plan.seconds)
        seeding.drained(running.settings, DRAIN_LIMIT_S)
        runs = seeding.counts(running.settings, newest).get("succeeded", 0)
        wal_then, size_then = _look(running)
        return {
            "footprint_runs": float(runs), "kb_a_run": (size_then - size) / runs / 1_000,
            "wal_kb_a_run": (wal_then - wal) / runs / 1_000,
        }  # fmt: skip


def _look(running: Stack) -> tuple[float, float]:
    assert running.postgres is not None
    name = running.settings.engine_url.rpartition("/")[2].partition("?")[0]
    with running.postgres.superuser(name) as connection:
        connection.autocommit = True
        connection.execute("vacuum analyze")
        row = connection.execute(_SIZE).fetchone()
    assert row is not None
    return float(row[0]), float(row[1])
