"""What a reviewer is asked about seats, and the answers."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.outcomes import Role
from studio.accounts.permissions import permission
from studio.core import web
from studio.core.errors import Conflict, Forbidden, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.oversight.reviews import answering, listing, rows
from studio.oversight.reviews.outcomes import Answer
from studio.portal import reviewing
from studio.portal.review_forms import AnswerForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/reviews")
@permission("review.answer")
def reviews_of_mine() -> ResponseReturnValue:
    """The seats that one is asked about."""
    return _page()


@blueprint.post("/reviews/<uuid:review_item_id>")
@permission("review.answer")
def answer_review(review_item_id: UUID) -> ResponseReturnValue:
    """Keep a seat, take it away or change it."""
    form = AnswerForm()
    form.validate()
    rows.item(current_uow(), review_item_id)
    try:
        item = answering.answer(
            current_uow(),
            review_item_id,
            _one(Answer, form.answer.data, "answer"),
            reason=form.reason.data or "",
            shown=_one(Role, form.shown.data, "shown"),
            role=_one(Role, form.role.data, "role") if form.answer.data == Answer.CHANGE else None,
        )
    except (Conflict, Forbidden, InvalidInput) as error:
        web.rollback(error)
        return _page(review_item_id, form, error), error.status
    words = {
        Answer.KEEP: _("The seat is kept."),
        Answer.REMOVE: _("The seat is taken away."),
        Answer.CHANGE: _("The seat is changed."),
    }
    flash(words[Answer(item.answer or Answer.KEEP)], "good")
    return redirect(url_for("portal.reviews_of_mine"))


def _page(refused: UUID | None = None, sent: AnswerForm | None = None, error: StudioError | None = None) -> str:
    uow, person = current_uow(), signed_in_person()
    found = []
    for review, items in listing.asked_of(uow, person.user_id):
        lines = listing.lines(uow, items[: listing.PAGE])
        found.append((review, len(items), lines))
    reviewer = person.seat.role if person.seat else Role.APPROVER
    return render_template(
        "portal/reviews_mine.html",
        found=found,
        refused=refused,
        sent=sent,
        error=error,
        shown_below=any(line.item.id == refused for _review, _count, lines in found for line in lines),
        roles=lambda line: listing.roles_for(line, reviewer),
        reviewing=reviewing,
        now=uow.now,
        most=listing.PAGE,
    )


def _one(kind, given: str | None, field: str):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - either of two enums
    try:
        return kind(given)
    except ValueError as error:
        raise InvalidInput(_("Choose what shall become of the seat."), field=field) from error
