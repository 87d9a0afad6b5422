"""Whose turn it is among the same targets, over all requests: a row each, under its lock until the commit."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from studio.approvals.models import Turn
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork

REMEMBERED = 500
"""People of one list of targets: whoever is behind them counts as never asked."""


def lock(uow: UnitOfWork, keys: Iterable[str]) -> dict[str, Turn]:
    """The rows of some lists of targets, made where there are none; always in the same order."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    dialect = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
    blank = [{"id": ids.new_id(), "workspace_id": uow.workspace, "key": key, "count": 0, "taken": {}} for key in wanted]
    uow.session.execute(dialect.insert(Turn).on_conflict_do_nothing(), blank)
    query = select(Turn).where(Turn.key.in_(wanted)).order_by(Turn.key).with_for_update()
    return {row.key: row for row in uow.session.scalars(query.execution_options(populate_existing=True))}


def taken(row: Turn | None) -> dict[UUID, int]:
    """The number of each person's last turn."""
    return {UUID(user_id): number for user_id, number in row.taken.items()} if row is not None else {}


def take(row: Turn, user_id: UUID) -> None:
    """Note that somebody had a turn."""
    row.count += 1
    later = {**row.taken, str(user_id): row.count}
    row.taken = dict(sorted(later.items(), key=lambda one: one[1])[-REMEMBERED:])
