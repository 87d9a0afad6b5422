"""What stands in for effects that are not to happen: in a test-run, or when a recorded run is walked again."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import structlog
from pydantic import BaseModel

from studio.contract.node import Context, Effect, NodeType
from studio.contract.results import Done, Outcome
from studio.runtime.engine.machine import failures
from studio.runtime.ledger.rows import StepRow

log = structlog.get_logger()


class Simulation(Protocol):
    """Answers in the place of nodes. A run that has one does not pause either: what it waits for comes at once."""

    def covers(self, step: StepRow, node_type: NodeType) -> bool:
        """Whether this step is not to run itself."""
        ...

    def outcome(self, step: StepRow, node_type: NodeType, config: BaseModel, context: Context) -> Outcome:
        """What it answers instead."""
        ...


class Simulated:
    """Every effect is simulated by its node type, but for those of the steps named in `live`.

    `kept`: what steps are taken to have answered, by their keys.
    """

    def __init__(self, live: frozenset[str] = frozenset(), kept: Mapping[str, Done] = MappingProxyType({})) -> None:
        self._live, self._kept = live, kept

    def covers(self, step: StepRow, node_type: NodeType) -> bool:
        """Whatever would leave memory, and is not to happen for real."""
        return node_type.effect is not Effect.PURE and step.node_key not in self._live

    def outcome(self, step: StepRow, node_type: NodeType, config: BaseModel, context: Context) -> Outcome:
        """What was put down for it, else what the node type says that it would have done."""
        if step.node_key in self._kept:
            return self._kept[step.node_key]
        try:
            return node_type.simulate(context, config)
        except failures.CONFIG_ERRORS as error:
            return failures.as_failure(error)
        except Exception:  # a defect in one node type must fail its step, in words, not its worker
            log.exception("node_failed", run_id=str(step.run_id), node=step.node_key, type=step.type)
            return failures.crash(step.node_key)
