"""Pure: whether the values of a flag are of its kind. A JSON flag's values keep to its JSON Schema, if it has one."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.flags.evaluation.documents import Payload
from studio.flags.evaluation.values import payload_value
from studio.flags.outcomes import Kind
from studio.flags.service import limits

_MOST = 20
"""Problems that are told at once."""


def schema_problems(schema: Any, path: str = "value_schema") -> list[FieldProblem]:
    """Why something is no JSON Schema that values can be held against."""
    if schema is None:
        return []
    if not isinstance(schema, Mapping):
        return [FieldProblem(path, "flag.schema", _("A JSON Schema is an object."))]
    if len(json.dumps(schema)) > limits.SCHEMA_BYTES:
        said = _("A schema has at most %(most)s KB.", most=limits.SCHEMA_BYTES // 1000)
        return [FieldProblem(path, "flag.too_large", said)]
    found = list(_unusable(schema, path))
    if not found:
        from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415 - most processes check no schema

        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            where = ".".join([path, *map(str, error.absolute_path)])
            found = [FieldProblem(where, "flag.schema", _("This is no JSON Schema: %(why)s", why=error.message[:300]))]
    return found[:_MOST]


def value_problems(kind: str, schema: Mapping[str, Any] | None, value: Any, path: str) -> list[FieldProblem]:
    """Why a value is not one that the flag may give."""
    if kind == Kind.BOOLEAN:
        said = _("A yes-or-no flag has no value of its own.")
        return [FieldProblem(path, "flag.value", said)] if value is not None else []
    if kind == Kind.STRING and not isinstance(value, str):
        return [FieldProblem(path, "flag.value", _("This flag gives a text."))]
    if kind == Kind.NUMBER and not _is_number(value):
        return [FieldProblem(path, "flag.value", _("This flag gives a number."))]
    if len(json.dumps(value)) > limits.VALUE_BYTES:
        said = _("A value has at most %(most)s KB.", most=limits.VALUE_BYTES // 1000)
        return [FieldProblem(path, "flag.too_large", said)]
    return list(_against(schema, value, path)) if kind == Kind.JSON and schema is not None else []


def variant_problems(
    kind: str, schema: Mapping[str, Any] | None, strategies: Sequence[Mapping[str, Any]],
    variants: Sequence[Mapping[str, Any]],
) -> list[FieldProblem]:  # fmt: skip
    """Which variants of a setting carry what the schema does not allow, those of its strategies as well.

    That they carry something of the flag's kind at all was looked at before.
    """
    if kind != Kind.JSON or schema is None:
        return []
    found = [(f"variants.{at}", one) for at, one in enumerate(variants)]
    for number, strategy in enumerate(strategies):
        found += [(f"strategies.{number}.variants.{at}", one) for at, one in enumerate(strategy.get("variants") or ())]
    problems: list[FieldProblem] = []
    for path, one in found:
        payload = Payload(one["payload"]["type"], one["payload"]["value"])
        problems += value_problems(kind, schema, payload_value(Kind.JSON, payload), f"{path}.payload.value")
    return problems[:_MOST]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _unusable(schema: Any, path: str, depth: int = 0) -> Iterator[FieldProblem]:
    """What would fetch an address, never end, or take an expression that can be made to run for ever."""
    if depth > 40:
        yield FieldProblem(path, "flag.schema", _("The schema is nested too deeply."))
    elif isinstance(schema, Mapping):
        for name, below in schema.items():
            at = f"{path}.{name}"
            if name in ("$ref", "$dynamicRef") and not (isinstance(below, str) and below.startswith("#/")):
                yield FieldProblem(at, "flag.schema_ref", _("Refer to what stands in the schema itself: #/$defs/…"))
            elif name == "pattern" and isinstance(below, str) and not _safe(below):
                yield FieldProblem(at, "flag.schema_pattern", _("This is no regular expression of RE2."))
            elif name == "patternProperties" and isinstance(below, Mapping):
                bad = [one for one in below if not _safe(str(one))]
                if bad:
                    said = _("“%(pattern)s” is no regular expression of RE2.", pattern=bad[0][:80])
                    yield FieldProblem(at, "flag.schema_pattern", said)
            yield from _unusable(below, at, depth + 1)
    elif isinstance(schema, list):
        for index, below in enumerate(schema):
            yield from _unusable(below, f"{path}.{index}", depth + 1)


def _safe(pattern: str) -> bool:
    import re2  # noqa: PLC0415 - 3 MiB that wait for the first pattern

    if len(pattern) > 1_000:
        return False
    options = re2.Options()
    options.log_errors, options.max_mem = False, 1 << 20
    try:
        re2.compile(pattern, options=options)
    except re2.error:
        return False
    return True


def _against(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[FieldProblem]:
    from referencing import Registry  # noqa: PLC0415 - most processes check no schema

    try:
        for count, error in enumerate(_validator()(schema, registry=Registry()).iter_errors(value)):
            where = ".".join([path, *map(str, error.absolute_path)])
            yield FieldProblem(
                where, "flag.value_schema", _("It does not fit the schema: %(why)s", why=error.message[:300])
            )
            if count >= _MOST:
                return
    except RecursionError:
        yield FieldProblem(path, "flag.schema", _("The schema refers to itself without an end."))


def _validator() -> Any:
    """Draft 2020-12, with expressions that take time in proportion to the text alone."""
    import re2  # noqa: PLC0415 - 3 MiB that wait for the first pattern
    from jsonschema import Draft202012Validator, ValidationError  # noqa: PLC0415 - most processes check no schema
    from jsonschema.validators import extend  # noqa: PLC0415 - most processes check no schema

    def pattern(_of: Any, wanted: str, instance: Any, _schema: Any) -> Iterator[Any]:
        if isinstance(instance, str) and re2.search(wanted, instance) is None:
            yield ValidationError(f"{instance!r} does not match {wanted!r}")

    def pattern_properties(of: Any, wanted: Mapping[str, Any], instance: Any, _schema: Any) -> Iterator[Any]:
        if isinstance(instance, Mapping):
            for expression, below in wanted.items():
                for name, one in instance.items():
                    if re2.search(expression, name):
                        yield from of.descend(one, below, path=name, schema_path=expression)

    checks = {"pattern": pattern, "patternProperties": pattern_properties}
    return extend(Draft202012Validator, checks)  # type: ignore[no-untyped-call]  # the library leaves it untyped
