"""Forms of one workflow's page: its name, and what a start by hand asks."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # public, but not in its __all__
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import DateInput, NumberInput

from studio.contract import form as forms
from studio.contract.node import NodeType
from studio.core.errors import InvalidInput
from studio.runtime.document.bounds import check_payload
from studio.runtime.triggers.manual import Manual

PREFIX = "answer_"
"""Before a field's own name, which could be one that WTForms uses itself."""
LONGEST = 100_000


class RenameForm(FlaskForm):
    """Another name."""

    name = StringField(_l("Name"), [InputRequired(_l("This is needed.")), Length(max=120)])


class SortForm(FlaskForm):
    """Where it stands, and whose it is."""

    folder = StringField(_l("Folder"), [Length(max=200)])
    tags = StringField(_l("Tags"), [Length(max=800)])
    owner = HiddenField()

    def given(self) -> list[str]:
        """The tags, one by one."""
        return [one for one in (self.tags.data or "").split(",") if one.strip()]


class EnableForm(FlaskForm):
    """On or off."""

    enabled = BooleanField(_l("On"), false_values=("", "off", "false"))


class RestoreForm(FlaskForm):
    """The draft that the old version would replace."""

    revision = IntegerField(_l("Revision"), [InputRequired(), NumberRange(0, 2**31 - 2)])


class ShareForm(FlaskForm):
    """How many of the events a staged version takes, in percent."""

    share = IntegerField(_l("Percent of the events"), [InputRequired(), NumberRange(1, 99)])


class StartForm(FlaskForm):
    """What a start by hand asks: the manual trigger's fields, or the data that another trigger would bring."""

    def answers(self, config: Mapping[str, Any]) -> Any:
        """The run's data. Raises InvalidInput, whose paths begin with `data.`."""
        if "data_json" in self._fields:
            return _json(self._fields["data_json"].data or "{}")
        asked = Manual.Config.model_validate(config)
        return forms.answers(asked, {field.name: self._fields[PREFIX + field.name].data for field in asked.fields})

    def show(self, error: InvalidInput) -> None:
        """Put what was wrong under its fields."""
        for problem in error.problems:
            field = self._fields.get(PREFIX + problem.path.removeprefix("data."))
            if field is not None:
                field.errors = [*field.errors, problem.message]


def start_form(found: type[NodeType], config: Mapping[str, Any]) -> StartForm:
    """The form of one trigger."""
    if found is not Manual:
        fields = {"data_json": _json_field(found, config)}
    else:
        asked = Manual.Config.model_validate(config)
        fields = {PREFIX + field.name: _field(field) for field in asked.fields}
    made: type[StartForm] = type("_Start", (StartForm,), fields)
    return made()


def _json_field(found: type[NodeType], config: Mapping[str, Any]) -> Field:
    sample = config.get("sample")
    text = orjson.dumps(
        sample if sample is not None else found.sample_of(config) or {}, option=orjson.OPT_INDENT_2
    ).decode()
    return TextAreaField(_l("Data"), [Length(max=LONGEST)], default=text)


def _field(field: forms.Question) -> Field:
    label, needed = field.label or field.name, [InputRequired(_l("This is needed."))] if field.required else []
    match field.type:
        case "yes_no":
            return BooleanField(label)
        case "choice":
            choices = field.choices if field.required else ["", *field.choices]
            return SelectField(label, choices=[SelectChoice(one, one) for one in choices])
        case "long_text":
            return TextAreaField(label, [*needed, Length(max=LONGEST)])
        case "number":
            return StringField(label, needed, widget=NumberInput(step="any"))
        case "date":
            return StringField(label, needed, widget=DateInput())
        case _:
            return StringField(label, [*needed, Length(max=LONGEST)])


def _json(text: str) -> Any:
    try:
        data = orjson.loads(text)
    except ValueError as error:
        raise InvalidInput(_("This is not JSON: %(why)s.", why=error), field="data_json") from None
    check_payload(data)
    return data
