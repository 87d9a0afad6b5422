"""Forms about Slack: where approvals are posted, and whose account is whose."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length

from studio.approvals.slack.channels import BOT, WEBHOOK

_NEEDED = _l("This is needed.")


class SlackForm(FlaskForm):
    """Where approvals are posted."""

    mode = RadioField(
        _l("Post by"),
        choices=[
            SelectChoice(BOT, _l("A bot's token")),
            SelectChoice(WEBHOOK, _l("An incoming webhook")),
        ],
        default=BOT,
    )
    token = PasswordField(_l("Bot token"), [Length(max=300)])
    channel = StringField(_l("Channel"), [Length(max=80)])
    webhook = PasswordField(_l("Address of the webhook"), [Length(max=2_000)])
    signing = PasswordField(_l("Signing secret"), [Length(max=200)])
    every = BooleanField(_l("Post every approval"), default=True)


class SlackMemberForm(FlaskForm):
    """Which Slack account is one's own."""

    member_id = StringField(_l("Member id"), [InputRequired(_NEEDED), Length(max=30)])


class SlackCodeForm(FlaskForm):
    """The code that was sent to that account."""

    digits = StringField(_l("Code"), [InputRequired(_NEEDED), Length(max=12)])
