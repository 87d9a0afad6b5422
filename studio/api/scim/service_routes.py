"""Discovery."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from studio.accounts.permissions import permission
from studio.api.scim import schemas
from studio.api.scim.blueprint import address, answer, blueprint, listed
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _


@blueprint.get("/ServiceProviderConfig")
@permission("member.read")
def service_provider_config() -> Response:
    """What is supported."""
    return answer(schemas.config(address("ServiceProviderConfig")))


@blueprint.get("/ResourceTypes")
@permission("member.read")
def resource_types() -> Response:
    """The kinds of resources."""
    found = schemas.types(address())
    return listed(found, len(found), 1)


@blueprint.get("/ResourceTypes/<scim_type>")
@permission("member.read")
def resource_type(scim_type: str) -> Response:
    """One kind of resources."""
    return answer(_one(schemas.types(address()), scim_type))


@blueprint.get("/Schemas")
@permission("member.read")
def all_schemas() -> Response:
    """What resources consist of."""
    found = schemas.schemas(address())
    return listed(found, len(found), 1)


@blueprint.get("/Schemas/<scim_schema>")
@permission("member.read")
def one_schema(scim_schema: str) -> Response:
    """What one kind of resources consists of."""
    return answer(_one(schemas.schemas(address()), scim_schema))


@blueprint.get("/<path:elsewhere>")
@permission("member.read")
def nothing_there(elsewhere: str) -> Response:
    """Say in SCIM's form that there is nothing: `/Me` and `/Bulk` are not offered."""
    raise NotFound(_("There is nothing at this address."), resource=f"scim:{elsewhere[:80]}")


def _one(found: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    for one in found:
        if one["id"] == name:
            return one
    raise NotFound(_("There is nothing at this address."), resource=f"scim:{name[:80]}")
