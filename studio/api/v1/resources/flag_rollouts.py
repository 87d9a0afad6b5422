"""Guarded rollouts of flags: plan one, move it, and report what they rest on."""

from studio.api.v1.operations import operation
from studio.api.v1.resources.flags import HERE, TAG
from studio.api.v1.shapes import rollouts as shapes
from studio.api.v1.shapes.common import ListOf
from studio.core.errors import InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagMetric, FlagRollout
from studio.flags.ramps.states import Verb
from studio.flags.rollouts import driving, planning, rows, weighing
from studio.flags.rollouts.planning import Wanted
from studio.flags.service import finding
from studio.flags.studies import exposures, measurements, metrics
from studio.flags.studies.taking import Taken

ONE = f"{HERE}/rollout"


@operation("GET", ONE, tag=TAG, needs="flag.read", answer=shapes.RolloutInfo)
def get_flag_rollout(uow: UnitOfWork, flag_key: str, environment: str) -> shapes.RolloutInfo:
    """The newest rollout of a flag in an environment, with what is known and what happened."""
    flag, place = finding.flag(uow, flag_key), finding.environment(uow, environment)
    return _info(uow, flag, place, _newest(uow, flag, place))


@operation("POST", ONE, tag=TAG, needs="flag.edit", body=shapes.NewRollout, answer=shapes.RolloutInfo, status=201,
           conflicts=True)  # fmt: skip
def create_flag_rollout(
    uow: UnitOfWork, flag_key: str, environment: str, body: shapes.NewRollout
) -> shapes.RolloutInfo:
    """Plan one. Nobody has anything of it before it is started."""
    flag, place = finding.flag(uow, flag_key), finding.environment(uow, environment)
    return _info(uow, flag, place, planning.create(uow, flag, place, _wanted(body), body.note))


@operation("PUT", ONE, tag=TAG, needs="flag.edit", body=shapes.NewRollout, answer=shapes.RolloutInfo, conflicts=True)
def change_flag_rollout(
    uow: UnitOfWork, flag_key: str, environment: str, body: shapes.NewRollout
) -> shapes.RolloutInfo:
    """Plan the newest one anew, as long as nobody has started it: all of its plan is what is sent here."""
    flag, place = finding.flag(uow, flag_key), finding.environment(uow, environment)
    row = _newest(uow, flag, place)
    planning.change(uow, row, _wanted(body), body.note)
    return _info(uow, flag, place, row)


@operation("POST", f"{ONE}/act", tag=TAG, needs="flag.edit", body=shapes.RolloutAct, answer=shapes.RolloutInfo,
           conflicts=True)  # fmt: skip
def move_flag_rollout(uow: UnitOfWork, flag_key: str, environment: str, body: shapes.RolloutAct) -> shapes.RolloutInfo:
    """Start, pause, resume, hold, complete or roll back the newest one; `advance` ends a step's dwell alone.

    Starting one in production is a protected action, asked once with the largest share of its plan.
    """
    flag, place = finding.flag(uow, flag_key), finding.environment(uow, environment)
    row = _newest(uow, flag, place)
    driving.act(uow, row, Verb(body.do), body.note)
    return _info(uow, flag, place, row)


@operation("GET", "/flag-metrics", tag=TAG, needs="flag.read", answer=ListOf[shapes.MetricInfo])
def list_flag_metrics(uow: UnitOfWork) -> ListOf[shapes.MetricInfo]:
    """What may be measured of people, by key."""
    data = [shapes.MetricInfo.model_validate(row) for row in metrics.listed(uow)]
    return ListOf[shapes.MetricInfo](data=data, next_cursor=None)


@operation("POST", "/flag-metrics", tag=TAG, needs="flag.edit", body=shapes.NewMetric, answer=shapes.MetricInfo,
           status=201, conflicts=True)  # fmt: skip
def create_flag_metric(uow: UnitOfWork, body: shapes.NewMetric) -> shapes.MetricInfo:
    """Name a metric, which guardrails may watch and programs may report."""
    row: FlagMetric = metrics.create(uow, key=body.key, title=body.title, kind=body.kind, worse=body.worse)
    return shapes.MetricInfo.model_validate(row)


@operation("POST", "/flag-exposures", tag=TAG, needs="flag.edit", body=shapes.Exposures, answer=shapes.TakenInfo)
def report_flag_exposures(uow: UnitOfWork, body: shapes.Exposures) -> shapes.TakenInfo:
    """Say who was seen where a flag decides. A study counts each unit once; its arm is worked out here."""
    given = [exposures.Exposure(one.flag, one.unit, one.at, one.variant, one.context) for one in body.exposures]
    return _taken(exposures.take(uow, _place(uow, body.environment), given))


@operation("POST", "/flag-measurements", tag=TAG, needs="flag.edit", body=shapes.Measurements,
           answer=shapes.TakenInfo)  # fmt: skip
def report_flag_measurements(uow: UnitOfWork, body: shapes.Measurements) -> shapes.TakenInfo:
    """Say what was measured of whom. It counts for whoever was exposed before."""
    given = [measurements.Measurement(one.id, one.metric, one.unit, one.value, one.at) for one in body.measurements]
    return _taken(measurements.take(uow, _place(uow, body.environment), given))


def _newest(uow: UnitOfWork, flag: Flag, place: FlagEnvironment) -> FlagRollout:
    found = rows.newest(uow, flag, place, 1)
    if not found:
        raise NotFound(_("This flag has had no rollout in this environment."), resource=f"flag_rollout:{flag.key}")
    return found[0]


def _wanted(body: shapes.NewRollout) -> Wanted:
    return Wanted(body.plan, body.stickiness, body.constraints, body.segments, body.approvers)


def _place(uow: UnitOfWork, name: str) -> FlagEnvironment:
    try:
        return finding.environment(uow, name)
    except NotFound as gone:
        raise InvalidInput(gone.message, code="flag.unknown_environment", field="environment") from None


def _taken(taken: Taken) -> shapes.TakenInfo:
    refused = [shapes.RefusedItem(path=one.path, code=one.code, message=one.message) for one in taken.refused]
    return shapes.TakenInfo(counted=taken.counted, duplicates=taken.duplicates, outside=taken.outside, refused=refused)


def _info(uow: UnitOfWork, flag: Flag, place: FlagEnvironment, row: FlagRollout) -> shapes.RolloutInfo:
    known = weighing.evidence(uow, row)
    return shapes.RolloutInfo.model_validate({
        "id": row.id, "flag": flag.key, "environment": place.name, "state": row.state, "step": row.step + 1,
        "share": rows.share_of(row), "reasons": row.reasons, "approval": row.approval,
        "allowed": [verb.value for verb in driving.allowed(row)], "treatment": known.treatment,
        "control": known.control, "plan": row.plan, "next_look_at": row.due_at, "started_at": row.started_at,
        "ended_at": row.ended_at,
        "history": [
            {"at": one.at, "what": one.what, "step": one.to_step + 1, "share": one.share, "findings": one.findings,
             "note": one.note, "who": one.who}
            for one in rows.events(uow, row)
        ],
    })  # fmt: skip
