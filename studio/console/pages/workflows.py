"""Workflows: which run, which fail, who owns them?"""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.console.workflows_listing import Filters, State, listed
from studio.console.workflows_spark import in_words, spark
from studio.core import ids
from studio.core.web import current_uow

STATES = {
    State.ON: (_l("On"), "good"),
    State.OFF: (_l("Off"), ""),
    State.DRAFT: (_l("Not published"), ""),
    State.CHANGED: (_l("Changed since"), "warn"),
}


@blueprint.get("/workflows")
@permission("workflow.read")
def workflows() -> ResponseReturnValue:
    """The list; search and filter live in the address."""
    filters = _filters()
    page = listed(current_uow(), filters)
    return render_template(
        "console/workflows.html",
        page=page,
        filters=filters,
        filtered=bool(filters.search or filters.state),
        states=STATES,
        spark=spark,
        in_words=in_words,
        older=_address(filters, after=page.after) if page.after else None,
        newer=_address(filters, after=None) if filters.after else None,
    )


def _filters() -> Filters:
    state = request.args.get("state", "")
    return Filters(
        search=request.args.get("q", "").strip()[:120],
        state=State(state) if state in set(State) else None,
        after=ids.parse_id(request.args.get("after", "")),
    )


def _address(filters: Filters, **changed: Any) -> str:
    parts = {"q": filters.search or None, "state": filters.state}
    return url_for("console.workflows", **(parts | changed))
