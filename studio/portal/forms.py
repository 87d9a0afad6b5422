"""Forms of the portal. Each works with scripts off: plain fields, a button for each way."""

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length, NumberRange, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from studio.approvals import wordings
from studio.approvals.clock.reading import zone_names
from studio.approvals.limits import REMARK
from studio.approvals.people import Person
from studio.approvals.policy import Snooze
from studio.core.moment_fields import DateTimeLocalField
from studio.core.sending import EverythingField
from studio.portal.chosen_files import FilesForm
from studio.portal.week import WeekField
from studio.portal.zones import CUSTOM

MOMENTS = (
    SelectChoice(Snooze.HOUR.value, _l("In one hour")),
    SelectChoice(Snooze.LATER.value, _l("Later today, in four hours")),
    SelectChoice(Snooze.TOMORROW.value, _l("Tomorrow at 08:00")),
    SelectChoice(Snooze.WEEK.value, _l("Next week, Monday at 08:00")),
)
"""When what is put off may come back."""


def people_choices(people: Iterable[Person]) -> list[SelectChoice]:
    """People to choose among, by name and address."""
    return [SelectChoice(str(one.id), f"{one.name} ({one.email})") for one in people]


class DecideForm(FilesForm):
    """What one of the three big buttons sends; the button names the outcome."""

    comment = TextAreaField(_l("Comment"), [Length(max=REMARK)])
    shown = HiddenField()
    """Hash of what stood on the page."""
    outcome = HiddenField()
    everything = EverythingField()

    @property
    def sent(self) -> Mapping[str, str]:
        """All that was sent, the fields of further answers included."""
        return self.everything.data

    @property
    def ticked(self) -> list[str] | None:
        """Keys of the line items that are ticked; None: the form has none, so all are meant."""
        return self.everything.data.getlist("item") if "items" in self.sent else None


class ReassignForm(FlaskForm):
    """To whom, and why."""

    to = SelectField(_l("Hand to"), [InputRequired(_l("Choose a person."))])
    note = StringField(_l("Note"), [Length(max=500)])


class AwayForm(FlaskForm):
    """From when to when, and who stands in."""

    owner = SelectField(_l("Who is away"), [InputRequired(_l("Choose a person."))])
    to = SelectField(_l("Who stands in"), [InputRequired(_l("Choose a person."))])
    starts_at = DateTimeLocalField(_l("From"), [InputRequired(_l("Choose a moment."))])
    ends_at = DateTimeLocalField(_l("Until"), [InputRequired(_l("Choose a moment."))])
    open_items = RadioField(
        _l("What is open when it begins"),
        choices=[
            SelectChoice("yes", _l("Goes to them as well")),
            SelectChoice("no", _l("Stays with its owner alone")),
        ],
        default="yes",
    )


class FactForm(Form):
    """One line of what is asked. An empty label takes it away."""

    label = StringField(_l("Label"), [Length(max=wordings.LABEL)])
    value = TextAreaField(_l("Value"), [Length(max=wordings.VALUE)])


