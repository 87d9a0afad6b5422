"""Forms of a workspace's own templates."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # public, but not in its __all__
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from studio.core.i18n import gettext
from studio.core.ids import parse_id
from studio.core.sending import EverythingField
from studio.gallery.kept.content import OwnTemplate
from studio.gallery.own.asking import Askable
from studio.gallery.own.filing import LARGEST
from studio.gallery.own.service import LONGEST_NOTE, Wanted

NEW, DRAFT = "", "draft"
ASK, CALLED = "ask:", "called:"


def _into(form: "KeepForm | ImportForm", own: Sequence[OwnTemplate]) -> None:
    versions = [
        SelectChoice(one.slug, _("Version %(number)s of “%(name)s”", number=one.number + 1, name=one.name))
        for one in own
    ]
    form.into.choices = [SelectChoice(NEW, _("A new template")), *versions]


class KeepForm(FlaskForm):
    """A workflow as a template."""

    into = SelectField(_l("Save as"))
    name = StringField(_l("Title"), [Length(max=80)])
    value = TextAreaField(_l("What it does for somebody, in a sentence"), [Length(max=300)])
    category = SelectField(_l("Category"))
    version = SelectField(_l("Made of"))
    note = StringField(_l("What is new"), [Length(max=LONGEST_NOTE)])
    sent = EverythingField()

    def offer(self, own: Sequence[OwnTemplate], categories: Sequence[str], published: int | None) -> None:
        """What there is to choose from."""
        _into(self, own)
        self.category.choices = [SelectChoice(one, gettext(one)) for one in categories]
        numbers = [
            SelectChoice(str(number), _("Version %(number)s", number=number)) for number in range(published or 0, 0, -1)
        ]
        self.version.choices = [SelectChoice(DRAFT, _("The draft")), *numbers[:20]]

    def number(self) -> int | None:
        """Which version of the workflow; None: its draft."""
        found = str(self.version.data or "")
        return int(found) if found.isdecimal() and len(found) < 9 else None

    def template_id(self) -> UUID | None:
        """Which template gets a version; None: a new one."""
        return parse_id(str(self.into.data or "").removeprefix("own-"))

    def chosen(self) -> Mapping[str, str]:
        """By the key of a place, what the wizard calls it."""
        sent = self.sent.data
        return {key[len(ASK) :]: sent.get(CALLED + key[len(ASK) :], "") for key in sent if key.startswith(ASK)}

    def wanted(self) -> Wanted:
        """What was filled in."""
        return Wanted(
            self.name.data or "", self.value.data or "", self.category.data or "", self.chosen(), self.number(),
            self.note.data or "",
        )  # fmt: skip

    def called(self, one: Askable) -> str:
        """What the wizard is to call a value: as it was written, else its step and field."""
        written: str | None = self.sent.data.get(CALLED + one.place.key)
        return written if written is not None else f"{one.step} · {one.field}"[:120]


class ImportForm(FlaskForm):
    """A template out of a file, or its text."""

    into = SelectField(_l("Save as"))
    file = FileField(_l("File"))
    text = TextAreaField(_l("Text"))
    note = StringField(_l("What is new"), [Length(max=LONGEST_NOTE)])

    def offer(self, own: Sequence[OwnTemplate]) -> None:
        """What there is to choose from."""
        _into(self, own)

    def template_id(self) -> UUID | None:
        """Which template gets a version; None: a new one."""
        return parse_id(str(self.into.data or "").removeprefix("own-"))

    def content(self) -> str | bytes:
        """What was sent; a byte more than allowed is enough to refuse it."""
        if self.file.data:
            sent: bytes = self.file.data.read(LARGEST + 1)
            return sent
        return self.text.data or ""


class SeenForm(FlaskForm):
    """The draft that an update goes into."""

    revision = IntegerField(_l("Revision"), [InputRequired(), NumberRange(0, 2**31 - 2)], widget=HiddenInput())
