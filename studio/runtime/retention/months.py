"""The sweeper's part on PostgreSQL: partitions of months to come are made ahead, those that hold nothing any more go.

Both are functions of the database that belong to whoever owns the tables (docs/decisions/partitions.md): the roles that
Studio works as make and drop no tables. They give way to whoever holds a table for longer than a moment.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from studio.core.unit_of_work import Database

log = structlog.get_logger()

LOOK_EVERY = timedelta(hours=1)
AGAIN = timedelta(minutes=1)
"""After somebody was in the way."""
_LOCK_NOT_AVAILABLE = "55P03"
_MAKE = text("select studio_make_months()")
_DROP = text("select studio_drop_month()")


class Months:
    """Looks once an hour; doing it again changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next: datetime | None = None

    def __call__(self, now: datetime) -> None:
        """Make what is missing of this month and the two that follow, and drop months of which nothing is left."""
        if self._database.dialect != "postgresql" or (self._next is not None and now < self._next):
            return
        self._next = now + AGAIN
        try:
            self._look()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            log.info("months_give_way", error=str(error.orig).strip())
        else:
            self._next = now + LOOK_EVERY

    def _look(self) -> None:
        with self._database.across() as unit:
            made = unit.session.scalars(_MAKE).all()
        for name in made:
            log.info("month_made", partition=name)
        while True:
            with self._database.across() as unit:
                dropped = unit.session.scalar(_DROP)
            if dropped is None:
                return
            log.info("month_dropped", partition=dropped)
