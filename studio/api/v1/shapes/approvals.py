"""Requests for approval."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from studio.api.v1.reading import Body, Moment, Paged
from studio.api.v1.shapes.common import Id, Shape
from studio.approvals import limits
from studio.approvals.outcomes import Outcome, RequestState
from studio.approvals.service.bulk import MOST
from studio.approvals.service.listing import Due
from studio.core.i18n import gettext as _

Fact = Annotated[list[Annotated[str, Field(max_length=2_000)]], Field(min_length=2, max_length=2)]
"""Label and value. A label has 60 letters at most, which the service says."""
Remark = Annotated[str, Field(max_length=limits.REMARK)]


class ApprovalQuery(Paged):
    """Which requests."""

    tab: Literal["pending", "snoozed", "done"] = "pending"
    everybody: bool = Field(False, description="Everybody's instead of your own share; not for approver seats.")
    workflow_id: Id | None = None
    requester: str | None = Field(None, max_length=254, description="Address of whoever asked for it.")
    due: Due | None = Field(None, description="`today`: still to come, by your time zone. Pending ones alone.")
    group: str | None = Field(None, max_length=200, description="Name of a group of which somebody has not answered.")
    escalated: bool = Field(False, description="Those of which a level or the fallback approvers were asked.")
    q: str = Field("", max_length=120, description="Part of what is asked.")


class DecisionView(Shape):
    """How a request ended."""

    outcome: Outcome
    option: str | None = Field(description="The key of one of its own answers, where those who settled it gave it.")
    answer: dict[str, Any] | None = Field(description="What was filled in with it.")
    items: list[str] | None = Field(description="Keys of the line items that were approved.")
    by_name: str = Field(description="Empty: the deadline. `Escalation`: the last word of its plan.")
    at: datetime
    reason: str
    channel: str = Field(examples=["api"])


class ApprovalLine(Shape):
    """One request in a list."""

    id: Id
    title: str = Field(examples=["Refund €420.00 to Anna Keller"])
    state: RequestState
    amount: str | None = Field(description="Decimal text.", examples=["420.00"])
    currency: str | None = Field(examples=["EUR"])
    workflow_id: Id | None
    run_id: Id | None
    due_at: datetime | None
    working_seconds_left: int | None = Field(
        description="Until `due_at`, by its calendar; negative where it is over. Null: no calendar counts it.",
        examples=[10_800],
    )
    effect_at: datetime | None = Field(
        description="Of `approved_deferred`: when that takes effect; it can be taken back until then."
    )
    created_at: datetime
    closed_at: datetime | None
    snoozed_until: datetime | None = Field(description="Of your own share.")
    decision: DecisionView | None


class ShareView(Shape):
    """One person's share of a request."""

    id: Id
    user_id: Id
    name: str | None = Field(description="Null: that seat is gone.")
    state: str = Field(examples=["open"])
    why: dict[str, str] = Field(examples=[{"kind": "group", "name": "Refund team"}])


class PartView(Shape):
    """How far one part of the rule is; every part of a stage has to agree before the next stage is asked."""

    stage: int = Field(description="0 is asked first.")
    stage_name: str = Field(examples=["Board"])
    needed: str = Field(description="How many of whom, in words.", examples=["at least 2 of Finance"])
    have: int = Field(description="Distinct people who have agreed.")
    need: int


class EscalationView(Shape):
    """What happens next where nobody answers."""

    next_at: datetime = Field(description="When; while somebody is on it, until when that holds.")
    level: int | None = Field(description="Which level is asked then, from 1. Null: the last word.")
    to: list[str] = Field(description="Whom it asks, by name.", examples=[["Team leads"]])
    replaces: bool = Field(description="Whoever is asked now can no longer decide then.")
    then: str | None = Field(description="The last word: `decline`, `expire` or `approve`.", examples=["decline"])
    acknowledged_by: Id | None = Field(description="Who is on it. Null: nobody.")
    acknowledged_by_name: str | None


class AheadView(Shape):
    """What it waits for before anybody is asked."""

    key: str = Field(description="What only one request at a time is open about.", examples=["Price of TR-7"])
    number: int = Field(description="How many requests come before it.")
    id: Id | None = Field(description="The one that is open. Null: not yours to see.")
    title: str = Field(description="Its title; empty where it is not yours to see.")


