"""Pydantic's errors in people's words, with our dotted paths."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from studio.core.errors import FieldProblem

_WORDS = {
    "missing": "This field is required.",
    "extra_forbidden": "There is no such field here.",
    "string_type": "This must be a text.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "float_type": "This must be a number.",
    "float_parsing": "This must be a number.",
    "decimal_type": "This must be a number.",
    "decimal_parsing": "This must be a number.",
    "bool_type": "This must be yes or no.",
    "bool_parsing": "This must be yes or no.",
    "list_type": "This must be a list.",
    "dict_type": "This must be an object with named fields.",
    "model_type": "This must be an object with named fields.",
    "model_attributes_type": "This must be an object with named fields.",
    "finite_number": "This must be a finite number.",
}
_BOUNDS = {
    "string_too_short": ("min_length", "This needs at least {} characters."),
    "string_too_long": ("max_length", "This may have at most {} characters."),
    "too_short": ("min_length", "This needs at least {} entries."),
    "too_long": ("max_length", "This may have at most {} entries."),
    "greater_than": ("gt", "This must be more than {}."),
    "greater_than_equal": ("ge", "This must be at least {}."),
    "less_than": ("lt", "This must be less than {}."),
    "less_than_equal": ("le", "This may be at most {}."),
    "literal_error": ("expected", "Choose one of: {}."),
    "enum": ("expected", "Choose one of: {}."),
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]{0,39}$": "This must be a key: small letters, digits and _, at most 40, a letter first.",
}


def sentence(error: Mapping[str, Any]) -> str:
    """One pydantic error in words."""
    kind, context = str(error["type"]), error.get("ctx") or {}
    if kind in _WORDS:
        return _WORDS[kind]
    if kind in _BOUNDS:
        name, text = _BOUNDS[kind]
        return text.format(context.get(name, "?"))
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(context.get("pattern")), "This does not have the form that the field needs.")
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    return f"{str(error['msg']).rstrip('.')}."


def code(error: Mapping[str, Any], family: str) -> str:
    """Our code for a pydantic error: `document.required`, `config.choice`, …"""
    kind = str(error["type"])
    if kind == "missing":
        return f"{family}.required"
    if kind == "extra_forbidden":
        return f"{family}.unknown_field"
    if kind in ("literal_error", "enum"):
        return f"{family}.choice"
    if kind in _BOUNDS or kind == "string_pattern_mismatch":
        return f"{family}.bounds" if kind in _BOUNDS else f"{family}.form"
    return f"{family}.type" if kind in _WORDS else f"{family}.invalid"


def dotted(location: tuple[int | str, ...]) -> str:
    """`("nodes", 3, "config")` as `nodes.3.config`, without pydantic's names of union members."""
    return ".".join(str(part) for part in location if not _is_member(part))


def _is_member(part: int | str) -> bool:
    return part in ("int", "float", "str", "bool", "none") or (isinstance(part, str) and "[" in part)


def field_problems(error: ValidationError, family: str) -> list[FieldProblem]:
    """All of pydantic's errors; a union's members count once."""
    found: dict[str, FieldProblem] = {}
    for one in error.errors(include_url=False, include_input=False):
        path = dotted(one["loc"])
        found.setdefault(path, FieldProblem(path or family, code(one, family), sentence(one)))
    return list(found.values())
