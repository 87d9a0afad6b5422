"""What people type of a flag's facts, and back: JSON values, a line a dependency. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.flags.outcomes import Kind


def value(text: str, kind: Kind, field: str) -> Any:
    """The value of a kind that a text means; an empty one is none, but for a text's own. Raises InvalidInput."""
    if kind is Kind.BOOLEAN or (kind is not Kind.STRING and not text.strip()):
        return None
    if kind is Kind.STRING:
        return text
    try:
        found = orjson.loads(text)
    except ValueError:
        said = _("This is no number.") if kind is Kind.NUMBER else _("This is no JSON.")
        raise InvalidInput(said, code="flag.value", field=field) from None
    if kind is Kind.NUMBER and (isinstance(found, bool) or not isinstance(found, int | float)):
        raise InvalidInput(_("This is no number."), code="flag.value", field=field)
    return found


def schema(text: str) -> Mapping[str, Any] | None:
    """A JSON Schema; an empty text is none. Raises InvalidInput."""
    if not text.strip():
        return None
    found = value(text, Kind.JSON, "value_schema")
    if not isinstance(found, dict):
        raise InvalidInput(_("A schema is a JSON object."), code="flag.schema", field="value_schema")
    return found


def shown(found: Any, kind: Kind) -> str:
    """A value as somebody edits it."""
    if found is None:
        return ""
    if kind is Kind.STRING:
        return str(found)
    return orjson.dumps(found, option=orjson.OPT_INDENT_2).decode()


def dependencies(text: str) -> list[dict[str, Any]]:
    """One a line: `key` has to be on, `!key` off, `key=first,second` on with one of these variants."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _sign, variants = line.removeprefix("!").partition("=")
        named = [one.strip() for one in variants.split(",") if one.strip()]
        found.append({"feature": name.strip(), "enabled": not line.startswith("!"), "variants": named})
    return found


def lines(found: Iterable[Mapping[str, Any]]) -> str:
    """The same, back."""
    return "\n".join(
        ("" if one.get("enabled", True) else "!") + one["feature"] + _named(one.get("variants") or ()) for one in found
    )


def _named(variants: Iterable[str]) -> str:
    joined = ",".join(variants)
    return f"={joined}" if joined else ""
