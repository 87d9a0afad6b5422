"""What a rule of alerts says, and which one counts. Pure: facts in, rule out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from studio.approvals.clock.delays import Unit
from studio.approvals.deadlines import Duration
from studio.approvals.escalation import MOST_LEVELS, MOST_LOOPS, MOST_TARGETS
from studio.approvals.limits import Who
from studio.approvals.nodes.fields.escalating import Whom
from studio.core.deferred import Deferred
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.oversight.alerts.quiet import Quiet, from_json

MOST_KINDS = 100
"""More than there are: a rule that names each of them names none at all instead."""
OWNER = "owner"
"""A target beside people, groups and schedules: whose the workflow, connection or other thing is."""


class About(StrEnum):
    """Of which workflows."""

    ALL = "all"
    FOLDER = "folder"
    TAG = "tag"
    WORKFLOW = "workflow"


class Severity(StrEnum):
    """Whether quiet hours hold it back."""

    BY_KIND = "by_kind"
    URGENT = "urgent"
    NORMAL = "normal"


class _Said(Deferred):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuietHours(_Said):
    """A stretch of each day in which alerts that are not urgent wait for its end."""

    zone: Annotated[str, Field(max_length=64)]
    start: Annotated[str, Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    until: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    weekends: bool = False

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.start == self.until:
            raise ValueError(_("Quiet hours begin and end at different times."))
        return self


class Level(_Said):
    """Whom to tell when nobody is on it by then."""

    after: Duration
    targets: Annotated[list[Who], Field(min_length=1, max_length=MOST_TARGETS)]
    mode: Whom = Whom.EVERYONE


class Rule(_Said):
    """All that a rule says but its name and place."""

    kinds: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=MOST_KINDS)] = Field([])
    """Empty: every kind."""
    about: About = About.ALL
    value: Annotated[str, Field(max_length=80)] = ""
    """The folder, the tag, or the workflow's id."""
    failures: Annotated[int, Field(ge=1, le=1000)] = 1
    """Runs that fail within `minutes` before it is one: of workflows that fail alone."""
    minutes: Annotated[int, Field(ge=1, le=1440)] = 10
    severity: Severity = Severity.BY_KIND
    whom: Annotated[list[Who], Field(max_length=MOST_TARGETS)] = Field([])
    """`owner`, `user:…`, `group:…`, `schedule:…`: told at once. Nobody: it stands in the list alone."""
    mode: Whom = Whom.EVERYONE
    levels: Annotated[list[Level], Field(max_length=MOST_LEVELS - 1)] = Field([])
    repeat: Annotated[int, Field(ge=0, le=MOST_LOOPS)] = 0
    repeat_after: Duration = Duration(amount=30, unit=Unit.MINUTES)
    """From the last level to the first again."""
    quiet: QuietHours | None = None
    slack: bool = False
    """Posted to the workspace's Slack channel as well, with the first level."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.about is not About.ALL and not self.value:
            raise ValueError(_("Say which folder, tag or workflow it is about."))
        if not self.whom and (self.levels or self.repeat):
            raise ValueError(_("Say who is told first: levels come after that."))
        return self

    @property
    def hours(self) -> Quiet | None:
        """Its quiet hours, as the policy takes them."""
        return from_json(self.quiet.model_dump(by_alias=True)) if self.quiet is not None else None

    def urgent(self, *, by_kind: bool) -> bool:
        """Whether it is told in quiet hours too."""
        return by_kind if self.severity is Severity.BY_KIND else self.severity is Severity.URGENT


DEFAULT = Rule(whom=[OWNER])
"""Whatever no rule fits is told its owner at once, as long as nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A rule of the workspace; the default one has no id."""

    id: UUID | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert would be about."""

    kind: str
    workflow_id: UUID | None = None
    folder: str = ""
    tags: Collection[str] = ()


def fitting(rules: Iterable[Numbered], subject: Subject) -> Numbered:
    """The first that fits."""
    return next((one for one in rules if _fits(one.rule, subject)), Numbered(None, DEFAULT))


def _fits(rule: Rule, subject: Subject) -> bool:
    if rule.kinds and subject.kind not in rule.kinds:
        return False
    match rule.about:
        case About.ALL:
            return True
        case About.FOLDER:
            return subject.workflow_id is not None and subject.folder == rule.value
        case About.TAG:
            return subject.workflow_id is not None and rule.value.lower() in subject.tags
        case About.WORKFLOW:
            return str(subject.workflow_id) == rule.value


def written(rule: Rule) -> dict[str, Any]:
    """As it is stored."""
    return rule.model_dump(mode="json", by_alias=True)


def read(stored: dict[str, Any]) -> Rule:
    """Read it back."""
    return Rule.model_validate(stored)


def unknown_kinds(rule: Rule, known: Collection[str]) -> None:
    """Raises InvalidInput where it names a kind of alert that there is none of."""
    for place, one in enumerate(rule.kinds):
        if one not in known:
            raise InvalidInput(_("There is no such kind of alert."), code="unknown_kind", field=f"kinds.{place}")
