"""The inbox: what must I decide, by when, why me?"""

from collections.abc import Collection
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals import people, service
from studio.approvals.service import listing
from studio.approvals.service.listing import Tab
from studio.core import formats
from studio.core.errors import InvalidInput, StudioError
from studio.core.web import current_uow
from studio.guard.service import passing
from studio.oversight.reviews import listing as reviews
from studio.portal import addresses, escalating, rows, zones
from studio.portal.forms import BulkForm, SnoozeForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/inbox")
@permission("approval.read")
def inbox() -> ResponseReturnValue:
    """Pending, Snoozed or Done; filters live in the address."""
    return page(addresses.tab())


@blueprint.get("/done")
@permission("approval.read")
def done() -> ResponseReturnValue:
    """What is settled: an approver seat's second entry."""
    return page(Tab.DONE)


@blueprint.post("/inbox/<uuid:share_id>/snooze")
@permission("approval.decide")
def snooze(share_id: UUID) -> ResponseReturnValue:
    """Put a row off."""
    form = SnoozeForm()
    if not form.validate_on_submit():
        raise InvalidInput(_("Choose a moment."), field="choice")
    uow, person = current_uow(), signed_in_person()
    until = zones.snooze_moment(form.choice.data, form.until.data, uow.now, person.time_zone)
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


def _name(user_id: UUID | None) -> str | None:
    person = people.by_id(current_uow(), user_id)
    return person.name if person else None


def page(tab: Tab, problem: StudioError | None = None, picked: Collection[UUID] = ()) -> ResponseReturnValue:
    """One tab; with what was refused above it, and what was selected still selected."""
    uow, person = current_uow(), signed_in_person()
    filters = addresses.filters(tab, person, uow.now)
    found = listing.listed(uow, person.user_id, filters)
    html = render_template(
        "portal/inbox.html",
        filters=filters,
        tab=tab,
        tabs=Tab,
        page=found,
        escalations=escalating.of_rows(uow, found.items),
        counts=listing.counts(uow, person.user_id),
        choices=listing.choices(uow, person.user_id, filters),
        window=listing.WINDOW,
        now=uow.now,
        in_place=any(rows.in_place(item.request, uow.now) for item in found.items),
        form=BulkForm(),
        problem=problem,
        asked=_name(filters.asked),
        picked=frozenset(picked),
        proofs_to_give=passing.count_of_person(uow, person.user_id),
        seats_to_review=reviews.count_asked_of(uow, person.user_id),
        section="portal.done" if request.endpoint == "portal.done" else "portal.inbox",
        older=addresses.address(filters, after=found.after) if found.after else None,
        newer=addresses.address(filters) if filters.after else None,
        address=addresses.address,
        address_parts=addresses.parts,
    )
    return html, problem.status if problem else 200
