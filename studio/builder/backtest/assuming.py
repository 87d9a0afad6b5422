"""What stands in for everything that would leave memory in a backtest: nothing is asked, called, written or told."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from studio.builder.backtest.outcomes import Answers, Decisions, Wanted
from studio.contract.graph import ERROR_PORT
from studio.contract.node import Context, Effect, Kind, NodeType
from studio.contract.results import Done, Fail, Outcome
from studio.runtime.compiled import Compiled
from studio.runtime.engine.machine.simulation import Simulated
from studio.runtime.ledger.rows import StepRow
from studio.runtime.outcomes import StepState

Place = tuple[str, str]
Recorded = Mapping[Place, StepRow]
"""The last attempt of each step of the live run."""
_DECLINED = "declined"


class Assumed(Simulated):
    """Recorded outcomes where they are wanted and fit, else what the node type says that it would have done."""

    def __init__(self, wanted: Wanted, recorded: Recorded, compiled: Compiled) -> None:
        super().__init__()
        self._wanted, self._recorded, self._compiled = wanted, recorded, compiled
        self.how: dict[Place, str] = {}
        """By step: `recorded`, `approved`, `declined` or `sample`."""

    def record(self, place: Place) -> StepRow | None:
        """What the live run did at this place, where it was the same kind of step and is over."""
        found = self._recorded.get(place)
        if found is None or found.finished_at is None or found.type != self._compiled.graph.nodes[place[0]].type:
            return None
        return found

    def covers(self, step: StepRow, node_type: NodeType) -> bool:
        """Whatever has an effect, and a wait that somebody ended."""
        if node_type.effect is not Effect.PURE:
            return True
        found = self.record(step.place)
        return found is not None and found.wait_id is not None and self._fits(found, self._wanted.answers)

    def outcome(self, step: StepRow, node_type: NodeType, config: BaseModel, context: Context) -> Outcome:
        """What it is taken to have answered."""
        deciding = node_type.kind is Kind.APPROVAL
        found = self.record(step.place)
        if found is not None and self._fits(found, self._wanted.approvals if deciding else self._wanted.answers):
            self.how[step.place] = "recorded"
            return _as_recorded(found)
        raw = self._compiled.graph.nodes[step.node_key].config
        if deciding and self._wanted.approvals is Decisions.DECLINED and _DECLINED in node_type.ports_of(raw):
            self.how[step.place] = _DECLINED
            return Done(_declined(node_type.sample_of(raw)), port=_DECLINED, note=_DECLINED)
        self.how[step.place] = "approved" if deciding else "sample"
        return super().outcome(step, node_type, config, context)

    def _fits(self, found: StepRow, wish: Decisions | Answers) -> bool:
        if wish.value != Answers.RECORDED.value:
            return False
        if found.state == StepState.FAILED:
            return True
        node = self._compiled.graph.nodes[found.node_key]
        ports = (*self._compiled.types[found.node_key].ports_of(node.config), ERROR_PORT)
        return found.state == StepState.SUCCEEDED and found.port in ports


def _as_recorded(found: StepRow) -> Outcome:
    if found.state != StepState.FAILED:
        return Done(found.output, port=found.port or "next", note=found.note)
    error = found.error or {}
    return Fail(str(error.get("code", "")), str(error.get("message", "")), output=found.output)


def _declined(sample: Any) -> Any:
    if not isinstance(sample, Mapping):
        return sample
    votes = [{**one, "outcome": _DECLINED} for one in sample.get("votes", ()) if isinstance(one, Mapping)]
    return {**sample, "outcome": _DECLINED, "votes": votes}
