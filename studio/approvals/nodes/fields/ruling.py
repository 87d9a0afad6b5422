"""Who decides: of a step, or of a policy that steps name."""

from pydantic import ValidationInfo, field_validator

from studio.accounts.outcomes import Role
from studio.approvals.limits import Who
from studio.approvals.nodes.deciders import COUNTED, HowMany, MoreDeciders, counted, somebody
from studio.approvals.nodes.fields.groups import CLOSER
from studio.approvals.nodes.fields.owned import OWN
from studio.contract.node import NodeConfig, help_


class Ruling(NodeConfig):
    """Who decides, and how many of them."""

    approvers: list[Who] = help_(
        "People, groups, or schedules of who is on call, who decide",
        widget="people",
        example=["group:Refund team"],
        default=[],
        max_length=50,
        show_if=OWN,
        validate_default=True,
    )
    need: HowMany = help_("How many of them have to agree", title="Needed", default=HowMany.ANY, show_if=OWN)
    number: int | None = help_(
        "How many, or how many per cent; per cent are rounded up",
        default=None,
        title="Number",
        show_if={"need": [one.value for one in COUNTED], **OWN},
        ge=1,
        le=100,
        validate_default=True,
    )
    also: list[MoreDeciders] = help_(
        "Others who have to agree as well: at the same time, or afterwards",
        default=[],
        max_length=9,
        title="Who else has to agree",
        show_if=OWN,
        group=CLOSER,
    )
    declines: int = help_(
        "How many declines decline it", title="Declines needed", default=1, ge=1, le=50, show_if=OWN, group=CLOSER
    )
    exclude_roles: list[Role] = help_(
        "Whoever has one of these roles is not asked, even where a group names them",
        default=[],
        max_length=len(Role),
        title="Roles left out",
        show_if=OWN,
        group=CLOSER,
    )
    bar_publisher: bool = help_(
        "Whoever published this version of the workflow must not decide",
        title="Not who published it",
        default=False,
        show_if=OWN,
        group=CLOSER,
    )

    @field_validator("approvers")
    @classmethod
    def _somebody(cls, approvers: list[str], info: ValidationInfo) -> list[str]:
        return somebody(approvers, info)

    @field_validator("number")
    @classmethod
    def _number_given(cls, number: int | None, info: ValidationInfo) -> int | None:
        return number if info.data.get("policy") else counted(number, info)
