"""Experiments with flags: plan one, start and stop it, read it, decide."""

from typing import Any
from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.resources.flags import HERE, TAG
from studio.api.v1.shapes import experiments as shapes
from studio.api.v1.shapes.common import ListOf, cursor_id, written
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.experimenting import deciding, driving, planning, rows, weighing
from studio.flags.experimenting.planning import Wanted
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment
from studio.flags.service import finding

ALL = f"{HERE}/experiments"
NEWEST = f"{HERE}/experiment"


@operation("GET", ALL, tag=TAG, needs="flag.read", query=Paged,
           answer=ListOf[shapes.ExperimentInfo])  # fmt: skip
def list_flag_experiments(
    uow: UnitOfWork, flag_key: str, environment: str, query: Paged
) -> ListOf[shapes.ExperimentInfo]:
    """All experiments with a flag in an environment, newest first."""
    flag, place = finding.flag(uow, flag_key), finding.environment(uow, environment)
    found = rows.newest(uow, flag, place, before=cursor_id(query.cursor), limit=query.limit + 1)
    page = found[: query.limit]
    data = [shapes.ExperimentInfo.model_validate(_told(flag, place, row)) for row in page]
    after = page[-1].id if len(found) > query.limit else None
    return ListOf[shapes.ExperimentInfo](data=data, next_cursor=written(after))


@operation("GET", f"{ALL}/<uuid:experiment_id>", tag=TAG, needs="flag.read", answer=shapes.ExperimentDetail)
def get_flag_experiment(
    uow: UnitOfWork, flag_key: str, environment: str, experiment_id: UUID
) -> shapes.ExperimentDetail:
    """One of them, with what it says and what happened."""
    flag, place = finding.flag(uow, flag_key), finding.environment(uow, environment)
    row = rows.one_of(uow, flag, place, experiment_id)
    if row is None:
        raise NotFound(_("There is no such experiment."), resource=f"flag_experiment:{experiment_id}")
    return _detail(uow, flag, place, row)


@operation("GET", NEWEST, tag=TAG, needs="flag.read", answer=shapes.ExperimentDetail)
def get_newest_flag_experiment(uow: UnitOfWork, flag_key: str, environment: str) -> shapes.ExperimentDetail:
    """The newest one. Before its horizon it calls nothing but broken guardrails and arms of the wrong size."""
    flag, place = finding.flag(uow, flag_key), finding.environment(uow, environment)
    return _detail(uow, flag, place, _newest(uow, flag, place))


@operation("POST", NEWEST, tag=TAG, needs="flag.edit", body=shapes.NewExperiment, answer=shapes.ExperimentDetail,
           status=201, conflicts=True)  # fmt: skip
def create_flag_experiment(
    uow: UnitOfWork, flag_key: str, environment: str, body: shapes.NewExperiment
) -> shapes.ExperimentDetail:
    """Plan one. Nobody is in it before it is started."""
    flag, place = finding.flag(uow, flag_key), finding.environment(uow, environment)
    wanted = Wanted(
        body.design, body.values, body.hypothesis, body.stickiness, body.constraints, body.segments, body.approvers
    )
    return _detail(uow, flag, place, planning.create(uow, flag, place, wanted, body.note))


@operation("POST", f"{NEWEST}/act", tag=TAG, needs="flag.edit", body=shapes.ExperimentAct,
           answer=shapes.ExperimentDetail, conflicts=True)  # fmt: skip
def move_flag_experiment(
    uow: UnitOfWork, flag_key: str, environment: str, body: shapes.ExperimentAct
) -> shapes.ExperimentDetail:
    """Start, drop or stop the newest one, or take a proposed decision back.

    Starting one in production is a protected action. Stopping takes it from everybody; it is read as it stands.
    """
    flag, place = finding.flag(uow, flag_key), finding.environment(uow, environment)
    row = _newest(uow, flag, place)
    do = {"start": driving.start, "drop": driving.drop, "stop": driving.stop, "withdraw": deciding.withdraw}
    do[body.do](uow, row, body.note)
    return _detail(uow, flag, place, row)


@operation("POST", f"{NEWEST}/decision", tag=TAG, needs="flag.edit", body=shapes.ExperimentDecision,
           answer=shapes.ExperimentDetail, conflicts=True)  # fmt: skip
def decide_flag_experiment(
    uow: UnitOfWork, flag_key: str, environment: str, body: shapes.ExperimentDecision
) -> shapes.ExperimentDetail:
    """Give everybody a variant, or keep the control: at once, or with the yes of whom the experiment names.

    It has to have reached its horizon, or to be stopped. Shipping in production is a protected action.
    """
    flag, place = finding.flag(uow, flag_key), finding.environment(uow, environment)
    row = _newest(uow, flag, place)
    deciding.decide(uow, row, body.ship, body.note)
    return _detail(uow, flag, place, row)


def _newest(uow: UnitOfWork, flag: Flag, place: FlagEnvironment) -> FlagExperiment:
    found = rows.newest(uow, flag, place, limit=1)
    if not found:
        said = _("This flag has had no experiment in this environment.")
        raise NotFound(said, resource=f"flag_experiment:{flag.key}")
    return found[0]


def _detail(uow: UnitOfWork, flag: Flag, place: FlagEnvironment, row: FlagExperiment) -> shapes.ExperimentDetail:
    read = weighing.read(uow, row)
    allowed = driving.offered(row, final=read.found.final)
    return shapes.ExperimentDetail.model_validate({
        **_told(flag, place, row), "allowed": allowed, "read": read.as_json(), "history": list(rows.events(uow, row)),
    })  # fmt: skip


def _told(flag: Flag, place: FlagEnvironment, row: FlagExperiment) -> dict[str, Any]:
    names = ("id", "state", "reason", "hypothesis", "design", "approvers", "proposal", "decision", "created_at",
             "started_at", "ended_at", "closed_at")  # fmt: skip
    told = {name: getattr(row, name) for name in names}
    return told | {"flag": flag.key, "environment": place.name, "allowed": driving.offered(row)}
