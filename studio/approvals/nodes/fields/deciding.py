"""Who decides, and what they can say."""

from pydantic import field_validator

from studio.approvals import options
from studio.approvals.nodes.deciders import NewVersion, OnChanges
from studio.approvals.nodes.fields.compared import ByMatrix
from studio.approvals.nodes.fields.groups import ANSWERS, RULES
from studio.approvals.nodes.fields.owned import Owned
from studio.approvals.nodes.fields.ruling import Ruling
from studio.approvals.options import Option
from studio.contract.node import NodeConfig, help_


class Asked(NodeConfig):
    """What is to be decided, and by which policy."""

    title: str = help_(
        "What is to be decided, in one sentence",
        template=True,
        example="Refund {{ trigger.order.total | money }} to {{ trigger.customer.name }}",
        min_length=1,
        max_length=400,
    )
    policy: str = help_(
        "A policy of Settings, Approval policies: it says who decides, how many of them, until when, "
        "and, where it has levels, whom to ask when nobody answers. Empty: the step says so itself",
        title="By policy",
        default="",
        widget="policy",
        example="Refunds over 500",
        max_length=80,
        group=RULES,
    )


class Deciding(Ruling, Owned, ByMatrix, Asked):
    """Who decides what. What a base asks stands before it, the last base's first."""


class Answering(NodeConfig):
    """What they can say."""

    options: list[Option] = help_(
        "Answers beside Approve, Decline and Request changes; each is a way on of its own",
        default=[],
        max_length=options.MOST,
        title="Further answers",
        group=ANSWERS,
    )
    on_changes: OnChanges = help_(
        "Go on at “changes requested”, or wait, with the deadline standing still, until whoever asked or an admin "
        "has written a new version; go on with the facts and the amount of the answer then",
        title="When changes are requested",
        default=OnChanges.GO_ON,
        group=ANSWERS,
    )
    new_version: NewVersion = help_(
        "What a new version does to what people have said already",
        title="After a new version",
        default=NewVersion.ASK_AGAIN,
        show_if={"on_changes": [OnChanges.WAIT.value]},
        group=ANSWERS,
    )

    @field_validator("options")
    @classmethod
    def _told_apart(cls, offered: list[Option]) -> list[Option]:
        options.check(offered)
        return offered
