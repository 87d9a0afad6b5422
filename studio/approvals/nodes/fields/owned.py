"""Who decides by what a field holds."""

from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationInfo, field_validator

from studio.approvals import owners
from studio.approvals.limits import Who
from studio.approvals.nodes.fields.groups import RULES
from studio.approvals.service.resolving import any_one
from studio.contract.approving import ApprovalRule
from studio.contract.node import Context, NodeConfig, help_
from studio.core.errors import InvalidInput

OWN = {"policy": ["", None]}
"""Where a field is shown: in a step that names no policy."""
MOST = 100


class Owner(NodeConfig):
    """People who own what a field holds."""

    field: str = help_(
        "A field of the run; or a condition, where “Is” stays empty",
        expression="any",
        deferred=True,
        example="trigger.order.country",
        title="Field",
        min_length=1,
    )
    pattern: str = help_(
        "What it has to be: words separated by commas, * for any letters and ? for one; upper and lower case are the "
        "same. Empty: the field above is a condition, which has to be true",
        title="Is",
        default="",
        example="DE, AT",
        max_length=400,
    )
    approvers: list[Who] = help_(
        "People, groups, or schedules of who is on call, who decide then",
        widget="people",
        example=["group:Germany"],
        min_length=1,
        max_length=50,
        title="Decide",
    )
    name: str = help_(
        "What people read of why they are asked, such as Orders from Germany; empty: the field and what it holds; "
        "needed for a condition",
        title="Name",
        default="",
        max_length=60,
        validate_default=True,
    )

    @field_validator("pattern")
    @classmethod
    def _words(cls, pattern: str) -> str:
        if pattern.strip() and not any(word.strip() for word in pattern.split(",")):
            raise ValueError(_("Write what the field has to be, such as DE, or leave this empty."))
        return pattern

    @field_validator("name")
    @classmethod
    def _named(cls, name: str, info: ValidationInfo) -> str:
        if not name.strip() and not info.data.get("pattern", "-").strip():
            raise ValueError(_("Name the rule: people read that, since a condition is nothing for people."))
        return name


class Owned(NodeConfig):
    """Who decides by what a field holds."""

    owners: list[Owner] = help_(
        "Who decides, by what a field holds. Of the rules that match the last one wins, so write exceptions below what "
        "they are exceptions of. Where none matches, those below are asked",
        title="Owners by field",
        default=[],
        max_length=MOST,
        show_if=OWN,
        group=RULES,
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """One rule, with what its field holds."""

    value: Any
    pattern: str


@dataclass(frozen=True, slots=True)
class Owning:
    """The rule that won."""

    place: int
    approvers: list[str]
    label: str
    """Why, for people to read."""


def winner(ctx: Context, config: Owned, others: list[str]) -> Owning | None:
    """Who owns what is asked; None: no rule matches, and `others` are asked. Raises InvalidInput without any."""
    if not config.owners:
        return None
    held = [_Held(ctx.evaluate(one.field, {}), one.pattern) for one in config.owners]
    place = owners.last(held)
    if place is not None:
        one = config.owners[place]
        said = one.name.strip() or owners.label(one.field, held[place].value)
        return Owning(place, one.approvers, said)
    if not others:
        said = _(
            "None of the rules for owners matches, and nobody is named for the rest, so nobody was asked. Add a rule, "
            "or name approvers."
        )
        raise InvalidInput(said, code="owners.none", field="owners")
    return None


def owned(rule: ApprovalRule | None, owner: Owning) -> ApprovalRule:
    """A rule whose first people are those of the owner; as many of them have to agree as the step says."""
    rule = rule or any_one(owner.approvers)
    first, *later = rule.stages
    part, *parts = first.parts
    part = replace(part, approvers=owner.approvers, owns=owner.label, field=f"owners.{owner.place}.approvers")
    return replace(rule, stages=[replace(first, parts=[part, *parts]), *later])
