"""One change of the workflows that are ticked in the list."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.validators import AnyOf, Length

from studio.accounts.policy import safe_next
from studio.builder.service.bulk import Change
from studio.core.errors import InvalidInput
from studio.core.ids import parse_id
from studio.runtime.halts.asking import Wanted
from studio.runtime.service.sorting import LONGEST_FOLDER, LONGEST_TAG

VERBS = ("move", "tag", "untag", "pause", "archive", "owner")


class BulkForm(FlaskForm):
    """Which, what, and with what."""

    pick = SelectMultipleField(choices=[], validate_choice=False)
    do = HiddenField(validators=[AnyOf(VERBS)])
    folder = StringField(_l("Folder"), [Length(max=LONGEST_FOLDER)])
    tag = StringField(_l("Tag"), [Length(max=LONGEST_TAG)])
    reason = StringField(_l("Why"), [Length(max=500)])
    owner = HiddenField()
    back = HiddenField(filters=[safe_next])

    def picked(self) -> Sequence[UUID]:
        """Ids of what is ticked. Raises InvalidInput for what is no id."""
        found = [parse_id(one) for one in self.pick.data or []]
        if None in found:
            raise InvalidInput(
                _("There is no such workflow, or it is archived."), field="pick", code="workflow.unknown"
            )
        return [one for one in found if one is not None]

    def change(self) -> Change:
        """What was asked. Raises InvalidInput."""
        if not self.validate_on_submit():
            raise InvalidInput(_("Reload the page, then try again. Nothing was changed."), field="do")
        match self.do.data:
            case "move":
                return Change(folder=self.folder.data or "")
            case "tag":
                return Change(add_tags=[self.tag.data or ""])
            case "untag":
                return Change(remove_tags=[self.tag.data or ""])
            case "pause":
                return Change(pause=Wanted(self.reason.data or ""))
            case "owner":
                owner = parse_id(self.owner.data or "")
                if owner is None:
                    raise InvalidInput(_("Choose who it is handed to."), field="owner")
                return Change(owner_id=owner)
            case _:
                return Change(archive=True)
