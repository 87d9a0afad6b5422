"""The finisher: appends a unit's events to their workspace's hash chain, last before the commit."""

from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from studio.audit.envelope import GENESIS, SCHEMA, canonical, hash_of, stamp
from studio.audit.models import AuditEvent, AuditHead, AuditPersonal, AuditTarget
from studio.audit.personal import Aside
from studio.audit.recording import COLLECTED, Draft
from studio.core.ids import new_id
from studio.core.inserting import insert_all
from studio.core.unit_of_work import UnitOfWork

SEARCHED = 2_000
"""Characters of the search text."""

_uuid = lru_cache(maxsize=8)(UUID)
"""The rows of one event name it several times, and those of one unit their workspace."""


def finish(uow: UnitOfWork) -> None:
    """Append all that the unit recorded. Workspaces go in a fixed order, so that no two units deadlock."""
    drafts: list[Draft] = uow.collected.pop(COLLECTED, [])
    by_workspace = sorted(drafts, key=lambda draft: draft.workspace_id)
    if drafts:
        uow.session.flush()
    for workspace_id, group in groupby(by_workspace, key=lambda draft: draft.workspace_id):
        _append(uow, workspace_id, list(group))


def _append(uow: UnitOfWork, workspace_id: UUID, drafts: list[Draft]) -> None:
    seq, prev_hash = _take_head(uow, workspace_id)
    rows, targets, asides = [], [], []
    for draft in drafts:
        seq += 1
        event = _event(draft, seq, prev_hash, uow.now)
        body = canonical(event)
        prev_hash = hash_of(prev_hash, body)
        rows.append(columns_of(event) | {"body": body.decode(), "hash": prev_hash})
        targets += targets_of(event)
        asides += [_aside_row(event, aside) for aside in draft.asides]
    insert_all(uow.session, AuditEvent, rows)
    insert_all(uow.session, AuditTarget, targets)
    insert_all(uow.session, AuditPersonal, asides)
    uow.session.execute(
        update(AuditHead)
        .where(AuditHead.workspace_id == workspace_id)
        .values(seq=seq, hash=prev_hash)
        .execution_options(synchronize_session=False)
    )


def _take_head(uow: UnitOfWork, workspace_id: UUID) -> tuple[int, str]:
    """Lock the chain until the commit. SQLite's writers hold the whole file already."""
    query = select(AuditHead.seq, AuditHead.hash).where(AuditHead.workspace_id == workspace_id)
    head = uow.session.execute(query.with_for_update()).one_or_none()
    if head is None:
        values = {"workspace_id": workspace_id, "seq": 0, "hash": GENESIS}
        dialect = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
        uow.session.execute(
            dialect.insert(AuditHead).values(values).on_conflict_do_nothing()  # another was first
        )
        head = uow.session.execute(query.with_for_update()).one()
    return head.seq, head.hash


def _event(draft: Draft, seq: int, prev_hash: str, recorded_at: datetime) -> dict[str, Any]:
    return {
        "id": str(draft.id or new_id()),
        "schema": SCHEMA,
        "seq": seq,
        "workspace_id": str(draft.workspace_id),
        "occurred_at": stamp(draft.occurred_at),
        "recorded_at": stamp(recorded_at),
        "prev_hash": prev_hash,
        **draft.parts,
    }


def columns_of(event: dict[str, Any]) -> dict[str, Any]:
    """What the columns beside a record must say. The verifier derives them again."""
    return {
        "id": _uuid(event["id"]),
        "workspace_id": _uuid(event["workspace_id"]),
        "seq": event["seq"],
        "action": event["action"],
        "occurred_at": datetime.fromisoformat(event["occurred_at"]),
        "actor_id": event["actor"]["id"].replace("\0", ""),
        "run_id": event["context"]["run_id"],
        "search": _search(event),
    }


def targets_of(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The look-up rows of an event, each target once."""
    pairs = {(target["type"][:60], target["id"][:200]) for target in event["targets"]}
    return [
        {
            "workspace_id": _uuid(event["workspace_id"]),
            "type": type_.replace("\0", ""),
            "target_id": id_.replace("\0", ""),
            "event_id": _uuid(event["id"]),
        }
        for type_, id_ in sorted(pairs)
    ]


def _aside_row(event: dict[str, Any], aside: Aside) -> dict[str, Any]:
    return {
        "workspace_id": _uuid(event["workspace_id"]),
        "event_id": _uuid(event["id"]),
        "path": aside.path,
        "subject": aside.subject,
        "salt": aside.salt,
        "value": aside.value,
        "search": aside.search,
    }


def _search(event: dict[str, Any]) -> str:
    texts = [event["action"], event["actor"]["name"], event["outcome"]["reason"]]
    for target in event["targets"]:
        texts += [target["name"], target["id"]]
    texts += [value for _key, value in sorted(event["metadata"].items()) if isinstance(value, str)]
    joined = " ".join(text for text in texts if isinstance(text, str))  # what is said of people is a reference
    return joined.lower().replace("\0", "")[:SEARCHED]
