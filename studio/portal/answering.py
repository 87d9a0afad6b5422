"""A request's own answers on the decision page: their buttons and forms, what was typed, what was wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from studio.approvals.models import Request
from studio.approvals.options import Option, restored
from studio.approvals.outcomes import REASONED
from studio.contract.form import Question
from studio.core.errors import StudioError
from studio.portal.forms import DecideForm

PREFIX = "option."
"""Before an answer's key, in the button's value."""
_LOOKS = {"plain": "", "good": "good", "danger": "danger"}


@dataclass(frozen=True, slots=True)
class Input:
    """One field of an answer's form."""

    name: str
    label: str
    type: str
    required: bool
    choices: tuple[str, ...]
    value: str
    problem: str

    @property
    def id(self) -> str:
        """Of the element."""
        return self.name.replace(".", "-")


@dataclass(frozen=True, slots=True)
class Answer:
    """One button, with the form that is asked with it."""

    value: str
    label: str
    look: str
    inputs: tuple[Input, ...]
    open: bool
    """Its form was sent and refused."""
    reasoned: bool
    """It must say why."""


def key_of(pressed: str) -> str | None:
    """The answer's key behind the button that was pressed; None: a button that every request has."""
    return pressed.removeprefix(PREFIX) if pressed.startswith(PREFIX) else None


def typed(sent: Mapping[str, str], key: str) -> dict[str, str]:
    """What was filled in with an answer. Fields of other answers are not looked at."""
    before = f"answer.{key}."
    return {name.removeprefix(before): value for name, value in sent.items() if name.startswith(before)}


def offered(request: Request, form: DecideForm, problem: StudioError | None) -> list[Answer]:
    """The request's own answers, with what was typed and what was wrong with it."""
    pressed = key_of(form.outcome.data or "")
    return [_answer(option, form, problem if option.key == pressed else None) for option in restored(request.options)]


def _answer(option: Option, form: DecideForm, problem: StudioError | None) -> Answer:
    wrong = {one.path: one.message for one in problem.problems} if problem else {}
    sent = typed(form.sent, option.key)
    inputs = tuple(_input(option, field, sent, wrong) for field in option.fields)
    return Answer(
        PREFIX + option.key, option.label, _LOOKS[option.style], inputs, problem is not None, option.outcome in REASONED
    )


def _input(option: Option, field: Question, sent: Mapping[str, str], wrong: Mapping[str, str]) -> Input:
    return Input(
        name=f"answer.{option.key}.{field.name}",
        label=field.label or field.name,
        type=field.type,
        required=field.required,
        choices=tuple(field.choices),
        value=sent.get(field.name, ""),
        problem=wrong.get(f"answer.{field.name}", ""),
    )
