"""The two statements of a flush that every run passes, for SQLite: written out, since each is on the hot path.

Bound parameters are what the columns keep: ids as 32 hex digits, moments as UTC text, JSON as text.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from studio.core.db import json_dumps
from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.ledger.port import Flush

# The same fence as on PostgreSQL, for all runs of a flush at once: a run at a time costs four times as much.
_FENCE = """
update run set
  state = case when x.state = 'waiting' and run.wake_seq <> x.wake_seq then 'queued' else x.state end,
  lane = x.lane, title = x.title, error = x.error, error_code = substr(x.error ->> '$.code', 1, 80),
  error_node = substr(x.error ->> '$.node', 1, 40), error_print = x.error_print, waiting_for = x.waiting_for,
  steps_used = x.steps_used,
  fresh = 0, attempts = case when x.progress then 0 else run.attempts end,
  lease_until = case when x.state = 'running' then run.lease_until end,
  lease_by = case when x.state = 'running' then run.lease_by end,
  available_at = coalesce(x.available_at, ?2), finished_at = case when x.ended then ?2 end
from (
  select value ->> 0 as id, value ->> 1 as epoch, value ->> 2 as state, value ->> 3 as lane, value ->> 4 as wake_seq,
         value ->> 5 as title, value ->> 6 as error, value ->> 7 as waiting_for, value ->> 8 as steps_used,
         value ->> 9 as ended, value ->> 10 as progress, value ->> 11 as available_at,
         value ->> 12 as error_print
  from json_each(?1)
) as x
where run.id = x.id and run.epoch = x.epoch and run.state = 'running'
returning run.id
"""
_STEP = (
    "id", "run_id", "workspace_id", "node_key", "path", "attempt", "state", "type", "port", "input", "output", "error",
    "note", "effect_key", "fingerprint", "intent_epoch", "wait_id", "reused_from", "started_at", "finished_at",
)  # fmt: skip
_BEGIN = f"insert into step ({', '.join(_STEP)}) values ({', '.join('?' * len(_STEP))})"  # noqa: S608 - made of constants; values are bound


def fence(session: Session, flushes: Sequence[Flush], now: datetime) -> set[UUID]:
    """Write the runs that are still ours, and return their ids."""
    runs = [_run(flush, now) for flush in flushes]
    found = session.connection().exec_driver_sql(_FENCE, (json_dumps(runs), _moment(now)))
    return {UUID(hex=row[0]) for row in found}


def begin_steps(session: Session, steps: Sequence[dict[str, Any]]) -> None:
    """Insert steps, given as their columns."""
    if steps:
        session.connection().exec_driver_sql(_BEGIN, [_step(step) for step in steps])


def _run(flush: Flush, now: datetime) -> tuple[Any, ...]:
    run = flush.run
    later = _moment(now + timedelta(seconds=flush.delay_s)) if flush.delay_s else None
    return (
        run.id.hex, run.epoch, run.state, run.lane, run.wake_seq, run.title, _json(run.error), run.waiting_for,
        run.steps_used, run.finished_at is not None, flush.progress, later,
        fingerprint(run.error),
    )  # fmt: skip


def _step(step: dict[str, Any]) -> tuple[Any, ...]:
    return (
        step["id"].hex, step["run_id"].hex, step["workspace_id"].hex, step["node_key"], step["path"], step["attempt"],
        step["state"], step["type"], step["port"], _json(step["input"]), _json(step["output"]), _json(step["error"]),
        step["note"], step["effect_key"], step["fingerprint"], step["intent_epoch"], _hex(step["wait_id"]),
        _hex(step["reused_from"]), _moment(step["started_at"]), _moment(step["finished_at"]),
    )  # fmt: skip


def _json(value: Any) -> str | None:
    return None if value is None else json_dumps(value)


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
