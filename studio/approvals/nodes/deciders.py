"""Who decides, as the step's form asks it: how many of whom, who else must agree as well or afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Protocol

from flask_babel import gettext as _
from pydantic import ValidationInfo, field_validator

from studio.accounts.outcomes import Role
from studio.approvals.limits import Who
from studio.approvals.service import naming
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.contract.node import NodeConfig, help_
from studio.contract.references import Reference


class HowMany(StrEnum):
    """How many of some people have to agree."""

    ANY = "any_one"
    ALL = "everybody"
    COUNT = "at_least"
    PERCENT = "at_least_per_cent"


class When(StrEnum):
    """When further people are asked."""

    TOGETHER = "at_the_same_time"
    AFTER = "afterwards"


class OnChanges(StrEnum):
    """What the step does when changes are requested."""

    GO_ON = "go_on_at_that_port"
    WAIT = "wait_for_a_new_version"


class NewVersion(StrEnum):
    """What a new version does to what was said of earlier ones."""

    ASK_AGAIN = "everybody_is_asked_again"
    KEEP = "what_was_said_still_counts"


COUNTED = (HowMany.COUNT, HowMany.PERCENT)
_NEEDS = {HowMany.ANY: "any", HowMany.ALL: "all", HowMany.COUNT: "count", HowMany.PERCENT: "percent"}
_SHOWN = {"need": [one.value for one in COUNTED]}


class MoreDeciders(NodeConfig):
    """Further people who have to agree."""

    when: When = help_("At the same time as those above, or once they have agreed", title="When", default=When.TOGETHER)
    approvers: list[Who] = help_(
        "People, groups or schedules of who is on call",
        widget="people",
        example=["group:Legal"],
        min_length=1,
        max_length=50,
        title="Approvers",
    )
    need: HowMany = help_("How many of them have to agree", title="Needed", default=HowMany.ANY)
    number: int | None = help_(
        "How many, or how many per cent",
        default=None,
        title="Number",
        show_if=_SHOWN,
        ge=1,
        le=100,
        validate_default=True,
    )
    declines: int = help_(
        "How many declines decline it",
        title="Declines needed",
        default=1,
        show_if={"when": When.AFTER.value},
        ge=1,
        le=50,
    )
    name: str = help_("What people read, such as Legal; may be empty", default="", max_length=60, title="Name")

    @field_validator("number")
    @classmethod
    def _number_given(cls, number: int | None, info: ValidationInfo) -> int | None:
        return counted(number, info)


class _Numbered(Protocol):
    need: HowMany
    number: int | None


class Staging(_Numbered, Protocol):
    """The fields of a step's form that make stages."""

    approvers: list[str]
    also: list[MoreDeciders]
    declines: int


class Deciders(Staging, Protocol):
    """The fields of the step's form that make its rule."""

    exclude_roles: list[Role]
    on_changes: OnChanges
    new_version: NewVersion


def counted(number: int | None, info: ValidationInfo) -> int | None:
    """Refuse a count without its number."""
    if number is None and info.data.get("need") in COUNTED:
        raise ValueError(_("Say how many, or how many per cent, have to agree."))
    return number


def somebody(approvers: list[str], info: ValidationInfo) -> list[str]:
    """Refuse that nobody is named, but where a policy names people, or a field's owners are named."""
    if not approvers and not info.data.get("policy") and not info.data.get("owners") and not info.data.get("matrix"):
        raise ValueError(_("Name who decides: people, groups or schedules."))
    return approvers


def rule(config: Deciders) -> ApprovalRule | None:
    """What the service is asked for; None: any one decides, the plain case."""
    plain = config.need is HowMany.ANY and not config.also and config.declines == 1
    if plain and not config.exclude_roles and config.on_changes is OnChanges.GO_ON:
        return None
    return ApprovalRule(
        stages_of(config),
        [role.value for role in config.exclude_roles],
        changes="wait" if config.on_changes is OnChanges.WAIT else "end",
        stale="keep" if config.new_version is NewVersion.KEEP else "all",
    )


