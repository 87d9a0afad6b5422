"""Requests for approval: one's own, everybody's, and what may be done."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from studio.accounts.identity import signed_in_person
from studio.api.v1.operations import operation
from studio.api.v1.shapes import approvals as shapes
from studio.api.v1.shapes.common import ListOf
from studio.approvals import escalation, saying, service
from studio.approvals.models import Assignment, Attachment, Decision, Request
from studio.approvals.options import restored
from studio.approvals.outcomes import Channel, Outcome
from studio.approvals.service import attaching, bulk, calendars, listing, threading
from studio.approvals.service.reading import Details
from studio.approvals.wall_clock import day_end
from studio.approvals.wordings import Attached, Edits
from studio.core.errors import Forbidden, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow

TAG = "Approvals"
ONE = "/approvals/<uuid:request_id>"
THREAD = f"{ONE}/threads/<uuid:thread_id>"


@operation("GET", "/approvals", tag=TAG, needs="approval.read", query=shapes.ApprovalQuery,
           answer=ListOf[shapes.ApprovalLine])  # fmt: skip
def list_approvals(uow: UnitOfWork, query: shapes.ApprovalQuery) -> ListOf[shapes.ApprovalLine]:
    """What waits for you; or, with `everybody`, for anybody.

    Pending ones with the least working time left first, by the calendar of each; snoozed ones by when they wake, done
    ones newest first.
    """
    person = signed_in_person()
    if query.everybody and not person.may("approval.read_all"):
        raise Forbidden(_("Your seat shows you your own approvals only."), resource="permission:approval.read_all")
    if query.cursor is not None and not listing.is_cursor(query.cursor):
        raise InvalidInput(_("This is no cursor of this list."), code="query.cursor", field="cursor")
    wanted = listing.Filters(
        listing.Tab(query.tab),
        query.q,
        query.workflow_id,
        requester=query.requester,
        due=query.due if query.tab == "pending" else None,
        day_ends=day_end(uow.now, person.time_zone),
        group=query.group,
        escalated=query.escalated,
        everybody=query.everybody,
        after=query.cursor,
    )
    page = listing.listed(uow, person.user_id, wanted, query.limit)
    lines = [line(one.request, one.share, one.decision, one.working_left) for one in page.items]
    return ListOf[shapes.ApprovalLine](data=lines, next_cursor=page.after)


@operation("GET", ONE, tag=TAG, needs="approval.read", answer=shapes.ApprovalDetail)
def get_approval(uow: UnitOfWork, request_id: UUID) -> shapes.ApprovalDetail:
    """One request. Whoever was not asked, and may not read all, does not find it."""
    return detail(service.details(uow, request_id))


@operation("POST", f"{ONE}/decision", tag=TAG, needs="approval.decide", body=shapes.Decide,
           answer=shapes.ApprovalDetail, conflicts=True)  # fmt: skip
def decide_approval(uow: UnitOfWork, request_id: UUID, body: shapes.Decide) -> shapes.ApprovalDetail:
    """Approve, decline, ask for changes, or give one of the request's own answers, as the person behind the token.

    Where the rule asks for several people it stays pending until enough have said so: see `parts`.
    409 where somebody was faster, the time is over, or what is asked is not what was shown to you.
    """
    files = attaching.handed_in(uow, body.attachments)
    vote = service.decide(
        uow, request_id, Outcome(body.outcome or Outcome.RESPONDED), shown=body.shown, reason=body.comment,
        channel=Channel.API, option=body.option, answer=body.answer, items=body.items,
    )  # fmt: skip
    attaching.on_vote(uow, request_id, vote, files)
    return detail(service.details(uow, request_id))


@operation("POST", "/approvals/decisions", tag=TAG, needs="approval.decide", body=shapes.DecideMany,
           answer=shapes.Results)  # fmt: skip
def decide_approvals(uow: UnitOfWork, body: shapes.DecideMany) -> shapes.Results:
    """Approve or decline up to 100 at once. Each is decided for itself: a refused one stops no other.

    All that are decided are decided together; sent again, they count as done.
    """
    picks = [bulk.Pick(one.id, one.shown) for one in body.items]
    return _results(bulk.decide(uow, picks, Outcome(body.outcome), reason=body.comment, channel=Channel.API))


@operation("POST", "/approvals/snoozes", tag=TAG, needs="approval.decide", body=shapes.SnoozeMany,
           answer=shapes.Results)  # fmt: skip
def snooze_approvals(uow: UnitOfWork, body: shapes.SnoozeMany) -> shapes.Results:
    """Put up to 100 of your own shares off. Each comes back at its next deadline, if that is earlier."""
    return _results(bulk.snooze(uow, [bulk.Pick(one) for one in body.items], body.until))


@operation("POST", "/approvals/unsnoozes", tag=TAG, needs="approval.decide", body=shapes.RestoreMany,
           answer=shapes.Results)  # fmt: skip
def unsnooze_approvals(uow: UnitOfWork, body: shapes.RestoreMany) -> shapes.Results:
    """Take up to 100 of your own shares back up."""
    return _results(bulk.restore(uow, [bulk.Pick(one) for one in body.items]))


def _results(results: Sequence[bulk.Result]) -> shapes.Results:
    return shapes.Results(
        data=[
            shapes.ResultView(
                request_id=one.request_id, result=one.fate.value, title=one.title, code=one.code, message=one.message
            )
            for one in results
        ]
    )


@operation("POST", f"{ONE}/comments", tag=TAG, needs="approval.decide", body=shapes.NewComment,
           answer=shapes.CommentView, status=201)  # fmt: skip
def comment_approval(uow: UnitOfWork, request_id: UUID, body: shapes.NewComment) -> shapes.CommentView:
    """Say something to everybody who sees the request."""
    files = attaching.handed_in(uow, body.attachments)
    return shapes.CommentView.model_validate(service.comment(uow, request_id, body.comment, files))


@operation("POST", f"{ONE}/threads", tag=TAG, needs="approval.decide", body=shapes.NewComment,
           answer=shapes.ThreadView, status=201, conflicts=True)  # fmt: skip
def open_thread(uow: UnitOfWork, request_id: UUID, body: shapes.NewComment) -> shapes.ThreadView:
    """Say something that has to be dealt with. Where its step says so, nobody may approve while it is open."""
    return shapes.ThreadView.model_validate(threading.open_thread(uow, request_id, body.comment))


@operation("POST", f"{THREAD}/replies", tag=TAG, needs="approval.decide", body=shapes.NewComment,
           answer=shapes.ApprovalDetail, conflicts=True)  # fmt: skip
def reply_thread(uow: UnitOfWork, request_id: UUID, thread_id: UUID, body: shapes.NewComment) -> shapes.ApprovalDetail:
    """Answer in a thread."""
    threading.reply(uow, request_id, thread_id, body.comment)
    return detail(service.details(uow, request_id))


@operation("POST", f"{THREAD}/resolve", tag=TAG, needs="approval.decide", answer=shapes.ApprovalDetail, conflicts=True)
def resolve_thread(uow: UnitOfWork, request_id: UUID, thread_id: UUID) -> shapes.ApprovalDetail:
    """Say that a thread is dealt with: whoever opened it, was asked, or manages approvals."""
    threading.resolve(uow, request_id, thread_id)
    return detail(service.details(uow, request_id))


@operation("POST", f"{THREAD}/reopen", tag=TAG, needs="approval.decide", answer=shapes.ApprovalDetail, conflicts=True)
def reopen_thread(uow: UnitOfWork, request_id: UUID, thread_id: UUID) -> shapes.ApprovalDetail:
    """Say that a thread is not dealt with after all."""
    threading.resolve(uow, request_id, thread_id, resolved=False)
    return detail(service.details(uow, request_id))


@operation("POST", f"{ONE}/reassign", tag=TAG, needs="approval.decide", body=shapes.Reassign,
           answer=shapes.ApprovalDetail, conflicts=True)  # fmt: skip
def reassign_approval(uow: UnitOfWork, request_id: UUID, body: shapes.Reassign) -> shapes.ApprovalDetail:
    """Hand a share to somebody else, who gets a mail."""
    found = service.details(uow, request_id)
    service.reassign(uow, _share(found, body.share_id), body.to, body.note)
    return detail(service.details(uow, request_id))


@operation("POST", f"{ONE}/acknowledge", tag=TAG, needs="approval.decide", answer=shapes.ApprovalDetail,
           conflicts=True)  # fmt: skip
def acknowledge_approval(uow: UnitOfWork, request_id: UUID) -> shapes.ApprovalDetail:
    """Say that you are on it: the next level of its escalation waits for a while. The deadline does not.

    The same again changes nothing while it holds; somebody else who was asked may take it over. 409 where nothing
    escalates.
    """
    service.acknowledge(uow, request_id)
    return detail(service.details(uow, request_id))


@operation("POST", f"{ONE}/snooze", tag=TAG, needs="approval.decide", body=shapes.Snooze,
           answer=shapes.ApprovalDetail, conflicts=True)  # fmt: skip
def snooze_approval(uow: UnitOfWork, request_id: UUID, body: shapes.Snooze) -> shapes.ApprovalDetail:
    """Put your own share off. It comes back at the next deadline, however late you asked for it."""
    service.snooze(uow, _share(service.details(uow, request_id), None), body.until)
    return detail(service.details(uow, request_id))


@operation("POST", f"{ONE}/unsnooze", tag=TAG, needs="approval.decide", answer=shapes.ApprovalDetail, conflicts=True)
def unsnooze_approval(uow: UnitOfWork, request_id: UUID) -> shapes.ApprovalDetail:
    """Take your own share back up."""
    service.restore(uow, _share(service.details(uow, request_id), None))
    return detail(service.details(uow, request_id))


@operation("POST", f"{ONE}/revise", tag=TAG, needs="approval.decide", body=shapes.Revise,
           answer=shapes.ApprovalDetail, conflicts=True)  # fmt: skip
def revise_approval(uow: UnitOfWork, request_id: UUID, body: shapes.Revise) -> shapes.ApprovalDetail:
    """Word it anew, as whoever asked for it, or as an admin, where its step waits for new versions.

    What was said of earlier versions no longer counts, unless the step keeps it. Whoever edits must not decide.
    """
    facts = None if body.facts is None else [(label, value) for label, value in body.facts]
    keep, add = _attached(uow, request_id, body.attachments)
    edits = Edits(body.title, facts, body.instructions, body.amount, body.currency, keep, add)
    service.revise(uow, request_id, edits, shown=body.shown, note=body.note)
    return detail(service.details(uow, request_id))


@operation("POST", f"{ONE}/dismiss", tag=TAG, needs="approval.manage", body=shapes.Dismiss,
           answer=shapes.ApprovalDetail, conflicts=True)  # fmt: skip
def dismiss_approval(uow: UnitOfWork, request_id: UUID, body: shapes.Dismiss) -> shapes.ApprovalDetail:
    """Set aside that changes were asked for: it can be decided again, and its deadline goes on."""
    service.dismiss(uow, request_id, body.reason)
    return detail(service.details(uow, request_id))


@operation("POST", f"{ONE}/take-back", tag=TAG, needs="approval.decide", body=shapes.TakeBack,
           answer=shapes.ApprovalDetail, conflicts=True)  # fmt: skip
def take_back_approval(uow: UnitOfWork, request_id: UUID, body: shapes.TakeBack) -> shapes.ApprovalDetail:
    """Take it back, as whoever asked for it, or as an admin: nobody has to decide any more.

    Its run goes on behind `cancelled`. To end the run instead, cancel the run.
    """
    service.take_back(uow, request_id, body.reason)
    return detail(service.details(uow, request_id))


@operation("POST", f"{ONE}/bypass", tag=TAG, needs="approval.bypass", body=shapes.Bypass,
           answer=shapes.ApprovalDetail, conflicts=True)  # fmt: skip
def bypass_approval(uow: UnitOfWork, request_id: UUID, body: shapes.Bypass) -> shapes.ApprovalDetail:
    """End it as approved without those who were asked, as an admin who has not asked for it.

    Everybody who was asked, and whoever asked, is mailed. Needs the scope `approvals:bypass`.
    """
    service.bypass(uow, request_id, shown=body.shown, reason=body.reason, channel=Channel.API)
    return detail(service.details(uow, request_id))


def _share(found: Details, wanted: UUID | None) -> UUID:
    """The share that is meant: one of this request, or the reader's own."""
    if wanted is None:
        if found.own is None:
            raise Forbidden(_("You were not asked, so there is nothing of yours here."), code="not_asked")
        return found.own.row.id
    if all(share.row.id != wanted for share in found.shares):
        raise NotFound(_("There is no such share of this request."), resource=f"share:{wanted}")
    return wanted


