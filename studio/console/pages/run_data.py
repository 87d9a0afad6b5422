"""What a step got or gave, by itself: as a file, and page by page for what is too large to be read at once."""

from typing import Any
from uuid import UUID

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.console.run_page.exchange import pretty
from studio.core.errors import NotFound
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.runtime.history import parts
from studio.runtime.history.payloads import payload
from studio.runtime.models import Run, Step
from studio.runtime.service.starts import get_run

MOST_FOUND = 50
LONGEST_SEARCH = 120


@blueprint.get("/runs/<uuid:run_id>/data")
@permission("run.read")
def run_data(run_id: UUID) -> Response:
    """`part` is `received`, or the `input` or `output` of the attempt in `step`."""
    uow = current_uow()
    answer = Response(pretty(_value(uow, get_run(uow, run_id))[0]), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="run-{run_id}.json"'
    return answer


@blueprint.get("/runs/<uuid:run_id>/data/view")
@permission("run.read")
def run_data_view(run_id: UUID) -> ResponseReturnValue:
    """The same by pages: what lies `at` a JSON pointer, `from` an entry on, or what holds the text in `q`."""
    uow = current_uow()
    run = get_run(uow, run_id)
    value, step = _value(uow, run)
    at, wanted = request.args.get("at", ""), request.args.get("q", "").strip()[:LONGEST_SEARCH]
    try:
        shown = parts.part(value, at, request.args.get("from", 0, type=int))
        found = parts.find(parts.place(value, at), wanted, MOST_FOUND) if wanted else None
    except LookupError:
        raise NotFound(_("There is nothing at that place of the data."), resource=f"run:{run.id}") from None
    names = parts.keys(at)
    return render_template(
        "console/run_data.html",
        run=run, step=step, shown=shown, found=found, at=at, wanted=wanted, most=MOST_FOUND,
        above=[(name, at_of(names[: number + 1])) for number, name in enumerate(names)],
        part=request.args.get("part", "received"), row=request.args.get("step"),
    )  # fmt: skip


def at_of(names: list[str]) -> str:
    """The pointer of a place."""
    pointer = ""
    for name in names:
        pointer = parts.below(pointer, name)
    return pointer


def _value(uow: UnitOfWork, run: Run) -> tuple[Any, str]:
    """What is asked for, and the key of its step."""
    part = request.args.get("part", "received")
    if part == "received":
        return run.input, run.trigger_node
    columns = {"input": Step.input, "output": Step.output}
    if part in columns:
        wanted = Step.id == parse_id(request.args.get("step", ""))
        found = select(columns[part], Step.node_key, Step.path).where(Step.run_id == run.id, wanted)
        row = uow.session.execute(found).first()
        if row is not None:
            return payload(uow, row[0]), f"{row.node_key}.{row.path}" if row.path else row.node_key
    raise NotFound(_("There is no such step in this run."), resource=f"run:{run.id}")
