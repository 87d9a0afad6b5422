"""Pure: what holds of a flag, a setting or a segment as one document, as versions keep it."""

from collections.abc import Mapping
from typing import Any

from studio.flags.models import Flag, FlagSegment, FlagSetting

OFF: Mapping[str, Any] = {"enabled": False, "strategies": [], "variants": []}
"""What holds where nobody has set anything."""


def of_flag(row: Flag) -> dict[str, Any]:
    """What is the flag's own, in all environments."""
    return {
        "description": row.description,
        "purpose": row.purpose,
        "value_schema": row.value_schema,
        "off_value": row.off_value,
        "dependencies": row.dependencies,
        "impression_data": row.impression_data,
        "owner_id": str(row.owner_id) if row.owner_id else None,
        "archived": row.archived_at is not None,
    }


def of_setting(row: FlagSetting | None) -> dict[str, Any]:
    """What holds in one environment; None: nothing was set there."""
    if row is None:
        return {"enabled": False, "strategies": [], "variants": []}
    return {"enabled": row.enabled, "strategies": row.strategies, "variants": row.variants}


def of_segment(row: FlagSegment) -> dict[str, Any]:
    """Whom a segment means."""
    return {
        "name": row.name,
        "description": row.description,
        "constraints": row.constraints,
        "archived": row.archived_at is not None,
    }
