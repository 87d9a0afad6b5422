"""Deltas of the client API: events that turn one state into the next."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.flags.evaluation.documents import VERSION
from studio.flags.evaluation.reading import refused

State = Mapping[str, Any]
"""The body of `/api/client/features`."""


def apply(state: State, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The state after the events, in order; the one given stays as it is.

    `hydration` brings everything anew, `feature-updated` and `segment-updated` add or replace one,
    `feature-removed` and `segment-removed` take one away. Raises UnreadableFlags at another type or a missing part.
    """
    features = {one["name"]: one for one in state.get("features") or ()}
    segments = {one["id"]: one for one in state.get("segments") or ()}
    for index, event in enumerate(events):
        try:
            _apply(event, features, segments)
        except (KeyError, TypeError) as missing:
            raise refused([_problem(index, event, missing)]) from None
    return {
        "version": state.get("version", VERSION),
        "features": list(features.values()),
        "segments": list(segments.values()),
    }


def _apply(event: Mapping[str, Any], features: dict[str, Any], segments: dict[int, Any]) -> None:
    match event["type"]:
        case "hydration":
            features.clear()
            segments.clear()
            features.update({one["name"]: one for one in event["features"]})
            segments.update({one["id"]: one for one in event.get("segments") or ()})
        case "feature-updated":
            features[event["feature"]["name"]] = event["feature"]
        case "feature-removed":
            features.pop(event["featureName"], None)
        case "segment-updated":
            segments[event["segment"]["id"]] = event["segment"]
        case "segment-removed":
            segments.pop(event["segmentId"], None)
        case _:
            raise KeyError("type")


def _problem(index: int, event: object, missing: Exception) -> FieldProblem:
    where = str(missing.args[0]) if isinstance(missing, KeyError) and isinstance(event, Mapping) else ""
    path = f"events.{index}.{where}" if where else f"events.{index}"
    return FieldProblem(path, "flag.unknown_event", _("This is no event of the delta API, or a part of it is missing."))
