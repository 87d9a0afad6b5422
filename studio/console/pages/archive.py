"""Settings: whether ended runs are archived before they are deleted, and where."""

from dataclasses import asdict

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import Length, Optional

from studio.accounts.models import Secret
from studio.accounts.permissions import permission
from studio.console.blueprint import archive_reach, blueprint
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.runtime.archive import finding, service
from studio.runtime.archive.outcomes import Place
from studio.runtime.archive.service import Wanted

MOST_SECRETS = 500


class ArchiveForm(FlaskForm):
    """Where runs go before they are deleted."""

    kind = RadioField(_l("Before a run is deleted"), choices=[
        SelectChoice("", _l("Nothing is kept of it")),
        SelectChoice(Place.FOLDER.value, _l("Archive it in a folder of this installation")),
        SelectChoice(Place.S3.value, _l("Archive it in a bucket: Amazon S3, or a store like it")),
    ])  # fmt: skip
    bucket = StringField(_l("Bucket"), [Length(max=63)])
    region = StringField(_l("Region"), [Length(max=63)])
    prefix = StringField(_l("Begin names with"), [Length(max=200)])
    endpoint = StringField(_l("Address of the store"), [Length(max=300)])
    access_key_id = StringField(_l("Access key id"), [Length(max=128)])
    secret_name = SelectField(_l("Secret access key"))
    keep_days = IntegerField(_l("Keep files for, in days"), [Optional()])

    def offer(self, uow: UnitOfWork) -> None:
        """The secrets there are."""
        names = uow.session.scalars(select(Secret.name).order_by(Secret.name).limit(MOST_SECRETS))
        chosen = self.secret_name.data = self.secret_name.data or ""
        listed = list(dict.fromkeys([*names, *([chosen] if chosen else [])]))
        self.secret_name.choices = [
            SelectChoice("", _l("Choose a secret")),
            *(SelectChoice(one, one) for one in listed),
        ]

    @property
    def wanted(self) -> Wanted:
        """What the fields say."""
        given = {name: self[name].data or "" for name in asdict(Wanted()) if name != "keep_days"}
        return Wanted(**given, keep_days=self.keep_days.data)

    def show(self, error: InvalidInput) -> None:
        """Put a refusal at its fields."""
        for problem in error.problems:
            field = self[problem.path]
            field.errors = [*field.errors, problem.message]


@blueprint.get("/settings/archive")
@permission("settings.read")
def archive() -> ResponseReturnValue:
    """Show where runs go, and whether that works."""
    form = ArchiveForm(formdata=None, data=asdict(service.wanted_now(current_uow())))
    return _page(form)


@blueprint.post("/settings/archive")
@permission("settings.manage")
def archive_post() -> ResponseReturnValue:
    """Archive there from now on, or no longer."""
    form, uow = ArchiveForm(), current_uow()
    form.offer(uow)
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        place = service.set_place(uow, form.wanted, archive_reach().allowed_hosts)
    except InvalidInput as error:
        web.rollback(error)
        form.show(error)
        return _page(form), error.status
    if place is None:
        flash(_("Runs are no longer archived: what is due is deleted. Archived runs stay where they are."), "good")
    else:
        flash(_("Saved. It is tried now; nothing is deleted before it works."), "good")
    return redirect(url_for("console.archive"), 303)


@blueprint.post("/settings/archive/try")
@permission("settings.manage")
def archive_try() -> ResponseReturnValue:
    """Try it at once."""
    service.look_now(current_uow())
    return redirect(url_for("console.archive"), 303)


def _page(form: ArchiveForm) -> str:
    uow = current_uow()
    form.offer(uow)
    return render_template(
        "console/archive.html", form=form, place=service.current(uow), stuck=service.stuck(uow),
        keep_days=service.wanted_now(uow).keep_days, archived=finding.any_there(uow),
    )  # fmt: skip