def line(
    request: Request, share: Assignment | None, decision: Decision | None, left: timedelta | None
) -> shapes.ApprovalLine:
    """One request as a row."""
    plain = {name: getattr(request, name) for name in _COLUMNS}
    return shapes.ApprovalLine(
        **plain,
        working_seconds_left=None if left is None else int(left.total_seconds()),
        snoozed_until=share.snoozed_until if share else None,
        decision=shapes.DecisionView.model_validate(decision) if decision else None,
    )


def _left(request: Request) -> timedelta | None:
    """Working time left of one that waits."""
    if not request.open or request.due_at is None:
        return None
    return calendars.working_left(current_uow(), request.calendar_id, request.due_at)


def _attached(
    uow: UnitOfWork, request_id: UUID, wanted: Sequence[UUID] | None
) -> tuple[list[str] | None, Sequence[Attached]]:
    """Which attachments stay, and which files come to them."""
    if wanted is None:
        return None, ()
    known = {one.id for one in service.details(uow, request_id).shown_files}
    new = attaching.stored(uow, [one for one in wanted if one not in known])
    missing = set(wanted) - known - {one.id for one in new}
    if missing:
        said = _("There is no such file, or it was used or let go already.")
        raise InvalidInput(said, code="unknown_attachment", field="attachments")
    return [str(one) for one in wanted if one in known], attaching.as_worded(new)


