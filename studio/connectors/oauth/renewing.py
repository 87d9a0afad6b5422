"""The renewer of every connection: a fresh token before a call, another after a refusal, fetched once for all."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from studio.connectors.account import OpenAccount
from studio.connectors.calling.authorised import Trace
from studio.connectors.calling.rereading import Rereading, newer
from studio.connectors.errors import ApiError, SignInRefused
from studio.connectors.oauth import answers, protocol, tokens
from studio.connectors.oauth.answers import Asked, Refusal, Token, Verdict
from studio.connectors.oauth.exchange import Exchange
from studio.connectors.oauth.flights import Flights, Turn
from studio.connectors.oauth.protocol import Client
from studio.connectors.oauth.provider import KINDS, check_hosts, client_of
from studio.connectors.oauth.recording import Recording
from studio.connectors.outcomes import AuthKind
from studio.core import clock
from studio.core.crypto import Keyring
from studio.core.http import HttpRequest
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database

COOL_S = 30.0
"""A provider that has failed is asked again by nobody for so long."""


@dataclass(frozen=True, slots=True)
class Renewing:
    """Implements `calling.authorised.Renewer` for all ways to sign in. Any thread, any process."""

    database: Database
    keyring: Keyring
    exchange: Exchange
    flights: Flights
    recording: Recording

    @classmethod
    def over(cls, database: Database, keyring: Keyring, exchange: Exchange) -> "Renewing":
        """With all that it is made of."""
        return cls(database, keyring, exchange, Flights(database, keyring), Recording(database))

    def fresh(self, account: OpenAccount) -> OpenAccount:
        """The account with a token that will do for this call.

        Raises SignInRefused (refused for good), ApiError (no token now, and the old one has ended).
        """
        now = clock.local_now()
        if not renewable(account) or not tokens.due(account.credentials, now):
            return account
        try:
            return self.renewed(account)
        except SignInRefused:
            raise
        except ApiError:
            if tokens.usable(account.credentials, now):
                return account  # the old one lives on for its margin, and the failure is written down
            raise

    def refused(self, account: OpenAccount) -> OpenAccount | None:
        """A call was refused: the account with a newer token; None: there is none to be had."""
        if not renewable(account):
            return Rereading(self.database, self.keyring).refused(account)
        return self.renewed(account)

    def renewed(self, account: OpenAccount) -> OpenAccount:
        """The account with another token than it has: fetched now, or by whoever was faster.

        Raises SignInRefused and ApiError; either way the connection's row says what happened.
        """
        now = clock.local_now()
        fetched: tuple[Token | Refusal, Trace] | None = None
        with self.flights.alone(account.workspace_id, account.connection_id, account.version) as turn:
            if not turn.moved and not turn.cooling_s:
                fetched = self._fetched(account, turn, now)
        current = account.with_credentials(turn.values, turn.version, turn.hosts)
        if fetched is None:
            if turn.cooling_s:
                words = _("“%(title)s” gave no token a moment ago, and is left alone for now.", title=account.title)
                raise ApiError(words, code="oauth.cooling", retryable=True, wait_s=turn.cooling_s)
            return current
        outcome, trace = fetched
        if isinstance(outcome, Token) and not turn.lost:
            self.recording.renewed(current, outcome, now, trace)
            return current
        return self._failed(current, outcome, trace)

    def _failed(self, account: OpenAccount, outcome: Token | Refusal, trace: Trace) -> OpenAccount:
        """Another may have won, whatever we were told: the row decides."""
        with self.database.unit(account.workspace_id, read_only=True) as unit:
            found = newer(unit, self.keyring, account)
        if found is not None:
            return found
        if isinstance(outcome, Token):  # signed out of meanwhile: what was fetched belongs to nobody
            self._end(account, outcome)
            raise ApiError(_("“%(title)s” was disconnected.", title=account.title), code="connection.no_credentials")
        self.recording.failed(account, outcome, trace)
        words = _("“%(title)s”: %(said)s", title=account.title, said=outcome.said)
        if outcome.verdict is Verdict.PERMANENT:
            raise SignInRefused(words, code=outcome.code, answered=outcome.status)
        raise ApiError(words, code=outcome.code, answered=outcome.status, retryable=True, wait_s=outcome.wait_s)

    def _fetched(self, account: OpenAccount, turn: Turn, now: datetime) -> tuple[Token | Refusal, Trace]:
        """Ask the provider, and say what is to be kept."""
        oauth = account.auth.oauth
        assert oauth is not None  # noqa: S101 - renewable() has looked
        client = client_of(account.auth, account.settings, turn.values)
        check_hosts(client, turn.hosts)
        request = request_for(account.auth.kind, client, turn.values)
        asked = Asked(client.scopes, oauth.lifetime_s, turn.values.get("access_token", ""), tuple(account.secrets()))
        trace = traced(request)
        outcome = self.exchange.token(request, asked)
        trace.took_ms = round((clock.local_now() - trace.at).total_seconds() * 1000)
        if isinstance(outcome, Token) and answers.stale(outcome):
            words = _("The provider gave the old token back as if it were a new one.")
            outcome = Refusal(Verdict.TRANSIENT, "oauth.same_token", words, 200)
        if isinstance(outcome, Token):
            turn.new = tokens.kept(turn.values, outcome, now, oauth.buffer_s)
            trace.status = 200
        else:
            trace.status, trace.code = outcome.status, outcome.code
            turn.cool_s = max(COOL_S, min(outcome.wait_s or 0.0, 3_600.0))
        return outcome, trace

    def _end(self, account: OpenAccount, token: Token) -> None:
        client = client_of(account.auth, account.settings, account.credentials)
        if client.revoke_url and token.refresh_token:
            self.exchange.revoked(protocol.revoke_request(client, token.refresh_token, "refresh_token"))


def renewable(account: OpenAccount) -> bool:
    """Whether another token can be had without a person."""
    if account.auth.kind not in KINDS or account.auth.oauth is None:
        return False
    return account.auth.kind is AuthKind.CLIENT_CREDENTIALS or bool(account.credentials.get("refresh_token"))


def request_for(kind: AuthKind, client: Client, values: dict[str, str]) -> HttpRequest:
    """What asks for another token."""
    if kind is AuthKind.CLIENT_CREDENTIALS:
        return protocol.own_request(client)
    return protocol.refresh_request(client, values["refresh_token"])


def traced(request: HttpRequest) -> Trace:
    """A line of the connection's log, to be filled in."""
    parts = urlsplit(request.url)
    address = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", "", ""))
    return Trace(request.method, address[:400], clock.local_now())
