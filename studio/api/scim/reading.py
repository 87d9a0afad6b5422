"""What a directory says of a user or a group, out of JSON in any of its spellings. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.accounts.outcomes import Role

_LONGEST = 255


class BadValue(ValueError):
    """A value cannot be used; the text says which and why, in English."""


@dataclass(frozen=True, slots=True)
class WantedUser:
    """A user as it shall be."""

    user_name: str
    name: str
    """Empty: as it is."""
    external_id: str | None
    active: bool | None
    """None: as it is."""
    role: Role | None
    """None: as it is."""


@dataclass(frozen=True, slots=True)
class WantedGroup:
    """A group as it shall be."""

    name: str
    external_id: str | None
    members: tuple[str, ...] | None
    """Ids of users; None: as they are."""


def user(resource: Mapping[str, Any]) -> WantedUser:
    """Read a user whose attributes are in lower case. Raises BadValue."""
    return WantedUser(
        user_name=_text(resource, "username", needed=True) or "",
        name=_name(resource),
        external_id=_text(resource, "externalid"),
        active=_truth(resource.get("active")),
        role=_role(resource.get("roles")),
    )


def group(resource: Mapping[str, Any]) -> WantedGroup:
    """Read a group whose attributes are in lower case. Raises BadValue."""
    listed = resource.get("members")
    if listed is not None and not isinstance(listed, list):
        raise BadValue("members is a list")
    return WantedGroup(
        name=_text(resource, "displayname", needed=True) or "",
        external_id=_text(resource, "externalid"),
        members=None if listed is None else tuple(dict.fromkeys(_id(one) for one in listed)),
    )


def split(name: str) -> tuple[str, str]:
    """Given name and family name, of a name as people write it."""
    given, _space, family = name.rpartition(" ")
    return (given, family) if given else (name, "")


def _name(resource: Mapping[str, Any]) -> str:
    """The parts where there are any, else the whole, else what is shown."""
    held = resource.get("name")
    parts = held if isinstance(held, Mapping) else {}
    given, family = _text(parts, "givenname"), _text(parts, "familyname")
    spelt = " ".join(one for one in (given, family) if one)
    found = spelt or _text(parts, "formatted") or _text(resource, "displayname") or ""
    return " ".join(found.split())[:120]


def _text(resource: Mapping[str, Any], name: str, *, needed: bool = False) -> str | None:
    found = resource.get(name)
    if found is None or (isinstance(found, str) and not found.strip()):
        if needed:
            raise BadValue(f"{name} is missing")
        return None
    if not isinstance(found, str) or len(found) > _LONGEST:
        raise BadValue(f"{name} is a text of up to {_LONGEST} characters")
    return found.strip()


def _truth(value: Any) -> bool | None:
    """Entra ID writes `"False"`."""
    known = {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else value
    if (known is None and value is not None) or not isinstance(known, bool | None):
        raise BadValue("active is true or false")
    return known


def _role(value: Any) -> Role | None:
    """The first choice of the roles, or the first of them."""
    listed = value if isinstance(value, list) else [value]
    preferred = (one for one in listed if isinstance(one, Mapping) and _truth(one.get("primary")))
    first = next(preferred, listed[0] if listed else None)
    said = first.get("value") if isinstance(first, Mapping) else first
    if said in (None, ""):
        return None
    known = {role.value: role for role in Role}
    if not isinstance(said, str) or said.lower() not in known:
        raise BadValue(f"roles is one of {', '.join(known)}")
    return known[said.lower()]


def _id(one: Any) -> str:
    found = one.get("value") if isinstance(one, Mapping) else one
    if not isinstance(found, str):
        raise BadValue("a member needs the id of a user as its value")
    return found.lower()
