"""What a workflow brings about whatever its data, and what starts it."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import NodeType, TriggerType
from studio.runtime.checks.knowledge import Knowledge


def stirred(knowledge: Knowledge) -> dict[str, frozenset[str]]:
    """By step, the topics of what it brings about in every run; steps that some question leads to are left out."""
    outline, found = knowledge.outline, {}
    for key, kind in outline.types.items():
        voices = frozenset(kind.stirs(outline.steps[key].config))
        if voices and knowledge.certainty.has_start(key) and not knowledge.certainty.is_asked_for(key):
            found[key] = voices
    return found


def heard(knowledge: Knowledge, *, chained: bool) -> frozenset[str]:
    """Topics that start it unasked; `chained`: those of Studio's own events as well, which never are one's own."""
    outline, found = knowledge.outline, frozenset[str]()
    for key in outline.triggers:
        kind = outline.types[key]
        if chained or not (issubclass(kind, TriggerType) and kind.chains):
            found |= heard_by(kind, outline.steps[key].config)
    return found


def heard_by(kind: type[NodeType], config: Mapping[str, Any]) -> frozenset[str]:
    """Topics that one trigger starts on without asking anything."""
    unasked = issubclass(kind, TriggerType) and not config.get("filter")
    return frozenset(kind.hears(config)) if unasked and issubclass(kind, TriggerType) else frozenset()
