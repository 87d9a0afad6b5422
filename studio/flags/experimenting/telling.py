"""What a run gets of an experiment: what it says, and what was decided."""

from collections.abc import Mapping
from typing import Any

from studio.core.unit_of_work import UnitOfWork
from studio.flags.experimenting import weighing, words
from studio.flags.experiments.conclusion import Conclusion, Outcome
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment

_TEXT, _WHOLE, _NUMBER, _MAYBE = ({"type": one} for one in ("string", "integer", "number", ["number", "null"]))
_NAMED, _YES = {"type": ["string", "null"]}, {"type": "boolean"}
_LIMITS: Mapping[str, Any] = {"estimate": _MAYBE, "low": _MAYBE, "high": _MAYBE}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "flag": _TEXT, "environment": _TEXT, "experiment_id": _TEXT, "hypothesis": _TEXT, "primary": _TEXT,
        "state": {"enum": ["draft", "running", "ended", "stopped", "decided"]},
        "outcome": {"enum": [one.value for one in Outcome]},
        "verdict": _TEXT, "winner": _NAMED, "final": _YES, "done": {"enum": ["", "done", "asked", "before"]},
        "shipped": _NAMED, "people": _WHOLE, "crossed": _WHOLE,
        "arms": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": _TEXT, "people": _WHOLE, "expected": _NUMBER, "mean": _MAYBE, **_LIMITS,
                    "verdict": _NAMED, "guardrails_broken": {"type": "array", "items": _TEXT},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}  # fmt: skip
"""Of what outcome() gives. `estimate`, `low` and `high` are the difference to the control."""
_EMPTY: Mapping[str, Any] = {"estimate": None, "low": None, "high": None}
SAMPLE: Mapping[str, Any] = {
    "flag": "new-checkout", "environment": "production", "experiment_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11",
    "hypothesis": "One page sells more than three", "primary": "orders", "state": "ended", "outcome": "ship",
    "verdict": "“one-page” is better than the control.", "winner": "one-page", "final": True, "done": "",
    "shipped": None, "people": 10024, "crossed": 3,
    "arms": [
        {"name": "three-pages", "people": 5007, "expected": 5012.0, "mean": 0.112, **_EMPTY, "verdict": None,
         "guardrails_broken": []},
        {"name": "one-page", "people": 5017, "expected": 5012.0, "mean": 0.127, "estimate": 0.015, "low": 0.002,
         "high": 0.028, "verdict": "win", "guardrails_broken": []},
    ],
}  # fmt: skip


def conclusion(uow: UnitOfWork, row: FlagExperiment) -> Conclusion:
    """What it comes to."""
    return weighing.read(uow, row).conclusion


def outcome(uow: UnitOfWork, row: FlagExperiment, flag: Flag, place: FlagEnvironment, done: str) -> dict[str, Any]:
    """All of it, as it stands now. `done`: what the step has done with it."""
    read = weighing.read(uow, row)
    told = read.as_json()
    return {
        "flag": flag.key, "environment": place.name, "experiment_id": str(row.id), "hypothesis": row.hypothesis,
        "primary": row.design["primary"], "state": row.state, "outcome": told["outcome"],
        "verdict": words.conclusion(read.conclusion), "winner": told["winner"], "final": told["final"], "done": done,
        "shipped": row.decision["ship"] if row.decision else None, "people": sum(one["units"] for one in told["arms"]),
        "crossed": told["crossed"], "arms": [_arm(one) for one in told["arms"]],
    }  # fmt: skip


def _arm(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": one["name"], "people": one["units"], "expected": one["expected"], "mean": one["mean"],
        **_EMPTY, **(one["difference"] or {}), "verdict": one["verdict"],
        "guardrails_broken": [each["metric"] for each in one["guardrails"] if each["broken"]],
    }  # fmt: skip
