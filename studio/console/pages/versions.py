"""The versions of a workflow: what each did, and the one that is being staged beside the one that runs."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.builder.service import comparing, drafts, history, whole
from studio.console import stage_words, version_diff
from studio.console.blueprint import blueprint, keyring
from studio.console.pages.workflow import asked
from studio.console.workflows_forms import ShareForm
from studio.core.errors import InvalidInput, NotFound
from studio.core.web import current_uow
from studio.runtime.models import Workflow
from studio.runtime.service import staging as service
from studio.runtime.stages import reading

PAGE = 25
BASE = "/workflows/<uuid:workflow_id>/versions"


@blueprint.get(BASE)
@permission("workflow.read")
def workflow_versions(workflow_id: UUID) -> ResponseReturnValue:
    """All of them, newest first, with the runs that each had lately."""
    found, uow = asked(workflow_id), current_uow()
    before = request.args.get("before", "")
    below = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    versions = history.versions(uow, found, PAGE + 1, below)
    stage = reading.current(uow, found.id)
    return render_template(
        "console/versions.html", workflow=found, versions=versions[:PAGE], draft=drafts.current(uow, found),
        older=url_for("console.workflow_versions", workflow_id=found.id, before=versions[PAGE - 1].number)
        if len(versions) > PAGE else None,
        counts=reading.by_version(uow, found.id), most=reading.MOST_RUNS, words=stage_words,
        side=reading.side_by_side(uow, stage) if stage is not None else None, share=ShareForm(formdata=None),
        past=[reading.side_by_side(uow, one) for one in reading.past(uow, found.id, 5)] if below is None else [],
    )  # fmt: skip


@blueprint.get(f"{BASE}/compare")
@permission("workflow.read")
def compare_versions(workflow_id: UUID) -> ResponseReturnValue:
    """Two of them, or one and the draft, as pictures and in words."""
    found, uow = asked(workflow_id), current_uow()
    compared, problem = None, ""
    try:
        compared = comparing.compare(uow, found, _number("before"), _number("after"))
    except NotFound as error:
        problem = error.message
    return render_template(
        "console/versions_compare.html", workflow=found, versions=history.versions(uow, found), found=compared,
        words=version_diff, problem=problem, before=request.args.get("before", ""), after=request.args.get("after", ""),
    ), 404 if problem and request.args else 200  # fmt: skip


@blueprint.post(f"{BASE}/stage")
@permission("workflow.publish")
def change_stage(workflow_id: UUID) -> ResponseReturnValue:
    """Another share of the events."""
    found, form = asked(workflow_id), ShareForm()
    if not form.validate_on_submit() or form.share.data is None:
        raise InvalidInput(_("A share is a whole number of percent, from 1 to 99."), code="stage.bounds", field="share")
    stage = whole.change_share(current_uow(), found, form.share.data)
    said = _("Version %(number)s takes %(share)s %% of the events now.", number=stage.number, share=stage.share)
    flash(said, "good")
    return _back(found)


@blueprint.post(f"{BASE}/stage/take")
@permission("workflow.publish")
def take_stage(workflow_id: UUID) -> ResponseReturnValue:
    """Let every event start the new version."""
    found = asked(workflow_id)
    stage = whole.take_to_everybody(current_uow(), keyring(), found)
    flash(_("Every event starts version %(number)s now.", number=stage.number), "good")
    return _back(found)


@blueprint.post(f"{BASE}/stage/back")
@permission("workflow.publish")
def take_stage_back(workflow_id: UUID) -> ResponseReturnValue:
    """Let every event start the version from before."""
    found = asked(workflow_id)
    stage = service.take_back(current_uow(), found)
    said = _("Every event starts version %(number)s again. Runs of the other go on.", number=stage.before_number)
    flash(said, "good")
    return _back(found)


def _number(which: str) -> int | None:
    """A version's number out of the address; None: it names none. Raises NotFound: no number is called so."""
    text = request.args.get(which, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(_("There is no such version."), resource=f"version:{text[:20]}")
    return int(text) if text else None


def _back(found: Workflow) -> ResponseReturnValue:
    return redirect(url_for("console.workflow_versions", workflow_id=found.id), 303)
