"""Workflow versions and flags that a pack's runs and events touched, as records of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_

from studio.audit.envelope import stamp
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagVersion
from studio.oversight.evidence.people import Erasures, Names
from studio.runtime import document as documents
from studio.runtime.document.changes import changes
from studio.runtime.models import Workflow, WorkflowVersion

VERSIONS = 20
"""Documents in memory at once; of flags ten times as many."""


def versions(uow: UnitOfWork, ids: Sequence[UUID], erased: Erasures) -> list[dict[str, Any]]:
    """Published versions with their documents and hashes, and in words how each differs.

    From the version before, and from what is published now: nothing where it is that.
    """
    rows = uow.session.scalars(select(WorkflowVersion).where(WorkflowVersion.id.in_(ids)).order_by(WorkflowVersion.id))
    found = list(rows)
    flows = {one.workflow_id for one in found}
    known = {one.id: one for one in uow.session.scalars(select(Workflow).where(Workflow.id.in_(flows)))}
    before = _documents(uow, [(one.workflow_id, one.number - 1) for one in found])
    newest = select(WorkflowVersion.workflow_id, func.max(WorkflowVersion.number))
    newest = newest.where(WorkflowVersion.workflow_id.in_(flows)).group_by(WorkflowVersion.workflow_id)
    last = {row[0]: row[1] for row in uow.session.execute(newest)}
    now = _documents(uow, list(last.items()))
    names = Names(uow, (one.published_by for one in found), erased)
    return [
        {
            "id": str(one.id),
            "workflow_id": str(one.workflow_id),
            "name": known[one.workflow_id].name,
            "number": one.number,
            "document": one.document,
            "logic_hash": one.logic_hash,
            "note": one.note,
            "published_by": names.person(one.published_by, one.published_by_name),
            "published_at": stamp(one.published_at),
            "changed_from_before": _changes(before.get((one.workflow_id, one.number - 1)), one.document),
            "published_now": last[one.workflow_id],
            "changed_until_now": _changes(one.document, now.get((one.workflow_id, last[one.workflow_id]))),
        }
        for one in found
    ]


def _documents(uow: UnitOfWork, wanted: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], dict[str, Any]]:
    place = tuple_(WorkflowVersion.workflow_id, WorkflowVersion.number)
    query = select(WorkflowVersion.workflow_id, WorkflowVersion.number, WorkflowVersion.document)
    return {(row[0], row[1]): row[2] for row in uow.session.execute(query.where(place.in_(wanted)))}


def _changes(old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[str]:
    if old is None or new is None or old == new:
        return []
    return [one.text for one in changes(documents.load(old), documents.load(new))]


def flags(
    uow: UnitOfWork, ids: Iterable[UUID], keys: Iterable[str], begin: datetime, end: datetime, erased: Erasures
) -> Iterator[list[dict[str, Any]]]:
    """Versions that these flags had between two moments, the one before included; in batches."""
    touched = or_(Flag.id.in_(list(ids)), Flag.key.in_(list(keys)))
    known = {one.id: one for one in uow.session.scalars(select(Flag).where(touched))}
    if not known:
        return
    earlier = select(FlagVersion.flag_id, func.max(FlagVersion.number))
    earlier = earlier.where(FlagVersion.flag_id.in_(known), FlagVersion.at < begin).group_by(FlagVersion.flag_id)
    first = {row[0]: row[1] for row in uow.session.execute(earlier)}
    places = {one.id: one.name for one in uow.session.scalars(select(FlagEnvironment))}
    last: tuple[UUID, int] | None = None
    place = tuple_(FlagVersion.flag_id, FlagVersion.number)
    while True:
        query = select(FlagVersion).where(FlagVersion.flag_id.in_(known), FlagVersion.at <= end)
        query = query.where(or_(FlagVersion.at >= begin, place.in_(list(first.items()))))
        query = query.where(place > last) if last is not None else query
        query = query.order_by(FlagVersion.flag_id, FlagVersion.number).limit(VERSIONS * 10)
        rows = uow.session.scalars(query).all()
        if not rows:
            return
        names = Names(uow, (one.user_id for one in rows), erased)
        yield [_flag(one, known[one.flag_id], places, names) for one in rows]
        last = rows[-1].flag_id, rows[-1].number


def _flag(one: FlagVersion, flag: Flag, places: dict[UUID, str], names: Names) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "flag": flag.key,
        "environment": places.get(one.environment_id) if one.environment_id else None,
        "number": one.number,
        "state": one.state,
        "changes": one.changes,
        "note": names.text(one.user_id, one.note),
        "by": names.person(one.user_id, one.cause if one.user_id else None),
        "cause": None if one.user_id else one.cause,
        "run_id": str(one.run_id) if one.run_id else None,
        "at": stamp(one.at),
    }
