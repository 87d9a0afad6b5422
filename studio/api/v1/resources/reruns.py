"""Running something again: the plan, then the new run."""

from uuid import UUID

from studio.api.v1.blueprint import engine
from studio.api.v1.operations import operation
from studio.api.v1.resources.run_views import detail_of
from studio.api.v1.shapes import reruns as shapes
from studio.api.v1.shapes.runs import RunDetail
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.detail import MOST_STEPS, detail
from studio.runtime.rerun.lines import lines
from studio.runtime.service.rerun_plan import Look, look
from studio.runtime.service.rerunning import rerun
from studio.runtime.service.starts import get_run

TAG = "Runs"
ONE = "/runs/<uuid:run_id>"


@operation("POST", f"{ONE}/rerun/plan", tag=TAG, needs="run.rerun", body=shapes.RerunWish, answer=shapes.RerunPlan,
           conflicts=True)  # fmt: skip
def plan_rerun(uow: UnitOfWork, run_id: UUID, body: shapes.RerunWish) -> shapes.RerunPlan:
    """Say what running it again would do, and change nothing.

    Which steps are kept, which effects would happen again, who is asked again, and what is in the way.
    """
    return _plan_of(look(uow, get_run(uow, run_id), engine().versions, body.wish()))


@operation("POST", f"{ONE}/rerun", tag=TAG, needs="run.rerun", body=shapes.Rerun, answer=RunDetail, status=201,
           conflicts=True)  # fmt: skip
def rerun_run(uow: UnitOfWork, run_id: UUID, body: shapes.Rerun) -> RunDetail:
    """Run it again, as a new run linked to this one.

    From a step, earlier results are kept. Effects whose content is unchanged keep their idempotency key. Where
    something that has happened would happen again, the plan has to be looked at first: send its `hash` as `plan`. 409
    where the plan does not hold any more; nothing was started then.
    """
    run = get_run(uow, run_id)
    again = rerun(uow, run, engine().versions, engine().wake_main, body.wish(), seen=body.plan,
                  withdraw=engine().endings.withdraw)  # fmt: skip
    uow.session.flush()
    return detail_of(uow, detail(uow, again))


def _plan_of(found: Look) -> shapes.RerunPlan:
    made = found.plan
    told, nodes = lines(made), made.facts.graph.nodes
    in_doubt = [
        shapes.PlanProblem(path="settle", code="rerun.in_doubt", message=f"{past.node} {past.path}".strip())
        for past in made.in_doubt
    ]
    return shapes.RerunPlan(
        hash=found.hash, possible=made.possible, must_be_seen=found.must_be_seen, version=found.number,
        repeated_by=list(found.repeated),
        steps=[
            shapes.PlanLine(step=line.node, name=nodes[line.node].name, type=nodes[line.node].type, path=line.path,
                            fate=line.fate, protected=line.protected)
            for line in told[:MOST_STEPS]
        ],
        steps_cut=len(told) > MOST_STEPS,
        problems=in_doubt + [
            shapes.PlanProblem(path=one.path, code=one.code, message=one.message) for one in made.problems
        ],
    )  # fmt: skip
