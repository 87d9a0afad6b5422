"""What is now, put into a rule that is frozen with what was before: a group's people, or a policy. Pure.

Stages that have agreed stay as they were. How many have to agree follows the people only where it is said so: all of
them, or so many per cent. A number stays, and a rule that could no longer be met is left as it was.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from studio.approvals.rule import Part, Rule, Stage


class Refused(StrEnum):
    """Why a rule cannot take a group's people of now."""

    UNRECORDED = "unrecorded"
    """It was asked before rules remembered who came through which group."""
    NOBODY = "nobody"
    QUORUM = "quorum"
    """Fewer people would be left than have to agree."""
    DECLINES = "declines"
    """Fewer people would be left than have to decline."""
    FURTHER = "further"
    """It is in a stage that there is no longer."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule with the people of now. `rule` is the old one where it is refused, or nothing changes."""

    rule: Rule
    came: tuple[frozenset[UUID], ...] = ()
    """People who are new, by stage."""
    went: tuple[frozenset[UUID], ...] = ()
    """People whose places no longer count, by stage."""
    refused: Refused | None = None
    out: frozenset[UUID] = frozenset()
    """People whose role may no longer decide, from the running stage on, whatever place they hold."""
    other: bool = False
    """How many of them have to agree, or to decline, is not as it was."""

    @property
    def changes(self) -> bool:
        """Whether anybody comes or goes, or is counted otherwise."""
        return any(self.came) or any(self.went) or bool(self.out) or self.other

    def ends(self, stage: int, place: UUID, person: UUID, running: int) -> bool:
        """Whether a share, or a vote, of that place and person no longer counts."""
        return place in self.went[stage] or (stage >= running and person in self.out)


def apply(rule: Rule, group: UUID, name: str, members: Collection[UUID], running: int) -> Applied:
    """Put those of `members` who may decide into every part that names the group, from the running stage on."""
    stages, came, went = list(rule.stages), [], []
    for index, stage in enumerate(rule.stages):
        if index < running:
            came.append(frozenset[UUID]())
            went.append(frozenset[UUID]())
            continue
        if any(_unrecorded(part, name) for part in stage.parts):
            return Applied(rule, refused=Refused.UNRECORDED)
        after = _stage(stage, group, frozenset(members))
        if (refused := _refused(after)) is not None and after.people != stage.people:
            return Applied(rule, refused=refused)
        stages[index] = after
        came.append(after.people - stage.people)
        went.append(stage.people - after.people)
    return Applied(replace(rule, stages=tuple(stages)), tuple(came), tuple(went))


def replaced(rule: Rule, by: Rule, running: int, out: frozenset[UUID] = frozenset()) -> Applied:
    """Put the stages of another rule in the place of its own, from the running one on; what is barred stays barred.

    What a request does with changes and further stages is its own, and stays. `out` are people of the request whose
    role the other rule leaves out.
    """
    if len(by.stages) <= running:
        return Applied(rule, refused=Refused.FURTHER)
    stages = list(rule.stages[:running])
    none = frozenset[UUID]()
    came, went = [none] * running, [none] * running
    for index in range(running, max(len(rule.stages), len(by.stages))):
        before = rule.stages[index] if index < len(rule.stages) else None
        after = by.stages[index] if index < len(by.stages) else None
        had, has = (stage.people if stage else none for stage in (before, after))
        came.append(has - had)
        went.append(had - has)
        if after is not None:
            stages.append(replace(after, left=((before.left if before else none) | (had - has)) - has))
    made = replace(rule, stages=tuple(stages), exclude_roles=by.exclude_roles)
    return Applied(made, tuple(came), tuple(went), out=out, other=made != rule)


def _unrecorded(part: Part, name: str) -> bool:
    named = any(one.kind == "group" and one.name.casefold() == name.casefold() for one in part.names)
    return named and not part.groups


def _stage(stage: Stage, group: UUID, members: frozenset[UUID]) -> Stage:
    parts = tuple(_part(part, group, members) for part in stage.parts)
    now = frozenset[UUID]().union(*(part.people for part in parts))
    return replace(stage, parts=parts, left=(stage.left | (stage.people - now)) - now)


def _part(part: Part, group: UUID, members: frozenset[UUID]) -> Part:
    if group not in dict(part.groups):
        return part
    groups = tuple((one, members if one == group else people) for one, people in part.groups)
    people = part.themselves.union(*(some for _one, some in groups))
    return replace(part, groups=groups, people=people)


def _refused(stage: Stage) -> Refused | None:
    if any(not part.people for part in stage.parts):
        return Refused.NOBODY
    if any(part.required > len(part.people) for part in stage.parts):
        return Refused.QUORUM
    return Refused.DECLINES if stage.declines > len(stage.people) else None
