"""Workflows: which run, which fail, who owns them? And one change of many of them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.builder.service import bulk
from studio.console.blueprint import blueprint
from studio.console.bulk_form import BulkForm
from studio.console.workflows_listing import Filters, State, listed
from studio.console.workflows_spark import in_words, spark
from studio.core import ids
from studio.core.errors import Forbidden
from studio.core.web import current_uow
from studio.runtime.service import sorting

STATES = {
    State.ON: (_l("On"), "good"),
    State.OFF: (_l("Off"), ""),
    State.DRAFT: (_l("Not published"), ""),
    State.CHANGED: (_l("Changed since"), "warn"),
    State.PAUSED: (_l("Paused"), "warn"),
    State.CATCHING_UP: (_l("Catching up"), "run"),
    State.ARCHIVED: (_l("Archived"), ""),
}


@blueprint.get("/workflows")
@permission("workflow.read")
def workflows() -> ResponseReturnValue:
    """The list; search and filter live in the address."""
    filters, uow = _filters(), current_uow()
    page = listed(uow, filters)
    return render_template(
        "console/workflows.html",
        page=page,
        filters=filters,
        filtered=bool(filters.search or filters.state or filters.folder or filters.tag or filters.owner),
        states=STATES,
        archived=filters.state is State.ARCHIVED,
        folders=sorting.folders(uow),
        tags=sorting.tags(uow),
        owners=sorting.possible_owners(uow),
        form=BulkForm(formdata=None),
        here=_address(filters),
        spark=spark,
        in_words=in_words,
        older=_address(filters, after=page.after) if page.after else None,
        newer=_address(filters, after=None) if filters.after else None,
    )


@blueprint.post("/workflows/bulk")
@permission("workflow.edit")
def change_workflows() -> ResponseReturnValue:
    """One change of those that are ticked: all, or none."""
    form = BulkForm()
    change = form.change()
    if change.publishes and not signed_in_person().may("workflow.publish"):
        raise Forbidden(_("Whoever publishes workflows may pause and archive them."))
    count = bulk.apply(current_uow(), form.picked(), change)
    flash(ngettext("%(num)d workflow was changed.", "%(num)d workflows were changed.", count), "good")
    return redirect(form.back.data or url_for("console.workflows"), 303)


def _filters() -> Filters:
    state = request.args.get("state", "")
    return Filters(
        search=request.args.get("q", "").strip()[:120],
        state=State(state) if state in set(State) else None,
        folder=request.args.get("folder", "").strip()[:80],
        tag=request.args.get("tag", "").strip()[:30],
        owner=ids.parse_id(request.args.get("owner", "")),
        after=ids.parse_id(request.args.get("after", "")),
    )


def _address(filters: Filters, **changed: Any) -> str:
    parts = {
        "q": filters.search or None, "state": filters.state, "folder": filters.folder or None,
        "tag": filters.tag or None, "owner": filters.owner,
    }  # fmt: skip
    return url_for("console.workflows", **(parts | changed))
