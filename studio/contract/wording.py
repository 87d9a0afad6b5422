"""Pydantic's errors in people's words, with our dotted paths."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.core.i18n import marked

_WORDS = {
    "missing": marked("This field is required."),
    "extra_forbidden": marked("There is no such field here."),
    "string_type": marked("This must be a text."),
    "int_type": marked("This must be a whole number."),
    "int_parsing": marked("This must be a whole number."),
    "int_from_float": marked("This must be a whole number."),
    "float_type": marked("This must be a number."),
    "float_parsing": marked("This must be a number."),
    "decimal_type": marked("This must be a number."),
    "decimal_parsing": marked("This must be a number."),
    "bool_type": marked("This must be yes or no."),
    "bool_parsing": marked("This must be yes or no."),
    "list_type": marked("This must be a list."),
    "dict_type": marked("This must be an object with named fields."),
    "model_type": marked("This must be an object with named fields."),
    "model_attributes_type": marked("This must be an object with named fields."),
    "finite_number": marked("This must be a finite number."),
}
_BOUNDS = {
    "string_too_short": ("min_length", marked("This needs at least %(bound)s characters.")),
    "string_too_long": ("max_length", marked("This may have at most %(bound)s characters.")),
    "too_short": ("min_length", marked("This needs at least %(bound)s entries.")),
    "too_long": ("max_length", marked("This may have at most %(bound)s entries.")),
    "greater_than": ("gt", marked("This must be more than %(bound)s.")),
    "greater_than_equal": ("ge", marked("This must be at least %(bound)s.")),
    "less_than": ("lt", marked("This must be less than %(bound)s.")),
    "less_than_equal": ("le", marked("This may be at most %(bound)s.")),
    "literal_error": ("expected", marked("Choose one of: %(bound)s.")),
    "enum": ("expected", marked("Choose one of: %(bound)s.")),
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]{0,39}$": marked("This must be a key: small letters, digits and _, at most 40, a letter first."),
}


def sentence(error: Mapping[str, Any]) -> str:
    """One pydantic error in words."""
    kind, context = str(error["type"]), error.get("ctx") or {}
    if kind in _WORDS:
        return _(_WORDS[kind])
    if kind in _BOUNDS:
        name, text = _BOUNDS[kind]
        return _(text, bound=context.get(name, "?"))
    if kind == "string_pattern_mismatch":
        known = _PATTERNS.get(str(context.get("pattern")))
        return _(known) if known else _("This does not have the form that the field needs.")
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
