"""Gives back runs whose boundary was lost with its connection: they go on at once instead of when the lease runs out.

Nobody knows whether the lost transaction was committed. The next claim has a new epoch and waits for the run's row, so
it finds either all of what was written, or nothing and nothing to come.
"""

import threading
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from studio.core.clashes import is_outage, is_unreachable
from studio.core.errors import Unavailable
from studio.runtime.engine.execution.claims import Claims, Held

log = structlog.get_logger()


class Returns:
    """Runs, by (run, epoch), that this process holds and does not carry any more."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._later = dict[UUID, int]()
        self._lock = threading.Lock()

    def give(self, held: Held, error: Exception) -> None:
        """Give them back for that error, now or once the database is there again.

        Where it is there, it may be the run itself that breaks its connection, so a lease is counted as lost. A
        database that was away or full says nothing against the runs.
        """
        try:
            aside = list[UUID]()
            if isinstance(error, Unavailable) or is_unreachable(error):
                self._claims.put_back(held, delay_s=0.0)
            else:
                aside = self._claims.lose(held)
        except (SQLAlchemyError, Unavailable) as away:
            if isinstance(away, SQLAlchemyError) and not is_outage(away):
                raise
            with self._lock:
                self._later.update(held)
            return
        for run_id in aside:
            log.error("run_quarantined", run_id=str(run_id))

    def retry(self) -> None:
        """Give back what could not be given back before. Raises where that is still so."""
        with self._lock:
            held = list(self._later.items())
        if not held:
            return
        self._claims.put_back(held, delay_s=0.0)
        log.info("runs_given_back", runs=len(held))
        with self._lock:
            for run_id, epoch in held:
                if self._later.get(run_id) == epoch:
                    del self._later[run_id]
