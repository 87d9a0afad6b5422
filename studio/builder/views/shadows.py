"""Shadows: begun, watched, stopped and read on pages of their own; their events open on the canvas."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from studio.accounts.permissions import permission
from studio.builder.backtest import words as common
from studio.builder.backtest.tally import from_json
from studio.builder.forms import BesideForm
from studio.builder.models import Backtest
from studio.builder.picture import picture
from studio.builder.shadow import service, words
from studio.builder.views.backtests import events_of, names_of
from studio.builder.views.blueprint import asked, blueprint
from studio.core import web
from studio.core.errors import Conflict, InvalidInput
from studio.core.etags import fresh
from studio.core.ids import parse_id
from studio.runtime import document as documents
from studio.runtime.checks.outline import Outline
from studio.runtime.models import Workflow

PAGE = 25
BASE = "/workflows/<uuid:workflow_id>/shadows"
ONE = f"{BASE}/<uuid:shadow_id>"


@blueprint.get(BASE)
@permission("run.read")
def shadows(workflow_id: UUID) -> ResponseReturnValue:
    """The one that goes on, how to begin one, and those that are over."""
    return _list(asked(workflow_id), BesideForm(formdata=None))


@blueprint.post(BASE)
@permission("workflow.edit")
def begin_shadow(workflow_id: UUID) -> ResponseReturnValue:
    """Let the saved draft run beside the live version."""
    workflow, form = asked(workflow_id), BesideForm()
    if not form.validate_on_submit():
        return _list(workflow, form), 422
    try:
        row = service.begin(web.current_uow(), workflow, form.wanted())
    except (InvalidInput, Conflict) as error:
        return _list(workflow, form, error.message), error.status
    return _to(workflow, row)


@blueprint.get(ONE)
@permission("run.read")
def shadow(workflow_id: UUID, shadow_id: UUID) -> ResponseReturnValue:
    """What it came to so far: both side by side, the picture with its counts, the newest differences."""
    workflow, uow = asked(workflow_id), web.current_uow()
    row = service.get(uow, workflow, shadow_id)
    tally, document = from_json(row.tally), documents.load(row.document)
    overlay, states = common.overlay(document, tally)
    html = render_template(
        "builder/shadow.html", workflow=workflow, row=row, tally=tally, words=common, said=words, document=document,
        names=names_of(uow, row, Outline(document)), picture=picture(document, states, overlay, wide=True),
        percent=words.percent(row, uow.now), **events_of(uow, workflow, row, "builder.shadow"),
    )  # fmt: skip
    return fresh(html)


@blueprint.post(f"{ONE}/stop")
@permission("workflow.edit")
def stop_shadow(workflow_id: UUID, shadow_id: UUID) -> ResponseReturnValue:
    """End it; what it has found so far stays."""
    workflow = asked(workflow_id)
    return _to(workflow, service.stop(web.current_uow(), workflow, shadow_id))


def _list(workflow: Workflow, form: BesideForm, problem: str = "") -> str:
    uow = web.current_uow()
    found = service.shadows(uow, workflow, parse_id(request.args.get("before", "")), PAGE + 1)
    older = url_for("builder.shadows", workflow_id=workflow.id, before=found[PAGE - 1].id) if len(found) > PAGE else ""
    going, not_yet = service.current(uow, workflow), ""
    try:
        service.both(uow, workflow)
    except InvalidInput as error:
        not_yet = error.message
    return render_template(
        "builder/shadows.html", workflow=workflow, form=form, problem=problem, not_yet=not_yet, going=going,
        rows=[(one, from_json(one.tally)) for one in found[:PAGE]], older=older, said=words,
    )  # fmt: skip


def _to(workflow: Workflow, row: Backtest) -> ResponseReturnValue:
    return redirect(url_for("builder.shadow", workflow_id=workflow.id, shadow_id=row.id), 303)
