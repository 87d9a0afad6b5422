"""Files that were chosen in a form that comes back: browsers forget them, so they are kept for a day, named in it."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import MultipleFileField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.widgets import CheckboxInput, ListWidget

from studio.approvals.attaching import checking
from studio.approvals.attaching.checking import Checked
from studio.approvals.service import attaching
from studio.core.errors import InvalidInput
from studio.core.files.storing import StorageFull
from studio.core.ids import parse_id
from studio.core.models import StoredFile
from studio.core.unit_of_work import UnitOfWork


class FilesForm(FlaskForm):
    """Base of a form that takes attachments."""

    files = MultipleFileField(_l("Attach images or PDF"))
    kept = SelectMultipleField(
        _l("Chosen already"),
        choices=[],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,  # one that is not there is refused by `mine`
    )


def let_in(form: FilesForm) -> list[Checked]:
    """The files that come with the form. Raises InvalidInput, also where they are too many with those kept before."""
    checked = checking.check_all(form.files.data or [])
    if len(checked) + len(form.kept.data or ()) > checking.MOST:
        said = _("At most %(most)s files can be attached at once.", most=checking.MOST)
        raise InvalidInput(said, code="too_many_attachments", field="attachments")
    return checked


def mine(uow: UnitOfWork, form: FilesForm, *, lock: bool = False) -> list[StoredFile]:
    """The files kept before that are still ticked, in their order. Raises InvalidInput where one is gone.

    `lock`: they are to be hung somewhere now, so none of them may hang anywhere yet.
    """
    wanted = dict.fromkeys(parse_id(one) for one in form.kept.data or ())
    rows = _mine(uow, [one for one in wanted if one is not None], lock=lock)
    found = [rows[one] for one in wanted if one in rows and not (lock and rows[one].expires_at is None)]
    if len(found) < len(wanted):
        said = _("A file that was chosen before is no longer here. Choose it anew.")
        raise InvalidInput(said, code="attachment_gone", field="attachments")
    return found


def come_back(uow: UnitOfWork, form: FilesForm) -> None:
    """Keep what was chosen and is let in, for the form that is shown again; what is not is told at its field."""
    wanted = [one for one in map(parse_id, form.kept.data or ()) if one is not None]
    rows = _mine(uow, wanted)
    kept = [rows[one] for one in dict.fromkeys(wanted) if one in rows and rows[one].expires_at is not None]
    for upload in form.files.data or []:
        if not getattr(upload, "filename", ""):
            continue
        upload.stream.seek(0)
        try:
            checked = checking.check(upload.filename or "", upload.stream.read(checking.MOST_BYTES + 1), "attachments")
            if len(kept) < checking.MOST:
                with uow.session.begin_nested():
                    kept += attaching.keep(uow, [checked])
        except (InvalidInput, StorageFull) as error:
            if error.message not in form.files.errors:
                form.files.errors = [*form.files.errors, error.message]
    form.kept.choices = [SelectChoice(str(one.id), one.name) for one in kept]
    form.kept.data = [str(one.id) for one in kept]


def _mine(uow: UnitOfWork, file_ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, StoredFile]:
    query = select(StoredFile).where(
        StoredFile.id.in_(file_ids), StoredFile.kind == attaching.KIND, StoredFile.created_by == uow.actor.user_id
    )
    found = uow.session.scalars(query.with_for_update() if lock else query) if file_ids else ()
    return {one.id: one for one in found if one.expires_at is None or one.expires_at > uow.now}
