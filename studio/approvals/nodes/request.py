"""Ask people, and go on with what they say."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from flask_babel import gettext as _

from studio.approvals import deadlines, items, options
from studio.approvals.askers import RUN
from studio.approvals.deadlines import deadline
from studio.approvals.nodes import by_matrix, deciders, governed, naming, proven
from studio.approvals.nodes.fields import effecting, escalating, owned
from studio.approvals.nodes.fields.barring import Barring
from studio.approvals.nodes.fields.deciding import Answering, Deciding
from studio.approvals.nodes.fields.effecting import Effecting
from studio.approvals.nodes.fields.escalating import Escalating
from studio.approvals.nodes.fields.itemized import Itemized
from studio.approvals.nodes.fields.posted import Posted
from studio.approvals.nodes.fields.staged import Staged
from studio.approvals.nodes.fields.timed import Timed
from studio.approvals.nodes.fields.worded import Worded
from studio.approvals.nodes.rendered import address, amount, currency
from studio.approvals.outcomes import Outcome
from studio.approvals.service import locking
from studio.approvals.service.resolving import any_one
from studio.contract.approving import ApprovalAsk, ApprovalItem
from studio.contract.node import (
    Context,
    Done,
    Effect,
    Fail,
    Kind,
    NodeType,
    Signal,
    Wait,
)
from studio.contract.protecting import Gate
from studio.contract.references import Reference
from studio.core.errors import StudioError

LONGEST_LABEL = 200
"""Letters of a line item."""

_VOTE: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "by": {"type": "string"},
        "by_email": {"type": ["string", "null"]},
        "outcome": {"type": "string"},
        "option": {"type": ["string", "null"]},
        "comment": {"type": "string"},
        "at": {"type": "string"},
        "stage": {"type": "integer"},
    },
}
"""What one person said."""


class Asking(Escalating, Effecting, Itemized, Answering, Barring, Posted, Worded, Timed, Deciding):
    """What is asked, of whom, until when."""


class ApprovalRequest(NodeType):
    """Ask people to decide, by inbox and mail, and wait for the answer."""

    key = "approval.request"
    kind = Kind.APPROVAL
    effect = Effect.LOCAL
    title = "Approval"
    icon = "approval"
    patient = True
    ports = ("approved", "declined", "changes_requested", "expired", "cancelled")
    port_names: ClassVar[Mapping[str, str]] = {
        "approved": "approved", "declined": "declined", "changes_requested": "changes requested",
        "expired": "expired", "cancelled": "taken back",
    }  # fmt: skip
    late_ports: ClassVar[Mapping[str, str | None]] = {"expired": "declined"}
    sample: ClassVar[Any] = {
        "outcome": "approved",
        "by": "Jonas Weber",
        "by_email": "jonas@example.com",
        "at": "2026-03-02T10:15:00+00:00",
        "comment": "Photo checked.",
        "request_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11",
        "bypassed": False,
        "version": 1,
        "facts": {"Order": "6021"},
        "amount": "420.00",
        "votes": [
            {
                "by": "Jonas Weber",
                "by_email": "jonas@example.com",
                "outcome": "approved",
                "option": None,
                "comment": "Photo checked.",
                "at": "2026-03-02T10:15:00+00:00",
                "stage": 1,
            }
        ],
    }
    output_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "outcome": {"type": "string"},
            "by": {"type": "string"},
            "by_email": {"type": ["string", "null"]},
            "at": {"type": "string"},
            "comment": {"type": "string"},
            "request_id": {"type": "string"},
            "bypassed": {"type": "boolean"},
            "version": {"type": "integer"},
            "facts": {"type": "object"},
            "amount": {"type": ["string", "null"]},
            "votes": {"type": "array", "items": _VOTE},
        },
    }

    class Config(Staged, Asking):
        """What is asked, of whom, until when, and whether that settles it."""

    @classmethod
    def ports_of(cls, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Those of every approval, and one for each further answer."""
        return (*cls.ports, *(port for port, _label in options.ways(config)))

    @classmethod
    def late_ports_of(cls, config: Mapping[str, Any]) -> Mapping[str, str | None]:
        """Without an end of its own it waits for ever, or as long as its policy says."""
        return cls.late_ports if config.get("due_in") else {}

    @classmethod
    def satisfies_of(cls, config: Mapping[str, Any]) -> tuple[Gate, ...]:
        """That those whom it names agreed; a request that stays open for further stages is not settled."""
        return () if config.get("more_stages") else proven.gates(config)

    @classmethod
    def port_names_of(cls, config: Mapping[str, Any]) -> Mapping[str, str]:
        """Further answers by their words."""
        return {**cls.port_names, **dict(options.ways(config))}

    @classmethod
    def output_schema_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """With further answers: which one it was, and what was filled in."""
        own = options.schema(config) if options.ways(config) else {}
        if config.get("items"):
            own |= items.SCHEMA
        if not own:
            return cls.output_schema
        return {"type": "object", "properties": {**cls.output_schema["properties"], **own}}

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        """With further answers: the first one."""
        own = options.sample(config) if options.ways(config) else {}
        return {**cls.sample, **own, **(items.SAMPLE if config.get("items") else {})}

    @classmethod
    def stirs(cls, config: Mapping[str, Any]) -> Iterable[str]:
        """What people decide is an event."""
        del config
        return ("approval.decided",)

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """Who is asked."""
        return deciders.words(config)

    @classmethod
    def lasts(cls, config: Mapping[str, Any]) -> bool:
        """A further stage may never follow."""
        return config.get("more_stages") is True

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        """The policy that it names, or the people and the calendars of its deadline; and what its escalation names."""
        own = (*governed.references(config), *by_matrix.references(config), *deciders.references(config))
        own = (*own, *deadlines.references(config))
        return (*own, *naming.references(config), *effecting.references(config))

    def start(self, ctx: Context, config: Config) -> Done | Wait | Fail:
        """Open the request; the wait ends with its decision."""
        try:
            request_id, ask = by_matrix.opened(
                ctx, config, lambda one: _staged(asked(ctx, one), more=config.more_stages)
            )
        except StudioError as error:
            return governed.failed(ctx, error, config)
        return Wait(
            wait_id=ctx.new_wait(),
            kind="approval",
            note=_("Waiting for a decision: %(title)s", title=ask.title),
            detail={"request_id": str(request_id)},
        )

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done | Fail:
        """Go on behind the outcome's port."""
        answer: dict[str, Any] = signal.payload
        outcome = Outcome(answer["outcome"])
        key, by = answer.get("option"), answer.get("by") or ""
        if answer.get("bypassed") or outcome is Outcome.BYPASSED:
            said = _("Bypassed by %(by)s: %(reason)s", by=by, reason=answer.get("comment") or "")
            return Done(answer, port="approved", note=said)
        if key is None:
            return Done(answer, port=outcome.value, note=note(outcome, by))
        said = next(one.label for one in options.keyed(config.options) if one.key == key)
        return Done(answer, port=key, note=_("%(by)s: %(answer)s", by=by, answer=said))

    def simulate(self, ctx: Context, config: Config) -> Done:
        """Approved, with none of the further answers: what they fill in is a person's to say."""
        del ctx
        own: dict[str, Any] = {"option": None, "answer": None} if config.options else {}
        own |= items.SAMPLE if config.items else {}
        return Done({**self.sample, **own}, port="approved", note="Simulated")


