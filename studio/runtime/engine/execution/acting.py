"""The second look at what is protected, right before its effect: with the run's real data and the gates it passed."""

from collections import deque
from collections.abc import Callable, Sequence

from sqlalchemy import select

from studio.contract.acting import Doing, Judge, Passed
from studio.contract.graph import Graph
from studio.contract.node import Kind
from studio.contract.results import Fail
from studio.core.actor import Actor, ActorType, Origin
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime.engine.machine.call import Call
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.models import IN_ORDER, Halt, Step
from studio.runtime.outcomes import StepState

_ASKS = frozenset({Kind.APPROVAL, Kind.GUARD})
"""Steps of these kinds ask; they do nothing that could be protected."""


class Halted(Exception):
    """The workflow is paused, or everything is stopped: nothing more goes out."""


class Acting:
    """Says why a step must not have its effect now."""

    def __init__(self, database: Database, judge: Callable[[], Judge | None]) -> None:
        """`judge()`: whoever was joined by the time of the first look; None: nobody, so nothing protected happens."""
        self._database, self._judge = database, judge

    def outside(self, machine: Machine, call: Call) -> Fail | None:
        """Before a call goes out, and its intent is written: in a unit of its own, which writes nothing.

        Raises Halted.
        """
        with self._database.unit(machine.run.workspace_id, actor_of(machine), read_only=True) as unit:
            if self.halted(unit, machine):
                raise Halted
            return self._looked(unit, machine, call)

    def local(self, unit: UnitOfWork, machine: Machine, call: Call) -> Fail | None:
        """In the unit in which the step runs. What goes on after a wait was looked at when it began."""
        if call.signal is not None or call.type.kind in _ASKS:
            return None
        return self._looked(unit, machine, call)

    def halted(self, unit: UnitOfWork, machine: Machine) -> bool:
        """Whether the run stops here. Asked at every effect: a claim may be older than the stop."""
        scopes = (machine.run.workspace_id, machine.run.workflow_id)
        return unit.session.scalar(select(Halt.scope_id).where(Halt.scope_id.in_(scopes), Halt.parking)) is not None

    def _looked(self, unit: UnitOfWork, machine: Machine, call: Call) -> Fail | None:
        judge, node_type = self._judge(), type(call.type)
        config = call.config.model_dump(mode="json")
        if judge is None:
            if node_type.protects_of(config) is None:
                return None
            return Fail("guard.required", _("This is protected, and nobody guards it here. Nothing was sent."))
        return judge(unit, Doing(node_type, config, lambda uow: passed(uow, machine, call)))


def actor_of(machine: Machine) -> Actor:
    """The run's workflow, as whoever acts."""
    run = machine.run
    return Actor(
        ActorType.WORKFLOW, str(run.workflow_id), machine.compiled.workflow_name, origin=Origin(run_id=str(run.id))
    )


def passed(uow: UnitOfWork, machine: Machine, call: Call) -> Sequence[Passed]:
    """The gates on the way to a step that this run has gone through, in the step's iteration and around it.

    From the rows: gates write theirs before anything behind them begins.
    """
    graph, types = machine.compiled.graph, machine.compiled.types
    before = _before(graph, call.step.node_key)
    gates = [key for key in before if types[key].satisfies_of(graph.nodes[key].config)]
    if not gates:
        return []
    query = select(Step).where(
        Step.run_id == machine.run.id, Step.node_key.in_(gates), Step.state == StepState.SUCCEEDED
    )
    latest = {
        (step.node_key, step.path): step
        for step in uow.session.scalars(query.order_by(*IN_ORDER))
        if _around(step.path, call.step.path)
    }
    return [
        Passed(type(types[step.node_key]), graph.nodes[step.node_key].config, step.port or "", step.output)
        for step in latest.values()
    ]


def _before(graph: Graph, key: str) -> set[str]:
    found, work = set[str](), deque([key])
    while work:
        for earlier, _port in graph.into[work.popleft()]:
            if earlier not in found:
                found.add(earlier)
                work.append(earlier)
    return found


def _around(outer: str, path: str) -> bool:
    return outer in ("", path) or path.startswith(outer + ".")