def stages_of(config: Staging, name: str = "") -> list[ApprovalStage]:
    """Who decides at first, who beside them, who afterwards. `name` is the first one's, for people to read."""
    first = [_part(config.approvers, config, "")]
    stages = [ApprovalStage(first, name, config.declines)]
    for place, more in enumerate(config.also):
        part = _part(more.approvers, more, f"also.{place}.")
        if more.when is When.AFTER:
            stages.append(ApprovalStage([part], more.name, more.declines, f"also.{place}.declines"))
        else:
            stages[-1] = replace(stages[-1], parts=[*stages[-1].parts, part])
    return stages


def _part(approvers: list[str], how: _Numbered, where: str) -> ApprovalPart:
    return ApprovalPart(approvers, _NEEDS[how.need], how.number, field=f"{where}approvers", need_field=f"{where}number")


def references(config: Mapping[str, Any]) -> Iterator[Reference]:
    """The people, groups and schedules that a raw config names; none where a policy names them."""
    if config.get("policy"):
        return
    yield from named(config.get("approvers"), "config.approvers")
    owned = config.get("owners")
    for place, owner in enumerate(owned if isinstance(owned, list) else ()):
        if isinstance(owner, Mapping):
            yield from named(owner.get("approvers"), f"config.owners.{place}.approvers")
    also = config.get("also")
    for place, more in enumerate(also if isinstance(also, list) else ()):
        if isinstance(more, Mapping):
            yield from named(more.get("approvers"), f"config.also.{place}.approvers")


def named(refs: Any, field: str) -> Iterator[Reference]:
    """Those of one raw list; what a template gives is known to a run alone."""
    for place, ref in enumerate(refs if isinstance(refs, list) else ()):
        if isinstance(ref, str) and ref.strip() and "{{" not in ref:
            yield naming.reference(f"{field}.{place}", ref)


def words(config: Mapping[str, Any]) -> str:
    """Who is asked, for the step's card: at least 2 of Finance, then everybody in Legal."""
    policy = config.get("policy")
    if isinstance(policy, str) and policy:
        return str(_("By the policy “%(name)s”", name=policy))
    said = _asked(config)
    matrix = config.get("matrix")
    if isinstance(matrix, str) and matrix:
        return str(_("By the matrix “%(name)s”", name=matrix))
    if config.get("owners"):
        said = _("The owner by field, else %(others)s", others=_asked(config, inner=True)) if said else _(
            "The owner by field"
        )  # fmt: skip
    if not said:
        return ""
    for more in config.get("also") or ():
        if isinstance(more, Mapping) and (further := _asked(more, inner=True)):
            after = more.get("when") == When.AFTER
            said = _("%(first)s, then %(next)s", first=said, next=further) if after else _(
                "%(first)s and %(next)s", first=said, next=further
            )  # fmt: skip
    return said


def _asked(config: Mapping[str, Any], *, inner: bool = False) -> str:
    names = ", ".join(ref.partition(":")[2] or ref for ref in config.get("approvers") or ())
    n = config.get("number") or "?"
    if not names:
        return ""
    sentences: dict[str, tuple[str, str]] = {
        HowMany.ANY: (_("Any one of %(names)s", names=names), _("any one of %(names)s", names=names)),
        HowMany.ALL: (_("All of %(names)s", names=names), _("all of %(names)s", names=names)),
        HowMany.COUNT: (
            _("At least %(n)s of %(names)s", n=n, names=names), _("at least %(n)s of %(names)s", n=n, names=names),
        ),
        HowMany.PERCENT: (
            _("At least %(n)s %% of %(names)s", n=n, names=names),
            _("at least %(n)s %% of %(names)s", n=n, names=names),
        ),
    }  # fmt: skip
    first, later = sentences.get(config.get("need") or HowMany.ANY, sentences[HowMany.ANY])
    return later if inner else first
