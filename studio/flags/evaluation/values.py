"""Flags that give more than yes and no: the value that a variant carries, as Python has it."""

import math
from typing import Any, NoReturn

import orjson

from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.flags.evaluation.documents import Payload
from studio.flags.evaluation.variants import EvaluatedVariant
from studio.flags.outcomes import Kind

PAYLOADS = {
    Kind.STRING: ("string", "csv"),
    Kind.NUMBER: ("number",),
    Kind.JSON: ("json",),
}
"""Payload types in Unleash's words, by the kind of flag that may carry them."""


class NoValue(InvalidInput):
    """The variant carries nothing, or nothing that a flag of this kind can give. `code` says which."""

    code = "flag.no_value"


def value_of(kind: Kind, variant: EvaluatedVariant) -> Any:
    """What a flag of this kind gives: bool, str, int or float, or any JSON. Raises NoValue.

    A boolean flag gives whether it is on. Any other gives its variant's payload; one that is off, or has no variant,
    has no value: what stands in then (the flag's `off_value`) is the caller's to say.
    """
    if kind is Kind.BOOLEAN:
        return variant.feature_enabled
    if variant.payload is None:
        raise NoValue(_("The flag gives no value here: it is off, or its variant carries none."))
    return payload_value(kind, variant.payload)


def payload_value(kind: Kind, payload: Payload) -> Any:
    """The same, of a payload. `kind` is not boolean. Raises NoValue."""
    if payload.type not in PAYLOADS[kind]:
        _refuse(
            "flag.payload_type",
            _("A %(kind)s flag cannot carry a payload of the type %(type)s.", kind=kind.value, type=payload.type),
        )
    if kind is Kind.STRING:
        return payload.value
    try:
        value = orjson.loads(payload.value)
    except ValueError:
        _refuse("flag.payload_not_json", _("The variant's value is not JSON."))
    if kind is Kind.JSON:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        _refuse("flag.payload_not_a_number", _("The variant's value is not a number."))
    return value


def _refuse(code: str, message: str) -> NoReturn:
    raise NoValue(message, code=code)
