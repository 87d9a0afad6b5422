"""The form of an alert's answers: a button each."""

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import AnyOf

from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import verbs
from studio.oversight.alerts.tables import Alert

SPANS = (
    SelectChoice("30", _l("30 minutes")),
    SelectChoice("60", _l("1 hour")),
    SelectChoice("240", _l("4 hours")),
    SelectChoice("480", _l("8 hours")),
)


class AnswerForm(FlaskForm):
    """What one button says."""

    do = StringField(validators=[AnyOf(("acknowledge", "snooze", "hand_on", "resolve"))])
    minutes = SelectField(_l("Put it off by"), choices=list(SPANS), default="60")

    def perform(self, uow: UnitOfWork, alert: Alert, channel: str) -> str:
        """Do it. Returns what to say. Raises Conflict, InvalidInput."""
        match self.do.data:
            case "acknowledge":
                verbs.acknowledge(uow, alert.id, channel=channel)
                return str(_("You are on it. Nobody else is told."))
            case "snooze":
                verbs.snooze(uow, alert.id, timedelta(minutes=int(str(self.minutes.data))))
                return str(_("It is put off. You are reminded then."))
            case "hand_on":
                verbs.hand_on(uow, alert.id)
                return str(_("The next level is told now."))
            case _other:
                verbs.resolve(uow, alert.id, channel=channel)
                return str(_("It is over. Whoever was told hears of it."))
