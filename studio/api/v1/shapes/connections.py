"""Connections: accounts at other systems."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Query
from studio.api.v1.shapes.common import Id, Shape

Values = Annotated[dict[Annotated[str, Field(max_length=80)], Annotated[str, Field(max_length=16_384)]],
                   Field(max_length=50)]  # fmt: skip
_STATUS = Literal["draft", "pending_auth", "needs_config", "active", "paused", "reauth_required", "disconnected"]


class ConnectionInfo(Shape):
    """One connection. Credentials are never told."""

    id: Id
    handle: str = Field(description="What steps name it by; never changes.", examples=["main-shop"])
    title: str = Field(examples=["Main shop"])
    connector: str = Field(examples=["vendure"])
    auth: str = Field(description="How it signs in.", examples=["api_key"])
    environment: Literal["production", "test"]
    status: _STATUS = Field(description="Whether it may be used.")
    health: Literal["unknown", "healthy", "degraded"] = Field(description="How calls have gone lately.")
    error_code: str | None = None
    error: str | None = Field(None, description="Why it is degraded or has to be signed in again, in words.")
    settings: dict[str, str] = Field(
        description="What is no secret.", examples=[{"base_url": "https://shop.example.com"}]
    )
    account_id: str | None = Field(None, description="The provider's own id of the account.")
    account_name: str | None = None
    connected_at: datetime | None = None
    checked_at: datetime | None = Field(None, description="When the provider last took its credentials.")
    expires_at: datetime | None = Field(None, description="When its access token ends.")
    created_at: datetime


class NewConnection(Body):
    """What to connect, and how."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "connector": "http", "title": "ERP", "auth": "bearer", "environment": "test",
        "settings": {"base_url": "https://erp.example.com"},
    }]})  # fmt: skip

    connector: str = Field(max_length=60, examples=["http"])
    title: str = Field(min_length=1, max_length=120)
    auth: str = Field(max_length=40, description="One of the connector's ways to sign in.")
    environment: Literal["production", "test"] = "production"
    settings: Values = Field(default_factory=dict)
    handle: str = Field("", max_length=60, description="What steps name it by. Empty: made of the title.")


class ConnectionChange(Body):
    """Another name or other settings."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "title": "ERP", "settings": {"base_url": "https://erp.example.com"},
    }]})  # fmt: skip

    title: str = Field(min_length=1, max_length=120)
    settings: Values


class ConnectionCredentials(Body):
    """What to sign in with. It is tried at the provider before it is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"credentials": {"token": "…"}}]})

    credentials: Values = Field(description="By the names of the connector's fields.")
    other_account: bool = Field(False, description="Another account than before is meant.")


class ConnectionList(Query):
    """Which connections."""

    disconnected: bool = Field(False, description="Those as well that were disconnected.")
