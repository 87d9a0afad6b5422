"""What a step got or gave as a file, for what is too large to be read on a page."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy import select

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.core.errors import NotFound
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.runtime.history.payloads import payload
from studio.runtime.models import Run, Step
from studio.runtime.service.starts import get_run

MOST_SHOWN = 200_000
"""Characters of a value that a page shows. Orders have a few thousand."""
BEGINNING = 4_000
"""Characters shown of a longer one."""


@blueprint.get("/runs/<uuid:run_id>/data")
@permission("run.read")
def run_data(run_id: UUID) -> Response:
    """`part` is `received`, or the `input` or `output` of the attempt in `step`."""
    uow = current_uow()
    answer = Response(pretty(_value(uow, get_run(uow, run_id))), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="run-{run_id}.json"'
    return answer


def pretty(value: Any) -> str:
    """As people read JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()


def _value(uow: UnitOfWork, run: Run) -> Any:
    part = request.args.get("part", "received")
    if part == "received":
        return run.input
    columns = {"input": Step.input, "output": Step.output}
    if part in columns:
        found = select(columns[part]).where(Step.run_id == run.id, Step.id == parse_id(request.args.get("step", "")))
        row = uow.session.execute(found).first()
        if row is not None:
            return payload(uow, row[0])
    raise NotFound(_("There is no such step in this run."), resource=f"run:{run.id}")
