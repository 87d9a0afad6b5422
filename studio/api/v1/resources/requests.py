"""What the person behind the token has asked for, and asking without a workflow."""

from uuid import UUID

from flask import Response

from studio.accounts.identity import signed_in_person
from studio.api.v1.operations import operation
from studio.api.v1.resources.approvals import ONE, TAG, detail, line
from studio.api.v1.shapes import approvals as approval_shapes
from studio.api.v1.shapes import requests as shapes
from studio.api.v1.shapes.common import ListOf
from studio.approvals import service
from studio.approvals.attaching import checking
from studio.approvals.requesting import adhoc, own
from studio.approvals.requesting.adhoc import PersonAsk
from studio.approvals.service import attaching, calendars
from studio.approvals.service.nudging import nudge
from studio.core import ids, web
from studio.core.errors import InvalidInput
from studio.core.files import storing
from studio.core.files.giving import SANDBOX, disposition
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

FILES = ("image/png", "image/jpeg", "image/webp", "application/pdf")


@operation("GET", "/approvals/requested", tag=TAG, needs="approval.read", query=shapes.RequestedQuery,
           answer=ListOf[shapes.RequestedLine])  # fmt: skip
def list_requested(uow: UnitOfWork, query: shapes.RequestedQuery) -> ListOf[shapes.RequestedLine]:
    """What you have asked for, by yourself or by a run that you started by hand; newest first."""
    if query.cursor is not None and ids.parse_id(query.cursor) is None:
        raise InvalidInput(_("This is no cursor of this list."), code="query.cursor", field="cursor")
    page = own.listed(uow, signed_in_person().user_id, query.show, query.cursor, query.limit)
    found = [
        shapes.RequestedLine(
            **line(
                one.request,
                None,
                one.decision,
                calendars.working_left(uow, one.request.calendar_id, one.request.due_at)
                if one.request.open and one.request.due_at is not None
                else None,
            ).model_dump(),
            held_by=[holder.name for holder in one.holders],
            changes_wanted_by=one.awaited_by,
            changes_wanted=one.awaited.reason if one.awaited else "",
        )
        for one in page.items
    ]
    return ListOf[shapes.RequestedLine](data=found, next_cursor=page.after)


@operation("POST", "/approvals", tag=TAG, needs="approval.ask", body=shapes.AskApproval,
           answer=approval_shapes.ApprovalDetail, status=201, conflicts=True)  # fmt: skip
def ask_approval(uow: UnitOfWork, body: shapes.AskApproval) -> approval_shapes.ApprovalDetail:
    """Ask people to decide something, without a workflow. You are told by mail how it ends.

    Whoever decides may ask for changes; you edit it then (`/approvals/{request_id}/revise`). The very same, asked again
    within a minute, is the same request. 409 where 200 of yours are open.
    """
    wanted = PersonAsk(
        title=body.title, facts=[(label, value) for label, value in body.facts], text=body.text, amount=body.amount,
        currency=body.currency, approvers=body.approvers, need=body.need, number=body.number, policy=body.policy,
        due_at=body.due_at, attachments=body.attachments,
    )  # fmt: skip
    return detail(service.details(uow, adhoc.ask(uow, wanted)))


@operation("POST", f"{ONE}/remind", tag=TAG, needs="approval.ask", answer=shapes.Reminded, conflicts=True, paced=True)
def remind_approval(uow: UnitOfWork, request_id: UUID) -> shapes.Reminded:
    """Have those who hold it reminded by mail, as whoever asked for it, or as an admin; once in four hours.

    429, with `Retry-After`, where that was a shorter while ago.
    """
    return shapes.Reminded(names=nudge(uow, request_id))


@operation("POST", "/attachments", tag=TAG, needs="approval.ask", file=FILES, largest=checking.MOST_BYTES,
           query=shapes.FileQuery, answer=shapes.FileView, status=201)  # fmt: skip
def hand_in_attachment(uow: UnitOfWork, data: bytes, query: shapes.FileQuery) -> shapes.FileView:
    """Hand in an image or a PDF, to name it in a request, a new version, a decision or a comment afterwards.

    Images are decoded and written anew. What it is says its content: anything else than its name promises is refused.
    """
    [kept] = attaching.keep(uow, [checking.check(query.name, data, "file")])
    return shapes.FileView.model_validate(kept)


@operation("GET", f"{ONE}/attachments/<uuid:attachment_id>", tag=TAG, needs="approval.read", media=FILES)
def get_attachment(uow: UnitOfWork, request_id: UUID, attachment_id: UUID) -> Response:
    """An attachment's content, to whoever sees the request; always as a download."""
    found, file_id = attaching.find(service.details(uow, request_id).attachments, attachment_id)
    given = Response(storing.stream(web.database(), uow.workspace, file_id), content_type=found.media_type)
    given.content_length = found.size
    given.headers["Content-Disposition"] = disposition("attachment", found.name)
    given.headers["Content-Security-Policy"] = SANDBOX
    return given