class VoteView(Shape):
    """What one person said."""

    id: Id
    user_id: Id
    place_id: Id = Field(description="Whose place in the rule it fills: their own, or that of who handed it on.")
    stage: int
    outcome: Outcome
    option: str | None = Field(description="The key of one of the request's own answers.")
    answer: dict[str, Any] | None = Field(description="What was filled in with it.")
    items: list[str] | None = Field(description="Keys of the line items that it approves.")
    reason: str
    channel: str = Field(examples=["page"])
    at: datetime


class CommentView(Shape):
    """A remark."""

    id: Id
    thread_id: Id | None = Field(description="The thread that it stands in.")
    author: str
    kind: str = Field(examples=["comment"])
    text: str
    at: datetime


class ThreadView(Shape):
    """Remarks that belong together, until somebody resolves them; its comments carry its id."""

    id: Id
    opened_by_name: str
    opened_at: datetime
    resolved_at: datetime | None = Field(description="Null: it is open.")
    resolved_by_name: str


class AttachmentView(Shape):
    """A file that hangs on a request, a decision or a comment."""

    id: Id
    name: str = Field(examples=["receipt.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(description="Bytes.")
    sha256: str = Field(description="Of what is kept, hex.")
    part_of_request: bool = Field(description="It is part of what is asked now, so a decision is bound to it.")
    vote_id: Id | None = Field(description="The vote that it came with.")
    comment_id: Id | None = Field(description="The comment that it came with.")
    by_name: str
    at: datetime
    kept: bool = Field(description="False: the file was let go with the workspace's retention; its hash stays.")


HandedIn = Annotated[list[Id], Field(max_length=10)]


class QuestionView(Shape):
    """One question that is asked with an answer."""

    name: str = Field(examples=["value"])
    label: str
    type: str = Field(examples=["money"])
    required: bool
    choices: list[str]


class OptionView(Shape):
    """An answer of the request's own."""

    key: str = Field(examples=["voucher"])
    label: str = Field(examples=["Offer a voucher"])
    counts: str = Field(description="`as_approving`, `as_declining` or `as_itself`.", examples=["as_itself"])
    fields: list[QuestionView]


class ItemView(Shape):
    """A line item."""

    key: str = Field(examples=["MUG-1"])
    label: str = Field(examples=["Mug, blue"])
    amount: str | None = Field(description="Decimal text, in the request's currency.", examples=["12.50"])


class ApprovalDetail(ApprovalLine):
    """One request as you may see it."""

    facts: list[list[str]] = Field(description="Pairs of label and value.", examples=[[["Order", "6021"]]])
    instructions: str
    items: list[ItemView] = Field(description="What is asked about one by one.")
    options: list[OptionView] = Field(description="Answers beside yes, no and changes.")
    shown: str = Field(description="What a decision is bound to: send it back with your decision.")
    version: int = Field(description="Which wording this is, counted from 1.")
    changed: list["DifferenceView"] = Field(description="What is not as you last knew it, field by field.")
    context: dict[str, Any] = Field(description="Names of the workflow, the run and the step that ask.")
    decidable: bool = Field(description="You may decide now.")
    stage: int = Field(description="Which stage of the rule is asked, or was when it ended.")
    parts: list[PartView] = Field(description="The rule, and how far it is met.")
    unreachable: bool = Field(description="Too few people are left who may decide.")
    escalation: EscalationView | None = Field(
        description="What happens next where nobody answers. Null: nothing does, or time stands still."
    )
    votes: list[VoteView] = Field(description="What people said, and what counts; oldest first.")
    shares: list[ShareView]
    comments: list[CommentView]
    waits_for: AheadView | None = Field(description="In the state `queued`: what it waits for.")
    threads_first: bool = Field(description="Nobody may approve it while a thread is open.")
    threads: list[ThreadView]
    attachments: list[AttachmentView] = Field(description="All of them, those of earlier versions too; oldest first.")


class DifferenceView(Shape):
    """One field that is not as it was."""

    field: str = Field(description="`title`, `fact`, `amount`, `instructions` or `attachment`.", examples=["fact"])
    label: str = Field(description="Of a fact; else empty.", examples=["Reason"])
    old: str | None = Field(description="Null: was not there.")
    new: str | None = Field(description="Null: is not there any more.")


class Revise(Body):
    """A new version. What is left out stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"shown": "0" * 64, "facts": [["Order", "6021"]], "note": "The receipt is attached."}]
        }
    )

    shown: str = Field(pattern=r"^[0-9a-f]{64}$", description="`shown` of the request that was edited.")
    title: str | None = Field(None, max_length=400)
    facts: list[Fact] | None = Field(None, max_length=20, description="Pairs of label and value, all of them.")
    instructions: str | None = Field(None, max_length=4_000, description="For whoever manages approvals.")
    amount: str | None = Field(None, max_length=40, description="Decimal text; empty: no money goes through it.")
    currency: str | None = Field(None, max_length=3)
    attachments: HandedIn | None = Field(
        None, description="All that shall hang on it: ids of attachments that stay, and of files handed in."
    )
    note: Remark = Field("", description="What was changed and why; everybody who is asked reads it.")


class Dismiss(Body):
    """Why it is set aside."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The receipt is in the order."}]})

    reason: str = Field(min_length=1, max_length=limits.REMARK)