class ReviseForm(FilesForm):
    """What is asked, to be edited."""

    title = StringField(_l("What is to be decided"), [InputRequired(_l("Say it in one sentence.")), Length(max=400)])
    facts = FieldList(FormField(FactForm), max_entries=wordings.MOST_FACTS)
    amount = StringField(_l("Amount"), [Length(max=40)])
    currency = StringField(_l("Currency"), [Length(max=3)])
    text = TextAreaField(_l("Why, and what they should know"), [Length(max=wordings.INSTRUCTIONS)])
    """Shown to whoever may change it."""
    keep = SelectMultipleField(
        _l("Attachments that stay"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,  # one that is not there is refused by the service
    )
    note = TextAreaField(_l("What you have changed"), [Length(max=REMARK)])
    shown = HiddenField()
    """What stood on the page that is edited."""


class BypassForm(FlaskForm):
    """Why those who were asked are not waited for."""

    reason = TextAreaField(_l("Reason"), [InputRequired(_l("Say why.")), Length(max=REMARK)])
    shown = HiddenField()
    """Hash of what stood on the page."""


class DismissForm(FlaskForm):
    """Why changes that were asked for are set aside."""

    reason = TextAreaField(_l("Reason"), [InputRequired(_l("Say why.")), Length(max=REMARK)])


class TakeBackForm(FlaskForm):
    """Why nobody has to decide any more."""

    reason = TextAreaField(_l("Reason"), [InputRequired(_l("Say why.")), Length(max=REMARK)])


class SnoozeForm(FlaskForm):
    """How long it stays out of sight."""

    choice = RadioField(
        _l("Show it again"),
        [InputRequired(_l("Choose a moment."))],
        choices=[*MOMENTS, SelectChoice(CUSTOM, _l("At a moment of my own"))],
        default=Snooze.HOUR.value,
    )
    until = StringField(_l("Date and time"))


class BulkForm(FlaskForm):
    """What is to be done with all selected rows; the pressed button names it."""

    act = HiddenField()
    pick = SelectMultipleField(choices=[], validate_choice=False)
    """Boxes of the rows: `<request id>:<what the row showed>`."""
    comment = TextAreaField(_l("Comment"), [Length(max=REMARK)])
    choice = SelectField(
        _l("Until"),
        choices=[*MOMENTS, SelectChoice(CUSTOM, _l("Another moment"))],
        default=Snooze.HOUR.value,
        validate_choice=False,  # refused by zones.snooze_moment, where it counts
    )
    until = StringField(_l("Date and time"))


class CodeForm(FlaskForm):
    """The six digits of a mail; spaces between them do no harm."""

    code = StringField(
        _l("Code"),
        [
            InputRequired(_l("Type the six digits of the mail.")),
            Regexp(r"^\s*([0-9]\s*){6}$", message=_l("A code has six digits.")),
        ],
    )


class GroupForm(FlaskForm):
    """A group's name and its people."""

    name = StringField(_l("Name"), [InputRequired(_l("Give the group a name.")), Length(max=80)])
    members = SelectMultipleField(_l("Members"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False))


class ApplyForm(FlaskForm):
    """Open requests that shall follow a group."""

    shown = HiddenField()
    """The group's people, as the page showed them."""
    pick = SelectMultipleField(choices=[], validate_choice=False)


class CalendarForm(FlaskForm):
    """A calendar's name, zone, week and holidays."""

    name = StringField(_l("Name"), [InputRequired(_l("Give the calendar a name.")), Length(max=80)])
    time_zone = SelectField(
        _l("Time zone"), choices=lambda: [SelectChoice(name, name) for name in sorted(zone_names())]
    )
    week = WeekField()
    holidays = TextAreaField(_l("Holidays"), [Length(max=40_000)])


class RecountForm(FlaskForm):
    """Which state of a calendar its plan was shown for."""

    shown = HiddenField()


class PlaceForm(FlaskForm):
    """A country or a part of one."""

    place = StringField(_l("Country, or a part of one"), [InputRequired(_l("Write a country.")), Length(max=20)])


class ScheduleForm(FlaskForm):
    """A schedule: its people in order, a selection each, and when their turns begin."""

    name = StringField(_l("Name"), [InputRequired(_l("Give the schedule a name.")), Length(max=80)])
    time_zone = SelectField(
        _l("Time zone"), choices=lambda: [SelectChoice(name, name) for name in sorted(zone_names())]
    )
    starts = DateTimeLocalField(
        _l("The first turn begins"), [InputRequired(_l("Say when."))], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
    )
    length = IntegerField(_l("A turn lasts"), [InputRequired(_l("Say how long.")), NumberRange(1, 364)])
    unit = SelectField(_l("Days or weeks"), choices=[SelectChoice("7", _l("weeks")), SelectChoice("1", _l("days"))])
    people = FieldList(SelectField(_l("Turn"), validate_choice=False), min_entries=8, max_entries=60)

    @property
    def days(self) -> int:
        """Length of a turn in days."""
        return int(self.length.data or 0) * int(self.unit.data or 1)


class OverrideForm(FlaskForm):
    """Somebody else on call, for a time on the schedule's own clock."""

    person = SelectField(_l("Who"), [InputRequired(_l("Choose a person."))])
    start = DateTimeLocalField(
        _l("From"), [InputRequired(_l("Say when."))], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
    )
    end = DateTimeLocalField(
        _l("Until"), [InputRequired(_l("Say when."))], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
    )
