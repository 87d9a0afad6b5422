"""Access reviews: started and reported on in the settings."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.accounts.service import members, workspaces
from studio.accounts.service.members import Member
from studio.approvals.service import groups
from studio.core import ids, web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.oversight import spreadsheets
from studio.oversight.reviews import answering, ending, listing, rows, starting
from studio.oversight.reviews.outcomes import Scope, Silence
from studio.oversight.reviews.policy import Reviewers, may_review
from studio.oversight.reviews.starting import Plan
from studio.portal import reviewing
from studio.portal.review_forms import ReviewerForm, StartForm
from studio.portal.views.blueprint import blueprint

USUAL = timedelta(days=14)


@blueprint.get("/settings/access-reviews")
@permission("review.read")
def access_reviews() -> ResponseReturnValue:
    """List the reviews."""
    form = _form(StartForm(formdata=None))
    today = current_uow().now.astimezone(ZoneInfo(_zone())).date()
    form.due.data = today + USUAL
    form.name.data = _("Access review, %(month)s", month=format_date(today, "MMMM y"))
    form.people.data = [str(signed_in_person().user_id)]
    return _list(form)


@blueprint.post("/settings/access-reviews")
@permission("review.manage")
def start_access_review() -> ResponseReturnValue:
    """Begin one."""
    form = _form(StartForm())
    if not form.validate_on_submit():
        return _list(form), 422
    try:
        made = starting.start(current_uow(), _plan(form))
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _list(_form(form)), error.status
    flash(_("The review has begun. Its reviewers are mailed."), "good")
    return redirect(url_for("portal.access_review", review_id=made.id))


@blueprint.get("/settings/access-reviews/<uuid:review_id>")
@permission("review.read")
def access_review(review_id: UUID) -> ResponseReturnValue:
    """The report of one review, seat by seat."""
    return _page(review_id)


@blueprint.get("/settings/access-reviews/<uuid:review_id>.csv")
@permission("review.read")
def access_review_file(review_id: UUID) -> ResponseReturnValue:
    """The same as a file."""
    uow = current_uow()
    found = rows.review(uow, review_id)
    text = spreadsheets.review(found, listing.lines(uow, rows.items(uow, found.id)))
    answer = Response(text, content_type="text/csv; charset=utf-8")
    name = f"access-review-{found.started_at.date().isoformat()}-{found.id.hex[-6:]}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.post("/settings/access-reviews/<uuid:review_id>/call-off")
@permission("review.manage")
def call_off_access_review(review_id: UUID) -> ResponseReturnValue:
    """End one before its time."""
    ending.call_off(current_uow(), review_id)
    flash(_("The review is called off. What was answered stays."), "info")
    return redirect(url_for("portal.access_review", review_id=review_id))


@blueprint.post("/settings/access-reviews/<uuid:review_id>/stop-repeating")
@permission("review.manage")
def stop_repeating_access_review(review_id: UUID) -> ResponseReturnValue:
    """Let none follow."""
    ending.stop_repeating(current_uow(), review_id)
    flash(_("The review will not be repeated."), "info")
    return redirect(url_for("portal.access_review", review_id=review_id))


@blueprint.post("/settings/access-reviews/seats/<uuid:review_item_id>/reviewer")
@permission("review.manage")
def change_reviewer(review_item_id: UUID) -> ResponseReturnValue:
    """Ask somebody else about a seat."""
    item = answering.hand_over(current_uow(), review_item_id, ids.parse_id(ReviewerForm().reviewer.data or ""))
    flash(_("Somebody else is asked about this seat now."), "good")
    return redirect(url_for("portal.access_review", review_id=item.review_id))


def _list(form: StartForm) -> str:
    return render_template("portal/reviews.html", reviews=listing.recent(current_uow()), form=form, reviewing=reviewing)


def _page(review_id: UUID) -> str:
    uow = current_uow()
    found = listing.progress(uow, review_id)
    return render_template(
        "portal/review.html",
        progress=found,
        review=found.review,
        lines=listing.lines(uow, rows.items(uow, review_id)),
        people=_reviewers() if reviewing.going_on(found.review) else (),
        starter=members.by_ids(uow, [found.review.started_by]) if found.review.started_by else {},
        reviewing=reviewing,
    )


def _form(form: StartForm) -> StartForm:
    uow = current_uow()
    form.people.choices = [SelectChoice(str(one.user_id), one.name) for one in _reviewers()]
    names = [SelectChoice(group.name, group.name) for group in groups.all_groups(uow) if group.members]
    form.group.choices = [SelectChoice("", _("none")), *names]
    return form


def _reviewers() -> list[Member]:
    return [one for one in members.working(current_uow()) if may_review(one.role)]


def _plan(form: StartForm) -> Plan:
    """The due date is the end of that day where the workspace is."""
    day = form.due.data
    if day is None:  # a form that was validated has it
        raise InvalidInput(_("Choose a day."), field="due_at")
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(_zone())).astimezone(UTC)
    people = tuple(found for one in form.people.data or () if (found := ids.parse_id(one)) is not None)
    reviewers = Reviewers(people, form.group.data or "", bool(form.inviters.data))
    return Plan(
        form.name.data or "",
        Scope(form.scope.data),
        Silence(form.silence.data),
        end,
        reviewers,
        form.every_months.data,
    )


def _zone() -> str:
    return workspaces.current(current_uow()).time_zone


def _show(form: StartForm, error: StudioError) -> None:
    """Take back what the service had begun, and say why beside the field."""
    web.rollback(error)
    at = (error.problems[0].path if error.problems else "name").split(".")[-1]
    fields = {"due_at": form.due, "every_months": form.every_months, "people": form.people, "group": form.group,
              "scope": form.scope}  # fmt: skip
    shown = fields.get(at, form.name)
    shown.errors = [*shown.errors, error.message]
