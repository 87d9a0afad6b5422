"""The report of a month with names, and the setting of to whom it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.accounts.service import members, workspaces
from studio.accounts.service.members import Member
from studio.approvals import people
from studio.audit import Target, changes_between, record
from studio.audit.taxonomy import reports as actions
from studio.core import outbox
from studio.core.errors import InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.reports import adding, months
from studio.oversight.reports.figures import Figures, Load
from studio.oversight.reports.months import Month
from studio.oversight.reports.tables import ReportSetting
from studio.runtime.models import Workflow

TOP = 10
"""Workflows and causes that a page shows; a file has all."""
TOPIC = "monthly_report"
PEOPLE = 50


@dataclass(frozen=True, slots=True)
class Approver:
    """One person's month."""

    user_id: str
    name: str
    """Empty: somebody without a seat."""
    load: Load


@dataclass(frozen=True, slots=True)
class Report:
    """What a month came to."""

    month: Month
    over: bool
    """False: it goes on."""
    figures: Figures
    approvers: Sequence[Approver]
    """Busiest first."""
    workflows: Sequence[tuple[str, str, int]]
    """Id, name (empty: it is gone) and runs, busiest first."""
    failures: Sequence[tuple[str, int]]
    """Code and how often, most often first."""

    @property
    def empty(self) -> bool:
        """Nothing happened."""
        return self.figures == Figures()

    @property
    def in_time_percent(self) -> Decimal | None:
        """Of requests with a deadline, how many were answered by then; never rounded up. None: there were none."""
        dated = self.figures.in_time + self.figures.late
        return Decimal(self.figures.in_time * 1000 // dated) / 10 if dated else None


@dataclass(frozen=True, slots=True)
class Sending:
    """To whom the report of each month goes, and when."""

    roles: Sequence[Role] = ()
    people: Sequence[UUID] = ()
    day: int = 1
    hour: int = 7


def report(uow: UnitOfWork, month: Month) -> Report:
    """One month. Raises NotFound for one that has not begun, or was before the workspace."""
    there = adding.with_something(uow)
    if month not in there:
        raise NotFound(_("There is no report of that month."), resource=f"report:{month}")
    figures = adding.of_month(uow, month)
    seated = people.by_ids(uow, [UUID(one) for one in figures.load])
    wanted = [UUID(one) for one in figures.workflows]
    known = uow.session.execute(select(Workflow.id, Workflow.name).where(Workflow.id.in_(wanted)))
    names = {str(row.id): row.name for row in known}
    approvers = [
        Approver(one, seated[UUID(one)].name if UUID(one) in seated else "", load) for one, load in figures.load.items()
    ]
    return Report(
        month,
        month != there[0],
        figures,
        sorted(approvers, key=lambda one: (-one.load.answered, one.name.casefold(), one.user_id)),
        [(key, names.get(key, ""), number) for key, number in _ordered(figures.workflows)],
        _ordered(figures.failures),
    )


def sending(uow: UnitOfWork) -> Sending:
    """As it is set; nobody where it never was."""
    row = uow.session.scalar(select(ReportSetting))
    if row is None:
        return Sending()
    return Sending([Role(one) for one in row.roles], [UUID(one) for one in row.people], row.day, row.hour)


def set_sending(uow: UnitOfWork, wanted: Sending) -> None:
    """Have the report of each month mailed. Raises InvalidInput with the field; then nothing is changed."""
    if not 1 <= wanted.day <= 28:
        raise InvalidInput(_("Choose a day that every month has: 1 to 28."), code="report.day", field="day")
    if not 0 <= wanted.hour <= 23:
        raise InvalidInput(_("Choose an hour: 0 to 23."), code="report.hour", field="hour")
    seated = {one.user_id: one for one in members.working(uow)}
    if len(wanted.people) > PEOPLE or any(one not in seated for one in wanted.people):
        raise InvalidInput(_("One of them has no seat here."), code="report.people", field="people")
    before = sending(uow)
    row = uow.session.scalar(select(ReportSetting).with_for_update())
    if row is None:
        row = ReportSetting(workspace_id=uow.workspace, sent=None)
        uow.session.add(row)
    if row.next_at is not None:
        outbox.cancel(uow, job_key(row))
    row.roles = sorted(one.value for one in set(wanted.roles))
    row.people = sorted(str(one) for one in set(wanted.people))
    row.day, row.hour = wanted.day, wanted.hour
    plan(uow, row)
    told = changes_between(_facts(before, seated), _facts(wanted, seated))
    changes = [replace(one, personal=one.path == "people") for one in told]
    if changes:
        target = Target("report", "monthly", "monthly report")
        record(uow, actions.REPORT_SENDING_CHANGED, targets=[target], changes=changes)


def _facts(one: Sending, seated: Mapping[UUID, Member]) -> dict[str, object]:
    """As the trail tells it; whoever has no seat any more is told by their id."""
    people = sorted(seated[person].email if person in seated else str(person) for person in set(one.people))
    return {"roles": sorted({role.value for role in one.roles}), "people": people, "day": one.day, "hour": one.hour}


def plan(uow: UnitOfWork, row: ReportSetting) -> None:
    """Leave the next mailing, where anybody is to have it."""
    zone = ZoneInfo(workspaces.current(uow).time_zone)
    row.next_at = months.next_sending(uow.now, zone, row.day, row.hour) if row.roles or row.people else None
    uow.session.flush()
    if row.next_at is not None:
        payload = {"at": row.next_at.isoformat()}
        outbox.enqueue(uow, TOPIC, key=job_key(row), payload=payload, due_at=row.next_at)


def job_key(row: ReportSetting) -> str:
    """Its mailing's name in the outbox: the same moment is there once."""
    return f"{TOPIC}:{row.next_at.isoformat() if row.next_at else ''}"


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))
