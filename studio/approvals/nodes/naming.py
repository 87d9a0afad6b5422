"""What a step's escalation names of its workspace: calendars, people, groups, schedules of who is on call."""

from collections.abc import Iterator, Mapping
from typing import Any

from studio.approvals import deadlines
from studio.approvals.nodes import deciders
from studio.contract.references import Reference


def references(config: Mapping[str, Any]) -> Iterator[Reference]:
    """Of a raw config, which may be half written."""
    levels = config.get("escalate")
    for place, level in enumerate(levels if isinstance(levels, list) else ()):
        if isinstance(level, Mapping):
            where = f"config.escalate.{place}"
            yield from deadlines.reference(level.get("after"), f"{where}.after")
            yield from deciders.named(level.get("targets"), f"{where}.targets")
    for field in ("acknowledge_for", "at_last_after"):
        yield from deadlines.reference(config.get(field), f"config.{field}")
    yield from deciders.named(config.get("fallback"), "config.fallback")
