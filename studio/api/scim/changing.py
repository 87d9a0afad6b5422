"""From what was sent to what is wanted; what cannot be read is refused in SCIM's words."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from studio.api.scim.errors import ScimError
from studio.api.scim.filters import BadFilter
from studio.api.scim.patching import BadPatch, lowered, patched
from studio.api.scim.reading import BadValue
from studio.core.i18n import gettext as _

Wanted = TypeVar("Wanted")
_NAME = {"givenname", "familyname"}


def read(reader: Callable[[Mapping[str, Any]], Wanted], resource: Mapping[str, Any]) -> Wanted:
    """A resource as it shall be. Raises ScimError."""
    try:
        return reader(resource)
    except BadValue as error:
        raise ScimError(_("This cannot be used: %(why)s.", why=error), "invalidValue") from None


def changed(resource: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """The resource after a PATCH, in lower case. Raises ScimError."""
    operations = next((value for name, value in body.items() if name.lower() == "operations"), None)
    if not isinstance(operations, list):
        raise ScimError(_("Send a list of Operations."), "invalidSyntax")
    before = lowered(resource)
    try:
        after = patched(resource, operations)
    except BadPatch as error:
        raise ScimError(_("This cannot be changed: %(why)s.", why=error), error.code) from None
    except BadFilter as error:
        raise ScimError(_("The path cannot be read: %(why)s.", why=error), "invalidPath") from None
    return _one_role(before, _one_name(before, after))


def _one_role(before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A user has one seat: another role that is added takes the place of the one there was."""
    now = after.get("roles")
    if not isinstance(now, list):
        return after
    had = [one.get("value") for one in before.get("roles", [])]
    new = [one for one in now if not isinstance(one, Mapping) or one.get("value") not in had]
    return {**after, "roles": new or now}


def _one_name(before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A name stands in three places: the one that was changed counts."""
    was, now = before.get("name") or {}, after.get("name")
    if not isinstance(now, dict) or any(now.get(part) != was.get(part) for part in _NAME):
        return after
    if now.get("formatted") != was.get("formatted"):
        return {**after, "name": {"formatted": now.get("formatted")}}
    if after.get("displayname") != before.get("displayname"):
        return {name: value for name, value in after.items() if name != "name"}
    return after
