"""Settings: a matrix tried on what was asked before."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.accounts.permissions import permission
from studio.approvals.matrices import service as matrices
from studio.approvals.matrices import trying
from studio.approvals.matrices.trying import AMOUNT, FACT, REQUESTER, TOLD, WORKFLOW
from studio.approvals.models import Request
from studio.core import ids
from studio.core.errors import InvalidInput
from studio.core.web import current_uow
from studio.portal.matrix_form import TryForm
from studio.portal.views.blueprint import blueprint

_LOOKED_AT = 500
"""Requests, of the newest, whose workflows can be chosen."""


@blueprint.get("/settings/matrices/<uuid:matrix_id>/try")
@permission("policy.read")
def try_matrix(matrix_id: UUID) -> ResponseReturnValue:
    """Whom the draft would have asked, beside whom was asked."""
    uow = current_uow()
    row = matrices.get(uow, matrix_id)
    draft = matrices.draft(row)
    form = TryForm(request.args)
    valid = form.validate()
    workflow_id = ids.parse_id(form.workflow.data or "")
    offered = trying.sources(uow, workflow_id)
    chosen = {
        one.form.column.data: one.form.source.data for one in form.sources if one.form.source.data in _all(offered)
    }
    taken = trying.guessed(draft.columns, offered) | {name: source for name, source in chosen.items() if name}
    while len(form.sources):
        form.sources.pop_entry()
    for column in draft.columns:
        form.sources.append_entry({"column": column.name, "source": taken[column.name]})
    for entry in form.sources:
        entry.form.source.choices = [SelectChoice(one, _source(one)) for one in offered]
    form.workflow.choices = [SelectChoice("", _("Any workflow")), *_workflows()]
    problem, found = "", []
    try:
        if valid:
            found = trying.on_past(uow, draft, taken, workflow_id, form.most.data or 50)
    except InvalidInput as error:
        problem = error.message
    told = [one for one in found if not one.problem]
    page: str = render_template("portal/matrix_try.html", matrix=row, form=form, tried=found, problem=problem,
                           same=sum(one.same for one in told), told=len(told))  # fmt: skip
    return page, 200 if valid and not problem else 422


def _all(offered: list[str]) -> frozenset[str]:
    return frozenset(offered)


def _source(source: str) -> str:
    named = {
        AMOUNT: _("The amount"),
        WORKFLOW: _("The workflow's name"),
        REQUESTER: _("Whoever asked"),
        TOLD: _("What its step told a matrix"),
    }
    return str(named.get(source) or _("Fact “%(label)s”", label=source.removeprefix(FACT)))


def _workflows() -> list[SelectChoice]:
    newest = select(Request.workflow_id, Request.context).order_by(Request.id.desc()).limit(_LOOKED_AT)
    found = {
        str(workflow_id): str(context.get("workflow_name") or workflow_id)
        for workflow_id, context in current_uow().session.execute(newest)
        if workflow_id is not None
    }
    return [SelectChoice(key, name) for key, name in sorted(found.items(), key=lambda one: one[1])]
