"""Backtests: begun from the editor, watched, read and opened on pages of their own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from studio.accounts.permissions import permission
from studio.builder.backtest import service, words, work
from studio.builder.backtest.outcomes import OVER, Kind, Wanted
from studio.builder.backtest.service import Narrowed
from studio.builder.backtest.tally import from_json
from studio.builder.models import Backtest, BacktestEvent
from studio.builder.picture import picture
from studio.builder.views import bodies
from studio.builder.views.blueprint import API, asked, blueprint, engine
from studio.core import web
from studio.core.errors import StudioError
from studio.core.etags import fresh
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.checks.outline import Outline
from studio.runtime.models import Workflow, WorkflowVersion

PAGE = 25
BASE = "/workflows/<uuid:workflow_id>/backtests"
ONE = f"{BASE}/<uuid:backtest_id>"


@blueprint.post(f"{API}/backtests")
@permission("workflow.edit")
def begin_backtest(workflow_id: UUID) -> Response:
    """Try the saved draft on events of the past; the answer says where to look."""
    workflow = asked(workflow_id)
    wanted = Wanted.model_validate(bodies.read(bodies.Backtest).model_dump())
    made = service.begin(web.current_uow(), workflow, wanted)
    url = url_for("builder.backtest", workflow_id=workflow.id, backtest_id=made.id)
    return jsonify({"id": str(made.id), "url": url})


@blueprint.get(BASE)
@permission("run.read")
def backtests(workflow_id: UUID) -> ResponseReturnValue:
    """Those of one workflow, newest first."""
    workflow, uow = asked(workflow_id), web.current_uow()
    found = service.backtests(uow, workflow, parse_id(request.args.get("before", "")), PAGE + 1)
    older = (
        url_for("builder.backtests", workflow_id=workflow.id, before=found[PAGE - 1].id) if len(found) > PAGE else ""
    )
    rows = [(one, from_json(one.tally)) for one in found[:PAGE]]
    return render_template("builder/backtests.html", workflow=workflow, rows=rows, words=words, older=older)


@blueprint.get(ONE)
@permission("run.read")
def backtest(workflow_id: UUID, backtest_id: UUID) -> ResponseReturnValue:
    """What it came to: the answer, the picture with its counts, what would be asked and called, the differences."""
    workflow, uow = asked(workflow_id), web.current_uow()
    row = service.get(uow, workflow, backtest_id)
    tally, document = from_json(row.tally), documents.load(row.document)
    overlay, states = words.overlay(document, tally)
    over = row.state in OVER
    html = render_template(
        "builder/backtest.html", workflow=workflow, row=row, tally=tally, words=words, over=over,
        names=names_of(uow, row, Outline(document)), document=document,
        picture=picture(document, states, overlay, wide=True),
        **(events_of(uow, workflow, row, "builder.backtest") if over else _NONE),
    )  # fmt: skip
    return fresh(html)


@blueprint.post(f"{ONE}/cancel")
@permission("workflow.edit")
def cancel_backtest(workflow_id: UUID, backtest_id: UUID) -> ResponseReturnValue:
    """Stop it; what it has found so far stays."""
    workflow = asked(workflow_id)
    service.cancel(web.current_uow(), workflow, backtest_id)
    return redirect(url_for("builder.backtest", workflow_id=workflow.id, backtest_id=backtest_id), 303)


_NONE: dict[str, object] = {"events": (), "titles": {}, "older": "", "show": "", "error": None}


def events_of(uow: UnitOfWork, workflow: Workflow, row: Backtest, page: str) -> dict[str, object]:
    """The page of its events that the address asks for; what differs, unless it asks for more.

    `page` is the endpoint of that address.
    """
    error = request.args.get("error") or None
    show = request.args.get("show") or ("all" if error or row.version_id is None else "changed")
    kind = Kind(show) if show in set(Kind) else None
    narrowed = Narrowed(kind, error, changed=show == "changed")
    found = service.events(uow, row, narrowed, parse_id(request.args.get("before", "")), PAGE + 1)
    older = ""
    if len(found) > PAGE:
        argument: dict[str, Any] = {"backtest_id" if row.until_at is None else "shadow_id": row.id}
        before = found[PAGE - 1].event_id
        older = url_for(page, workflow_id=workflow.id, show=show, error=error, before=before, **argument)
    shown = found[:PAGE]
    return {"events": shown, "titles": _titles(uow, row, shown), "older": older, "show": show, "error": error}


def _titles(uow: UnitOfWork, row: Backtest, shown: Sequence[BacktestEvent]) -> dict[UUID, str]:
    """What their runs would be called, worked out anew."""
    try:
        found = work.again(uow, row, [one.event_id for one in shown], engine().ports.calls)
    except StudioError:  # its documents run no more, which is what the page has to say
        return {}
    return {event_id: one.title for event_id, one in found.items() if one.title}


def names_of(uow: UnitOfWork, row: Backtest, draft: Outline) -> words.Names:
    """What steps and ports are called, in the draft and in the version beside it."""
    version = uow.session.get(WorkflowVersion, row.version_id) if row.version_id is not None else None
    published = Outline(documents.load(version.document)) if version is not None else None
    return words.Names(draft, published)
