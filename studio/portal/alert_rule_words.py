"""Alert rules in words, and what their form offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.approvals import people
from studio.approvals.clock.delays import Delay
from studio.approvals.deadlines import Duration
from studio.approvals.nodes.fields.escalating import Whom
from studio.approvals.service import groups, schedules
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.kinds import registry
from studio.oversight.alerts.rules import OWNER, About, Rule, Severity
from studio.oversight.alerts.ruling import NamedRule
from studio.portal.escalating import lasting
from studio.runtime.models import Workflow
from studio.runtime.service import sorting

MOST_WORKFLOWS = 500
"""Offered by name; a rule about another one is written by the API, or by its folder or tag."""


@dataclass(frozen=True, slots=True)
class Said:
    """One rule of the list."""

    rule: NamedRule
    about: str
    kinds: str
    whom: list[str]
    """Who is told, a level a sentence."""
    quiet: list[str]
    """Empty: it has no quiet hours."""


def said(uow: UnitOfWork, kept: Sequence[NamedRule]) -> list[Said]:
    """All that the list says of each."""
    names = {choice.value: str(choice.label) for choice in whom(uow)} | by_address(uow, names=True)
    titles = _titles(uow, [one.rule.value for one in kept if one.rule.about is About.WORKFLOW])
    return [Said(one, _about(one.rule, titles), _kinds(one.rule), _whom(one.rule, names), _quiet(one.rule))
            for one in kept]  # fmt: skip


def kinds() -> list[SelectChoice]:
    """Kinds of alerts, by their names."""
    return sorted(
        (SelectChoice(one.key, str(_(one.label))) for one in registry().values()), key=lambda one: str(one.label)
    )


def whom(uow: UnitOfWork) -> list[SelectChoice]:
    """Whom a rule may name: the owner, groups, schedules, people."""
    found = [SelectChoice(OWNER, _("Whoever owns what it is about"))]
    found += [SelectChoice(f"group:{one.name}", one.name) for one in groups.all_groups(uow)]
    found += [SelectChoice(f"schedule:{one.name}", one.name) for one in schedules.every(uow)]
    return found + [SelectChoice(f"user:{one.id}", f"{one.name} ({one.email})") for one in people.deciders(uow)]


def by_address(uow: UnitOfWork, *, names: bool = False) -> dict[str, str]:
    """People by their mail's address, which the API may have named them by: as the form names them, or in words."""
    return {f"user:{one.email}": one.name if names else f"user:{one.id}" for one in people.deciders(uow)}


def subjects(uow: UnitOfWork) -> dict[str, list[tuple[str, str]]]:
    """What a rule may be about, in groups."""
    some = uow.session.execute(
        select(Workflow.id, Workflow.name).where(Workflow.archived_at.is_(None)).order_by(Workflow.name, Workflow.id)
        .limit(MOST_WORKFLOWS)
    )  # fmt: skip
    found = {
        str(_("Everything")): [(About.ALL.value, str(_("All workflows, connections and the rest")))],
        str(_("Folder")): [(f"{About.FOLDER.value}:{one}", one) for one in sorting.folders(uow)],
        str(_("Tag")): [(f"{About.TAG.value}:{one}", one) for one in sorting.tags(uow)],
        str(_("Workflow")): [(f"{About.WORKFLOW.value}:{row.id}", row.name) for row in some],
    }
    return {heading: choices for heading, choices in found.items() if choices}


def _titles(uow: UnitOfWork, ids: Sequence[str]) -> Mapping[str, str]:
    wanted = [UUID(one) for one in ids]
    rows = uow.session.execute(select(Workflow.id, Workflow.name).where(Workflow.id.in_(wanted))) if wanted else ()
    return {str(row[0]): row[1] for row in rows}


def _about(rule: Rule, titles: Mapping[str, str]) -> str:
    match rule.about:
        case About.ALL:
            return str(_("Everything"))
        case About.FOLDER:
            return str(_("Folder %(name)s", name=rule.value))
        case About.TAG:
            return str(_("Tag %(name)s", name=rule.value))
        case About.WORKFLOW:
            return titles.get(rule.value) or str(_("A workflow that is gone"))


def _kinds(rule: Rule) -> str:
    known = registry()
    named = ", ".join(str(_(known[one].label)) for one in rule.kinds if one in known)
    often = ""
    if rule.failures > 1:
        often = str(ngettext("from %(failures)s failed runs within %(num)d minute",
                             "from %(failures)s failed runs within %(num)d minutes", rule.minutes,
                             failures=rule.failures))  # fmt: skip
    return "; ".join(one for one in (named or str(_("Every kind")), often) if one)


def _whom(rule: Rule, names: Mapping[str, str]) -> list[str]:
    slack = [str(_("Posted to Slack"))] if rule.slack else []
    if not rule.whom:
        return slack or [str(_("Nobody: it stands in the list alone"))]
    found = [str(_("At once: %(names)s", names=_names(rule.whom, rule.mode, names)))]
    for level in rule.levels:
        told = _names(level.targets, level.mode, names)
        found.append(str(_("After %(span)s: %(names)s", span=_span(level.after), names=told)))
    if rule.repeat:
        again = ngettext("%(span)s later all again, once", "%(span)s later all again, %(num)d times", rule.repeat,
                         span=_span(rule.repeat_after))  # fmt: skip
        found.append(str(again))
    return found + slack


def _span(given: Duration) -> str:
    return lasting(Delay(given.amount, given.unit))


def _names(refs: Sequence[str], mode: Whom, names: Mapping[str, str]) -> str:
    several = ", ".join(names.get(one, one.partition(":")[2]) for one in refs)
    return str(_("one of %(names)s, in turn", names=several)) if mode is Whom.TURN else several


def _quiet(rule: Rule) -> list[str]:
    if rule.quiet is None:
        return []
    found = [
        str(_("%(start)s to %(until)s, %(zone)s", start=rule.quiet.start, until=rule.quiet.until, zone=rule.quiet.zone))
    ]
    if rule.quiet.weekends:
        found.append(str(_("Saturdays and Sundays as a whole")))
    if rule.severity is not Severity.BY_KIND:
        urgent = rule.severity is Severity.URGENT
        found.append(str(_("All of it is urgent: nothing waits") if urgent else _("None of it is urgent: all waits")))
    return found
