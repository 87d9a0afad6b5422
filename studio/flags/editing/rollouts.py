"""The form of a rollout: what it sends, as the plan that is checked where it is saved, and back. Pure.

Fields are named by place: `st.0.share`, `g.1.metric`, `c.0.values`. What was typed is shown again as it was typed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.numerals import whole
from studio.flags.editing import sent, verbs
from studio.flags.outcomes import MetricKind
from studio.flags.ramps.plan import Change, Guardrail, Plan

UNITS = {"minutes": 60, "hours": 3_600, "days": 86_400}
POINTS, OWN, THEIRS = "points", "unit", "percent"
"""How a tolerance is typed: points of a share of people, the metric's own unit, per cent of what the others have."""
NEW_STEP = {"share": "", "dwell": "1", "unit": "days", "minimum": "", "approval": ""}
NEW_GUARDRAIL = {
    "metric": "", "worse": "up", "tolerance": "1", "change": POINTS, "minimum": "50", "on_breach": "roll_back",
}  # fmt: skip
_TEXTS = ("stickiness", "approvers", "on_mismatch", "on_no_traffic", "grace", "grace_unit", "alpha", "control", "note")

Shown = Mapping[str, Any]
"""A form: texts by name, and rows under `steps`, `guardrails`, `constraints`, `segments`."""


def beginning() -> dict[str, Any]:
    """A form that nobody has filled in."""
    shares = (1, 5, 10, 25, 50, 100)
    return {
        "steps": [
            {**NEW_STEP, "share": str(one), "minimum": "100" if one <= 50 else "", "dwell": "0" if one == 100 else "1"}
            for one in shares
        ],
        "guardrails": [], "constraints": [], "segments": [], "stickiness": "userId", "approvers": "", "control": "1",
        "on_mismatch": "hold", "on_no_traffic": "hold", "grace": "1", "grace_unit": "days", "alpha": "5", "note": "",
    }  # fmt: skip


def read(given: Mapping[str, str]) -> dict[str, Any]:
    """The form that was sent."""
    return {
        "steps": _rows(given, "st", NEW_STEP), "guardrails": _rows(given, "g", NEW_GUARDRAIL),
        "constraints": sent.constraints(given), "segments": sent.segments(given),
        **{name: given.get(name, "").strip() for name in _TEXTS},
    }  # fmt: skip


def act(shown: Shown, do: str) -> dict[str, Any]:
    """The form after a button that saves nothing; what names no row changes nothing.

    Buttons: `add-step`, `drop-step.2`, `add-guardrail`, `drop-guardrail.0`, `add-constraint`, `drop-constraint.1`.
    """
    verb, _dot, place = do.partition(".")
    action, _dash, kind = verb.partition("-")
    name, row = {"step": ("steps", NEW_STEP), "guardrail": ("guardrails", NEW_GUARDRAIL)}.get(kind, ("", {}))
    if not name:
        return {**shown, "constraints": verbs.conditions(list(shown["constraints"]), do)}
    rows = list(shown[name])
    if action == "add":
        rows.append(dict(row))
    elif (at := whole(place)) is not None and at < len(rows):
        del rows[at]
    return {**shown, name: rows}


def plan(shown: Shown) -> dict[str, Any]:
    """The plan that the form means. Raises InvalidInput with every text that is no number, by its path."""
    found = _Numbers()
    document = {
        "steps": [_step(found, one, f"steps.{place}") for place, one in enumerate(shown["steps"])],
        "control": shown["control"] == "1",
        "guardrails": [_guardrail(found, one, f"guardrails.{place}") for place, one in enumerate(shown["guardrails"])],
        "on_mismatch": shown["on_mismatch"] or "hold", "on_no_traffic": shown["on_no_traffic"] or "hold",
        "grace": found.whole(shown["grace"], "grace", "1") * UNITS.get(shown["grace_unit"], 86_400),
        "alpha": found.number(shown["alpha"], "alpha", "5") / 100,
    }  # fmt: skip
    if found.problems:
        first = found.problems[0]
        raise InvalidInput(first.message, code=first.code, field=first.path, problems=found.problems)
    return document


