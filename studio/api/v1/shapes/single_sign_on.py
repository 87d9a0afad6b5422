"""The workspace's sign-in provider."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from studio.accounts.outcomes import Role
from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Shape

Text = Annotated[str, Field(max_length=200)]


class RoleRule(Body):
    """Which seat a value of the claim stands for."""

    value: str = Field(min_length=1, max_length=200, examples=["studio-builders"])
    role: Annotated[Role, Field(strict=False)]


class SignInProviderSave(Body):
    """All of it, as one: what is left out is unset, but for the secret, which stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "name": "Okta", "issuer": "https://northstar.okta.com", "client_id": "0oa1b2c3", "client_secret": "s3cr3t",
        "claim": "groups", "mapping": [{"value": "studio-admins", "role": "admin"}], "default_role": "approver",
    }]})  # fmt: skip

    name: str = Field(min_length=1, max_length=60)
    issuer: str = Field(min_length=1, max_length=500, description="As the provider writes it itself.")
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: str = Field("", max_length=4000, description="Never shown. Empty: the one that is kept.")
    domains: list[Text] = Field([], max_length=50, description="Mail domains that may come in; empty: any.")
    claim: str = Field("", max_length=200, description="The claim that roles come from.")
    mapping: list[RoleRule] = Field([], max_length=100, description="The first that fits counts.")
    default_role: Annotated[Role | None, Field(strict=False)] = Field(None, description="Null: no seat.")
    passwords: bool = Field(True, description="Whether whoever comes by it may use a password as well.")


class SignInProviderInfo(Shape):
    """Who says, for this workspace, who somebody is."""

    name: str
    issuer: str
    client_id: str
    has_secret: bool
    domains: list[str]
    claim: str
    mapping: list[RoleRule]
    default_role: Role | None
    passwords: bool
    updated_at: datetime
    sign_in_url: str = Field(description="Where its people sign in.")
    redirect_uri: str = Field(description="What is registered at the provider.")
