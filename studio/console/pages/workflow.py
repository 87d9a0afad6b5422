"""One workflow: what it does, how it is doing, and the verbs for the whole of it."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.builder.picture import PLAIN, picture
from studio.builder.service import drafts, whole
from studio.console import heating, words
from studio.console.blueprint import blueprint, keyring, settings
from studio.console.halts_forms import ResumeForm
from studio.console.pages.workflows import STATES
from studio.console.workflows_facts import facts, trigger
from studio.console.workflows_forms import EnableForm, RenameForm, RestoreForm, SortForm
from studio.console.workflows_listing import State
from studio.console.workflows_spark import in_words, spark
from studio.core.errors import InvalidInput, NotFound
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.gallery import following
from studio.runtime.history import listing
from studio.runtime.models import Halt, Workflow
from studio.runtime.service import gathering, sorting, subscriptions
from studio.runtime.service import workflows as service


@blueprint.get("/workflows/<uuid:workflow_id>")
@permission("workflow.read")
def workflow(workflow_id: UUID) -> ResponseReturnValue:
    """Its page. `heat`: the picture shows how its steps went, so far back; `by`: their failures or their time.

    Of an archived one: that it is, and the ways to its runs and back.
    """
    kept = service.get(current_uow(), workflow_id)
    if kept.archived_at is not None:
        return render_template("console/workflow_archived.html", workflow=kept)
    found = facts(current_uow(), keyring(), kept, settings().public_url)
    heated = None
    if signed_in_person().may("run.read"):
        span, by = request.args.get("heat", ""), request.args.get("by", "")
        heated = heating.asked(current_uow(), found.workflow, span, by)
    return render_template(
        "console/workflow.html",
        found=found,
        workflow=found.workflow,
        picture=picture(found.document, overlay=heating.overlay(heated) if heated else PLAIN),
        heated=heated,
        failures=heating.failures,
        state=STATES[_state(found.workflow, found.halt)],
        changed_words=STATES[State.CHANGED],
        words=words,
        spark=spark,
        in_words=in_words,
        rename=RenameForm(formdata=None, name=found.workflow.name),
        sort=SortForm(formdata=None, folder=found.workflow.folder, tags=", ".join(found.tags)),
        owners=sorting.possible_owners(current_uow()),
        halt=found.halt,
        backlog=found.backlog,
        news=following.news(current_uow(), found.workflow),
        resume=ResumeForm(formdata=None),
    )


@blueprint.get("/workflows/<uuid:workflow_id>/events")
@permission("event.read")
def workflow_events(workflow_id: UUID) -> ResponseReturnValue:
    """What it received, and what became of each."""
    found, uow = asked(workflow_id), current_uow()
    before, after = parse_id(request.args.get("before", "")), parse_id(request.args.get("after", ""))
    page = listing.events(uow, found.id, before=before, after=after)
    gathered = gathering.of_workflow(uow, found.id) if before is None and after is None else []
    return render_template("console/workflow_events.html", workflow=found, page=page, words=words, gathered=gathered)


@blueprint.get("/workflows/<uuid:workflow_id>/export")
@permission("workflow.read")
def export_workflow(workflow_id: UUID) -> ResponseReturnValue:
    """The draft, or one version, as a file."""
    number, form = request.args.get("version"), request.args.get("form", "json")
    if form not in ("json", "yaml") or (number is not None and not number.isdecimal()):
        raise NotFound(_("There is no such file."))
    wanted = int(number[:9]) if number else None
    file = whole.export(current_uow(), asked(workflow_id), "yaml" if form == "yaml" else "json", wanted)
    answer = Response(file.text, mimetype=file.mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return answer


@blueprint.post("/workflows/<uuid:workflow_id>/enabled")
@permission("workflow.publish")
def enable_workflow(workflow_id: UUID) -> ResponseReturnValue:
    """Turn it on or off."""
    found, on = asked(workflow_id), bool(EnableForm().enabled.data)
    service.set_enabled(current_uow(), found, enabled=on)
    text = _("It is on: its triggers start runs again.") if on else _("It is off. Runs that exist go on.")
    flash(text, "good" if on else "info")
    return _back(found)


@blueprint.post("/workflows/<uuid:workflow_id>/name")
@permission("workflow.edit")
def rename_workflow(workflow_id: UUID) -> ResponseReturnValue:
    """Call it otherwise."""
    found, form = asked(workflow_id), RenameForm()
    if not form.validate_on_submit():
        raise InvalidInput(_("A name has 1 to %(most)d characters.", most=whole.LONGEST_NAME), field="name")
    whole.rename(current_uow(), found, form.name.data or "")
    return _back(found)


@blueprint.post("/workflows/<uuid:workflow_id>/copies")
@permission("workflow.edit")
def duplicate_workflow(workflow_id: UUID) -> ResponseReturnValue:
    """Make a second one of it, which starts nothing yet."""
    copy = whole.duplicate(current_uow(), asked(workflow_id))
    flash(_("This is the copy. It starts nothing until you publish it."), "good")
    return _back(copy)


@blueprint.post("/workflows/<uuid:workflow_id>/delete")
@permission("workflow.publish")
def delete_workflow(workflow_id: UUID) -> ResponseReturnValue:
    """Archive it: hidden and off; its runs stay."""
    found = asked(workflow_id)
    service.archive(current_uow(), found)
    flash(_("“%(name)s” is archived. Its runs stay in the history.", name=found.name), "good")
    return redirect(url_for("console.workflows"), 303)


@blueprint.post("/workflows/<uuid:workflow_id>/bring-back")
@permission("workflow.publish")
def bring_back_workflow(workflow_id: UUID) -> ResponseReturnValue:
    """Show an archived one again; it stays off."""
    uow = current_uow()
    found = service.get(uow, workflow_id)
    service.bring_back(uow, found)
    flash(_("“%(name)s” is back. It is off until you turn it on.", name=found.name), "good")
    return _back(found)


@blueprint.post("/workflows/<uuid:workflow_id>/place")
@permission("workflow.edit")
def sort_workflow(workflow_id: UUID) -> ResponseReturnValue:
    """Another folder, other tags, another owner."""
    found, form, uow = asked(workflow_id), SortForm(), current_uow()
    if not form.validate_on_submit():
        raise InvalidInput(_("Reload the page, then try again. Nothing was changed."), field="folder")
    sorting.move(uow, found, form.folder.data or "")
    sorting.set_tags(uow, found, form.given())
    owner = parse_id(form.owner.data or "")
    if owner is not None:
        sorting.hand_over(uow, found, owner)
    flash(_("Saved."), "good")
    return _back(found)


@blueprint.post("/workflows/<uuid:workflow_id>/versions/<number>/restore")
@permission("workflow.edit")
def restore_version(workflow_id: UUID, number: str) -> ResponseReturnValue:
    """Make an old version the draft, and open it."""
    found, form = asked(workflow_id), RestoreForm()
    if not number.isdecimal() or len(number) > 9:
        raise NotFound(_("There is no such version."))
    if not form.validate_on_submit():
        raise InvalidInput(_("Reload the page, then try again. Nothing was changed."), field="revision")
    drafts.restore(current_uow(), found, int(number), form.revision.data or 0)
    return redirect(url_for("builder.edit", workflow_id=found.id), 303)


@blueprint.post("/workflows/<uuid:workflow_id>/triggers/<trigger_key>/address")
@permission("workflow.publish")
def rotate_address(workflow_id: UUID, trigger_key: str) -> ResponseReturnValue:
    """Give a webhook a new address."""
    found, uow = asked(workflow_id), current_uow()
    row = trigger(uow, found, trigger_key)
    if row is None or row.address_sealed is None:
        raise NotFound(_("This workflow has no such webhook."))
    subscriptions.rotate_address(uow, keyring(), row)
    flash(_("The webhook has a new address. Whatever is sent to the old one is refused from now on."), "good")
    return _back(found)


def asked(workflow_id: UUID) -> Workflow:
    """The workflow that the address names. Raises NotFound."""
    return whole.get(current_uow(), workflow_id)


def _state(found: Workflow, halt: Halt | None) -> State:
    if found.published_number is None:
        return State.DRAFT
    if halt is not None:
        return State.PAUSED if halt.resumed_at is None else State.CATCHING_UP
    return State.ON if found.enabled else State.OFF


def _back(found: Workflow) -> ResponseReturnValue:
    return redirect(url_for("console.workflow", workflow_id=found.id), 303)
