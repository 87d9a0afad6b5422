"""From “connect” to a connection that works: to the provider, back with a code, tried, and only then kept."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from uuid import UUID

from studio.accounts.permissions import actor_may
from studio.connectors.account import OpenAccount
from studio.connectors.calling.reporting import log as log_calls
from studio.connectors.catalogue import connector
from studio.connectors.models import Connection, ConnectionCredential, ConnectSession
from studio.connectors.oauth import protocol, returning, sessions, timing
from studio.connectors.oauth.exchange import Exchange
from studio.connectors.oauth.protocol import Client
from studio.connectors.oauth.provider import check_hosts, client_of, hosts_of
from studio.connectors.oauth.returning import Denied
from studio.connectors.oauth.sessions import Way
from studio.connectors.oauth.tokens import at
from studio.connectors.oauth.trying import Signed, try_out
from studio.connectors.outcomes import AuthKind, Event
from studio.connectors.service import authorising, creating, gating, moving, scoping
from studio.connectors.trail import record
from studio.core import rng
from studio.core.actor import Actor, ActorType
from studio.core.crypto import Keyring, hash_token, same, workspace_of
from studio.core.errors import InvalidInput, StudioError
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database, UnitOfWork

CALLBACK = "/connections/callback"
"""Where providers send browsers back to; an app at a provider names it with Studio's own address before it."""
PERMISSION = "connection.manage"
OUTSIDER = Actor(ActorType.SYSTEM, "connect_link", "Connect link")
"""Acts where somebody without a seat signed in by a link."""


class Refused(StudioError):
    """The sign-in came to nothing. Nothing was changed, and the trail says so."""

    status = 409
    code = "oauth.refused"

    def __init__(self, message: str, *, code: str, connection_id: UUID | None = None) -> None:
        """`connection_id`: whose page may say it; None: nobody knows, or it is nothing to whoever came."""
        super().__init__(message, code=code)
        self.connection_id = connection_id


@dataclass(frozen=True, slots=True)
class Back:
    """A sign-in that went well."""

    connection_id: UUID
    handle: str
    title: str
    by_link: bool
    """An outsider did it, who sees nothing else of Studio."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who the browser that comes back belongs to."""

    browser: str
    """The secret of its session; empty: it has none."""
    actor: Actor | None = None
    """Who is signed in; None: nobody."""
    workspace_id: UUID | None = None
    """Where they are signed in."""