class TakeBack(Body):
    """Why nobody has to decide any more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The order was cancelled."}]})

    reason: str = Field(min_length=1, max_length=limits.REMARK)


class Bypass(Body):
    """Why those who were asked are not waited for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"shown": "0" * 64, "reason": "The customer waits at the counter."}]}
    )

    shown: str = Field(pattern=r"^[0-9a-f]{64}$", description="`shown` of the request that was read.")
    reason: str = Field(min_length=1, max_length=limits.REMARK, description="Everybody who was asked reads it.")


class Decide(Body):
    """A decision, bound to what was shown."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"outcome": "approved", "shown": "0" * 64, "comment": "Photos attached."}]}
    )

    outcome: Literal["approved", "declined", "changes_requested"] | None = Field(
        None, description="Left out where you send an `option`."
    )
    option: str | None = Field(None, max_length=40, description="The key of one of the request's own answers.")
    answer: dict[str, Any] = Field({}, description="What its form asks, by name.")
    items: list[Annotated[str, Field(max_length=200)]] | None = Field(
        None, max_length=200, description="Keys of the line items that you approve. Left out: all of them."
    )
    shown: str = Field(pattern=r"^[0-9a-f]{64}$", description="`shown` of the request that was read.")
    comment: Remark = Field("", description="Needed to decline and to ask for changes.")
    attachments: HandedIn = Field([], description="Ids of files handed in (`/attachments`).")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.outcome is None) == (self.option is None):
            raise ValueError(_("Send either an outcome or an option."))
        return self


class Chosen(Body):
    """One of many requests."""

    id: Id
    shown: str = Field(pattern=r"^[0-9a-f]{64}$", description="`shown` of the request that was read.")


class DecideMany(Body):
    """One decision for many requests, each bound to what was shown of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "approved",
                    "items": [{"id": "019a0000-0000-7000-8000-000000000000", "shown": "0" * 64}],
                    "comment": "Photos attached.",
                }
            ]
        }
    )

    outcome: Literal["approved", "declined"]
    items: list[Chosen] = Field(min_length=1, max_length=MOST)
    comment: Remark = Field("", description="Needed to decline.")


class ResultView(Shape):
    """What became of one request."""

    request_id: Id
    result: Literal["done", "settled", "refused"] = Field(
        description="`settled`: it had ended already; `message` says by whom."
    )
    title: str = Field(description="Empty: no request that you may see.")
    code: str = Field(description="Why not, for programs; empty where it is done.", examples=["already_decided"])
    message: str = Field(description="The same as a sentence.")


class Results(Shape):
    """What became of each, in the order of the items."""

    data: list[ResultView]


class NewComment(Body):
    """A remark that changes nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "Waiting for the carrier."}]})

    comment: str = Field(min_length=1, max_length=limits.REMARK)
    attachments: HandedIn = Field([], description="Ids of files handed in (`/attachments`); of threads none.")


class Reassign(Body):
    """To whom."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"to": "019a0000-0000-7000-8000-000000000000", "note": "On holiday."}]}
    )

    to: Id = Field(description="A person's `user_id`.")
    share_id: Id | None = Field(None, description="Whose share; left out: your own. Others' only for admins.")
    note: Remark = ""


class Snooze(Body):
    """Until when."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2030-01-01T08:00:00Z"}]})

    until: Moment


class SnoozeMany(Body):
    """Which requests, and until when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": ["019a0000-0000-7000-8000-000000000000"], "until": "2030-01-01T08:00:00Z"}]
        }
    )

    items: list[Id] = Field(min_length=1, max_length=MOST)
    until: Moment


class RestoreMany(Body):
    """Which requests."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": ["019a0000-0000-7000-8000-000000000000"]}]})

    items: list[Id] = Field(min_length=1, max_length=MOST)
