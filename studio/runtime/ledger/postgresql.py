"""The ledger on PostgreSQL: one statement a group, JSON parameters, `FOR UPDATE SKIP LOCKED`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import TextClause
from sqlalchemy.orm import Session

from studio.core import clock
from studio.core.direct import Direct, Row
from studio.runtime.flow.control import FREE
from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.ledger import claim_postgresql as claiming
from studio.runtime.ledger import sql_postgresql as sql
from studio.runtime.ledger.payloads import pack
from studio.runtime.ledger.port import Flush, Hands
from studio.runtime.ledger.reading import read_recorded
from studio.runtime.ledger.rows import Accepted, Admission, Recorded, RunRow
from studio.runtime.outcomes import CLAIMED, COUNTED, LOST_AGAIN_S, LOST_LEASES

_OPTIONS = orjson.OPT_NON_STR_KEYS


def _rows(hands: Hands, statement: TextClause, values: Mapping[str, Any]) -> list[Row]:
    if isinstance(hands, Direct):
        return hands.rows(statement, values)
    return [tuple(row) for row in hands.execute(statement, values)]


def _json(rows: Sequence[object]) -> str:
    return orjson.dumps(rows, option=_OPTIONS).decode()


class PostgresqlLedger:
    """See ledger.port.Ledger."""

    def __init__(self) -> None:
        self._walked = defaultdict[str, UUID](lambda: UUID(int=0))
        """Where the last claim in a lane ended: the workspaces behind it come next."""

    def accept(self, session: Hands, events: Sequence[Accepted]) -> list[Admission]:
        """One statement for the whole group; a second one only where something did not start."""
        rows = _json([_event_json(event) for event in events])
        started = {row[0] for row in _rows(session, sql.ACCEPT, {"rows": rows, "shift": _shift()})}
        admissions = {
            event.event_id: Admission(event.event_id, event.run_id, "started")
            for event in events
            if event.event_id in started
        }
        rest = [event for event in events if event.event_id not in started]
        if rest:
            admissions.update(self._not_started(session, rest))
        return [admissions[event.event_id] for event in events]

    def _not_started(self, session: Hands, events: list[Accepted]) -> dict[UUID, Admission]:
        rows = _json([_event_json(event) for event in events])
        found = _rows(session, sql.NOT_STARTED, {"rows": rows, "shift": _shift()})
        return {row[0]: Admission(*row) for row in found}

    def claim(
        self, session: Hands, *, lane: str, limit: int, holder: str, lease_s: float, full: Collection[UUID] = ()
    ) -> tuple[datetime, list[RunRow]]:
        """Skip what others hold: claimants never wait for one another. What is halted is parked, and not among them."""
        values: dict[str, Any] = {
            "lane": lane, "limit": limit, "holder": holder, "lease": lease_s, "shift": _shift(),
            "full": list(full), "after": self._walked[lane], "tenants": min(limit, claiming.TENANTS),
        }  # fmt: skip
        statement = claiming.CLAIM
        if limit == 1:
            statement, values["tenants"] = claiming.CLAIM_ONE, claiming.TENANTS_OF_ONE
        found = _rows(session, statement, values)
        claimed = [RunRow(*row[:-3]) for row in found if row[0] is not None]
        self._walked[lane] = claimed[0].workspace_id if limit == 1 and claimed else found[0][-2]
        return found[0][-1], claimed

    def recorded(self, session: Session, run_ids: Sequence[UUID]) -> dict[UUID, Recorded]:
        """Three reads for the whole batch."""
        return read_recorded(session, run_ids)

    def flush(self, session: Hands, flushes: Sequence[Flush]) -> set[UUID]:
        """One statement: the fence, and behind it the rows of the runs that it let through."""
        rows: dict[str, list[Any]] = {"new_steps": [], "old_steps": [], "waits": [], "blobs": []}
        for flush in flushes:
            for step in flush.steps:
                rows["old_steps" if step.saved else "new_steps"].append(_step_json(step, rows["blobs"]))
            rows["waits"].extend(_wait_json(wait) for wait in flush.waits)
        more = rows["old_steps"] or rows["waits"] or rows["blobs"]
        statement, wanted = (sql.FLUSH, rows) if more else (sql.FLUSH_NEW, {"new_steps": rows["new_steps"]})
        values: dict[str, Any] = {name: _json(found) for name, found in wanted.items()}
        values |= {"runs": _json([_run_json(flush) for flush in flushes]), "shift": _shift()}
        return {row[0] for row in _rows(session, statement, values)}

    def put_back(self, session: Hands, held: Sequence[tuple[UUID, int]], delay_s: float | None = None) -> None:
        """One statement for all of them."""
        rows = _json([{"id": run_id, "epoch": epoch} for run_id, epoch in held])
        _rows(session, sql.PUT_BACK, {"rows": rows, "delay": delay_s, "shift": _shift()})

    def renew(self, session: Hands, held: Sequence[tuple[UUID, int]], lease_s: float) -> None:
        """One statement for all that this process holds."""
        rows = _json([{"id": run_id, "epoch": epoch} for run_id, epoch in held])
        _rows(session, sql.RENEW, {"rows": rows, "lease": lease_s, "shift": _shift()})

    def lose(self, session: Hands, held: Sequence[tuple[UUID, int]]) -> list[UUID]:
        """Waits for whoever has locked their rows: a transaction of which nobody knows whether it was committed."""
        rows = _json([{"id": run_id, "epoch": epoch} for run_id, epoch in held])
        told = {"rows": rows, "lost": LOST_LEASES, "pause": LOST_AGAIN_S, "shift": _shift()}
        found = _rows(session, sql.LOSE, told)
        return [run_id for run_id, state in found if state == "quarantined"]

    def release_expired(self, session: Hands, limit: int, by: datetime | None = None) -> tuple[int, list[UUID]]:
        """By the database's clock."""
        told = {"limit": limit, "lost": LOST_LEASES, "by": by, "shift": _shift()}
        found = _rows(session, sql.RELEASE_EXPIRED, told)
        return len(found), [run_id for run_id, state in found if state == "quarantined"]

    def release_holder(self, session: Hands, holder: str, *, dead: bool) -> int:
        """Its leases would have lasted seconds more; nobody waits for them."""
        if dead:
            return len(_rows(session, sql.RELEASE_HOLDER, {"holder": holder, "lost": LOST_LEASES, "shift": _shift()}))
        return len(_rows(session, sql.HAND_OVER, {"holder": holder}))

    def fire_due(self, session: Hands, limit: int, by: datetime | None = None) -> int:
        """In batches, oldest first."""
        return len(_rows(session, sql.FIRE_DUE, {"limit": limit, "by": by, "shift": _shift()}))

    def queued(self, session: Hands) -> dict[str, int]:
        """Bounded lane by lane, so that a backlog of one says nothing of another, and costs little."""
        values = {"lanes": [str(lane) for lane in CLAIMED], "most": COUNTED, "shift": _shift()}
        return {lane: count for lane, count in _rows(session, sql.QUEUED, values) if count}