def shown(plan: Plan, audience: Mapping[str, Any], approvers: Sequence[str], kinds: Mapping[str, str]) -> Shown:
    """The form of a plan. `kinds`: of each metric, by its key."""
    grace, unit = _time(plan.grace)
    return {
        "steps": [
            {"share": f"{one.share:g}", "dwell": _time(one.dwell)[0], "unit": _time(one.dwell)[1],
             "minimum": str(one.minimum or ""), "approval": "1" if one.approval else ""}
            for one in plan.steps
        ],
        "guardrails": [_typed(one, kinds.get(one.metric, "")) for one in plan.guardrails],
        "constraints": list(audience["constraints"]), "segments": list(audience["segments"]),
        "stickiness": audience["stickiness"], "approvers": ", ".join(_named(one) for one in approvers),
        "control": "1" if plan.control else "", "on_mismatch": plan.on_mismatch.value,
        "on_no_traffic": plan.on_no_traffic.value, "grace": grace, "grace_unit": unit,
        "alpha": f"{plan.alpha * 100:g}", "note": "",
    }  # fmt: skip


def approvers(text: str) -> list[str]:
    """Who is asked, separated by commas: an address is a person, anything else a group."""
    named = [part.strip() for part in text.split(",") if part.strip()]
    return [one if ":" in one else f"user:{one}" if "@" in one else f"group:{one}" for one in named]


def _named(one: str) -> str:
    """As somebody types it: without the kind, where that is read off the name."""
    name = one.partition(":")[2]
    return name if approvers(name) == [one] else one


class _Numbers:
    """Reads numbers as people type them, and keeps what is none."""

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def whole(self, text: str, path: str, otherwise: str = "0") -> int:
        typed = text.strip() or otherwise
        if typed.isascii() and typed.isdigit() and len(typed) < 10:
            return int(typed)
        said = _("“%(text)s” is no whole number.", text=typed[:20])
        self.problems.append(FieldProblem(path, "ramp.number", said))
        return 0

    def number(self, text: str, path: str, otherwise: str = "0") -> float:
        typed = text.strip() or otherwise
        try:
            return float(typed.replace(",", "."))
        except ValueError:
            said = _("“%(text)s” is no number.", text=typed[:20])
            self.problems.append(FieldProblem(path, "ramp.number", said))
            return 0.0


def _step(found: _Numbers, row: Mapping[str, str], path: str) -> dict[str, Any]:
    return {
        "share": found.whole(row["share"], f"{path}.share", "-"),
        "dwell": found.whole(row["dwell"], f"{path}.dwell") * UNITS.get(row["unit"], 86_400),
        "minimum": found.whole(row["minimum"], f"{path}.minimum"), "approval": row["approval"] == "1",
    }  # fmt: skip


def _guardrail(found: _Numbers, row: Mapping[str, str], path: str) -> dict[str, Any]:
    tolerance = found.number(row["tolerance"], f"{path}.tolerance")
    return {
        "metric": row["metric"], "worse": row["worse"] or "up",
        "tolerance": tolerance if row["change"] == OWN else tolerance / 100,
        "change": Change.RELATIVE.value if row["change"] == THEIRS else Change.ABSOLUTE.value,
        "minimum": found.whole(row["minimum"], f"{path}.minimum", "50"), "on_breach": row["on_breach"] or "roll_back",
    }  # fmt: skip


def _typed(one: Guardrail, kind: str) -> dict[str, str]:
    change = THEIRS if one.change is Change.RELATIVE else POINTS if kind == MetricKind.PROPORTION else OWN
    tolerance = one.tolerance if change == OWN else round(one.tolerance * 100, 10)
    return {
        "metric": one.metric, "worse": one.worse.value, "tolerance": f"{tolerance:g}", "change": change,
        "minimum": str(one.minimum), "on_breach": one.on_breach.value,
    }  # fmt: skip


def _time(seconds: int) -> tuple[str, str]:
    """In the largest unit that is whole."""
    for unit, length in reversed(UNITS.items()):
        if seconds and seconds % length == 0:
            return str(seconds // length), unit
    return str(-(-seconds // 60)), "minutes"


def _rows(given: Mapping[str, str], kind: str, fields: Mapping[str, str]) -> list[dict[str, str]]:
    return [{field: given.get(f"{row}{field}", "").strip() for field in fields} for row in sent.rows(given, kind)]
