"""What a connector is: how one signs in, what it can do, what it tells. One folder each below `definitions`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from studio.connectors.action import Action
from studio.connectors.api import Api
from studio.connectors.hooks.scheme import Hooks
from studio.connectors.outcomes import AuthKind, ScopeKind
from studio.connectors.wire import Outgoing
from studio.contract.outputs import Given
from studio.core.errors import FieldProblem
from studio.core.unit_of_work import UnitOfWork

Credentials = Mapping[str, str]
"""What is sealed, by the names of the way's fields; tokens of OAuth stand beside them (see `oauth`)."""
Apply = Callable[[Outgoing, Credentials], None]
"""Puts the credentials into one request, right before it goes out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that whoever connects is asked."""

    name: str
    title: str
    help: str = ""
    kind: Literal["text", "url", "secret", "choice"] = "text"
    required: bool = True
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Value and words, for `choice`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """Where and how an OAuth 2 provider signs people in. Addresses may name settings: `https://{shop}/oauth/…`."""

    issuer: str = ""
    """What it calls itself in ways back and id tokens; empty: not known, and only compared among the two."""
    authorize_url: str = ""
    """Empty for client credentials."""
    token_url: str
    revoke_url: str = ""
    """Empty: the provider has none, and a disconnected token lives until it ends."""
    scopes: tuple[str, ...] = ()
    required_scopes: tuple[str, ...] = ()
    """Without these the connection is of no use: one that is lost means signing in again."""
    separator: str = " "
    pkce: bool = True
    client_auth: Literal["basic", "body"] = "basic"
    extra: Mapping[str, str] = field(default_factory=dict)
    """More parameters of the authorize address, such as `access_type`."""
    buffer_s: float = 0.0
    """How long before its end the provider wants a token refreshed."""
    lifetime_s: float | None = None
    """Assumed where the answer names no expiry; None: it lasts until it is refused."""
    account: Callable[[Mapping[str, Any]], str | None] = lambda _answer: None
    """The provider's account id in a token answer; None: it names none, and the probe says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """One way to sign in."""

    key: str
    title: str
    kind: AuthKind
    fields: tuple[Field, ...] = ()
    """Asked of whoever connects. Those of kind `secret` are sealed, and so are all others of them."""
    settings: tuple[Field, ...] = ()
    """What is no secret and is asked for this way alone, such as a token address."""
    apply: Apply
    oauth: OAuth | None = None
    help: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose credentials they turned out to be."""

    id: str | None
    """The provider's own id, the same for ever; None: it has none."""
    name: str


@dataclass(frozen=True, slots=True)
class FoundScope:
    """A channel, store or warehouse that the provider lists."""

    kind: ScopeKind
    external_id: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offered:
    """An action as a list shows it."""

    key: str
    """Within its connector."""
    title: str
    help: str
    group: str = ""


class Dynamic(Protocol):
    """Actions that no class says beforehand: those of the document that a connection was given."""

    def named(self, key: str) -> type[Action] | None:
        """The action of a key, known by the key alone; None: it is none. Whether it is there, `problems` says."""
        ...

    def offered(self, uow: UnitOfWork, connection_id: UUID, search: str, limit: int) -> Sequence[Offered]:
        """Those of a connection whose names hold all words of `search`."""
        ...

    def form(self, uow: UnitOfWork, connection_id: UUID, key: str) -> Mapping[str, Any] | None:
        """The JSON Schema of an action's fields, as the editor draws forms; None: the connection has no such action."""
        ...

    def gives(self, uow: UnitOfWork, connection_id: UUID, key: str) -> Given | None:
        """What an action of a connection gives; None: no more is known than its class says."""
        ...

    def problems(
        self, uow: UnitOfWork, connection_id: UUID, key: str, given: Mapping[str, Any]
    ) -> Sequence[FieldProblem]:
        """What is wrong with a step's fields, their paths below `config.input`; texts with `{{ … }}` are left alone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One kind of other system. Everything else about it hangs here, so that tests find it by discovery."""

    key: str
    title: str
    description: str
    icon: str = "plug"
    auths: tuple[Auth, ...]
    settings: tuple[Field, ...] = ()
    """What is no secret, such as the shop's address."""
    base_url: Callable[[Mapping[str, Any]], str]
    """From settings to where paths begin, without a slash at its end."""
    hosts: Callable[[Mapping[str, Any]], Sequence[str]] = lambda _settings: ()
    """More places that credentials may be sent to, as `host` or `host:port`; the base address is one anyway."""
    probe: Callable[[Api], Account]
    """Reads something cheap that every sign-in may read, and says whose account it is. Raises ApiError."""
    actions: tuple[type[Action], ...] = ()
    dynamic: Dynamic | None = None
    """More actions, by what a connection was given; None: it has those above alone."""
    begun: Callable[[UnitOfWork, Mapping[str, str]], Mapping[str, str]] | None = None
    """What the form of a new connection begins with, by the query of the address it was opened with; no secrets."""
    scopes: Callable[[Api], Sequence[FoundScope]] | None = None
    """Lists the account's parts; None: it has none."""
    streams: tuple[Any, ...] = ()
    """What can be synced (`studio.connectors.syncs.stream.Stream`)."""
    hooks: Hooks | None = None
    """How it tells of what happens; None: it does not."""
    environments: bool = True
    """Whether it is asked if real customers are behind an account."""

    def asked(self, auth: Auth) -> tuple[Field, ...]:
        """All settings that whoever signs in this way is asked."""
        return (*self.settings, *auth.settings)

    def auth(self, key: str) -> Auth | None:
        """One of its ways to sign in."""
        return next((one for one in self.auths if one.key == key), None)

    def action(self, key: str) -> type[Action] | None:
        """One of its actions."""
        found = next((one for one in self.actions if one.key == key), None)
        return found or (self.dynamic.named(key) if self.dynamic is not None else None)
