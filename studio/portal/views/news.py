"""What happens to an inbox while it is open: asked for again and again, and nothing is said where nothing is new."""

from datetime import datetime
from uuid import UUID

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals.service import listing
from studio.approvals.service import news as whats_new
from studio.approvals.service.listing import PAGE, Tab
from studio.approvals.service.news import News
from studio.core import ids, moments
from studio.core.errors import InvalidInput
from studio.core.web import current_uow
from studio.portal import addresses, rows
from studio.portal.views.blueprint import blueprint


@blueprint.get("/inbox/news")
@permission("approval.read")
def news() -> ResponseReturnValue:
    """Rows that closed since they were shown and by whom, and how many are new. `rows`: `<id>.<hash>`, with commas."""
    uow, person = current_uow(), signed_in_person()
    filters = addresses.filters(Tab.PENDING, person, uow.now)
    found = whats_new.since(uow, person.user_id, filters, _rows(), _since())
    return _fresh(
        jsonify(
            closed=[
                {"id": str(item.request.id), "chip": chip.text, "kind": chip.kind, "text": sentence}
                for item in found.closed
                for chip, sentence in [rows.ended(item)]
            ],
            changed={
                "ids": [str(one) for one in found.changed],
                "chip": _("Changed"),
                "text": _("What is asked has changed since you opened the page. Open it to see how."),
            },
            new={"count": found.new, "text": _new(found)},
            tabs=[rows.tab(one, listing.counts(uow, person.user_id)) for one in Tab] if not filters.everybody else [],
        )
    )


def _new(found: News) -> str:
    return str(ngettext("%(num)s new approval.", "%(num)s new approvals.", found.new))


def _rows() -> dict[UUID, str]:
    shown: dict[UUID, str] = {}
    for part in filter(None, request.args.get("rows", "").split(",")):
        name, _sep, seen = part.partition(".")
        request_id = ids.parse_id(name)
        if request_id is None or len(shown) >= PAGE:
            raise InvalidInput(_("These are no rows of an inbox."), field="rows")
        shown[request_id] = seen
    return shown


def _since() -> datetime:
    since = moments.read(request.args.get("since", ""))
    if since is None:
        raise InvalidInput(_("Say since when, with a time zone."), field="since")
    return since


def _fresh(answer: Response) -> Response:
    """304 where the reader has just this."""
    answer.add_etag(weak=True)
    answer.cache_control.private, answer.cache_control.no_cache = True, True
    answer.make_conditional(request)
    return answer
