"""Flags: what is on for whom?"""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from studio.accounts.permissions import permission
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.flags import words
from studio.flags.outcomes import Kind, Purpose
from studio.flags.service import environments
from studio.flags.service import listing as lists
from studio.flags.service.listing import Filters
from studio.flags.views.blueprint import blueprint

PAGE = 50


@blueprint.get("/flags")
@permission("flag.read")
def listing() -> ResponseReturnValue:
    """Each with how it stands in every environment."""
    uow, filters = current_uow(), _filters()
    before = parse_id(request.args.get("before", ""))
    found, more = lists.page(uow, filters, before=before, limit=PAGE)
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "before" and value}
    return render_template(
        "flags/listing.html", found=found, filters=filters, filtered=filters != Filters(), words=words,
        environments=environments.listed(uow), show=request.args.get("show", ""),
        newer=url_for("flags.listing", **kept) if before else None,
        older=url_for("flags.listing", before=more, **kept) if more else None,
    )  # fmt: skip


def _filters() -> Filters:
    """What the address asks for; what it cannot mean narrows nothing."""
    asked, show = request.args, request.args.get("show", "")
    kind, purpose = asked.get("kind", ""), asked.get("purpose", "")
    return Filters(
        text=asked.get("q", "")[:200],
        kind=kind if kind in list(Kind) else "",
        purpose=purpose if purpose in list(Purpose) else "",
        stale=show == "stale",
        archived=show == "archived",
    )
