"""The form of a batch: what is done with all runs that fit a filter."""

from typing import Any

import orjson
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import Length, Optional

from studio.core.errors import InvalidInput
from studio.runtime.batches.wanted import Verb, Wanted

VERBS = {
    Verb.RERUN: _l("Run again"),
    Verb.REPEAT: _l("Try the step in doubt again"),
    Verb.ARRIVED: _l("The call arrived: go on"),
    Verb.SKIP: _l("Skip the step with a given result"),
    Verb.DONE: _l("Mark as done"),
    Verb.CANCEL: _l("Cancel"),
}


class BatchForm(FlaskForm):
    """What, how, how fast, and its name."""

    filter = HiddenField()
    verb = SelectField(_l("Do with each run"), choices=[SelectChoice(verb.value, text) for verb, text in VERBS.items()])
    start = RadioField(
        _l("Start from"), default="failed",
        choices=[SelectChoice("failed", _l("The step that failed")), SelectChoice("beginning", _l("The beginning"))],
    )  # fmt: skip
    newest = BooleanField(_l("On the newest version"))
    repeats = BooleanField(_l("Also where something that has happened would happen again"))
    output = TextAreaField(_l("What the step gave"), [Length(max=60_000)])
    port = StringField(_l("Goes on at"), [Length(max=40)])
    reason = StringField(_l("Why"), [Length(max=500)])
    name = StringField(_l("Name of the incident"), [Length(max=120)])
    per_minute = IntegerField(_l("Runs a minute"), [Optional()], default=60)
    plan = HiddenField()
    do = HiddenField()

    def wanted(self) -> Wanted:
        """What was chosen. Raises InvalidInput."""
        if self.verb.data not in [verb.value for verb in Verb]:
            raise InvalidInput(_("Choose one of the ways offered."), field="verb")
        return Wanted(
            verb=Verb(self.verb.data), from_failed=self.start.data != "beginning", newest=bool(self.newest.data),
            repeats=bool(self.repeats.data), output=self._output(), port=self.port.data or None,
            reason=self.reason.data or "",
        )  # fmt: skip

    def _output(self) -> Any:
        text = (self.output.data or "").strip()
        if not text:
            return None
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise InvalidInput(_("That is no JSON: %(why)s", why=str(error)), field="output") from None

    def show(self, error: InvalidInput) -> None:
        """Put a refusal at its field."""
        named = {"verb": self.verb, "name": self.name, "per_minute": self.per_minute, "output": self.output}
        for problem in error.problems:
            field = named.get(problem.path)
            if field is not None:
                field.errors = [*field.errors, problem.message]


class BatchStateForm(FlaskForm):
    """Where a batch shall be."""

    state = HiddenField()
