"""Who takes over from somebody who leaves."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.accounts.frame import ROLE_NAMES
from studio.accounts.service.members import Member


class LeavingForm(FlaskForm):
    """The heir, and who gets what that one may not take."""

    to = SelectField(_l("Goes to"))
    fallback = SelectField(_l("What they may not decide goes to"))

    def offer(self, people: Sequence[Member], leaving: UUID | None) -> None:
        """Everybody else with a working seat."""
        others = [one for one in people if one.seat_id != leaving]
        choices = [SelectChoice(str(one.user_id), f"{one.name} · {ROLE_NAMES[one.role.value]}") for one in others]
        self.to.choices = [SelectChoice("", _l("Nobody: it ends")), *choices]
        self.fallback.choices = [SelectChoice("", _l("Nobody")), *choices]
        for field in (self.to, self.fallback):
            field.data = field.data or ""