def _attachment(found: Details, one: Attachment) -> shapes.AttachmentView:
    return shapes.AttachmentView(
        id=one.id, name=one.name, media_type=one.media_type, size=one.size, sha256=one.sha256,
        part_of_request=one in found.shown_files, vote_id=one.vote_id, comment_id=one.comment_id, by_name=one.by_name,
        at=one.at, kept=one.file_id is not None,
    )  # fmt: skip


def _parts(found: Details) -> list[shapes.PartView]:
    return [
        shapes.PartView(
            stage=index,
            stage_name=found.rule.stages[index].name,
            needed=saying.part_words(part.part),
            have=part.have,
            need=part.need,
        )
        for index, tally in enumerate(found.progress)
        for part in tally.parts
    ]


def _escalation(found: Details) -> shapes.EscalationView | None:
    row = found.escalation
    if row is None or row.next_at is None:
        return None
    plan = escalation.from_json(row.plan)
    level = plan.level(row.step)
    on_it = row.acknowledged_by
    return shapes.EscalationView(
        next_at=row.next_at,
        level=row.step % len(plan.levels) + 1 if level else None,
        to=[target.name.name for target in level.targets] if level else [],
        replaces=level is not None and level.how is escalation.How.REPLACE,
        then=plan.then.value if level is None else None,
        acknowledged_by=on_it,
        acknowledged_by_name=found.name_of(on_it) if on_it else None,
    )


