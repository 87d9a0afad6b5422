"""To the provider and back. What is sent out is sent with no transaction open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from studio.accounts import policy as accounts_policy
from studio.accounts import trail
from studio.accounts.federation import attempts, configuring, discovery, entering, tokens
from studio.accounts.federation.attempts import Proving
from studio.accounts.federation.discovery import Send
from studio.accounts.federation.entering import Entered, PasswordWanted
from studio.accounts.federation.errors import Refused
from studio.accounts.federation.policy import Purpose
from studio.accounts.federation.tokens import Asked, Client
from studio.accounts.federation_models import SignInAttempt, SignInProvider
from studio.accounts.models import User
from studio.accounts.outcomes import SignIn
from studio.accounts.service import signin
from studio.core.actor import Actor, ActorType, Origin
from studio.core.crypto import Keyring, same, workspace_of
from studio.core.errors import StudioError, TooManyRequests
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database, UnitOfWork

CALLBACK = "/sso/callback"
"""Where providers send browsers back to; registered there with Studio's own address before it."""
_LONGEST = 4_096


@dataclass(frozen=True, slots=True)
class Proved:
    """The provider has asked the person anew."""

    attempt_id: UUID
    then: Mapping[str, Any]
    """What was given to begin()."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The browser that comes back."""

    browser: str
    """The secret of its session; empty: it has none."""
    origin: Origin
    session_id: UUID | None = None
    """Who is signed in there; None: nobody."""


@dataclass(frozen=True, slots=True)
class Door:
    """The verbs. Each opens units of its own around what it calls."""

    database: Database
    keyring: Keyring
    send: Send
    public_url: str
    inner: Sequence[str] = ()
    """Hosts of the operator's list, which may be called though they are inner ones."""

    @property
    def redirect_uri(self) -> str:
        """What has to be registered at the provider."""
        return self.public_url.rstrip("/") + CALLBACK

    def check(self, issuer: str) -> None:
        """See that a provider answers and shows keys. Raises Refused. No transaction should be open."""
        metadata = discovery.discover(self.send, issuer, inner=tuple(self.inner))
        tokens.see_keys(self.send, metadata)

    def begin(
        self, workspace_id: UUID, visitor: Visitor, then: dict[str, Any], *, proving: Proving | None = None
    ) -> str:
        """Where to send the browser. Raises NotFound where the workspace has no provider, Refused, Unavailable."""
        with self.database.unit(workspace_id, read_only=True) as unit:
            row = configuring.get(unit)
        metadata = discovery.discover(self.send, row.issuer, inner=tuple(self.inner))
        with self.database.unit(workspace_id, _actor(row, visitor)) as unit:
            begun = attempts.begin(unit, self.keyring, browser=visitor.browser, then=then, proving=proving)
            since = begun.row.created_at if proving else None
        asked = Asked(begun.verifier, begun.nonce, since)
        return tokens.authorize_address(self._client(row), metadata, asked, state=begun.state, claim=row.claim)

    def returned(self, query: Mapping[str, str], visitor: Visitor) -> Entered | PasswordWanted | Proved:
        """The browser is back. Raises Refused, which the trail tells of where it was a sign-in of ours."""
        state = query.get("state", "")
        workspace_id = workspace_of(state)
        if workspace_id is None:
            raise attempts.unknown()
        with self.database.unit(workspace_id, read_only=True) as unit:
            row = configuring.current(unit)
        if row is None:
            raise attempts.unknown()
        try:
            with self.database.unit(workspace_id) as unit:
                attempt = _taken(unit, row, state, visitor)
            return self._gone_through(row, attempt, query, visitor)
        except StudioError as error:
            self._tell(row, visitor, error)
            raise

    def proof(self, uow: UnitOfWork, attempt_id: UUID | None, session_id: UUID | None) -> Mapping[str, Any]:
        """What was given to begin(), of the way by which this session has just proved itself. Raises Refused."""
        return attempts.kept(self.keyring, attempts.proof(uow, attempt_id, session_id))

    def waiting(self, workspace_id: UUID, attempt_id: UUID | None, visitor: Visitor) -> tuple[str, str]:
        """Whose password is wanted, and by which provider: address and name. Raises Refused."""
        with self.database.unit(workspace_id) as unit:
            attempt = attempts.waiting(unit, attempt_id, visitor.browser)
            return unit.session.get_one(User, attempt.user_id).email, configuring.get(unit).name

    def link(self, workspace_id: UUID, attempt_id: UUID | None, visitor: Visitor, password: str) -> Entered | None:
        """The password of the account that has the address; None: it is not right. Raises Refused, TooManyRequests."""
        email, _name = self.waiting(workspace_id, attempt_id, visitor)
        checked = signin.check_password(self.database, email, password)
        with self.database.unit(workspace_id) as unit:
            row = configuring.get(unit)
            unit.actor = _actor(row, visitor)
            attempt = attempts.waiting(unit, attempt_id, visitor.browser)
            outcome = signin.verify(unit, checked, known=checked.user_id == attempt.user_id)
            if outcome.result is SignIn.LOCKED:
                raise TooManyRequests(_("Too many failed attempts. Try again in a few minutes."))
            if outcome.result is not SignIn.DONE:
                return None
            return entering.link(unit, row, attempt, attempts.kept(self.keyring, attempt))

    def _gone_through(
        self, row: SignInProvider, attempt: SignInAttempt, query: Mapping[str, str], visitor: Visitor
    ) -> Entered | PasswordWanted | Proved:
        kept = attempts.kept(self.keyring, attempt)
        proving = attempt.purpose == Purpose.PROVE
        metadata = discovery.discover(self.send, row.issuer, inner=tuple(self.inner))
        code = _code(query, row.issuer, named=metadata.names_itself)
        asked = Asked(kept["verifier"], kept["nonce"], attempt.created_at if proving else None)
        assert attempt.used_at is not None  # noqa: S101 - for mypy: take() has just written it
        claims = tokens.redeem(
            self.send, self._client(row), metadata, asked, code, now=attempt.used_at,
            wanted="" if proving else row.claim.partition(".")[0],
        )  # fmt: skip
        with self.database.unit(row.workspace_id, _actor(row, visitor)) as unit:
            now_row, now_attempt = configuring.get(unit), unit.session.get_one(SignInAttempt, attempt.id)
            if now_row.updated_at != row.updated_at:
                raise entering.changed()
            now_attempt.sealed = None
            if proving:
                entering.proves(unit, now_row, now_attempt, claims["sub"])
                attempts.keep(self.keyring, now_attempt, kept["then"])
                return Proved(attempt.id, kept["then"])
            target = accounts_policy.safe_next(kept["then"].get("next"))
            who = entering.vouched(now_row, claims)
            return entering.enter(unit, self.keyring, now_row, now_attempt, who, target)

    def _client(self, row: SignInProvider) -> Client:
        return Client(row.issuer, row.client_id, self.redirect_uri, configuring.secret_of(self.keyring, row))

    def _tell(self, row: SignInProvider, visitor: Visitor, error: StudioError) -> None:
        """A workspace's auditors see who was not let in, and why; whoever makes states up leaves no trace."""
        if error.code == "sign_in.unknown":
            return
        with self.database.unit(row.workspace_id, _actor(row, visitor)) as unit:
            target = ("sign_in_provider", row.id, row.name)
            trail.record(unit, "session.provider_refused", target, failed=True, reason=error.code)


