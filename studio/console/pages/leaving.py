"""Settings, People: somebody leaves. One page shows all that they hold and what becomes of it, then does it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from studio.accounts.permissions import permission
from studio.accounts.service import members
from studio.accounts.views.blueprint import mailer
from studio.approvals.departing import shares
from studio.console.blueprint import blueprint, settings
from studio.console.leaving_form import LeavingForm
from studio.contract.leaving import Fate
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.core.web import current_uow, rollback
from studio.oversight.leaving import service, words

PAGE = 50
"""Open approvals that are listed at a time."""


@blueprint.get("/settings/people/<seat_id>/leave")
@permission("member.manage")
def leaving(seat_id: str) -> ResponseReturnValue:
    """Show the plan, as it would be with whoever is chosen."""
    return _page(parse_id(seat_id), LeavingForm(request.args, meta={"csrf": False}))


@blueprint.post("/settings/people/<seat_id>/leave")
@permission("member.manage")
def leave(seat_id: str) -> ResponseReturnValue:
    """Carry it out, as a whole."""
    form = LeavingForm()
    form.offer(members.working(current_uow()), parse_id(seat_id))
    if not form.validate_on_submit():
        return _page(parse_id(seat_id), form), 422
    to, fallback = parse_id(form.to.data or ""), parse_id(form.fallback.data or "")
    try:
        made = service.leave(
            current_uow(), mailer(), parse_id(seat_id), to=to, fallback=fallback, public_url=settings().public_url
        )
    except (InvalidInput, Conflict) as error:
        rollback(error)
        return _page(parse_id(seat_id), form, error), error.status
    flash(_("%(name)s has left. All of it is in the audit trail.", name=made.leave.who.name), "good")
    return redirect(url_for("accounts.people"))


def _page(seat_id: UUID | None, form: LeavingForm, refused: InvalidInput | Conflict | None = None) -> str:
    uow = current_uow()
    form.offer(members.working(uow), seat_id)
    to, fallback = parse_id(form.to.data or ""), parse_id(form.fallback.data or "")
    plan = service.plan(uow, seat_id, to=to, fallback=fallback)
    after = parse_id(request.args.get("after", ""))
    listed, older = shares.page(uow, plan.leave.who.id, after, PAGE)
    chosen = {"to": form.to.data or None, "fallback": form.fallback.data or None}
    here = url_for("console.leaving", seat_id=plan.seat.id, **chosen)
    return render_template(
        "console/leaving.html",
        form=form,
        plan=plan,
        Fate=Fate,
        words=words,
        refused=refused,
        listed=listed,
        here=here,
        older=url_for("console.leaving", seat_id=plan.seat.id, after=older, **chosen) if older else None,
        paged=after is not None,
    )
