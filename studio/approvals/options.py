"""Answers beside yes, no and changes: "Offer a voucher", with a form that is asked with them. Pure: no I/O."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from studio.approvals.outcomes import Outcome
from studio.contract.form import SAMPLES, Form, Question, answers
from studio.contract.node import NodeConfig, help_
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _

RESERVED = frozenset({
    "approved", "bypassed", "cancelled", "changes_requested", "declined", "error", "expired", "next", "responded",
    "superseded",
})  # fmt: skip
"""Ways on that mean something already."""
MOST, LONGEST = 8, 4000
"""Answers of one request; characters of one field."""


class Counts(StrEnum):
    """What an answer does to the rule."""

    APPROVES = "as_approving"
    DECLINES = "as_declining"
    ITSELF = "as_itself"
    """Neither: enough people have to agree on this very answer, and it ends the request."""


class Style(StrEnum):
    """How its button looks."""

    PLAIN = "plain"
    GOOD = "good"
    DANGER = "danger"


class AnswerField(Question):
    """One question that is asked with the answer."""

    name: str = help_(
        "Later steps read it as steps.<step>.answer.<name>.",
        title="Name",
        example="value",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$",
    )
    type: Literal["text", "long_text", "number", "money", "yes_no", "date", "choice"] = help_(
        "What may be answered.", title="Kind", default="text", example="money"
    )


class Option(Form):
    """One further answer."""

    label: str = help_("What the button says", title="Answer", example="Offer a voucher", min_length=1, max_length=60)
    counts: Counts = help_(
        "Whether it counts as approving, as declining, or as an answer of its own: that one ends the request once "
        "as many people as the rule asks for have given it",
        title="It counts",
        default=Counts.ITSELF,
    )
    style: Style = help_("How the button looks", title="Style", default=Style.PLAIN)
    fields: list[AnswerField] = help_(
        "What is asked with it", title="Form", default=[], example=[{"name": "value", "type": "money"}], max_length=20
    )
    key: str = help_(
        "The way on behind this answer; keeps the connection when answers are moved. Empty: answer_1, answer_2, …",
        title="Port",
        default="",
        example="voucher",
        pattern=r"^([a-z][a-z0-9_]{0,39})?$",
    )

    @property
    def outcome(self) -> Outcome:
        """What a decision with it is."""
        return _OUTCOMES[self.counts]


_OUTCOMES = {
    Counts.APPROVES: Outcome.APPROVED,
    Counts.DECLINES: Outcome.DECLINED,
    Counts.ITSELF: Outcome.RESPONDED,
}


class Offered(NodeConfig):
    """The further answers of one request, told apart by their keys."""

    options: list[Option] = Field(max_length=MOST)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        check(self.options)
        return self


def check(options: Sequence[Option]) -> None:
    """Raise ValueError where two answers would go on by one port, or by one that means something already."""
    keys = [option.key for option in keyed(options)]
    twice = next((key for key in keys if keys.count(key) > 1 or key in RESERVED), None)
    if twice is not None:
        raise ValueError(_("Two ways on are called %(twice)s. Give each answer a port of its own.", twice=twice))


def keyed(options: Iterable[Option]) -> list[Option]:
    """The same with a key in each: by its place, where none was written."""
    return [one.model_copy(update={"key": one.key or _key(place)}) for place, one in enumerate(options, 1)]


def stored(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As they are kept beside the request. Raises InvalidInput with paths below `options` where they do not fit."""
    try:
        offered = Offered.model_validate({"options": list(given)})
    except ValidationError as error:
        problems = [
            FieldProblem(".".join(map(str, one["loc"])) or "options", "options.invalid", one["msg"])
            for one in error.errors()
        ]
        raise InvalidInput(problems[0].message, code="bad_options", problems=problems) from None
    return [option.model_dump(mode="json") for option in keyed(offered.options)]


def restored(kept: Iterable[Mapping[str, Any]]) -> list[Option]:
    """Read them back."""
    return [Option.model_validate(one) for one in kept]


def read(option: Option, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in. Raises InvalidInput with a problem for each field, its path below `answer`."""
    long = [name for name, value in given.items() if isinstance(value, str) and (len(value) > LONGEST or "\0" in value)]
    if long:
        said = _("This is too long: at most %(most)s characters.", most=LONGEST)
        raise InvalidInput(said, code="form.long", problems=[
            FieldProblem(f"answer.{name}", "form.long", said) for name in long
        ])  # fmt: skip
    if given and not option.fields:
        raise InvalidInput(_("This answer has no form."), code="form.unknown", field="answer")
    return answers(option, given, "answer")


def lines(option: Option, answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was filled in, for people: label and value. What was left empty is left out."""
    shown = ((field.label or field.name, answer.get(field.name)) for field in option.fields)
    return [(label, _said(value)) for label, value in shown if value is not None]


def filled_in(
    kept: Iterable[Mapping[str, Any]], key: str | None, answer: Mapping[str, Any] | None
) -> list[tuple[str, str]]:
    """The lines of an answer to a request whose stored answers are `kept`; none where it was none of them."""
    option = next((one for one in restored(kept) if one.key == key), None)
    return lines(option, answer) if option is not None and answer else []


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def ways(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(key, label) of each answer of a raw config, which may be half-written."""
    return [(_raw_key(one, place), str(one.get("label") or _raw_key(one, place))) for place, one in _raw(config)]


def schema(config: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of `option` and `answer` in the step's output, for a raw config."""
    fields: dict[str, set[str]] = {}
    for _place, one in _raw(config):
        for field in _raw_fields(one):
            fields.setdefault(field[0], set()).add(_KINDS.get(field[1], "string"))
    return {
        "option": {"type": ["string", "null"]},
        "answer": {
            "type": ["object", "null"],
            "properties": {name: {"type": [*sorted(kinds), "null"]} for name, kinds in fields.items()},
            "additionalProperties": False,
        },
    }


def sample(config: Mapping[str, Any]) -> dict[str, Any]:
    """`option` and `answer` as a step could give them, for a raw config."""
    first = next(iter(ways(config)), (None, ""))
    return {
        "option": first[0],
        "answer": {name: SAMPLES.get(kind) for _place, one in _raw(config) for name, kind in _raw_fields(one)},
    }


_KINDS = {"number": "number", "yes_no": "boolean"}


def _key(place: int) -> str:
    return f"answer_{place}"


def _raw(config: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    rows = config.get("options")
    listed = rows if isinstance(rows, list) else []
    return [(place, row if isinstance(row, dict) else {}) for place, row in enumerate(listed, 1)]


def _raw_key(one: Mapping[str, Any], place: int) -> str:
    return str(one.get("key") or _key(place))


def _raw_fields(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = one.get("fields")
    listed = [row for row in rows if isinstance(row, dict) and row.get("name")] if isinstance(rows, list) else []
    return [(str(row["name"]), str(row.get("type", "text"))) for row in listed]