def _taken(unit: UnitOfWork, row: SignInProvider, state: str, visitor: Visitor) -> SignInAttempt:
    attempt = attempts.take(unit, state, visitor.browser)
    if attempt.created_at < row.updated_at:
        raise entering.changed()
    if attempt.purpose == Purpose.PROVE and attempt.session_id != visitor.session_id:
        words = _("Somebody else is signed in here by now, so this proves nothing.")
        raise Refused(words, code="sign_in.somebody_else")
    return attempt


def _code(query: Mapping[str, str], issuer: str, *, named: bool) -> str:
    """The code; only from the provider that was asked (RFC 9207). Raises Refused."""
    said = query.get("iss", "")
    if (said or named) and not same(said, issuer):
        raise Refused(_("The answer is from another provider than the one that was asked."), code="sign_in.mixed_up")
    error = "".join(letter for letter in query.get("error", "") if letter.isalnum() or letter in "_-.")[:60]
    if error == "access_denied":
        raise Refused(_("The provider says that access was denied."), code="sign_in.access_denied")
    if error:
        raise Refused(_("The provider did not sign you in (%(code)s).", code=error), code=f"sign_in.{error}")
    code = query.get("code", "")
    if not 0 < len(code) <= _LONGEST or not code.isprintable():
        raise Refused(_("The provider sent nothing that can be used."), code="sign_in.answer")
    return code


def _actor(row: SignInProvider, visitor: Visitor) -> Actor:
    actor = Actor(ActorType.SYSTEM, f"sign_in_provider:{row.id}", row.name)
    return replace(actor, origin=visitor.origin)
