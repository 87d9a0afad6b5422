"""What is kept of a document: its operations, each with its form, and how one signs in. Plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Binding:
    """Where one field of a form goes."""

    field: str
    place: str
    """`path`, `query`, `header`, `cookie`; `body` for one of its fields, `whole` for all of it."""
    name: str
    style: str = ""
    explode: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be done."""

    key: str
    """Its operationId, or method and path: the same at every import."""
    title: str
    help: str
    tag: str
    method: str
    path: str
    """Behind the API's address; with variables in braces."""
    at_origin: bool = False
    """The path begins at the host and not behind the API's address: the operation has a server of its own there."""
    deprecated: bool = False
    form: Mapping[str, Any]
    """An object's JSON Schema, in the subset that the editor draws."""
    bindings: tuple[Binding, ...]
    content_type: str = ""
    """Of its body; empty: it takes none."""
    body_kind: str = ""
    body_required: bool = False
    body_needs: tuple[str, ...] = ()
    """Fields that have to be there as soon as anything of the body is."""
    encoding: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    output: Mapping[str, Any] | None = None
    security: tuple[tuple[str, ...], ...] = ()

    @property
    def reads(self) -> bool:
        """It changes nothing there."""
        return self.method in READING

    def as_json(self) -> dict[str, Any]:
        """To be stored; the order of fields is the form's, so it must not be sorted."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """As it was stored."""
        bindings = tuple(Binding(**one) for one in stored["bindings"])
        security = tuple(tuple(one) for one in stored["security"])
        needs = tuple(stored["body_needs"])
        return cls(**{**stored, "bindings": bindings, "security": security, "body_needs": needs})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to sign in."""

    key: str
    title: str
    help: str = ""
    kind: str
    """`api_key`, `basic`, `bearer`, `oauth_code`, `client_credentials`; `none` where Studio does not know it."""
    place: str = ""
    """Of an API key: header, query or cookie."""
    name: str = ""
    authorize_url: str = ""
    token_url: str = ""
    scopes: Mapping[str, str] = field(default_factory=dict)
    unknown: str = ""
    """Why it cannot be used; empty: it can."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An operation that Studio cannot offer."""

    where: str
    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """All that is taken from a document."""

    title: str
    version: str
    help: str
    base_url: str
    """Where the API lives; empty: whoever connects has to say."""
    ways: tuple[Way, ...]
    operations: tuple[Operation, ...]
    left_out: tuple[LeftOut, ...]
