"""Who decides, and what they can say."""

from pydantic import ValidationInfo, field_validator

from studio.accounts.outcomes import Role
from studio.approvals import options
from studio.approvals.nodes.deciders import COUNTED, HowMany, MoreDeciders, NewVersion, OnChanges, counted
from studio.approvals.options import Option
from studio.contract.node import NodeConfig, help_


class Deciding(NodeConfig):
    """Who decides, and what they can say."""

    title: str = help_(
        "What is to be decided, in one sentence",
        template=True,
        example="Refund {{ trigger.order.total | money }} to {{ trigger.customer.name }}",
        min_length=1,
        max_length=400,
    )
    approvers: list[str] = help_(
        "People, groups, or schedules of who is on call, who decide",
        widget="people",
        example=["group:Refund team"],
        min_length=1,
        max_length=50,
    )
    need: HowMany = help_("How many of them have to agree", title="Needed", default=HowMany.ANY)
    number: int | None = help_(
        "How many, or how many per cent; per cent are rounded up",
        default=None,
        title="Number",
        show_if={"need": [one.value for one in COUNTED]},
        ge=1,
        le=100,
        validate_default=True,
    )
    also: list[MoreDeciders] = help_(
        "Others who have to agree as well: at the same time, or afterwards",
        default=[],
        max_length=9,
        title="Who else has to agree",
    )
    declines: int = help_("How many declines decline it", title="Declines needed", default=1, ge=1, le=50)
    exclude_roles: list[Role] = help_(
        "Whoever has one of these roles is not asked, even where a group names them",
        default=[],
        title="Roles left out",
    )
    bar_publisher: bool = help_(
        "Whoever published this version of the workflow must not decide",
        title="Not who published it",
        default=False,
    )
    options: list[Option] = help_(
        "Answers beside Approve, Decline and Request changes; each is a way on of its own",
        default=[],
        max_length=options.MOST,
        title="Further answers",
    )
    on_changes: OnChanges = help_(
        "Go on at “changes requested”, or wait, with the deadline standing still, until whoever asked or an admin "
        "has written a new version; go on with the facts and the amount of the answer then",
        title="When changes are requested",
        default=OnChanges.GO_ON,
    )
    new_version: NewVersion = help_(
        "What a new version does to what people have said already",
        title="After a new version",
        default=NewVersion.ASK_AGAIN,
        show_if={"on_changes": [OnChanges.WAIT.value]},
    )

    @field_validator("number")
    @classmethod
    def _number_given(cls, number: int | None, info: ValidationInfo) -> int | None:
        return counted(number, info)

    @field_validator("options")
    @classmethod
    def _told_apart(cls, offered: list[Option]) -> list[Option]:
        options.check(offered)
        return offered
