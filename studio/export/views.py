"""Settings, Audit export: which pipelines there are, how far each destination is, and what can be done about it."""

from datetime import UTC
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.core import web
from studio.core.errors import Conflict, InvalidInput
from studio.core.limits import limiter
from studio.core.web import current_uow
from studio.export import testing, words
from studio.export.components import Exporter
from studio.export.example import EXAMPLE
from studio.export.forms import PipelinesForm, ReplayForm
from studio.export.outcomes import Fate, State
from studio.export.reach import door, reach
from studio.export.service import configs, destinations

blueprint = Blueprint("export", "studio.export")
_ONE = "/settings/export/<uuid:destination_id>"


@blueprint.get("/settings/export")
@permission("export.read")
def pipelines() -> ResponseReturnValue:
    """List the destinations and how far each is."""
    uow = current_uow()
    config = configs.current(uow)
    return render_template(
        "export/pipelines.html", config=config, standings=destinations.standings(uow), words=words,
        chips=words.CHIPS, state=State,
    )  # fmt: skip


@blueprint.get("/settings/export/edit")
@permission("export.manage")
def edit() -> ResponseReturnValue:
    """Show the document."""
    config = configs.current(current_uow())
    form = PipelinesForm(
        formdata=None, text=config.text if config else EXAMPLE, version=config.version if config else 0
    )
    return _editor(form)


@blueprint.post("/settings/export/edit")
@permission("export.manage")
@limiter.limit("60 per minute")
def edit_post() -> ResponseReturnValue:
    """Try the document on real events, or make it the one that holds."""
    form, uow = PipelinesForm(), current_uow()
    if not form.validate_on_submit():
        return _editor(form), 422
    text = (form.text.data or "").replace("\r\n", "\n")
    try:
        if request.args.get("preview"):
            return _editor(form, testing.preview(uow, configs.check(uow, door(), text)))
        configs.save(uow, door(), text, version=form.version.data)
    except InvalidInput as error:
        if not request.args.get("preview"):
            configs.note_refusal(uow, error)
        return _editor(form, problems=[f"{one.path}: {one.message}" for one in error.problems]), 422
    except Conflict as error:
        return _editor(form, problems=[error.message]), 409
    flash(_("Saved. Events go out by these pipelines from now on."), "good")
    return redirect(url_for("export.pipelines"))


@blueprint.get(_ONE)
@permission("export.read")
def destination(destination_id: UUID) -> ResponseReturnValue:
    """One destination, with what it would not take."""
    return _page(destination_id, ReplayForm(formdata=None))


@blueprint.post(f"{_ONE}/test")
@permission("export.manage")
@limiter.limit("10 per minute")
def test(destination_id: UUID) -> ResponseReturnValue:
    """Send one event now, and show what came back."""
    workspace_id = current_uow().workspace
    web.commit()  # nothing stays open while the destination is waited for
    verdict = testing.send_test(web.database(), reach(), workspace_id, destination_id)
    testing.note_test(current_uow(), destination_id, verdict)
    if verdict.fate is Fate.SENT:
        flash(_("The destination took the test event."), "good")
    else:
        flash(_("The test event did not get there. %(said)s", said=verdict.said), "bad")
    return _back(destination_id)


@blueprint.post(f"{_ONE}/pause")
@permission("export.manage")
def pause(destination_id: UUID) -> ResponseReturnValue:
    """Send nothing more for now."""
    row = destinations.pause(current_uow(), destination_id)
    flash(_("%(name)s is paused. Events wait in the trail.", name=destinations.name_of(row)), "info")
    return _back(destination_id)


@blueprint.post(f"{_ONE}/resume")
@permission("export.manage")
def resume(destination_id: UUID) -> ResponseReturnValue:
    """Go on."""
    row = destinations.resume(current_uow(), destination_id)
    flash(_("%(name)s is supplied again.", name=destinations.name_of(row)), "good")
    return _back(destination_id)


@blueprint.post(f"{_ONE}/replay")
@permission("export.manage")
def replay(destination_id: UUID) -> ResponseReturnValue:
    """Send events once more."""
    form, uow = ReplayForm(), current_uow()
    if not form.validate_on_submit() or form.since.data is None:
        return _page(destination_id, form), 422
    zone = ZoneInfo(signed_in_person().time_zone)
    try:
        count = destinations.replay(uow, destination_id, form.since.data.replace(tzinfo=zone).astimezone(UTC))
    except InvalidInput as error:
        form.since.errors = [error.message]
        return _page(destination_id, form), 422
    flash(
        ngettext(
            "%(count)s event is sent once more, under the id it had.",
            "%(count)s events are sent once more, under the ids they had.",
            count,
            count=count,
        ),
        "good",
    )
    return _back(destination_id)


@blueprint.post(f"{_ONE}/letters/retry")
@permission("export.manage")
def retry_letters(destination_id: UUID) -> ResponseReturnValue:
    """Send once more what was put aside."""
    count = destinations.retry_letters(current_uow(), destination_id)
    flash(
        ngettext(
            "%(count)s dead letter is sent once more.", "%(count)s dead letters are sent once more.", count, count=count
        ),
        "good",
    )
    return _back(destination_id)


@blueprint.post(f"{_ONE}/letters/discard")
@permission("export.manage")
def discard_letters(destination_id: UUID) -> ResponseReturnValue:
    """Give up on what was put aside."""
    count = destinations.discard_letters(current_uow(), destination_id)
    flash(
        ngettext(
            "%(count)s dead letter is given up. The trail keeps the event.",
            "%(count)s dead letters are given up. The trail keeps the events.",
            count,
            count=count,
        ),
        "info",
    )
    return _back(destination_id)


def _back(destination_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("export.destination", destination_id=destination_id))


def _editor(
    form: PipelinesForm, shown: dict[str, list[testing.Shown]] | None = None, problems: list[str] | None = None
) -> str:
    uow = current_uow()
    versions = configs.history(uow)
    return render_template(
        "export/edit.html", form=form, shown=shown, problems=problems or form.text.errors, versions=versions,
        secrets=configs.secret_names(uow), kinds=sorted(Exporter.registry.values(), key=lambda one: one.kind),
    )  # fmt: skip


def _page(destination_id: UUID, form: ReplayForm) -> str:
    uow = current_uow()
    standing = destinations.standing(uow, destination_id)
    return render_template(
        "export/destination.html", standing=standing, row=standing.row, form=form, words=words, chips=words.CHIPS,
        letters=destinations.letters(uow, destination_id), name=destinations.name_of(standing.row), state=State,
    )  # fmt: skip
