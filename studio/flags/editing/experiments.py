"""What a form of an experiment sends, as the design that is checked where it is saved. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.flags.editing import facts
from studio.flags.outcomes import Kind

ARMS = 5
"""Rows of the form; the API takes more."""
USUAL: Mapping[str, str] = {
    "arm.0.name": "control", "arm.0.share": "50", "arm.1.name": "treatment", "arm.1.share": "50", "better": "up",
    "units": "1000", "stickiness": "userId", "tolerance": "1", "worse": "up",
}  # fmt: skip


def design(sent: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """A design of the fields `arm.<n>.name`, `arm.<n>.share`, `primary, better, units, days, metric, tolerance, worse`.

    `days` from now, at least. An arm without name and share is none. Raises InvalidInput for what is no number.
    """
    units, days = sent.get("units", "").strip(), sent.get("days", "").strip()
    metric = sent.get("metric", "")
    rail = {"metric": metric, "worse": sent.get("worse") or "up",
            "tolerance": _number(sent.get("tolerance") or "0", "tolerance") / 100}  # fmt: skip
    return {
        "variants": [
            {"name": name, "share": _number(share, f"variants.{place}.share")}
            for place, (name, share, _value) in enumerate(_arms(sent))
        ],
        "primary": sent.get("primary", ""), "better": sent.get("better") or "up",
        "units": _whole(units, "units") if units else None,
        "until": (now + timedelta(days=_whole(days, "days"))).isoformat() if days else None,
        "guardrails": [rail] if metric else [],
    }  # fmt: skip


def values(sent: Mapping[str, str], kind: Kind) -> dict[str, Any]:
    """What each arm gives; nothing of a yes-or-no flag. Raises InvalidInput."""
    if kind is Kind.BOOLEAN:
        return {}
    found = {name: facts.value(text, kind, f"values.{name}") for name, _share, text in _arms(sent)}
    return {name: value for name, value in found.items() if value is not None}


def _arms(sent: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for row in range(ARMS):
        name, share, value = (sent.get(f"arm.{row}.{field}", "") for field in ("name", "share", "value"))
        if name.strip() or share.strip():
            yield name.strip(), share.strip(), value


def _whole(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput(_("“%(text)s” is no whole number.", text=text[:20]), code="experiment.number", field=field)
    return int(text)


def _number(text: str, field: str) -> float:
    """Per cent or points as people write them."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        said = _("“%(text)s” is no number.", text=text[:20])
        raise InvalidInput(said, code="experiment.number", field=field) from None
