"""A step that may not run in memory alone."""

from dataclasses import dataclass

from pydantic import BaseModel

from studio.contract.node import NodeType
from studio.contract.results import Signal
from studio.runtime.ledger.rows import StepRow, Waiting


@dataclass(frozen=True, slots=True)
class Call:
    """An effect that is to be performed. `signal` where it goes on after a wait."""

    step: StepRow
    type: NodeType
    config: BaseModel
    signal: Signal | None = None
    wait: Waiting | None = None
    """What the signal ends: open until the step has heard it, so that a death before that loses no answer."""