@dataclass(frozen=True, slots=True)
class Connecting:
    """The verbs of signing in. begin() takes the caller's unit, the others open their own around what they call."""

    database: Database
    keyring: Keyring
    exchange: Exchange
    public_url: str
    allowed_hosts: Sequence[str] = ()

    @property
    def redirect_uri(self) -> str:
        """What has to be registered at the provider."""
        return self.public_url.rstrip("/") + CALLBACK

    def begin(
        self,
        uow: UnitOfWork,
        row: Connection,
        given: Mapping[str, str],
        *,
        browser: str,
        settings: Mapping[str, str] | None = None,
        other_account: bool = False,
        link: ConnectSession | None = None,
    ) -> str:
        """Where to send the browser. `given`: client id and secret; left empty, those that are kept.

        `settings`: others than the row has; they are kept once the provider has agreed. `browser`: a secret that only
        this browser's session holds. `other_account`: another account than before is meant. `link`: the outsider's
        session, whose maker passed the gate. Raises InvalidInput with the field, Conflict where the status does not
        allow it, and as Gates.require().
        """
        tried, client = self._prepared(uow, row, given, AuthKind.OAUTH_CODE, settings)
        if link is None:
            gating.require(uow, row, "connect", account=row.account_id or "", other_account=other_account)
        nonce = rng.token() if "openid" in client.scopes else ""
        way = Way(protocol.new_verifier(), nonce, tried.credentials, tried.settings)
        if link is None:
            state = sessions.open_session(uow, self.keyring, row, way, browser=browser, other_account=other_account)
        else:
            state = sessions.send_by_link(uow, self.keyring, link, way, browser=browser)
        address = protocol.authorize_address(
            client, redirect_uri=self.redirect_uri, state=state, verifier=way.verifier, nonce=way.nonce
        )
        moving.move(uow, row, Event.BEGIN)
        return address

    def link(self, uow: UnitOfWork, row: Connection, hours: int, *, other_account: bool = False) -> str:
        """A token for an outsider's single-use link. Raises InvalidInput, and as Gates.require()."""
        gating.require(uow, row, "connect", account=row.account_id or "", other_account=other_account)
        return sessions.open_link(uow, row, hours, other_account=other_account)

    def returned(self, query: Mapping[str, str], visitor: Visitor) -> Back:
        """The browser is back. Raises Refused.

        State, person and browser are looked at before anything is sent anywhere; the session is used up by then.
        """
        session, row, way, code = self._taken(query, visitor)
        actor = OUTSIDER if session.token_hash else visitor.actor or OUTSIDER
        with self._given_up(row, actor):
            tried = authorising.trial(row, way.given, way.settings)
            client = client_of(tried.auth, way.settings, way.given)
            request = protocol.code_request(client, code, redirect_uri=self.redirect_uri, verifier=way.verifier)
            signed = try_out(
                self.exchange, tried, request, nonce=way.nonce, issuer=client.issuer or query.get("iss", "")
            )
            self._keep(row, actor, client, signed, confirmed=session.other_account, gated=True)
        return Back(row.id, row.handle, row.title, session.token_hash is not None)

    def own(
        self,
        workspace_id: UUID,
        connection_id: UUID,
        given: Mapping[str, str],
        actor: Actor,
        settings: Mapping[str, str] | None = None,
        *,
        confirmed: bool = False,
    ) -> Back:
        """Connect a program's own account (client credentials), with no browser.

        Raises Refused, InvalidInput with the field, and as Gates.require().
        """
        with self.database.unit(workspace_id, actor) as unit:
            row = unit.session.get_one(Connection, connection_id)
            tried, client = self._prepared(unit, row, given, AuthKind.CLIENT_CREDENTIALS, settings)
        with self._given_up(row, actor):
            signed = try_out(self.exchange, tried, protocol.own_request(client))
            self._keep(row, actor, client, signed, confirmed=confirmed, gated=False)
        return Back(row.id, row.handle, row.title, by_link=False)

    def _prepared(
        self,
        uow: UnitOfWork,
        row: Connection,
        given: Mapping[str, str],
        kind: AuthKind,
        settings: Mapping[str, str] | None,
    ) -> tuple[OpenAccount, Client]:
        """The account with what will be signed in with, and addresses that may be called."""
        asked = connector(row.connector).asked(authorising.way_of(row))
        wanted = None if settings is None else creating.checked(asked, settings, "settings")
        tried = authorising.trial(row, sessions.client_fields(uow, self.keyring, row, given), wanted)
        if tried.auth.kind is not kind:
            raise InvalidInput(_("This connection signs in another way."), code="oauth.kind", field="auth")
        client = client_of(tried.auth, tried.settings, tried.credentials)
        kept = uow.session.get(ConnectionCredential, row.id)
        if kept is not None and not given.get("client_secret"):
            check_hosts(client, tuple(kept.hosts))
        for url in filter(None, (client.authorize_url, client.token_url, client.revoke_url)):
            self._check_outside(url)
        return tried, client

    def _check_outside(self, url: str) -> None:
        """Say now what the way out would refuse later; and no browser is sent where Studio itself would not go."""
        from studio.core.http import addresses  # noqa: PLC0415 - what calls out is loaded at the first need

        protocol.check_address(url)
        parts = urlsplit(url)
        said = addresses.refusal(parts.scheme, parts.hostname or "", parts.port, self.allowed_hosts)
        if said is not None:
            raise InvalidInput(said, code="http.refused_address", field="settings")

    def _taken(self, query: Mapping[str, str], visitor: Visitor) -> tuple[ConnectSession, Connection, Way, str]:
        """Use the session up. What does not fit is refused and written down, and the session stays as it is."""
        state = query.get("state", "")
        workspace_id = workspace_of(state)
        if workspace_id is None:
            raise _unknown()
        with self.database.unit(workspace_id) as unit:
            session = sessions.by_state(unit, state)
            if session is None:
                raise _unknown()
            row = unit.session.get_one(Connection, session.connection_id)
            taken = _misfit(session, visitor, unit) or self._used(unit, session, row, query, visitor)
            if isinstance(taken, Refused):
                record(unit, "connection.refused", row, code=taken.code)
        if isinstance(taken, Refused):
            raise taken
        return session, row, *taken

    def _used(
        self, uow: UnitOfWork, session: ConnectSession, row: Connection, query: Mapping[str, str], visitor: Visitor
    ) -> tuple[Way, str] | Refused:
        """What was kept, and the code; where the provider gives none, the connection is as it was before."""
        uow.actor = OUTSIDER if session.token_hash else visitor.actor or OUTSIDER
        way = sessions.way_of(self.keyring, session)
        sessions.use(uow, session)
        auth = authorising.way_of(row)
        found = returning.read(query, client_of(auth, way.settings, way.given).issuer)
        if isinstance(found, Denied):
            sessions.give_up(uow, row)
            return _denied(found, row.id)
        return way, found.code

    @contextmanager
    def _given_up(self, row: Connection, actor: Actor) -> Iterator[None]:
        """What fails in here leaves the connection as it was before, is written down, and is told as Refused."""
        try:
            yield
        except StudioError as error:
            with self.database.unit(row.workspace_id, actor) as unit:
                now = unit.session.get_one(Connection, row.id)
                sessions.give_up(unit, now)
                record(unit, "connection.refused", now, code=error.code[:80])
            raise Refused(error.message, code=error.code, connection_id=row.id) from error

    def _keep(
        self, row: Connection, actor: Actor, client: Client, signed: Signed, *, confirmed: bool, gated: bool
    ) -> None:
        done = signed.tried
        hosts = tuple(dict.fromkeys((*done.account.hosts, *hosts_of(client))))
        obtained = at(done.account.credentials, "obtained_at")
        assert obtained is not None  # noqa: S101 - tokens.kept() has written it
        oauth = done.account.auth.oauth
        buffer_s = oauth.buffer_s if oauth is not None else 0.0
        with self.database.unit(row.workspace_id, actor) as unit:
            now = unit.session.get_one(Connection, row.id)
            log_calls(unit, row.id, done.traces, "connect")
            authorising.accept(
                unit, self.keyring, now, replace(done.account, hosts=hosts), done.whose,
                confirmed=confirmed, gated=gated, granted=signed.token.granted,
                expires_at=timing.expires_at(obtained, signed.token.lifetime_s),
                refresh_due_at=timing.next_look(obtained, signed.token.lifetime_s, buffer_s),
            )  # fmt: skip
            scoping.keep(unit, now, done.scopes)


