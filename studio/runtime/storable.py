"""Values of others as the databases keep them."""

from typing import Any


def storable(value: Any) -> Any:
    """The value without zero characters, which no database column holds."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {name.replace("\0", "\ufffd"): storable(one) for name, one in value.items()}
    return value
