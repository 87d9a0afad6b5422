"""Errors as SCIM writes them (RFC 7644, 3.12)."""

from typing import Any

from studio.core.errors import StudioError

SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"
UNIQUENESS = ("already_member", "name_taken")
"""Codes of conflicts that a directory knows as “there is one of that name”."""


class ScimError(StudioError):
    """What a directory has sent cannot be done as it was sent. Nothing was changed."""

    status = 400

    def __init__(self, message: str, scim_type: str, *, status: int = 400) -> None:
        super().__init__(message, code=f"scim.{scim_type}")
        self.scim_type, self.status = scim_type, status


def written(error: StudioError) -> dict[str, Any]:
    """Its body."""
    body: dict[str, Any] = {"schemas": [SCHEMA], "status": str(status_of(error)), "detail": error.message}
    scim_type = type_of(error)
    return body | ({"scimType": scim_type} if scim_type else {})


def type_of(error: StudioError) -> str | None:
    """The keyword by which directories tell errors apart; None: there is none for it."""
    if isinstance(error, ScimError):
        return error.scim_type
    if error.code in UNIQUENESS:
        return "uniqueness"
    return {400: "invalidSyntax", 413: "tooMany", 415: "invalidSyntax", 422: "invalidValue"}.get(error.status)


def status_of(error: StudioError) -> int:
    """SCIM says 400 of every value that does not do."""
    return 400 if error.status in (415, 422) else error.status
