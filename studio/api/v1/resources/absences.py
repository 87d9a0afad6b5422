"""Absences, and when one is mailed."""

from datetime import UTC
from uuid import UUID

from studio.accounts.identity import signed_in_person
from studio.accounts.service import profile
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes.absences import AbsenceView, MailSave, MailView, NewAbsence
from studio.api.v1.shapes.common import ListOf, cut
from studio.approvals.service import delegating, rows
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.unit_of_work import UnitOfWork

TAG = "Absences"
_NAMED = {"owner": "user_id", "to": "to_user_id"}
"""Fields of the service, as a body calls them."""


@operation("GET", "/absences", tag=TAG, needs="approval.decide", query=Paged, answer=ListOf[AbsenceView])
def list_absences(uow: UnitOfWork, query: Paged) -> ListOf[AbsenceView]:
    """What is not over: your own, those in which you stand in, and to admins everybody's."""
    found = sorted(delegating.known(uow, rows.acting(uow)), key=lambda row: row.id)
    page, after = cut(found, lambda row: row.id, query.cursor, query.limit)
    return ListOf[AbsenceView](data=[AbsenceView.model_validate(row) for row in page], next_cursor=after)


@operation("POST", "/absences", tag=TAG, needs="approval.decide", body=NewAbsence, answer=AbsenceView, status=201)
def create_absence(uow: UnitOfWork, body: NewAbsence) -> AbsenceView:
    """Be away: somebody stands in, and both of you can decide."""
    owner, starts, ends = body.user_id or rows.acting(uow).id, body.starts_at, body.ends_at
    try:
        made = delegating.create(
            uow, owner, body.to_user_id, starts.astimezone(UTC), ends.astimezone(UTC), open_items=body.open_items
        )
    except InvalidInput as error:
        problems = [FieldProblem(_NAMED.get(one.path, one.path), one.code, one.message) for one in error.problems]
        raise InvalidInput(error.message, code=error.code, problems=problems) from None
    return AbsenceView.model_validate(made)


@operation("POST", "/absences/<uuid:delegation_id>/end", tag=TAG, needs="approval.decide", answer=AbsenceView)
def end_absence(uow: UnitOfWork, delegation_id: UUID) -> AbsenceView:
    """Be back earlier, or do not go at all. What was decided meanwhile stays decided."""
    return AbsenceView.model_validate(delegating.end(uow, delegation_id))


@operation("GET", "/me/mail", tag=TAG, needs="approval.decide", answer=MailView)
def get_mail_preferences(uow: UnitOfWork) -> MailView:
    """When you are mailed about approvals."""
    return MailView.model_validate(profile.get(uow, signed_in_person().user_id))


@operation("PUT", "/me/mail", tag=TAG, needs="approval.decide", body=MailSave, answer=MailView)
def set_mail_preferences(uow: UnitOfWork, body: MailSave) -> MailView:
    """Set quiet hours, the one mail a day, and whether you hear how things ended."""
    user_id = signed_in_person().user_id
    profile.set_mail(
        uow, user_id, quiet_from=body.quiet_from, quiet_until=body.quiet_until, digest_at=body.digest_at,
        completion_mails=body.completion_mails,
    )  # fmt: skip
    return MailView.model_validate(profile.get(uow, user_id))
