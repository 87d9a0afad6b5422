"""A dry run in words: one entry of the timeline a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _

from studio.approvals.dry_run import Kind
from studio.approvals.escalation import Then
from studio.approvals.policies.dry_run import DryRun, Line, Who
from studio.approvals.rule import Kind as Needs
from studio.approvals.rule import Part
from studio.approvals.service.foreseeing import Foreseen


@dataclass(frozen=True, slots=True)
class Entry:
    """What happens at a moment."""

    at: datetime | None
    title: str
    tone: str = ""
    """`good`, `wait`, `bad` or empty, as chips and dots have it."""
    people: tuple[str, ...] = ()
    details: list[str] = field(default_factory=list)


def entries(found: DryRun) -> list[Entry]:
    """The whole timeline."""
    return [_entry(found, line) for line in found.lines]


def names(people: Iterable[Who]) -> tuple[str, ...]:
    """Each with the group or schedule by which they come, and for whom they stand in."""
    return tuple(_name(one) for one in people)


def _entry(found: DryRun, line: Line) -> Entry:
    moment = line.moment
    stage = found.stages[moment.stage]
    match moment.kind:
        case Kind.ASKED:
            return _asked(found, line, stage)
        case Kind.REMINDED:
            title = _("Whoever has not answered is reminded")
            return Entry(moment.at, title, people=names(line.people))
        case Kind.ESCALATED:
            return _level(line)
        case Kind.DEADLINE:
            return Entry(moment.at, _("The time is up: it expires, and the run goes on at “expired”"), "bad")
        case _:
            return _last(found, line)


def _asked(found: DryRun, line: Line, stage: Foreseen) -> Entry:
    title = _("These people are asked")
    if len(found.stages) > 1:
        title = _("Stage %(number)s is asked", number=line.moment.stage + 1)
        if stage.wanted.name:
            title = _("Stage %(number)s, %(name)s, is asked", number=line.moment.stage + 1, name=stage.wanted.name)
    details = [_needed(part) for part in stage.stage.parts] if stage.stage else []
    if line.moment.at is None:
        details.append(_("Asked once the stage before has agreed; its levels count from then."))
    details += [problem.message for problem in stage.problems]
    return Entry(line.moment.at, title, "bad" if stage.problems else "good", names(line.people), details)


def _level(line: Line) -> Entry:
    entry = line.moment.entry
    number, loop = (entry.number, entry.loop) if entry else (0, 0)
    title = _("Nobody has answered: level %(number)s", number=number)
    if loop:
        title = _("Nobody has answered: level %(number)s, round %(round)s", number=number, round=loop + 1)
    details = []
    if line.fallback:
        details.append(_("The level has nobody to ask, so the fallback approvers are asked."))
    if line.reminded:
        details.append(_("Reminded, since they were asked before: %(names)s", names=_together(line.reminded)))
    if line.gone:
        details.append(_("Can no longer decide: %(names)s", names=_together(line.gone)))
    nobody = not line.people and not line.reminded
    if nobody:
        details.append(_("There is nobody whom this level could ask then."))
    return Entry(line.moment.at, title, "bad" if nobody else "wait", names(line.people), details)


def _last(found: DryRun, line: Line) -> Entry:
    agrees = _("Still nobody: silence agrees, and it is approved")
    if line.moment.stage + 1 < len(found.stages):
        agrees = _("Still nobody: silence agrees for this stage")
    words: dict[Then, tuple[str, str]] = {
        Then.DECLINE: (_("Still nobody: it is declined"), "bad"),
        Then.EXPIRE: (_("Still nobody: it expires, and the run goes on at “expired”"), "bad"),
        Then.APPROVE: (agrees, "wait"),
        Then.WAIT: ("", ""),
    }
    title, tone = words[found.plan.then]
    return Entry(line.moment.at, title, tone)


def _needed(part: Part) -> str:
    said = ", ".join(name.name for name in part.names)
    if part.need.kind is Needs.ANY:
        return str(_("Any one of %(names)s", names=said))
    if part.need.kind is Needs.ALL:
        return str(_("All of %(names)s: %(count)s people", names=said, count=part.required))
    need, count = part.required, len(part.people)
    return str(_("%(need)s of the %(count)s people of %(names)s", need=need, count=count, names=said))


def _name(one: Who) -> str:
    if one.stands_in_for:
        return str(_("%(name)s, standing in for %(owner)s", name=one.name, owner=one.stands_in_for))
    return str(_("%(name)s (%(through)s)", name=one.name, through=one.through)) if one.through else one.name


def _together(people: Sequence[Who]) -> str:
    return ", ".join(one.name for one in people)
