"""What happens while nobody answers."""

from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationInfo, field_validator

from studio.approvals.deadlines import Duration
from studio.approvals.escalation import MOST_LEVELS, MOST_LOOPS, MOST_TARGETS
from studio.approvals.limits import Who
from studio.approvals.nodes.fields.groups import SILENCE
from studio.contract.approving import ApprovalDelay, ApprovalEscalation, ApprovalLevel
from studio.contract.node import NodeConfig, help_


class Whom(StrEnum):
    """Who of a level's people is asked."""

    EVERYONE = "everyone"
    TURN = "one_of_them_in_turn"


class Before(StrEnum):
    """What becomes of those who were asked before."""

    KEEP = "can_still_decide"
    LOSE = "can_no_longer_decide"


class AtLast(StrEnum):
    """What happens when nobody answered the last level either."""

    WAIT = "go_on_waiting"
    DECLINE = "decline"
    EXPIRE = "go_on_at_expired"
    APPROVE = "approve"


_THEN = {AtLast.WAIT: "wait", AtLast.DECLINE: "decline", AtLast.EXPIRE: "expire", AtLast.APPROVE: "approve"}


class Level(NodeConfig):
    """Whom to ask next."""

    after: Duration = help_(
        "How long nobody has answered: since people were asked, or since the level before. It stands still while a new "
        "version is awaited",
        title="After",
        widget="duration",
    )
    targets: list[Who] = help_(
        "People, groups, or schedules: whoever is on call at that moment. Each may decide in the place of anybody who "
        "was asked; how many have to agree stays the same",
        widget="people",
        example=["group:Team leads"],
        min_length=1,
        max_length=MOST_TARGETS,
        title="Ask",
    )
    mode: Whom = help_(
        "All of them, or one: whoever of them was asked longest ago by any approval that names the same",
        title="Whom of them",
        default=Whom.EVERYONE,
    )
    before: Before = help_(
        "Whether those who were asked before can still decide; else their links end",
        title="Those before",
        default=Before.KEEP,
    )


class Escalating(NodeConfig):
    """What happens while nobody answers."""

    escalate: list[Level] = help_(
        "Whom to ask when nobody answers, level by level. A policy that has levels or fallback approvers says all of "
        "this itself",
        default=[],
        max_length=MOST_LEVELS,
        title="Escalate",
        group=SILENCE,
    )
    repeat: int = help_(
        "How often the levels are gone through again; whoever holds it already is reminded",
        title="Repeat the levels",
        default=0,
        ge=0,
        le=MOST_LOOPS,
        group=SILENCE,
    )
    acknowledge_for: Duration | None = help_(
        "How long “I'm on it” of somebody who was asked holds the next level back; empty: 30 minutes. The deadline "
        "runs on",
        title="“I'm on it” holds for",
        default=None,
        widget="duration",
        group=SILENCE,
    )
    fallback: list[Who] = help_(
        "Asked where nobody is left who may decide, or a level has nobody to ask. How many have to agree stays",
        default=[],
        widget="people",
        max_length=MOST_TARGETS,
        title="Fallback approvers",
        group=SILENCE,
    )
    at_last: AtLast = help_(
        "What happens when nobody has answered the last level either. Approve is dangerous: silence then agrees to "
        "what nobody has looked at, for the stage that is asked",
        title="When nobody answers at all",
        default=AtLast.WAIT,
        group=SILENCE,
    )
    at_last_after: Duration | None = help_(
        "How long after the last level; empty: as long as before it",
        title="How long after the last level",
        default=None,
        widget="duration",
        show_if={"at_last": [one.value for one in AtLast if one is not AtLast.WAIT]},
        group=SILENCE,
    )

    @field_validator("repeat", "acknowledge_for", "at_last")
    @classmethod
    def _levels_given(cls, given: Any, info: ValidationInfo) -> Any:
        """Refuse what would have no effect. Levels that are wrong themselves are told by their own field."""
        if given and given is not AtLast.WAIT and info.data.get("escalate") == []:
            raise ValueError(_("There are no levels. Add one, or leave this as it was."))
        return given

    @field_validator("at_last_after")
    @classmethod
    def _last_given(cls, given: Duration | None, info: ValidationInfo) -> Duration | None:
        if given is not None and info.data.get("at_last") is AtLast.WAIT:
            raise ValueError(_("Say what happens then, or leave this empty."))
        return given


def plan(config: Escalating) -> ApprovalEscalation | None:
    """What the service is asked for; None: nothing happens."""
    if not config.escalate and not config.fallback:
        return None
    return ApprovalEscalation(
        levels=[_level(one, f"escalate.{place}") for place, one in enumerate(config.escalate)],
        loops=config.repeat,
        acknowledge_for=_delay(config.acknowledge_for),
        fallback=config.fallback,
        then=_THEN[config.at_last],
        then_after=_delay(config.at_last_after),
    )


def _level(level: Level, field: str) -> ApprovalLevel:
    after = level.after
    return ApprovalLevel(
        after=ApprovalDelay(after.amount, after.unit.value, after.calendar),
        targets=level.targets,
        in_turn=level.mode is Whom.TURN,
        replaces=level.before is Before.LOSE,
        field=field,
    )


def _delay(given: Duration | None) -> ApprovalDelay | None:
    return ApprovalDelay(given.amount, given.unit.value, given.calendar) if given is not None else None