def _shift() -> float:
    return clock.offset().total_seconds()


def _event_json(event: Accepted) -> dict[str, object]:
    row: dict[str, object] = {
        "event_id": event.event_id, "run_id": event.run_id, "workspace_id": event.workspace_id,
        "workflow_id": event.workflow_id, "subscription_id": event.subscription_id, "version_id": event.version_id,
        "node_key": event.node_key, "type": event.type, "body": event.body, "meta": event.meta,
        "dedup_key": event.dedup_key, "dedup_seconds": event.dedup_seconds, "respond": event.respond,
        "verdict": event.verdict, "reason": event.reason, "part": event.part,
    }  # fmt: skip
    if event.held_by is not None:
        row["held_by"] = event.held_by
    if event.keys is not FREE:
        keys = event.keys
        row |= {"lane": keys.lane, "gate_key": keys.gate, "order_key": keys.order, "place_key": keys.place,
                "rate_key": keys.rate}  # fmt: skip
    return row


def _run_json(flush: Flush) -> dict[str, object]:
    run = flush.run
    return {
        "error_print": fingerprint(run.error),
        "id": run.id, "epoch": run.epoch, "state": run.state, "lane": run.lane, "wake_seq": run.wake_seq,
        "title": run.title, "error": run.error, "waiting_for": run.waiting_for, "steps_used": run.steps_used,
        "ended": run.finished_at is not None, "progress": flush.progress, "delay_s": flush.delay_s,
    }  # fmt: skip


def _step_json(step: Any, blobs: list[Any]) -> dict[str, object]:
    output, blob = pack(step.output)
    if blob is not None:
        blobs.append({"id": blob[0], "workspace_id": step.workspace_id, "run_id": step.run_id, "data": blob[1]})
    return {
        "id": step.id, "run_id": step.run_id, "workspace_id": step.workspace_id, "node_key": step.node_key,
        "path": step.path, "attempt": step.attempt, "state": step.state, "type": step.type, "port": step.port,
        "input": step.input, "output": output, "error": step.error, "note": step.note,
        "effect_key": step.effect_key, "fingerprint": step.fingerprint, "intent_epoch": step.intent_epoch,
        "wait_id": step.wait_id, "reused_from": step.reused_from, "started_at": step.started_at,
        "finished_at": step.finished_at,
    }  # fmt: skip


def _wait_json(wait: Any) -> dict[str, object]:
    return {
        "id": wait.id, "workspace_id": wait.workspace_id, "run_id": wait.run_id, "step_id": wait.step_id,
        "node_key": wait.node_key, "path": wait.path, "kind": wait.kind, "match": wait.match, "state": wait.state,
        "due_at": wait.due_at, "note": wait.note, "detail": wait.detail, "created_at": wait.created_at,
    }  # fmt: skip
