"""What somebody filled into a form: empty fields taken out, texts turned into the numbers they say, and checked."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _

_INTEGER = re.compile(r"-?[0-9]{1,18}\Z")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?\Z")
_OF_NAMES = ("required", "additionalProperties")
_MOST = 20
"""Problems told at once."""


def accepted(form: Mapping[str, Any], given: Any, *, kept: Collection[str] = (), path: str = "input") -> dict[str, Any]:
    """The values that are sent; fields of `kept` even where they are empty objects or lists.

    Raises InvalidInput with every problem's field below `path`.
    """
    values = cleaned(form, given) if isinstance(given, Mapping) else given
    if isinstance(given, Mapping):
        values |= {name: given[name] for name in kept if name not in values and given.get(name) in ([], {})}
    found = problems(form, values, path=path)
    if found:
        raise InvalidInput(found[0].message, code=found[0].code, field=found[0].path, problems=found)
    return dict(values)


def cleaned(form: Mapping[str, Any], given: Any) -> Any:
    """Without what was left empty, and with the types that the form asks for where a text says them."""
    if isinstance(given, Mapping) and isinstance(form.get("properties"), Mapping):
        fields, required = form["properties"], form.get("required", ())
        kept = {name: cleaned(fields.get(name, {}), value) for name, value in given.items()}
        return {
            name: value for name, value in kept.items() if name in required or not _empty(value, fields.get(name, {}))
        }
    if isinstance(given, list) and isinstance(form.get("items"), Mapping):
        return [cleaned(form["items"], one) for one in given]
    return _typed(form.get("type"), given)


def _empty(value: Any, field: Mapping[str, Any]) -> bool:
    """Nothing was filled in. An object written as JSON may be empty on purpose."""
    return value is None or value == "" or (value in ([], {}) and field.get("x-widget") != "json")


def _typed(kind: Any, value: Any) -> Any:
    if isinstance(value, str):
        plain = value.strip()
        if kind == "integer" and _INTEGER.match(plain):
            return int(plain)
        if kind == "number" and _NUMBER.match(plain):
            return float(plain) if "." in plain else int(plain)
        if kind == "boolean" and plain.lower() in ("true", "false"):
            return plain.lower() == "true"
    elif kind == "string" and isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    elif kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def draft_problems(form: Mapping[str, Any], given: Mapping[str, Any], *, path: str) -> list[FieldProblem]:
    """What is wrong with a step that is still being drawn: what `{{ … }}` decides is left alone."""
    return problems(form, cleaned(form, given), path=path, skip=lambda where: _is_open(given, where))


def _is_open(given: Any, where: Sequence[int | str]) -> bool:
    """Whether what stands there, above it or below it, is decided by the run's data."""
    for part in where:
        if isinstance(given, str):
            break
        try:
            given = given[part]
        except (KeyError, IndexError, TypeError):
            return False
    return "{{" in str(given)


def problems(
    form: Mapping[str, Any],
    values: Any,
    *,
    path: str = "input",
    skip: Callable[[Sequence[int | str]], bool] = lambda _where: False,
) -> list[FieldProblem]:
    """What does not fit, each with its field: none where all does."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a process that calls nobody need not hold it

    found: list[FieldProblem] = []
    for error in Draft202012Validator(form).iter_errors(values):
        if error.validator not in _OF_NAMES and skip(list(error.absolute_path)):
            continue
        found.extend(_told(error, path))
        if len(found) >= _MOST:
            break
    return found


def _told(error: Any, path: str) -> Iterator[FieldProblem]:
    where = [str(part) for part in error.absolute_path]
    if error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield _problem(error.schema, [*where, name], path, "required", _("This has to be filled in."))
    elif error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        for name in sorted(set(error.instance) - set(error.schema.get("properties", {}))):
            yield _problem({}, [*where, str(name)], path, "unknown_field", _("This action has no such field."))
    else:
        yield _problem(error.schema, where, path, str(error.validator), _words(error))


def _problem(schema: Mapping[str, Any], where: Sequence[str], path: str, code: str, words: str) -> FieldProblem:
    named = schema.get("properties", {}).get(where[-1], schema) if where else schema
    title = str(named.get("title") or (where[-1] if where else _("Fields")))
    return FieldProblem(".".join([path, *where]), f"openapi.{code}", f"{title}: {words}")


def _words(error: Any) -> str:
    said = error.validator_value
    known = {
        "type": lambda: _("It has to be %(kind)s.", kind=_kinds(said)),
        "enum": lambda: _("It has to be one of: %(values)s.", values=", ".join(map(str, said[:12]))),
        "minimum": lambda: _("It is at least %(bound)s.", bound=said),
        "maximum": lambda: _("It is at most %(bound)s.", bound=said),
        "minLength": lambda: _("It has at least %(bound)s characters.", bound=said),
        "maxLength": lambda: _("It has at most %(bound)s characters.", bound=said),
        "minItems": lambda: _("There are at least %(bound)s entries.", bound=said),
        "maxItems": lambda: _("There are at most %(bound)s entries.", bound=said),
    }
    make = known.get(error.validator)
    return make() if make is not None else _("It does not fit.")


def _kinds(kind: Any) -> str:
    words = {
        "string": _("a text"), "number": _("a number"), "integer": _("a whole number"), "boolean": _("true or false"),
        "array": _("a list"), "object": _("an object"),
    }  # fmt: skip
    return words.get(kind, str(kind))