def _misfit(session: ConnectSession, visitor: Visitor, uow: UnitOfWork) -> Refused | None:
    """Why a callback is not taken; None: it fits."""
    actor = visitor.actor
    if session.used_at is not None:
        code, words = "oauth.used", _("This sign-in was used already. Begin again.")
    elif session.ends_at <= uow.now:
        code, words = "oauth.expired", _("This sign-in took longer than half an hour. Begin again.")
    elif not session.browser_hash or not same(session.browser_hash, hash_token(visitor.browser)):
        code = "oauth.other_browser"
        words = _("This sign-in was begun in another browser, so it cannot be ended here. Begin again.")
    elif session.token_hash is not None:
        return None
    elif actor is None or actor.user_id != session.user_id or visitor.workspace_id != session.workspace_id:
        code = "oauth.other_person"
        words = _("Somebody else began this sign-in, or you have left its workspace. Begin again.")
    elif not actor_may(actor, PERMISSION):
        code, words = "oauth.not_allowed", _("You may not connect other systems here any more.")
    else:
        return None
    return Refused(words, code=code)


def _unknown() -> Refused:
    words = _("Studio knows nothing of this sign-in. Begin again from the connection's page.")
    return Refused(words, code="oauth.unknown_state")


def _denied(found: Denied, connection_id: UUID) -> Refused:
    if found.code == "access_denied":
        words = _("The provider says that access was denied. Nothing was changed.")
    else:
        words = _("The provider did not sign you in (%(code)s). Nothing was changed.", code=found.code)
    return Refused(f"{words} {found.said}".strip(), code=f"oauth.{found.code}", connection_id=connection_id)
