"""What a form of a rollout sends, as the plan that is checked where it is saved. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _

USUAL = "1, 5, 10, 25, 50, 100"
"""Per cent, step by step."""
UNITS = {"minutes": 60, "hours": 3_600, "days": 86_400}


def plan(sent: Mapping[str, str]) -> dict[str, Any]:
    """A plan of the fields `shares, dwell, unit, minimum, control, approval, metric, worse, tolerance, on_breach`.

    `approval` asks before the last step. Raises InvalidInput for what is no number.
    """
    shares = [_whole(part, "shares") for part in re.split(r"[,\s]+", sent.get("shares", "")) if part]
    dwell = _whole(sent.get("dwell") or "0", "dwell") * UNITS.get(sent.get("unit", ""), 3_600)
    control, minimum = sent.get("control") == "1", _whole(sent.get("minimum") or "0", "minimum")
    steps = [
        {
            "share": share,
            "dwell": 0 if number == len(shares) else dwell,
            "minimum": minimum if control and share <= 50 else 0,
            "approval": sent.get("approval") == "1" and number == len(shares) - 1,
        }
        for number, share in enumerate(shares, 1)
    ]
    metric = sent.get("metric", "")
    rail = {"metric": metric, "worse": sent.get("worse") or "up", "tolerance": _tolerance(sent.get("tolerance", "")),
            "on_breach": sent.get("on_breach") or "roll_back"}  # fmt: skip
    return {"steps": steps, "control": control, "guardrails": [rail] if metric else []}


def approvers(text: str) -> list[str]:
    """Who is asked, separated by commas: an address is a person, anything else a group."""
    named = [part.strip() for part in text.split(",") if part.strip()]
    return [one if ":" in one else f"user:{one}" if "@" in one else f"group:{one}" for one in named]


def _whole(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise InvalidInput(_("“%(text)s” is no whole number.", text=text[:20]), code="ramp.number", field=field)
    return int(text)


def _tolerance(text: str) -> float:
    """Points of a per cent as people write them, in parts of 1."""
    if not text.strip():
        return 0.0
    try:
        return float(text.replace(",", ".")) / 100
    except ValueError:
        said = _("“%(text)s” is no number.", text=text[:20])
        raise InvalidInput(said, code="ramp.number", field="tolerance") from None
