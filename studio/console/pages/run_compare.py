"""A run beside another one."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.console import words
from studio.console.blueprint import blueprint
from studio.console.run_page.exchange import short
from studio.core.errors import NotFound
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.runtime.history import comparing
from studio.runtime.models import Run
from studio.runtime.service.starts import get_run


@blueprint.get("/runs/<uuid:run_id>/compare")
@permission("run.read")
def run_compare(run_id: UUID) -> ResponseReturnValue:
    """`with`: the other run's id; without it the run that this one repeats, or the last success before it."""
    uow, wanted = current_uow(), request.args.get("with", "").strip()
    run = get_run(uow, run_id)
    other, problem = _other(uow, run, wanted)
    found = comparing.comparison(uow, run, other) if other is not None else None
    page = render_template(
        "console/run_compare.html", run=run, found=found, wanted=wanted, problem=problem, words=words, short=short
    )
    return page, 404 if problem else 200


def _other(uow: UnitOfWork, run: Run, wanted: str) -> tuple[Run | None, str]:
    """The other run, and what is wrong with what was asked for."""
    if not wanted:
        return comparing.counterpart(uow, run), ""
    other_id = parse_id(wanted.rpartition("/")[2])
    try:
        return (get_run(uow, other_id), "") if other_id is not None else (None, _("This is no id of a run."))
    except NotFound as error:
        return None, error.message
