"""The workspace, whoever asks, members and secrets."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from studio.accounts.outcomes import Role
from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape

LOCALE = r"^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,2}$"

Name = Annotated[str, Field(min_length=1, max_length=120)]
Host = Annotated[str, Field(min_length=1, max_length=253)]


class WorkspaceInfo(Shape):
    """What a workspace is set to."""

    id: Id
    name: str = Field(examples=["Lumen Living"])
    slug: str
    currency: str = Field(examples=["EUR"])
    time_zone: str = Field(examples=["Europe/Berlin"])
    locale: str = Field(examples=["de"])
    retention_days: int = Field(description="Ended runs are kept this long.", examples=[90])
    approver_seats: int = Field(description="How many people may have an approver seat at a time.", examples=[50])
    logo: str | None = Field(
        description="Where its logo is shown, below this installation's address; null: it has none.",
        examples=["/logo/01954f6e-7a31-7c56-9a40-2f1d3c0b9e11/01954f6e-9b02-7d10-8c11-4a5e6f708192"],
    )
    created_at: datetime


class WorkspaceChange(Body):
    """What is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Lumen Living", "retention_days": 120}]})

    name: Name | None = None
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$", description="ISO 4217.")
    time_zone: str | None = Field(None, max_length=64, description="IANA name.")
    locale: str | None = Field(None, max_length=16, pattern=LOCALE)
    retention_days: int | None = Field(None, ge=7, le=3650)
    approver_seats: int | None = Field(None, ge=1, le=10_000, description="Not below those that are in use.")


class ApproverSeats(Shape):
    """Approver seats of a workspace."""

    used: int = Field(description="Invited people count, removed seats do not.", examples=[7])
    limit: int = Field(examples=[50])


class Limits(Body):
    """What all workflows of a workspace may do together. Null: no limit."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"at_once": 20, "starts": 600, "per_s": 60}]})

    at_once: int | None = Field(None, description="Runs that may execute at a time; those that wait do not count.")
    starts: int | None = Field(None, description="Runs that may start in `per_s` seconds.")
    per_s: int | None = None


class Me(Shape):
    """Whom this request acts for, and what it may do."""

    user_id: Id
    name: str
    email: str
    role: Role | None = Field(description="The seat in the workspace; null: none was chosen.")
    workspace_id: Id | None
    workspace: str | None
    token_id: Id | None = Field(description="Null: a person in a browser.")
    token_name: str | None
    scopes: list[str] | None = Field(description="What the token was given; null: a person in a browser.")


class Member(Shape):
    """One seat."""

    id: Id = Field(description="The seat's id.")
    user_id: Id
    name: str
    email: str
    role: Role
    disabled: bool
    invited: bool = Field(description="Has not come in yet: the invitation can be sent again or withdrawn.")
    created_at: datetime


class NewMember(Body):
    """A seat for somebody, who gets a mail."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "mira@example.com", "name": "Mira Sand", "role": "approver"}]}
    )

    email: str = Field(min_length=3, max_length=254)
    name: Name
    role: Role


class MemberChange(Body):
    """Another seat."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "builder"}]})

    role: Role


class SecretInfo(Shape):
    """A secret without its value, which no answer ever carries."""

    id: Id
    name: str = Field(examples=["erp_key"])
    hosts: list[str] = Field(examples=[["api.example.com"]])
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None = Field(description="To the minute; null: never.")


class NewSecret(Body):
    """A secret that steps use by name."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "erp_key", "value": "s3cr3t", "hosts": ["api.example.com"]}]}
    )

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,79}$")
    value: str = Field(min_length=1, max_length=16_384)
    hosts: list[Host] = Field(max_length=50, description="Where it may be sent; `*.example.com` for all below.")


class SecretChange(Body):
    """Another value, other hosts. Another host needs the value again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"value": "n3w", "hosts": ["api.example.com"]}]})

    value: str | None = Field(None, min_length=1, max_length=16_384, description="Left out: the old one stays.")
    hosts: list[Host] = Field(max_length=50)
