"""A template's questions as a form, and the form's fields as answers again. WTForms; works with scripts off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # public, but not in its __all__
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from studio.connectors.catalogue import connector
from studio.connectors.definition import Connector
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext
from studio.gallery.answers import Linked, Place
from studio.gallery.template import Question, Template

PREFIX = "answer_"
NEW = ""
"""What a group's select says for "make one"."""
UNITS = (("minutes", _l("minutes")), ("hours", _l("hours")), ("days", _l("days")))


class Checkboxes(SelectMultipleField):
    """Several of a few."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with the fields that it is asked by: `main`, and what belongs to it."""

    question: Question
    fields: Mapping[str, Field]

    @property
    def kinds(self) -> list[Connector]:
        """Of a connection: the kinds of system that it may be."""
        return [connector(key) for key in self.question.connectors]

    @property
    def main(self) -> Field:
        """The field that an error stands at."""
        return next(iter(self.fields.values()))


class Wizard:
    """The form of one template in one workspace."""

    def __init__(self, template: Template, place: Place, defaults: Mapping[str, Any]) -> None:
        """`defaults` are answers, as the service gives them."""
        made = {question.key: _fields(question, place, defaults[question.key]) for question in template.questions}
        flat = {
            f"{PREFIX}{key}{part and '_' + part}": field for key, parts in made.items() for part, field in parts.items()
        }
        self.form = cast("FlaskForm", type("WizardForm", (FlaskForm,), flat)())
        self.asked = [
            Asked(
                question,
                {part: self.form[f"{PREFIX}{question.key}{part and '_' + part}"] for part in made[question.key]},
            )
            for question in template.questions
        ]

    def answers(self) -> dict[str, Any]:
        """What was answered, as the service reads it."""
        return {one.question.key: _answer(one) for one in self.asked}

    def show(self, error: InvalidInput) -> None:
        """Put each problem under its question, else under the first one. Raises it where nothing is asked."""
        if not self.asked:
            raise error
        for problem in error.problems:
            key = problem.path.partition(".")[2]
            one = next((one for one in self.asked if one.question.key == key), self.asked[0])
            one.main.errors = [*one.main.errors, problem.message]


def _fields(question: Question, place: Place, default: Any) -> dict[str, Field]:
    """The fields of one question by what each is; the main one under an empty name."""
    match question.kind:
        case "email":
            return {"": EmailField(gettext(question.label), [Length(max=254)], default=default)}
        case "choice" | "connection" | "secret":
            return {"": _one_of(question, place, default)}
        case "duration":
            units = [SelectChoice(value, label) for value, label in UNITS]
            return {
                "": IntegerField(gettext(question.label), [Optional()], default=default["amount"]),
                "unit": SelectField(_l("Unit"), choices=units, default=default["unit"]),
            }
        case "people":
            return {"": _people(gettext(question.label), place, default)}
        case "group":
            return _group(question, place, default)
        case _:
            return {"": StringField(gettext(question.label), [Length(max=200)], default=str(default))}


def _one_of(question: Question, place: Place, default: Any) -> SelectField:
    """One of the options, or of the connections of the template's kinds; what is chosen is read by the service."""
    if question.kind == "choice":
        options = [SelectChoice(one.value, gettext(one.label)) for one in question.options]
    elif question.kind == "secret":
        options = [SelectChoice(name, name) for name in place.secrets]
    else:
        fits = place.fitting(question)
        nothing = [SelectChoice("", _("None"))] if question.optional and fits else []
        options = [*nothing, *(SelectChoice(one.handle, _titled(question, one)) for one in fits)]
    return SelectField(gettext(question.label), choices=options, default=default, validate_choice=False)


def _titled(question: Question, linked: Linked) -> str:
    """A connection by its name, with its kind where there are several kinds to choose from."""
    kind = gettext(connector(linked.connector).title)
    return linked.title if len(question.connectors) == 1 or linked.title == kind else f"{linked.title} ({kind})"


def _group(question: Question, place: Place, default: Mapping[str, Any]) -> dict[str, Field]:
    """Which group; and, for one that is to be made, who is in it and what it is called."""
    fields: dict[str, Field] = {}
    if place.groups:
        new = _("A new group of these people") if place.may_make_groups else _("These people")
        groups = [SelectChoice(name, name) for name in place.groups.values()]
        chosen = default.get("group", NEW)
        fields[""] = SelectField(gettext(question.label), choices=[*groups, SelectChoice(NEW, new)], default=chosen)
        fields["people"] = _people(_("Who is in the new group"), place, default.get("people", []))
    else:
        fields["people"] = _people(gettext(question.label), place, default.get("people", []))
    if place.may_make_groups:
        label, name = _("Name of the new group"), default.get("name", "")
        fields["name"] = StringField(label, [Length(max=80)], default=name)
    return fields


def _people(label: str, place: Place, default: list[str]) -> Checkboxes:
    people = [SelectChoice(str(person.id), person.name) for person in place.deciders]
    return Checkboxes(label, choices=people, default=default)


def _answer(one: Asked) -> Any:
    fields = {part: field.data for part, field in one.fields.items()}
    match one.question.kind:
        case "duration":
            return {"amount": fields[""], "unit": fields["unit"]}
        case "people":
            return fields[""]
        case "group" if fields.get(""):
            return {"group": fields[""]}
        case "group":
            return {"name": fields.get("name") or "", "people": fields["people"]}
        case _:
            return fields[""]
