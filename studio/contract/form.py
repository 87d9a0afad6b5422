"""A form of inputs: what somebody is asked, and what they answer as data that steps read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Self

from pydantic import model_validator

from studio.contract.node import NodeConfig, help_
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext

_YES_NO: Mapping[Any, bool] = {
    True: True, "true": True, "on": True, "yes": True, "1": True,
    False: False, "false": False, "off": False, "no": False, "0": False,
}  # fmt: skip
"""JSON's own, what a form's box sends, and what people write; 1 and 0 equal true and false."""
_CENTS = range(-4, 17)
"""Exponents of amounts: no currency has more than four decimals."""
SAMPLES: Mapping[str, Any] = {
    "text": "R-1024", "long_text": "…", "number": 1, "money": "42.00", "yes_no": True, "date": "2026-03-31", "list": [],
    "object": {},
}  # fmt: skip
"""An answer of each kind; None where there is no telling."""


class Question(NodeConfig):
    """One question; what may be answered is its heir's to say."""

    name: str = help_(
        "Later steps read the answer as trigger.<name>.",
        title="Name",
        example="refund_id",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$",
    )
    label: str = help_(
        "What people read above the field. Empty: the name.",
        title="Label",
        default="",
        example="Refund",
        max_length=120,
    )
    type: str
    required: bool = help_("Whether it must be answered.", title="Required", default=True, example=True)
    choices: list[str] = help_(
        "What may be chosen.",
        title="Choices",
        default=[],
        example=["inland", "abroad"],
        show_if={"type": "choice"},
        max_length=100,
    )


class FormField(Question):
    """One question of the form."""

    type: Literal["text", "long_text", "number", "yes_no", "date", "choice"] = help_(
        "What may be answered.", title="Kind", default="text", example="text"
    )


class Form(NodeConfig):
    """Base of a config that asks: its fields are named once, and a choice has something to choose from."""

    fields: Sequence[Question]

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError(gettext("Two fields of the form have the same name."))
        if any(field.type == "choice" and not field.choices for field in self.fields):
            raise ValueError(gettext("A field with choices needs at least one."))
        return self


def answers(config: Form, given: Mapping[str, Any], at: str = "data") -> dict[str, Any]:
    """The form's answers as data. Raises InvalidInput with a problem for each field, its path below `at`."""
    data: dict[str, Any] = {}
    problems = []
    for field in config.fields:
        value = given.get(field.name)
        try:
            data[field.name] = _answer(field, value)
        except ValueError as error:
            problems.append(FieldProblem(f"{at}.{field.name}", "form.answer", f"{field.label or field.name}: {error}"))
    unknown = sorted(set(given) - {field.name for field in config.fields}) if config.fields else []
    problems += [
        FieldProblem(f"{at}.{name}", "form.unknown", gettext("The form has no field %(name)s.", name=name))
        for name in unknown
    ]
    if problems:
        raise InvalidInput(problems[0].message, code="form.invalid", problems=problems)
    return data if config.fields else dict(given)


def _answer(field: Question, value: Any) -> Any:
    if value is None or value == "":
        if field.required and field.type != "yes_no":
            raise ValueError(gettext("this is required."))
        return False if field.type == "yes_no" else None
    if field.type in _READ:
        return _READ[field.type](value)
    match field.type:
        case "list" | "object" | "any":
            return _json(field.type, value)
        case "choice" if value not in field.choices:
            raise ValueError(gettext("choose one of %(choices)s.", choices=", ".join(field.choices)))
        case _ if isinstance(value, str):
            return value
        case _:
            raise ValueError(gettext("this must be a text."))


def _json(kind: str, value: Any) -> Any:
    if kind == "list" and not isinstance(value, list):
        raise ValueError(gettext("this must be a list."))
    if kind == "object" and not isinstance(value, dict):
        raise ValueError(gettext("this must be an object."))
    return value


def _yes_or_no(value: Any) -> bool:
    said = _YES_NO.get(value.strip().lower() if isinstance(value, str) else value) if _is_scalar(value) else None
    if said is None:
        raise ValueError(gettext("this must be yes or no."))
    return said


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | bool | int)


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(value.strip()).isoformat()
    except (AttributeError, ValueError):
        raise ValueError(gettext("this must be a date such as 2026-03-31.")) from None


def _number(value: Any) -> int | float:
    try:
        number = Decimal(str(value).strip()) if not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number.adjusted() > 15:
        raise ValueError(gettext("this must be a number."))
    return int(number) if number == number.to_integral_value() else float(number)


def _money(value: Any) -> str:
    """As decimal text: a float would not keep an amount."""
    try:
        amount = Decimal(str(value).strip()) if not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount.adjusted() > 15 or amount.as_tuple().exponent not in _CENTS:
        raise ValueError(gettext("this must be an amount such as 12.50."))
    return format(amount, "f")


_READ: Mapping[str, Callable[[Any], Any]] = {
    "number": _number, "money": _money, "yes_no": _yes_or_no, "date": _date,
}  # fmt: skip


def described(config: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(name, kind, label) of each field of a raw config, which may be half-written."""
    fields = config.get("fields")
    rows = [row for row in fields if isinstance(row, dict) and row.get("name")] if isinstance(fields, list) else []
    return [(str(row["name"]), str(row.get("type", "text")), str(row.get("label") or row["name"])) for row in rows]


def sample(config: Mapping[str, Any]) -> dict[str, Any]:
    """Answers to a raw config's fields, for completion and test-runs."""
    return {name: SAMPLES.get(kind) for name, kind, _ in described(config)}
