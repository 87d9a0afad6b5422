"""What a refresh has shown is written to the connection's row, in a unit of its own, after the credentials are safe."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from studio.connectors.account import OpenAccount
from studio.connectors.calling.authorised import Trace
from studio.connectors.calling.reporting import log
from studio.connectors.errors import SignInRefused
from studio.connectors.models import Connection, ConnectionCredential
from studio.connectors.oauth import timing
from studio.connectors.oauth.answers import Refusal, Token, Verdict
from studio.connectors.oauth.timing import Strikes
from studio.connectors.outcomes import Health
from studio.connectors.service import state
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database, UnitOfWork

REFRESH = "refresh"
"""What requests for tokens are called in the connection's log."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Writes what was found out. Credentials are locked before their connection everywhere, so never both here."""

    database: Database

    def renewed(self, account: OpenAccount, token: Token, obtained: datetime, trace: Trace) -> None:
        """There is a fresh token. Raises SignInRefused where it may no longer do what the connection needs."""
        oauth = account.auth.oauth
        missing = tuple(scope for scope in (oauth.required_scopes if oauth else ()) if scope not in token.granted)
        words = _("“%(title)s” may no longer do what it needs: %(scopes)s.", title=account.title,
                  scopes=", ".join(missing))  # fmt: skip
        with self.database.unit(account.workspace_id) as unit:
            log(unit, account.connection_id, [trace], REFRESH)
            row = unit.session.get(Connection, account.connection_id)
            if row is not None:
                if missing:
                    state.lose(unit, row, "oauth.scope_lost", words)
                else:
                    well(unit, row)
                    buffer_s = oauth.buffer_s if oauth else 0.0
                    row.refresh_due_at = timing.next_look(obtained, token.lifetime_s, buffer_s)
                row.granted, row.expires_at = list(token.granted), timing.expires_at(obtained, token.lifetime_s)
        if missing:
            raise SignInRefused(words, code="oauth.scope_lost", answered=trace.status)

    def failed(self, account: OpenAccount, refusal: Refusal, trace: Trace | None = None) -> None:
        """There is none: lost where that is for good, a strike where it may pass, and lost after too many of them."""
        with self.database.unit(account.workspace_id) as unit:
            if trace is not None:
                log(unit, account.connection_id, [trace], REFRESH)
            kept = unit.session.get(ConnectionCredential, account.connection_id)
            row = unit.session.get(Connection, account.connection_id)
            if row is None or kept is None or kept.version != account.version:
                return  # somebody has signed in again meanwhile
            if refusal.verdict is Verdict.PERMANENT:
                state.lose(unit, row, refusal.code, refusal.said)
            else:
                struck(unit, row, refusal)


def well(uow: UnitOfWork, row: Connection) -> None:
    """The provider takes the credentials."""
    row.checked_at, row.strikes, row.struck_at = uow.now, 0, None
    row.health, row.degraded_at, row.error, row.error_code = Health.HEALTHY.value, None, None, None


def struck(uow: UnitOfWork, row: Connection, refusal: Refusal) -> None:
    """It did not answer as it should: degraded, and looked at again later and later."""
    now = uow.now
    strikes = timing.struck(Strikes(row.strikes, row.struck_at), now)
    row.strikes, row.struck_at = strikes.count, strikes.at
    if strikes.out:
        days = strikes.count
        words = _("No token was to be had on %(days)s days in a row. The last reason: %(said)s", days=days,
                  said=refusal.said)  # fmt: skip
        state.lose(uow, row, refusal.code, words)
        return
    row.health, row.degraded_at = Health.DEGRADED.value, row.degraded_at or now
    row.error_code, row.error = refusal.code[:80], refusal.said
    wait_s = timing.retry_in_s((now - row.degraded_at).total_seconds(), refusal.wait_s)
    row.refresh_due_at = now + timedelta(seconds=wait_s)
