"""The list of runs: filters in the address, newest first, page by page."""

from typing import Any
from uuid import UUID

import orjson
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from studio.accounts.permissions import permission
from studio.accounts.service import members
from studio.console import words
from studio.console.blueprint import blueprint
from studio.console.zones import zone_of_person
from studio.contract.node import Kind, registry
from studio.core import clock
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.etags import fresh
from studio.core.i18n import gettext
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.runtime.archive import finding
from studio.runtime.history import columns, filters, listing, views
from studio.runtime.history.columns import Column
from studio.runtime.history.filters import RunFilter
from studio.runtime.history.listing import Page
from studio.runtime.history.naming import titles_to_be
from studio.runtime.history.narrowing import check_cursor
from studio.runtime.history.turns import held
from studio.runtime.insights.estimates import estimates
from studio.runtime.models import RunView, Workflow
from studio.runtime.outcomes import RunState

SPANS = ("1h", "24h", "7d", "30d")
LISTED_STATES = ("queued", "running", "waiting", "succeeded", "failed", "needs_review", "quarantined", "cancelled")
MOST_CHOICES = 500
COLUMN_NAMES = {
    Column.STATE: _l("State"), Column.WORKFLOW: _l("Workflow"), Column.VERSION: _l("Version"),
    Column.STARTED: _l("Started"), Column.ENDED: _l("Ended"), Column.TOOK: _l("Took"),
    Column.ERROR: _l("Error code"), Column.ID: _l("Id"),
}  # fmt: skip


@blueprint.get("/runs")
@permission("run.read")
def runs() -> ResponseReturnValue:
    """The list, filtered by the address. A filter that is none lists nothing, and says so beside the filter."""
    uow = current_uow()
    wanted, problems = wanted_runs()
    page, kept = Page((), None, None), views.listed(uow)
    opened = next((row for row in kept if row.id == parse_id(request.args.get("view", ""))), None)
    if not problems:
        page, problems = _page(uow, wanted)
    html = render_template(
        "console/runs.html",
        page=page,
        held=held(uow, [row.id for row in page.rows if row.state == RunState.QUEUED]),
        names=titles_to_be(uow, [row.id for row in page.rows if not row.title and row.state == RunState.QUEUED]),
        words=words,
        wanted=wanted,
        problems={one.path: one.message for one in problems},
        workflows=listed_workflows(uow, wanted.workflow_id),
        triggers=_triggers(),
        people=[(one.user_id, one.name or one.email) for one in members.working(uow)[:MOST_CHOICES]],
        states=LISTED_STATES,
        spans=SPANS,
        given={name: request.args.get(name, "") for name in filters.NAMES},
        labels=request.args.getlist("label"),
        filtered=bool(filters.written(wanted)) or bool(problems),
        further=_further(),
        cursor=address,
        newest=page.rows[0].id if page.rows else "",
        live=not (problems or request.args.get("before") or request.args.get("after") or _past(wanted)),
        news=address("console.run_news"),
        export_to=address("console.run_export_ask"),
        archived=finding.any_there(uow),
        views=[(row, _address_of(row)) for row in kept],
        opened=opened,
        changed=opened is not None and not problems and views.differs(opened, wanted),
        opened_at=_address_of(opened) if opened is not None else None,
        change_view=address("console.run_view_change", view_id=opened.id) if opened is not None else None,
        columns=columns.chosen(uow),
        column_names=COLUMN_NAMES,
        choose_columns=address("console.run_columns"),
        save_view=address("console.run_view_save"),
        about=estimates(uow, request.args.get("since", ""), wanted.workflow_id, wanted.states),
    )
    answer = fresh(html)
    if problems:
        answer.status_code = 422
    return answer


def _past(wanted: RunFilter) -> bool:
    """No run can begin any more that it means."""
    return wanted.until is not None and wanted.until <= clock.local_now()


@blueprint.get("/runs/news")
@permission("run.read")
def run_news() -> ResponseReturnValue:
    """How many runs of the filter in the address are newer than `after`: asked every second, nearly always 304."""
    uow = current_uow()
    wanted, problems = wanted_runs()
    after = parse_id(request.args.get("after", ""))
    if problems:
        raise InvalidInput(problems[0].message, code="query.invalid", problems=problems)
    count, more = listing.newer(uow, wanted, after)
    return fresh(orjson.dumps({"new": count, "more": more}).decode(), "application/json")


def wanted_runs() -> tuple[RunFilter, list[FieldProblem]]:
    """What the address asks for; moments are of the clock of whoever looks."""
    return filters.read(request.args.items(multi=True), zone_of_person())


def address(endpoint: str = "console.runs", **more: Any) -> str:
    """The address of another page of the same list, or of what is done to it."""
    given = {name: request.args.getlist(name) for name in sorted(filters.NAMES)}
    kept: dict[str, Any] = {name: values for name, values in given.items() if any(values)}
    if request.args.get("view"):
        kept["view"] = request.args["view"]
    return url_for(endpoint, **kept | more)


def _address_of(row: RunView) -> str:
    """Of the list, with a view opened."""
    return url_for("console.runs", **_arguments(row.filter), view=row.id)


def _arguments(pairs: list[list[str]]) -> dict[str, Any]:
    """Of an address, of a filter that is kept."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        made.setdefault(name, []).append(value)
    return made


def _page(uow: UnitOfWork, wanted: RunFilter) -> tuple[Page, list[FieldProblem]]:
    before, after = (parse_id(request.args.get(name, "")) for name in ("before", "after"))
    try:
        check_cursor(uow, before or after, "before" if before else "after")
        return listing.runs(uow, wanted, before=before, after=after), []
    except InvalidInput as error:
        return Page((), None, None), list(error.problems)


def listed_workflows(uow: UnitOfWork, chosen: UUID | None = None) -> list[tuple[UUID, str]]:
    """What a list of runs can be narrowed to, by name. The chosen one is among them, whatever became of it."""
    names = select(Workflow.id, Workflow.name).where(Workflow.archived_at.is_(None)).order_by(Workflow.name)
    found = [(row.id, row.name) for row in uow.session.execute(names.limit(MOST_CHOICES))]
    if chosen is not None and chosen not in {one for one, _name in found}:
        gone = uow.session.scalar(select(Workflow).where(Workflow.id == chosen))
        if gone is not None:
            found.append((gone.id, gettext("%(name)s (archived)", name=gone.name) if gone.archived_at else gone.name))
    return found


def _triggers() -> list[tuple[str, str]]:
    found = [(one.key, gettext(one.title)) for one in registry.values() if one.kind is Kind.TRIGGER]
    return sorted(found, key=lambda one: one[1])


def _further() -> int:
    """How many of the filters that are folded away are in use."""
    folded = filters.NAMES - {"workflow", "state", "q"}
    return sum(1 for name in folded if any(request.args.getlist(name)) and name != "since") + (
        request.args.get("since", "") not in ("", *SPANS)
    )
