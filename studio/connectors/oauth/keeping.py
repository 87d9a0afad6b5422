"""What is due is looked at by itself: tokens before they end, and every connection once a day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Select, select, update

from studio.connectors.account import OpenAccount
from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.calling.opening import opened
from studio.connectors.calling.reporting import Reporting
from studio.connectors.errors import ApiError, SignInRefused
from studio.connectors.models import Connection
from studio.connectors.oauth import recording, tokens
from studio.connectors.oauth.answers import Refusal, Verdict
from studio.connectors.oauth.exchange import Exchange
from studio.connectors.oauth.renewing import Renewing, renewable
from studio.connectors.outcomes import Status
from studio.connectors.policy import KEEP_ALIVE
from studio.core import clock
from studio.core.errors import StudioError
from studio.core.unit_of_work import Database

log = structlog.get_logger()

AT_ONCE = 50
TURN_S = 5.0
"""After this no further one is begun; what is left is due at the next look."""
TAKEN = timedelta(minutes=2)
"""Another worker leaves alone what one has taken; longer than one look may last."""
LOOKED_AT = (Status.ACTIVE, Status.PAUSED, Status.NEEDS_CONFIG)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Looks after the connections of all workspaces. Any thread, any process."""

    database: Database
    renewing: Renewing
    reporting: Reporting
    exchange: Exchange
    more: Callable[[], None] = lambda: None
    """Called where a turn ended before everything was looked at."""

    def is_due(self) -> bool:
        """Whether drain() would find anything."""
        with self.database.across(read_only=True) as uow:
            return uow.session.execute(_due(uow.now).limit(1)).first() is not None

    def drain(self) -> int:
        """Look at what is due, the longest overdue first; returns how many were looked at."""
        end, looked = clock.monotonic() + TURN_S, 0
        with self.database.across(read_only=True) as uow:
            found = uow.session.execute(_due(uow.now).order_by(Connection.refresh_due_at).limit(AT_ONCE)).all()
        for number, row in enumerate(found):
            if clock.monotonic() >= end:
                self.more()
                break
            looked += self._look(row.workspace_id, row.id, row.refresh_due_at)
            if number + 1 == AT_ONCE:
                self.more()
        return looked

    def _look(self, workspace_id: UUID, connection_id: UUID, due_at: datetime | None) -> bool:
        """One of them, whatever comes of it; False: another worker has it."""
        try:
            account = self._taken(workspace_id, connection_id, due_at)
            if account is not None:
                self._kept_alive(account)
        except ApiError as error:
            log.info("connection_not_kept_alive", connection_id=str(connection_id), code=error.code)
        except StudioError as error:  # a definition that is gone, a key that is missing: the others have their turn
            log.warning("connection_not_looked_at", connection_id=str(connection_id), code=error.code)
        else:
            return account is not None
        return True

    def _taken(self, workspace_id: UUID, connection_id: UUID, due_at: datetime | None) -> OpenAccount | None:
        with self.database.unit(workspace_id) as unit:
            take = update(Connection).where(Connection.id == connection_id, Connection.refresh_due_at == due_at)
            taken = take.values(refresh_due_at=unit.now + TAKEN).returning(Connection.id)
            if unit.session.execute(taken.execution_options(synchronize_session=False)).first() is None:
                return None
            row = unit.session.get_one(Connection, connection_id)
            return opened(unit, self.renewing.keyring, row)

    def _kept_alive(self, account: OpenAccount) -> None:
        """A token is refreshed where it is due or a day old; what has none is tried by its probe."""
        now, obtained = clock.local_now(), tokens.at(account.credentials, "obtained_at")
        if renewable(account):
            old = obtained is None or now - obtained >= KEEP_ALIVE
            if old or tokens.due(account.credentials, now):
                self.renewing.renewed(account)
                return
        self._probe(account)

    def _probe(self, account: OpenAccount) -> None:
        """Read what the definition reads to see whether the credentials work. A paused connection is not called."""
        api = AuthorisedApi(account, self.exchange.send, self.renewing)
        error: ApiError | None = None
        if self._is(account, Status.ACTIVE):
            try:
                account.connector.probe(api)
            except ApiError as found:
                error = found
            self.reporting.called(api, "keep_alive", error)
        with self.database.unit(account.workspace_id) as unit:
            row = unit.session.get_one(Connection, account.connection_id)
            if isinstance(error, SignInRefused) or row.state not in LOOKED_AT:
                return
            if error is not None and error.retryable:
                recording.struck(unit, row, Refusal(Verdict.TRANSIENT, error.code, error.message, error.answered))
                return
            recording.well(unit, row)
            due = tokens.at(api.account.credentials, "refresh_at") if renewable(api.account) else None
            daily = unit.now + KEEP_ALIVE
            row.refresh_due_at = daily if due is None else min(daily, due)

    def _is(self, account: OpenAccount, status: Status) -> bool:
        with self.database.unit(account.workspace_id, read_only=True) as unit:
            return unit.session.get_one(Connection, account.connection_id).state is status


def _due(now: datetime) -> Select[UUID, UUID, datetime | None]:
    chosen = select(Connection.id, Connection.workspace_id, Connection.refresh_due_at)
    live = Connection.status.in_([status.value for status in LOOKED_AT])
    return chosen.where(Connection.refresh_due_at <= now, live)
