"""What definitions call the other system by."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from studio.connectors.wire import Answer, Scope


class Api(Protocol):
    """Calls for one account, signed in. What is refused raises ApiError."""

    @property
    def title(self) -> str:
        """What people call the connection."""
        ...

    @property
    def workspace_id(self) -> UUID:
        """Whose connection it is."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """What is no secret, by the definition's fields."""
        ...

    @property
    def scope(self) -> Scope | None:
        """The channel, store or warehouse that the caller chose; None: the whole account."""
        ...

    def secret(self, name: str) -> str:
        """A field of the sign-in by its name, for what is agreed with the provider; empty: it was not given."""
        ...

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """JSON of a GET."""
        ...

    def post(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """JSON of a POST of JSON; `key` goes along as Idempotency-Key."""
        ...

    def graphql(
        self, path: str, query: str, variables: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Any:
        """`data` of a GraphQL answer; one that holds errors raises ApiError with the first one's words."""
        ...

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        content_type: str | None = None,
        reads: bool | None = None,
        max_bytes: int = ...,
    ) -> Answer:
        """One request. `path` begins with a slash, or is a whole address of a host the credentials are bound to.

        `reads`: it changes nothing there, though its method might; None: by the method.
        """
        ...
