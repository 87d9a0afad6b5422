"""A plan told step by step: what becomes of each in the new run."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from studio.contract.node import Effect
from studio.runtime.rerun.planner import Plan


class Fate(StrEnum):
    """What becomes of a step."""

    KEPT = "kept"
    """Its result is kept; it is not run."""
    GOES_ON = "goes_on"
    """A loop that goes on with the list that it had."""
    SKIPPED = "skipped"
    """It is not run: what it gave is said."""
    AGAIN = "again"
    """Its effect has happened, and may happen once more."""
    RETRIED = "retried"
    """Its effect did not happen: it is tried again, under the same key while its content is unchanged."""
    IN_DOUBT = "in_doubt"
    """Nobody knows whether its effect happened: somebody has to find out first."""
    FIRST = "first"
    """Its effect may happen for the first time."""
    ASKS = "asks"
    """It may ask people, or guard."""
    ASKS_AGAIN = "asks_again"
    """It was answered, and asks once more."""
    RUNS = "runs"
    """It is worked out anew, and does nothing outside of the run."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step, in one iteration where that is known."""

    node: str
    path: str
    fate: Fate
    protected: bool = False
    """It reaches something protected: guard looks at it again."""


def lines(plan: Plan) -> list[Line]:
    """In the order of the graph, then of the old run."""
    made = dict[str, list[tuple[str, Fate]]]()
    for fate, places in (
        (Fate.KEPT, [past.place for past in plan.kept]), (Fate.GOES_ON, [past.place for past in plan.loops]),
        (Fate.SKIPPED, list(plan.given)), (Fate.AGAIN, [past.place for past in plan.again]),
        (Fate.RETRIED, [past.place for past in plan.retried]), (Fate.IN_DOUBT, [past.place for past in plan.in_doubt]),
    ):  # fmt: skip
        for node, path in places:
            made.setdefault(node, []).append((path, fate))
    return [
        Line(key, path, fate, protected=key in plan.protected and fate not in (Fate.KEPT, Fate.SKIPPED))
        for key in plan.facts.graph.order
        for path, fate in (*made.get(key, ()), *_rest(plan, key))
    ]


def _rest(plan: Plan, key: str) -> Iterator[tuple[str, Fate]]:
    """What is known of a step as a whole alone."""
    if key in plan.asks:
        yield "", Fate.ASKS_AGAIN if key in plan.asks_again else Fate.ASKS
    elif key in plan.first:
        yield "", Fate.FIRST
    elif key in plan.runs and plan.facts.steps[key].effect is Effect.PURE:
        yield "", Fate.RUNS
