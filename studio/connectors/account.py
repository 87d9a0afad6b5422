"""A connection as a call needs it: opened, its secrets readable, without its row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from studio.connectors.definition import Auth, Connector
from studio.connectors.wire import Scope


@dataclass(frozen=True, slots=True, repr=False)
class OpenAccount:
    """Never logged, pickled or shown: it holds what is signed in with."""

    workspace_id: UUID
    connection_id: UUID
    handle: str
    title: str
    connector: Connector
    auth: Auth
    settings: Mapping[str, Any]
    credentials: Mapping[str, str]
    version: int
    """Of the credentials."""
    hosts: tuple[str, ...]
    scope: Scope | None = None

    def __repr__(self) -> str:
        return f"OpenAccount({self.handle!r})"

    @property
    def base_url(self) -> str:
        """Where paths begin."""
        return self.connector.base_url(self.settings).rstrip("/")

    def with_credentials(self, values: Mapping[str, str], version: int, hosts: tuple[str, ...]) -> "OpenAccount":
        """The same account with other credentials."""
        return replace(self, credentials=values, version=version, hosts=hosts)

    def secrets(self) -> list[str]:
        """Values that must show nowhere."""
        asked = {field.name for field in self.auth.fields if field.kind != "secret"}
        return [value for name, value in self.credentials.items() if name not in asked and len(value) > 3]
