"""Pydantic's errors in people's words, with our dotted paths."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.core.i18n import marked, ngettext

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
_MOMENT = marked("Give a moment with its time zone, such as 2026-11-27T09:00:00Z.")
_FORMS: dict[str, str] = {
    "uuid_parsing": marked("This is no id."),
    "uuid_type": marked("This is no id."),
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_type": _MOMENT,
    "timezone_aware": _MOMENT,
}
_LENGTHS = frozenset({"string_too_short", "string_too_long", "too_short", "too_long"})
_BOUNDS = {
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
    if (plain := _WORDS.get(kind) or _FORMS.get(kind)) is not None:
        return _(plain)
    if kind in _LENGTHS:
        return _length(kind, int(context.get("min_length", context.get("max_length", 0))))
    if kind in _BOUNDS:
        name, text = _BOUNDS[kind]
        return _(text, bound=context.get(name, "?"))
    if kind == "string_pattern_mismatch":
        known = _PATTERNS.get(str(context.get("pattern")))
        return _(known) if known else _("This does not have the form that the field needs.")
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    return f"{str(error['msg']).rstrip('.')}."


def _length(kind: str, bound: int) -> str:
    if kind == "string_too_short":
        return ngettext("This needs at least %(num)s character.", "This needs at least %(num)s characters.", bound)
    if kind == "string_too_long":
        return ngettext("This may have at most %(num)s character.", "This may have at most %(num)s characters.", bound)
    if kind == "too_short":
        return ngettext("This needs at least %(num)s entry.", "This needs at least %(num)s entries.", bound)
    return ngettext("This may have at most %(num)s entry.", "This may have at most %(num)s entries.", bound)


def code(error: Mapping[str, Any], family: str) -> str:
    """Our code for a pydantic error: `document.required`, `config.choice`, …"""
    kind = str(error["type"])
    if kind == "missing":
        return f"{family}.required"
    if kind == "extra_forbidden":
        return f"{family}.unknown_field"
    if kind in ("literal_error", "enum"):
        return f"{family}.choice"
    if kind in _LENGTHS or kind in _BOUNDS:
        return f"{family}.bounds"
    if kind == "string_pattern_mismatch":
        return f"{family}.form"
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


def port_name(names: Mapping[str, str], port: str) -> str:
    """What people read at a port, in their language. `names`: of its node type; one that has none people named."""
    return _(names[port]) if port in names else port.replace("_", " ")
