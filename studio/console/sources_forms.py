"""Forms of event sources."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import DataRequired, Length

from studio.connectors.hooks.events import KINDS
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext
from studio.runtime.sources.service import LONGEST_NAME

SIGNATURES = (
    SelectChoice("none", _l("None: whoever knows the address may send")),
    SelectChoice("shopify", "Shopify"),
    SelectChoice("stripe", "Stripe"),
    SelectChoice("slack", "Slack"),
    SelectChoice("github", "GitHub"),
    SelectChoice("standard-webhooks", "Standard Webhooks"),
    SelectChoice("hmac-sha256", _l("HMAC-SHA256 in a header")),
)


class _Opening(FlaskForm):
    """What both kinds ask."""

    name = StringField(_l("Name"), [DataRequired(), Length(max=LONGEST_NAME)])

    def show(self, error: InvalidInput) -> None:
        """Put a refusal at its fields."""
        for problem in error.problems:
            field: Field = self._fields.get(problem.path.removeprefix("settings."), self.name)
            field.errors = [*field.errors, problem.message]


class WebhookForm(_Opening):
    """An address of its own."""

    signature = SelectField(_l("Signature"), choices=SIGNATURES, default="none")
    secret = SelectField(_l("Signing secret"), choices=[], default="")
    header = StringField(_l("Signature header"), [Length(max=80)], default="X-Signature")

    def offer(self, secrets: Sequence[str]) -> None:
        """The secrets of the workspace, by name."""
        self.secret.choices = [SelectChoice("", _l("none")), *(SelectChoice(name, name) for name in secrets)]

    def settings(self) -> dict[str, Any]:
        """As the service takes it: what does not belong to the chosen signature is left out."""
        if self.signature.data == "none":
            return {}
        given: dict[str, Any] = {"signature": self.signature.data, "secret": self.secret.data or None}
        return given | ({"header": self.header.data} if self.signature.data == "hmac-sha256" else {})


class ConnectionForm(_Opening):
    """What a connection tells of."""

    connection = SelectField(_l("Connection"), choices=[])
    event = SelectField(_l("When"), choices=[])
    scope = StringField(_l("Channel or store"), [Length(max=200)])

    def offer(self, connections: Sequence[tuple[str, str]]) -> None:
        """Connections (name in steps, title) and the events that there are."""
        self.connection.choices = [SelectChoice(handle, title) for handle, title in connections]
        self.event.choices = [SelectChoice(one.value, gettext(kind.title)) for one, kind in KINDS.items()]

    def settings(self) -> dict[str, Any]:
        """As the service takes it."""
        return {
            "connection": self.connection.data, "event": self.event.data, "scope": (self.scope.data or "").strip(),
        }  # fmt: skip


class SourceNameForm(FlaskForm):
    """Another name."""

    name = StringField(_l("Name"), [DataRequired(), Length(max=LONGEST_NAME)])


class MakeForm(FlaskForm):
    """A workflow of an event."""

    name = StringField(_l("Name"), [Length(max=LONGEST_NAME)])
    take_address = BooleanField(_l("Let it take this address over when it is published"), default=True)


class WhichForm(FlaskForm):
    """Which workflow an event is tried on or replayed to."""

    workflow = SelectField(_l("Workflow"), choices=[])

    def offer(self, workflows: Sequence[tuple[str, str]]) -> None:
        """Values and names."""
        self.workflow.choices = [SelectChoice(value, name) for value, name in workflows]
