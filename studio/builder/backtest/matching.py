"""Would the draft's trigger take this event? Pure."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.hooks import emitting
from studio.contract import gathering
from studio.expressions import EvaluationError, ExpressionError, Scope, evaluate

_OF_CONNECTIONS = (emitting.EVENT, emitting.RECORD)
_TOLD = {"connection", "scope"}


def takes(type_: str, config: Mapping[str, Any], data: Any) -> bool:
    """By what it listens for and by its “Only if”. A question that this event cannot answer counts as no."""
    if isinstance(data, Mapping) and data.get("event"):
        if type_ in _OF_CONNECTIONS and data.keys() >= _TOLD:
            if not emitting.means(config, data):
                return False
        elif config.get("event", data["event"]) != data["event"]:
            return False
    condition = config.get("filter")
    if not isinstance(condition, str) or not condition:
        return True
    try:
        return evaluate(condition, Scope({"trigger": data})) is True
    except (EvaluationError, ExpressionError):
        return False


def shaped(config: Mapping[str, Any], data: Any) -> Any:
    """The event as its run would get it: where the trigger gathers, as one that came alone."""
    return gathering.shaped(config.get("gather"), data)
