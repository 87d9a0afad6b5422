"""What limits the runs of one workflow: out of its settings at publish, and with each event the keys that count. Pure.

A trigger's row keeps it as JSON:
`{"one": {"key", "conflict"}, "at_once": {"limit", "key"}, "rate": {"limit", "per_s", "key", "over"}}` and
`"workspace": true`, each part only where it is set. No JSON at all: nothing limits the runs.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import orjson

from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.expressions import EvaluationError, Scope, evaluate
from studio.expressions.filters import text_of
from studio.runtime.document import Settings
from studio.runtime.flow.gcra import Rate
from studio.runtime.outcomes import Lane

LONGEST_KEY = 255
PRIORITIES: Mapping[str, int] = {"high": -10, "normal": 0, "low": 10}
_PATHS = {"one": "settings.one_at_a_time.key", "at_once": "settings.at_once.key", "rate": "settings.rate.key"}
_NAMES = {
    "one": marked("one at a time"),
    "at_once": marked("at once"),
    "rate": marked("how often"),
}


@dataclass(frozen=True, slots=True)
class Keys:
    """What a run counts for. Each None: for nothing of that kind."""

    lane: str
    """Where it waits for a worker: `gate` where it has to pass one first."""
    gate: str | None = None
    order: str | None = None
    place: str | None = None
    rate: str | None = None


FREE = Keys(Lane.MAIN)


@dataclass(frozen=True, slots=True)
class Control:
    """The limits of one workflow."""

    one: Mapping[str, Any] | None = None
    at_once: Mapping[str, Any] | None = None
    rate: Mapping[str, Any] | None = None
    workspace: bool = False
    """The workspace has limits of its own, which the gate knows."""

    @classmethod
    def of(cls, written: Mapping[str, Any] | None) -> Self | None:
        """Out of a trigger's row."""
        return cls(**written) if written else None

    @property
    def decides(self) -> bool:
        """Whether an event may be turned away for what is going on when it comes."""
        return self.skips or (self.rate is not None and self.rate["over"] == "skip")

    @property
    def skips(self) -> bool:
        """Whether an event is turned away while a run of its key is in progress."""
        return self.one is not None and self.one["conflict"] == "skip"

    @property
    def replaces(self) -> bool:
        """Whether a newer run of a key takes the place of the older ones."""
        return self.one is not None and self.one["conflict"] == "cancel"

    @property
    def pace(self) -> Rate | None:
        """How fast runs pass the gate; None: as they come, or those too many are turned away before it."""
        if self.rate is None or self.rate["over"] == "skip":
            return None
        return Rate(self.rate["limit"], self.rate["per_s"])

    def keys(self, data: Any) -> Keys:
        """The keys of a run with this data. Raises InvalidInput where an expression finds none."""
        scope = Scope({"trigger": data})
        order = _key(self.one, "one", scope)
        place = _key(self.at_once, "at_once", scope)
        rate = _key(self.rate, "rate", scope)
        if place is None and self.workspace:
            place = ""
        waits = self.one is not None and not self.skips
        if not (waits or place is not None or self.pace is not None):
            return Keys(Lane.MAIN, None, order, None, rate)
        return Keys(Lane.GATE, gate_key(order, place, rate), order, place, rate)


def gate_key(order: str | None, place: str | None, rate: str | None) -> str:
    """Runs with the same one pass in order. Where order counts, only that: the rest may change while they wait."""
    parts = ["order", order] if order is not None else ["free", place, rate]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def written(settings: Settings, *, workspace: bool) -> dict[str, Any] | None:
    """What a trigger's row keeps of a workflow's settings; None: nothing limits its runs."""
    parts = {"one": settings.one_at_a_time, "at_once": settings.at_once, "rate": settings.rate}
    made: dict[str, Any] = {name: part.model_dump() for name, part in parts.items() if part is not None}
    return made | ({"workspace": True} if workspace else {}) or None


def _key(part: Mapping[str, Any] | None, name: str, scope: Scope) -> str | None:
    if part is None:
        return None
    if not part["key"].strip():
        return ""
    try:
        value = evaluate(part["key"], scope)
    except EvaluationError as error:
        raise _refused(name, _("it could not be read: %(message)s", message=error.message)) from None
    if isinstance(value, list | tuple | dict):
        raise _refused(name, _("it is a list or an object, not a text"))
    text = text_of(value)
    if not text:
        raise _refused(name, _("it is empty"))
    if len(text) > LONGEST_KEY:
        raise _refused(name, _("it has more than %(most)s characters", most=LONGEST_KEY))
    return text


def _refused(name: str, why: str) -> InvalidInput:
    message = _("The key of “%(setting)s” does not work with this event: %(why)s.", setting=_(_NAMES[name]), why=why)
    return InvalidInput(message, code="flow.key", field=_PATHS[name])
