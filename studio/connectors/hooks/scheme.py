"""How a connector tells of what happens: the signature, the ids, the topics, and where webhooks are registered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.connectors.api import Api
from studio.connectors.hooks.events import ShopEvent
from studio.connectors.hooks.shapes import Shape
from studio.connectors.outcomes import ScopeKind
from studio.core.signatures import Scheme


@dataclass(frozen=True, slots=True)
class Received:
    """One delivery whose signature fits."""

    headers: Mapping[str, str]
    """Names in small letters."""
    body: Any
    """JSON."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that the provider tells of."""

    name: str
    """The provider's word, as it is registered and as deliveries bear it."""
    event: ShopEvent
    read: Callable[[Received], Shape | None]
    """The payload in the common shape; None: it is not this event after all, such as a refund that is settled already.

    KeyError, TypeError, ValueError and pydantic's ValidationError say that the payload is malformed.
    """


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be registered."""

    url: str
    topics: Sequence[str]
    secret: str
    """Made by Studio, in the form of the scheme: `whsec_…` for Standard Webhooks."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What the provider made of it."""

    id: str
    """The provider's own, at most 400 characters; several webhooks may be joined in it as the definition likes."""
    secret: str = ""
    """Where the provider makes its own; empty: it took the one that it was given."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A webhook that is registered at the provider, whoever registered it."""

    id: str
    url: str
    delivers: bool = True
    """False: it stands there, and the provider has switched it off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """All that Studio needs to hear from a provider."""

    signed: Scheme
    header: str = "X-Signature"
    """Of the scheme `hmac-sha256` alone."""
    topics: tuple[Topic, ...]
    topic: Callable[[Received], str]
    """Which topic a delivery is of."""
    delivery_id: Callable[[Received], str | None] = lambda _received: None
    """For schemes whose headers carry none (`stripe`, `hmac-sha256`); the others' own id counts before this."""
    scoped: ScopeKind | None = None
    """Webhooks are registered for each part of this kind, with `api.scope` set to it; None: once for the account."""
    scope: Callable[[Received], str] = lambda _received: ""
    """The provider's id of the part that a delivery is about, where one webhook tells of all; empty: none is named."""
    register: Callable[[Api, Wanted], Registered]
    """Registers, and replaces nothing: what stands at the same address was removed before. Raises ApiError."""
    listed: Callable[[Api], Sequence[Listed]]
    """What is registered there now. Raises ApiError."""
    remove: Callable[[Api, str], None]
    """By the id that `register` or `listed` gave; one that is gone already is no error. Raises ApiError."""

    is_whole: Callable[[Listed, str], bool] = lambda _listed, _id: True
    """Whether what stands at an address is all of what `register` gave that id for: where several make up one."""

    def of(self, name: str) -> Topic | None:
        """A topic by the provider's word."""
        return next((one for one in self.topics if one.name == name), None)

    def names(self, events: Sequence[str]) -> list[str]:
        """The provider's words for these events, in the definition's order."""
        return [one.name for one in self.topics if one.event in events]