def _staged(ask: ApprovalAsk, *, more: bool) -> ApprovalAsk:
    """With further stages to come, where some may follow."""
    return replace(ask, rule=replace(ask.rule or any_one(ask.approvers), more=True)) if more else ask


def asked(ctx: Context, config: Asking) -> ApprovalAsk:
    """What a step of these fields asks, for its own wait. Raises StudioError with the field of what makes no sense."""
    config, policy = governed.effective(ctx, config)
    rule, owner = deciders.rule(config), None if policy else owned.winner(ctx, config, config.approvers)
    ends = deadline(ctx.unit, ctx.now, config.due_in, config.remind_before)
    money_asked = amount(config.amount)
    money = money_asked or config.item_amount.strip()
    return ApprovalAsk(
        asker=RUN,
        ref={
            "run_id": str(ctx.run.id),
            "wait_id": str(ctx.new_wait()),
            "workflow_id": str(ctx.run.workflow_id),
            "node": ctx.node,
        },
        title=" ".join(config.title.split()),
        facts=[(fact.label, fact.value) for fact in config.facts],
        approvers=owner.approvers if owner else config.approvers,
        rule=owned.owned(rule, owner) if owner else rule,
        policy=policy,
        escalation=escalating.plan(config),
        last_editor=ctx.run.published_by if config.bar_publisher else None,
        barred=[ctx.run.edited_by] if config.bar_editor and ctx.run.edited_by else [],
        effect=effecting.effect(config),
        threads_first=config.threads_first,
        lock=locking.checked(config.exclusive),
        instructions=config.instructions,
        items=_items(ctx, config),
        slack=config.slack.wanted,
        options=[one.model_dump(mode="json") for one in options.keyed(config.options)],
        due_at=ends.due_at,
        remind_at=ends.remind_at,
        calendar_id=ends.calendar_id,
        counted=ends.counted,
        requester=address(config.requester),
        amount=money_asked,
        currency=currency(config.currency.strip() or ctx.run.currency) if money else None,
        context={
            "workflow_id": str(ctx.run.workflow_id),
            "workflow_name": ctx.run.workflow_name,
            "run_title": ctx.run.title,
            "node_name": ctx.node_name,
        },
    )


def _items(ctx: Context, config: Asking) -> list[ApprovalItem]:
    """Each entry in words, with its amount and key. Raises StudioError with the field of what makes no sense."""
    made = []
    for index, entry in enumerate(config.items):
        extra = {"item": entry, "index": index}
        key = _written(ctx, config.item_key, extra) or str(index + 1)
        price = amount(_written(ctx, config.item_amount, extra), "item_amount")
        label = " ".join(_written(ctx, config.item_label, extra).split())
        if not label or len(label) > LONGEST_LABEL or len(key) > LONGEST_LABEL:
            said = _("Item %(number)s has no words, or too many, so nobody was asked.", number=index + 1)
            raise StudioError(said, code="bad_item", field="item_label")
        made.append(ApprovalItem(key, label, price))
    return made


def _written(ctx: Context, source: str, extra: Mapping[str, Any]) -> str:
    value = ctx.evaluate(source, extra) if source.strip() else None
    return "" if value is None else str(value).strip()


def note(outcome: Outcome, by: str) -> str:
    """What the run's page says of it."""
    words: str
    match outcome:
        case Outcome.APPROVED:
            words = _("Approved by %(by)s", by=by)
        case Outcome.DECLINED:
            words = _("Declined by %(by)s", by=by)
        case Outcome.CHANGES_REQUESTED:
            words = _("%(by)s asked for changes", by=by)
        case Outcome.RESPONDED:
            words = _("Answered by %(by)s", by=by)
        case Outcome.BYPASSED:
            words = _("Bypassed by %(by)s", by=by)
        case Outcome.EXPIRED:
            words = _("Nobody decided in time")
        case Outcome.CANCELLED:
            words = _("Taken back by %(by)s", by=by)
    return words
