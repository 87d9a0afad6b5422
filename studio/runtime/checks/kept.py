"""Outputs that were put down on steps to build and test on: pinned, or written by hand. Pure; no run sees them."""

from collections.abc import Mapping
from typing import Any

from studio.contract import gathering
from studio.contract.node import Effect
from studio.contract.results import Done
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Step
from studio.runtime.document.model import Mock, Pin


def kept(step: Step) -> Pin | Mock | None:
    """What stands for the step: what is pinned comes before what was written by hand."""
    return step.pin or step.mock


def kept_outputs(outline: Outline) -> dict[str, Any]:
    """By step, of those that have any. A step that only computes always does that itself.

    A trigger's is one event, in the shape that its runs are given.
    """
    found: dict[str, Any] = {}
    for key, step in outline.steps.items():
        held = kept(step)
        if held is None or key not in outline.types:
            continue
        if key in outline.triggers:
            found[key] = gathering.shaped(step.config.get("gather"), held.data)
        elif outline.types[key].effect is not Effect.PURE:
            found[key] = held.data
    return found


def kept_outcomes(outline: Outline) -> Mapping[str, Done]:
    """What a test-run takes the steps behind the trigger to have answered."""
    outputs = kept_outputs(outline)
    found: dict[str, Done] = {}
    for key in outputs.keys() - set(outline.triggers):
        held, ports = kept(outline.steps[key]), outline.ports(key)
        if held is None:
            continue
        port = held.port if held.port in ports else ports[0]
        found[key] = Done(outputs[key], port=port, note="Pinned" if isinstance(held, Pin) else "Mock")
    return found
