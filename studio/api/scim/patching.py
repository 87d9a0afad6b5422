"""PATCH (RFC 7644, 3.5.2) on a resource as JSON, also in the forms that Okta and Entra ID send. Pure."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from studio.api.scim.filters import Both, Compare, Node, Path, bare, fits, parse_path

MOST = 1_000
"""Operations of one request, and values of one list."""
READ_ONLY = ("id", "meta", "groups", "schemas")


class BadPatch(ValueError):
    """It cannot be done: `code` is SCIM's keyword, the text says why, in English."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def patched(resource: Mapping[str, Any], operations: Sequence[Any]) -> dict[str, Any]:
    """The resource after all operations; names of attributes are in lower case. Raises BadPatch and BadFilter.

    Okta sends objects without a path, Entra ID capitals in `op`, dots in the names of such objects, and a list of
    values with `remove`.
    """
    if not 0 < len(operations) <= MOST:
        raise BadPatch("invalidSyntax", f"Operations needs 1 to {MOST} of them")
    after: dict[str, Any] = lowered(resource)
    for one in operations:
        if not isinstance(one, Mapping) or not isinstance(one.get("op"), str):
            raise BadPatch("invalidSyntax", "an operation needs its op")
        verb, path, value = one["op"].lower(), one.get("path"), one.get("value")
        if verb not in ("add", "replace", "remove"):
            raise BadPatch("invalidSyntax", f"there is no op “{one['op'][:20]}”")
        if path not in (None, ""):
            _at(after, verb, _path(path), value)
        elif verb == "remove":
            raise BadPatch("noTarget", "remove needs a path")
        elif not isinstance(value, Mapping):
            raise BadPatch("invalidValue", "without a path, the value is an object")
        else:
            _every(after, verb, value)
    return after


def lowered(value: Any) -> Any:
    """Names of attributes in lower case, without their schemas: SCIM's are the same in any case."""
    if isinstance(value, Mapping):
        return {bare(str(name)): lowered(one) for name, one in value.items()}
    if isinstance(value, list):
        return [lowered(one) for one in value]
    return deepcopy(value)


def _path(path: Any) -> Path:
    if not isinstance(path, str):
        raise BadPatch("invalidPath", "a path is a text")
    found = parse_path(path)
    if found.attribute in READ_ONLY:
        raise BadPatch("mutability", f"{found.attribute} cannot be changed")
    return found


def _every(after: dict[str, Any], verb: str, value: Mapping[str, Any]) -> None:
    """An object without a path says several attributes at once; what cannot be changed is skipped, as with PUT."""
    for name, one in value.items():
        if bare(str(name)).partition(".")[0] not in READ_ONLY:
            _at(after, verb, parse_path(str(name)), one)


def _at(after: dict[str, Any], verb: str, path: Path, value: Any) -> None:
    value = lowered(value)
    if path.which is not None:
        _among(after, verb, path, value)
    elif path.part:
        _part(after, verb, path, value)
    elif verb == "remove":
        _remove(after, path.attribute, value)
    elif verb == "add" and isinstance(after.get(path.attribute), list):
        _more(after[path.attribute], value if isinstance(value, list) else [value])
    elif verb == "add" and isinstance(after.get(path.attribute), dict) and isinstance(value, dict):
        after[path.attribute] |= value
    else:
        after[path.attribute] = value


def _part(after: dict[str, Any], verb: str, path: Path, value: Any) -> None:
    """`name.familyName`; of a list it is meant of each value."""
    held = after.setdefault(path.attribute, {})
    for one in held if isinstance(held, list) else [held]:
        if not isinstance(one, dict):
            raise BadPatch("invalidPath", f"{path.attribute} has no {path.part}")
        _set(one, path.part, verb, value)


def _among(after: dict[str, Any], verb: str, path: Path, value: Any) -> None:
    """`emails[type eq "work"].value`: of the values that are meant; with add, one that is not there is made."""
    assert path.which is not None  # noqa: S101 - who calls has looked
    held = after.setdefault(path.attribute, [])
    if not isinstance(held, list):
        raise BadPatch("invalidPath", f"{path.attribute} is no list")
    meant = [one for one in held if fits(path.which, one)]
    if verb == "remove" and not path.part:
        after[path.attribute] = [one for one in held if one not in meant]
        return
    if not meant and verb != "remove":
        meant = [_made(path.which)]
        held += meant
    for one in meant:
        if not isinstance(one, dict):
            raise BadPatch("invalidPath", f"{path.attribute} has no parts")
        if path.part:
            _set(one, path.part, verb, value)
        elif isinstance(value, dict):
            one.update(value)
        else:
            one["value"] = value


def _remove(after: dict[str, Any], attribute: str, value: Any) -> None:
    """The whole attribute; of a list only what is named, where something is."""
    held = after.get(attribute)
    if value in (None, [], {}) or not isinstance(held, list):
        after.pop(attribute, None)
        return
    gone = {_key(one) for one in (value if isinstance(value, list) else [value])}
    after[attribute] = [one for one in held if _key(one) not in gone]


def _more(held: list[Any], new: Sequence[Any]) -> None:
    there = {_key(one) for one in held}
    for one in new:
        if _key(one) not in there:
            held.append(one)
            there.add(_key(one))
    if len(held) > MOST * 100:
        raise BadPatch("tooMany", "the list is too long")


def _key(one: Any) -> str:
    return str(one.get("value") if isinstance(one, Mapping) else one).lower()


def _set(one: dict[str, Any], part: str, verb: str, value: Any) -> None:
    if verb == "remove":
        one.pop(part, None)
    else:
        one[part] = value


def _made(which: Node) -> dict[str, Any]:
    """A new value of which the condition is true, where it only says what is equal. Raises BadPatch."""
    match which:
        case Compare(attribute, "eq", value):
            return {attribute: value}
        case Both(left, right):
            return _made(left) | _made(right)
        case _:
            raise BadPatch("noTarget", "no value is meant by that condition")
