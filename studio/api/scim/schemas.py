"""What SCIM says of itself (RFC 7643, 5 to 7): fixed documents."""

from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"


def _attribute(name: str, what: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    usual = {
        "name": name, "type": kind, "description": what, "multiValued": False, "required": False, "caseExact": False,
        "mutability": "readWrite", "returned": "default", "uniqueness": "none",
    }  # fmt: skip
    return {**usual, **more}


def _list(name: str, what: str, parts: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return _attribute(name, what, "complex", multiValued=True, subAttributes=parts, **more)


_NAME = ("formatted", "givenName", "familyName")
_VALUE = _attribute("value", "The value itself.")
_PRIMARY = _attribute("primary", "Whether it is the first choice.", "boolean")
_ATTRIBUTES = {
    USER: [
        _attribute("userName", "The e-mail address; it never changes.", required=True, uniqueness="server",
                   mutability="immutable"),
        _attribute("name", "Kept until somebody has come in by a password or has seats elsewhere.", "complex",
                   subAttributes=[_attribute(one, "A part of it.") for one in _NAME]),
        _attribute("displayName", "The same as name.formatted."),
        _list("emails", "The address once more.", [_VALUE, _attribute("type", "Always work."), _PRIMARY],
              mutability="readOnly"),
        _attribute("active", "False takes the seat away, by the plan for leaving.", "boolean"),
        _list("roles", "The seat.", [_attribute("value", "Which seat.", canonicalValues=[
            "owner", "admin", "builder", "auditor", "approver"]), _PRIMARY]),
        _list("groups", "Approver groups.", [_VALUE, _attribute("display", "The name.")], mutability="readOnly"),
    ],
    GROUP: [
        _attribute("displayName", "The name by which approvals ask the group.", required=True, uniqueness="server"),
        _list("members", "Who is in it.", [
            _attribute("value", "The id of a user.", mutability="immutable", caseExact=True),
            _attribute("display", "The name.", mutability="readOnly"),
            _attribute("type", "Always User.", canonicalValues=["User"], mutability="immutable"),
            _attribute("$ref", "The address of the user.", "reference", referenceTypes=["User"], mutability="immutable",
                       caseExact=True),
        ]),
    ],
}  # fmt: skip
_TYPES = (("User", "/Users", USER, "A seat of the workspace."), ("Group", "/Groups", GROUP, "An approver group."))


def config(place: str) -> dict[str, Any]:
    """What is supported. `place`: its own address."""
    no = {"supported": False}
    token = {"type": "oauthbearertoken", "name": "API token", "primary": True,
             "description": "An API token with the scopes members:read and members:write."}  # fmt: skip
    return {
        "schemas": [_CONFIG], "patch": {"supported": True}, "filter": {"supported": True, "maxResults": 200},
        "bulk": {**no, "maxOperations": 0, "maxPayloadSize": 0}, "changePassword": no, "sort": no, "etag": no,
        "authenticationSchemes": [token], "meta": {"resourceType": "ServiceProviderConfig", "location": place},
    }  # fmt: skip


def types(root: str) -> list[dict[str, Any]]:
    """The kinds of resources. `root`: the address of SCIM."""
    return [
        {"schemas": [_TYPE], "id": name, "name": name, "endpoint": place, "schema": schema, "description": what,
         "meta": {"resourceType": "ResourceType", "location": f"{root}/ResourceTypes/{name}"}}
        for name, place, schema, what in _TYPES
    ]  # fmt: skip


def schemas(root: str) -> list[dict[str, Any]]:
    """What resources consist of."""
    return [
        {"schemas": [_SCHEMA], "id": schema, "name": name, "description": what, "attributes": _ATTRIBUTES[schema],
         "meta": {"resourceType": "Schema", "location": f"{root}/Schemas/{schema}"}}
        for name, _place, schema, what in _TYPES
    ]  # fmt: skip
