"""A run beside another one."""

from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.resources.runs import ONE, TAG
from studio.api.v1.shapes import comparing as shapes
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.comparing import Comparison, Pair, comparison, counterpart
from studio.runtime.history.detail import RunDetail
from studio.runtime.history.differences import Compared
from studio.runtime.service.starts import get_run


@operation("GET", f"{ONE}/comparison", tag=TAG, needs="run.read", query=shapes.ComparisonQuery,
           answer=shapes.ComparisonView)  # fmt: skip
def compare_runs(uow: UnitOfWork, run_id: UUID, query: shapes.ComparisonQuery) -> shapes.ComparisonView:
    """A run beside another: what they received, and step by step how each ended and what it gave.

    404 where no run is named and there is none to compare it with.
    """
    run = get_run(uow, run_id)
    other = get_run(uow, query.other_id) if query.other_id is not None else counterpart(uow, run)
    if other is None:
        said = _("No run of this workflow before it succeeded. Name the other run in other_id.")
        raise NotFound(said, code="run.no_counterpart", resource=f"run:{run_id}")
    return _view(comparison(uow, run, other))


def _view(found: Comparison) -> shapes.ComparisonView:
    return shapes.ComparisonView(
        one=_run(found.one),
        other=_run(found.other),
        received=_compared(found.received),
        differing=found.differing,
        steps=[_step(pair) for pair in found.pairs],
        cut=found.one.cut or found.other.cut,
    )


def _run(found: RunDetail) -> shapes.ComparedRun:
    run = found.run
    return shapes.ComparedRun.model_validate(
        {
            "id": run.id, "title": run.title, "state": run.state, "workflow_id": run.workflow_id,
            "version": found.version.number,
        }
    )  # fmt: skip


def _step(pair: Pair) -> shapes.ComparedStep:
    return shapes.ComparedStep(
        node=pair.step.key,
        name=pair.step.name,
        path=pair.step.path,
        differs=pair.differs,
        state=pair.one.state if pair.one is not None else None,
        other_state=pair.other.state if pair.other is not None else None,
        output=_compared(pair.data) if pair.data is not None else None,
    )


def _compared(found: Compared) -> shapes.ComparedView:
    return shapes.ComparedView.model_validate(found, from_attributes=True)
