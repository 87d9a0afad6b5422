"""The fields of a trigger that say which events are one and the same: `dedup_key` and `dedup_hours`."""

from typing import Any

from studio.contract.node import help_


def key_field(text: str, *, title: str, example: str) -> Any:
    """What tells an event from a repeat, in the trigger's own words."""
    return help_(text, title=title, default=None, example=example, expression="string", deferred=True)


def hours_field() -> Any:
    """How long repeats are recognised."""
    return help_(
        "How long a key is remembered, in hours.", title="Remembered for", default=24, example=24, ge=1, le=720
    )
