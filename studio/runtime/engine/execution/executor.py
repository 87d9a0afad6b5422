"""Claims runs in batches and carries them on. Called by Dramatiq actors alone."""

from collections.abc import Callable
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from studio.contract.acting import Judge
from studio.contract.ports import Ports
from studio.core.errors import StudioError
from studio.core.targets import Targets
from studio.core.tracing import Tracing
from studio.core.unit_of_work import Database
from studio.runtime.compiled import Compiled
from studio.runtime.engine.execution.acting import Acting
from studio.runtime.engine.execution.carrying import Carrying
from studio.runtime.engine.execution.claims import Claims
from studio.runtime.engine.execution.draining import Draining
from studio.runtime.engine.execution.ends import Endings, Ends
from studio.runtime.engine.execution.holding import Holding
from studio.runtime.engine.execution.leases import Leases
from studio.runtime.engine.execution.local import LocalBoundary
from studio.runtime.engine.execution.outside import OutsideBoundary
from studio.runtime.engine.execution.repeating import Repeating
from studio.runtime.engine.execution.returning import Returns
from studio.runtime.engine.execution.spans import Spans
from studio.runtime.engine.execution.taking_up import TakingUp
from studio.runtime.engine.execution.together import Together
from studio.runtime.engine.execution.turns import Calls
from studio.runtime.engine.writer import Writer
from studio.runtime.ledger.port import Ledger

log = structlog.get_logger()


class Executor:
    """One per process, joined from its parts."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        writer: Writer,
        versions: Callable[[UUID, UUID], Compiled],
        ports: Ports,
        endings: Endings,
        targets: Targets,
        judge: Callable[[], Judge | None],
        *,
        holder: str,
        lease_s: float,
        hint: Callable[[str, int], None],
        calls: int = 8,
        tracing: Tracing | None = None,
    ) -> None:
        """`versions(workspace_id, version_id)` gives compiled versions; `hint(lane, count)` asks for more looks.

        `judge()`: who says what must not happen.

        `calls`: how many runs of one workspace may be calling out at once.
        """
        spans = Spans(tracing)
        self.claims = claims = Claims(ledger, writer, holder, lease_s, spans.written)
        self.returns = returns = Returns(claims)
        self.leases = Leases(claims.renew, lease_s, returns.retry)
        self.taking_up = TakingUp(claims, versions, ports)
        ends, repeating = Ends(endings, hint), Repeating(self.taking_up, returns, hint)
        acting = Acting(database, judge)
        self.carrying = Carrying(
            claims, Together(claims, ends, repeating), LocalBoundary(database, claims, ends, acting),
            OutsideBoundary(claims, targets, acting, spans, local_time=database.dialect == "sqlite"), repeating,
        )  # fmt: skip
        holding = Holding(self.leases, self.taking_up, returns)
        self.draining = Draining(claims, holding, self.carrying, Calls(calls), hint)

    def drain(self, lane: str) -> int:
        """Run what is runnable, for half a second at most. Returns how many runs were claimed."""
        return self.draining.drain(lane)

    def stop(self) -> None:
        """Renew nothing any more, and hand over at once what is still held: the process is about to end."""
        self.leases.stop()
        if not self.leases.held():
            return
        try:
            log.warning("leases_handed_over", runs=self.claims.release())
        except (DBAPIError, StudioError):  # the database is away too: the leases run out by themselves
            log.exception("leases_not_handed_over")
