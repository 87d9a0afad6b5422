"""From the names of a rule to the people behind them, fixed for one request; a rule that cannot be met is refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _

from studio.accounts.outcomes import Role
from studio.approvals import policy
from studio.approvals.policy import Candidate, Requester
from studio.approvals.rule import Changes, Kind, Name, Need, Part, Rule, Stage, Stale
from studio.approvals.service import groups
from studio.contract.approving import ApprovalAsk, ApprovalPart, ApprovalRule, ApprovalStage
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Resolved:
    """A rule with its people."""

    rule: Rule
    asked: tuple[tuple[Candidate, ...], ...]
    """Whom to ask, by stage; distinct within each."""

    fallback: tuple[str, ...] = ()
    """Addresses of fallback approvers, where they stand in a part that had nobody else."""

    @property
    def emails(self) -> list[str]:
        """Everybody's address, once each, in the order of asking."""
        return list(dict.fromkeys(one.email for stage in self.asked for one in stage))


def resolve(uow: UnitOfWork, ask: ApprovalAsk, barred: Sequence[Requester]) -> Resolved:
    """Who is behind a rule now. Raises InvalidInput, with the field, where it names too few people to be met."""
    fallback = ask.escalation.fallback if ask.escalation is not None else ()
    return resolve_rule(uow, ask.rule or any_one(ask.approvers), barred, fallback)


def any_one(approvers: Sequence[str]) -> ApprovalRule:
    """The plain rule: any one of some people."""
    return ApprovalRule([ApprovalStage([ApprovalPart(approvers)])])


def resolve_rule(
    uow: UnitOfWork,
    wanted: ApprovalRule,
    barred: Sequence[Requester],
    fallback: Sequence[str] = (),
    at: datetime | None = None,
) -> Resolved:
    """The same for a rule, or for stages that are added to one; `fallback` is asked where a part has nobody.

    `at`: the moment at which schedules are asked who is on call, now unless it is said.

    Raises InvalidInput.
    """
    without = frozenset(wanted.exclude_roles)
    if without - set(Role) or not wanted.stages or not all(stage.parts for stage in wanted.stages):
        raise InvalidInput(_("This rule has no stages, or names a role that there is not."), code="bad_rule")
    standby = groups.resolve(uow, fallback, at)
    stages, asked = [], []
    for one in wanted.stages:
        found = [_part(uow, part, barred, without, standby, at) for part in one.parts]
        distinct = {who.user_id: who for _part_, people in reversed(found) for who in reversed(people)}
        stages.append(_stage(one, [part for part, _people in found]))
        asked.append(tuple(reversed(distinct.values())))
    rule = Rule(
        tuple(stages), without, Changes(wanted.changes), Stale(wanted.stale), more=wanted.more, proof=wanted.proof
    )
    stood_in = (who.email for stage in asked for who in stage if who.why["kind"] == "fallback")
    return Resolved(rule, tuple(asked), tuple(dict.fromkeys(stood_in)))


def _part(
    uow: UnitOfWork,
    wanted: ApprovalPart,
    barred: Sequence[Requester],
    without: frozenset[str],
    standby: groups.Named,
    at: datetime | None,
) -> tuple[Part, list[Candidate]]:
    named = groups.resolve(uow, wanted.approvers, at)
    chosen = policy.choose(named.candidates, barred, without)
    if not chosen:
        chosen = _standing_in(standby, barred, without)
        if not chosen:
            raise _nobody(wanted, named)
        named = standby
    names = tuple(Name(one["kind"], one["name"]) for one in named.rule)
    need = _need(wanted)
    if wanted.owns and named is not standby:
        chosen = [replace(one, why={**one.why, "owns": wanted.owns}) for one in chosen]
    part = _through(Part(names, frozenset(one.user_id for one in chosen), need, wanted.owns), named)
    if part.required > len(part.people):
        said = _(
            "%(need)s have to agree, but only %(count)s of %(names)s may decide. Ask for fewer, or name more people.",
            need=part.required, count=len(part.people), names=", ".join(one.name for one in names),
        )  # fmt: skip
        raise InvalidInput(said, code="quorum_above_group", field=wanted.need_field)
    return part, chosen


def _through(part: Part, named: groups.Named) -> Part:
    """The part with who came through which group."""
    by = {group: frozenset(one.user_id for one in named.candidates if one.group == group) for group in named.groups}
    alone = frozenset(one.user_id for one in named.candidates if one.group is None)
    through = tuple((group, some & part.people) for group, some in by.items())
    return replace(part, groups=through, themselves=alone & part.people if through else frozenset())


def _standing_in(standby: groups.Named, barred: Sequence[Requester], without: frozenset[str]) -> list[Candidate]:
    """Fallback approvers who may decide, for a part that has nobody."""
    why = {"kind": "fallback", "name": ", ".join(one["name"] for one in standby.rule)}
    return [replace(one, why=why) for one in policy.choose(standby.candidates, barred, without)]


def _need(wanted: ApprovalPart) -> Need:
    kind = Kind(wanted.need)
    if kind in (Kind.ANY, Kind.ALL):
        return Need(kind)
    n = wanted.n or 0
    if n < 1 or (kind is Kind.PERCENT and n > 100):
        said = _("Say how many have to agree: at least one, and at most 100 per cent.")
        raise InvalidInput(said, code="quorum_out_of_range", field=wanted.need_field)
    return Need(kind, n)


def _stage(wanted: ApprovalStage, parts: Sequence[Part]) -> Stage:
    stage = Stage(tuple(parts), wanted.name, wanted.declines)
    if not 1 <= wanted.declines <= len(stage.people):
        said = _(
            "%(count)s declines can never come together: %(people)s may decide.",
            count=wanted.declines, people=len(stage.people),
        )  # fmt: skip
        raise InvalidInput(said, code="declines_out_of_range", field=wanted.declines_field)
    return stage


def _nobody(wanted: ApprovalPart, named: groups.Named) -> InvalidInput:
    """Say which of the two it is: nobody there, or only those who may not."""
    names = ", ".join(wanted.approvers) or _("nobody named")
    able = [one.email for one in named.candidates if one.may_decide]
    if able:
        message = _(
            "The only approver is the person who asked for it, or edited it, or has an excluded role (%(email)s), "
            "who must not decide. Name somebody else.",
            email=", ".join(able),
        )
    else:
        message = _(
            "Nobody can decide: %(names)s has no working approver seat. Give somebody a seat, or name others.",
            names=names,
        )
    return InvalidInput(message, code="nobody_can_decide", field=wanted.field)
