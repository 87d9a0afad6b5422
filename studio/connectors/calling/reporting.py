"""What calls have shown is written down afterwards: the log, the health, and that a sign-in is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from studio.connectors.account import OpenAccount
from studio.connectors.calling.authorised import AuthorisedApi, Trace
from studio.connectors.errors import ApiError, SignInRefused
from studio.connectors.models import Connection, ConnectionCall
from studio.connectors.outcomes import Health
from studio.connectors.service import state
from studio.core import ids
from studio.core.inserting import insert_all
from studio.core.targets import Sign
from studio.core.unit_of_work import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class Reporting:
    """Writes in a unit of its own: calls go out with no transaction open."""

    database: Database

    def called(
        self, api: AuthorisedApi, purpose: str, error: ApiError | None = None, run_id: UUID | None = None
    ) -> None:
        """Keep what went out, and what it says of the connection."""
        with self.database.unit(api.account.workspace_id) as unit:
            log(unit, api.account.connection_id, api.traces, purpose, run_id)
            judge(unit, api.account, error)
        api.traces.clear()


def log(
    uow: UnitOfWork, connection_id: UUID, traces: Sequence[Trace], purpose: str, run_id: UUID | None = None
) -> None:
    """The requests that went out, in one statement."""
    rows = [
        {
            "id": ids.new_id(), "workspace_id": uow.workspace, "connection_id": connection_id, "purpose": purpose[:80],
            "method": one.method[:10], "address": one.address, "status": one.status, "code": one.code,
            "took_ms": one.took_ms, "run_id": run_id, "at": one.at,
        }
        for one in traces
    ]  # fmt: skip
    if rows:
        insert_all(uow.session, ConnectionCall, rows)


def judge(uow: UnitOfWork, account: OpenAccount, error: ApiError | None) -> None:
    """Healthy, degraded or lost, by what the last call met. A row that says so already is not written again.

    A call that an old token still carried does not make up for one that could not be refreshed.
    """
    row = uow.session.get(Connection, account.connection_id)
    if row is None:
        return
    if isinstance(error, SignInRefused):
        state.lose(uow, row, error.code, error.message)
    elif error is not None and error.sign is Sign.DOWN:
        if row.health != Health.DEGRADED:
            row.health, row.degraded_at = Health.DEGRADED.value, uow.now
            row.error_code, row.error = error.code[:80], error.message
    elif row.health != Health.HEALTHY and row.connected_at is not None and (error is None or error.sign is Sign.WELL):
        if row.strikes and account.auth.oauth is not None:
            return
        row.health, row.degraded_at, row.error, row.error_code = Health.HEALTHY.value, None, None, None