_COLUMNS = ("id", "title", "state", "amount", "currency", "workflow_id", "run_id", "due_at", "effect_at", "created_at",
            "closed_at")  # fmt: skip


def detail(found: Details) -> shapes.ApprovalDetail:
    """One request whole."""
    request, own = found.request, found.own
    return shapes.ApprovalDetail(
        **line(request, own.row if own else None, found.decision, _left(request)).model_dump(),
        facts=request.facts,
        instructions=request.instructions,
        items=[shapes.ItemView.model_validate(one) for one in request.items],
        options=[shapes.OptionView.model_validate(one) for one in restored(request.options)],
        shown=request.shown,
        version=request.revision,
        changed=[shapes.DifferenceView.model_validate(one) for one in found.changed.differences]
        if found.changed
        else [],
        context=request.context,
        decidable=found.decidable,
        stage=request.stage,
        parts=_parts(found),
        unreachable=request.stuck_at is not None,
        escalation=_escalation(found),
        votes=[shapes.VoteView.model_validate(vote) for vote in found.votes],
        shares=[
            shapes.ShareView(
                id=share.row.id,
                user_id=share.row.user_id,
                name=share.person.name if share.person else None,
                state=share.row.state,
                why=share.row.why,
            )
            for share in found.shares
        ],
        waits_for=shapes.AheadView.model_validate(found.ahead) if found.ahead else None,
        threads_first=request.threads_first,
        attachments=[_attachment(found, one) for one in found.attachments],
        threads=[shapes.ThreadView.model_validate(one) for one in found.threads],
        comments=[shapes.CommentView.model_validate(one) for one in found.comments],
    )
