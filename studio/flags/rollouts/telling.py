"""What a run gets of a rollout that it has waited for: where it stands, why, and what that rests on."""

from collections.abc import Mapping
from typing import Any

from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagRollout
from studio.flags.ramps.evidence import Evidence
from studio.flags.ramps.guardrails import look
from studio.flags.ramps.plan import Guardrail, Plan
from studio.flags.ramps.states import State
from studio.flags.rollouts import rows, weighing, words
from studio.flags.statistics.comparing import Comparison

_TEXT, _WHOLE, _NUMBER, _MAYBE = ({"type": one} for one in ("string", "integer", "number", ["number", "null"]))
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "flag": _TEXT, "environment": _TEXT, "rollout_id": _TEXT,
        "state": {"enum": ["completed", "rolled_back", "held"]},
        "verdict": _TEXT, "reason": _TEXT, "reasons": {"type": "array", "items": _TEXT},
        "by": _TEXT, "note": _TEXT, "step": _WHOLE, "steps": _WHOLE, "share": _NUMBER, "reached": _NUMBER,
        "treatment": _WHOLE, "control": _WHOLE,
        "guardrails": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "metric": _TEXT, "worse": _TEXT, "verdict": {"enum": ["broken", "holds", "unknown"]},
                    "estimate": _MAYBE, "low": _MAYBE, "high": _MAYBE,
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}  # fmt: skip
"""Of what outcome() gives."""
SAMPLE: Mapping[str, Any] = {
    "flag": "new-checkout", "environment": "production", "rollout_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11",
    "state": "completed", "verdict": "100 % have new-checkout in Production", "reason": "", "reasons": [],
    "by": "Flag rollout", "note": "", "step": 6, "steps": 6, "share": 100.0, "reached": 100.0, "treatment": 4211,
    "control": 4187,
    "guardrails": [
        {"metric": "errors", "worse": "up", "verdict": "holds", "estimate": 0.001, "low": -0.004, "high": 0.006}
    ],
}  # fmt: skip


def outcome(uow: UnitOfWork, row: FlagRollout, flag: Flag, place: FlagEnvironment) -> dict[str, Any]:
    """Where it stands now, of one that has ended or is held."""
    plan, known, last = rows.plan_of(row), weighing.evidence(uow, row), rows.events(uow, row, 1)[0]
    found = row.reasons if row.state == State.HELD else [str(one["key"]) for one in last.findings]
    why = " ".join([*(words.reason(one) for one in found), *([last.note] if last.note else [])])
    reached = plan.steps[row.step].share
    return {
        "flag": flag.key, "environment": place.name, "rollout_id": str(row.id), "state": row.state,
        "verdict": verdict(State(row.state), flag.key, place.title, reached, why), "reason": why,
        "reasons": list(found), "by": last.who, "note": last.note, "step": row.step + 1, "steps": len(plan.steps),
        "share": rows.share_of(row), "reached": reached, "treatment": known.treatment, "control": known.control,
        "guardrails": [_guardrail(plan, one, known) for one in plan.guardrails if one.metric in known.metrics],
    }  # fmt: skip


def verdict(state: State, flag: str, place: str, share: float, why: str) -> str:
    """How it stands, in one line; `why` may be empty."""
    told = {"share": f"{share:g}", "flag": flag, "place": place}
    said = {
        State.COMPLETED: _("%(share)s %% have %(flag)s in %(place)s", **told),
        State.ROLLED_BACK: _("%(flag)s was rolled back in %(place)s at %(share)s %%", **told),
    }.get(state) or _("%(flag)s is held in %(place)s at %(share)s %%", **told)
    return f"{said}: {why}" if why and state is not State.COMPLETED else said


def _guardrail(plan: Plan, one: Guardrail, known: Evidence) -> dict[str, Any]:
    seen = look(one, *known.metrics[one.metric], plan.alpha / len(plan.guardrails))
    judged = isinstance(seen.comparison, Comparison)
    apart = seen.comparison.absolute if isinstance(seen.comparison, Comparison) else None
    return {
        "metric": one.metric, "worse": one.worse.value,
        "verdict": "broken" if seen.broken else "holds" if judged else "unknown",
        "estimate": apart and apart.estimate, "low": apart and apart.low, "high": apart and apart.high,
    }  # fmt: skip
