"""What runs say together."""

from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.shapes.insights import HeatQuery, HeatView, InsightsQuery, InsightsView
from studio.builder.service import whole
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.insights.heat import heat
from studio.runtime.insights.reading import insights


@operation(
    "GET", "/run-insights", optional=True, tag="Runs", needs="run.read", query=InsightsQuery, answer=InsightsView
)
def get_run_insights(uow: UnitOfWork, query: InsightsQuery) -> InsightsView:
    """Outcomes over time, how long runs take, what they wait for, and errors that repeat.

    From counts that are kept of each hour and day: it costs the same however many runs there are.
    """
    workflow_id = whole.get(uow, query.workflow_id).id if query.workflow_id is not None else None
    return InsightsView.model_validate(insights(uow, query.period, workflow_id))


@operation("GET", "/workflows/<uuid:workflow_id>/heat", tag="Workflows", needs="run.read", query=HeatQuery,
           answer=HeatView)  # fmt: skip
def get_workflow_heat(uow: UnitOfWork, workflow_id: UUID, query: HeatQuery) -> HeatView:
    """Where a workflow's runs fail and where they stay long, by step of the version that runs.

    From counts that are kept of each hour and day: it costs the same however many runs there are.
    """
    return HeatView.model_validate(heat(uow, whole.get(uow, workflow_id), query.span))
