"""The inbox: what must I decide, by when, why me?"""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import Person, signed_in_person
from studio.accounts.permissions import permission
from studio.approvals import service
from studio.approvals.service import listing
from studio.approvals.service.listing import Filters, Tab
from studio.core import formats, ids
from studio.core.errors import InvalidInput
from studio.core.web import current_uow
from studio.portal import words
from studio.portal.forms import SnoozeForm
from studio.portal.views.blueprint import blueprint
from studio.portal.zones import snooze_moment


@blueprint.get("/inbox")
@permission("approval.read")
def inbox() -> ResponseReturnValue:
    """Pending, Snoozed or Done; filters live in the address."""
    return _page(_tab(request.args.get("tab")))


@blueprint.get("/done")
@permission("approval.read")
def done() -> ResponseReturnValue:
    """What is settled: an approver seat's second entry."""
    return _page(Tab.DONE)


@blueprint.post("/inbox/<uuid:share_id>/snooze")
@permission("approval.decide")
def snooze(share_id: UUID) -> ResponseReturnValue:
    """Put a row off."""
    form = SnoozeForm()
    if not form.validate_on_submit():
        raise InvalidInput(_("Choose a moment."), field="choice")
    uow, person = current_uow(), signed_in_person()
    until = snooze_moment(form.choice.data, uow.now, person.time_zone)
    wake = service.snooze(uow, share_id, until)
    flash(_("Snoozed until %(when)s.", when=formats.at(wake)), "info")
    return redirect(url_for("portal.inbox"))


@blueprint.post("/inbox/<uuid:share_id>/restore")
@permission("approval.decide")
def restore(share_id: UUID) -> ResponseReturnValue:
    """Take a snoozed row up again."""
    service.restore(current_uow(), share_id)
    flash(_("It is back in Pending."), "info")
    return redirect(url_for("portal.inbox", tab=Tab.SNOOZED))


def _page(tab: Tab) -> ResponseReturnValue:
    uow, person = current_uow(), signed_in_person()
    filters = _filters(tab, person)
    found = listing.listed(uow, person.user_id, filters)
    return render_template(
        "portal/inbox.html",
        filters=filters,
        tab=tab,
        tabs=Tab,
        page=found,
        counts=listing.counts(uow, person.user_id),
        workflows=listing.workflows(uow, person.user_id, filters),
        now=uow.now,
        in_place=any(words.fits_row(item.request) for item in found.items),
        snooze_form=SnoozeForm(),
        section="portal.done" if request.endpoint == "portal.done" else "portal.inbox",
        older=_address(filters, after=found.after) if found.after else None,
        newer=_address(filters, after=None) if filters.after else None,
        address=_address,
    )


def _filters(tab: Tab, person: Person) -> Filters:
    return Filters(
        tab=tab,
        search=request.args.get("q", "").strip()[:200],
        workflow_id=ids.parse_id(request.args.get("workflow", "")),
        everybody=request.args.get("of") == "all" and person.may("approval.read_all"),
        after=request.args.get("after"),
    )


def _address(filters: Filters, **changed: Any) -> str:
    """The address of the same list with something changed; a changed filter starts at the first page."""
    parts = {
        "tab": filters.tab.value if filters.tab is not Tab.PENDING else None,
        "q": filters.search or None,
        "workflow": filters.workflow_id,
        "of": "all" if filters.everybody else None,
    }
    return url_for("portal.inbox", **(parts | changed))


def _tab(name: str | None) -> Tab:
    return Tab(name) if name in set(Tab) else Tab.PENDING
