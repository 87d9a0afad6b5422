"""What every refusal has to be."""

from studio.core.errors import InvalidInput


def is_clear(refused: InvalidInput, field: str) -> bool:
    """A code of ours, a sentence, and a place below the field."""
    return refused.code.startswith("openapi.") and bool(refused.message) and (refused.field or "").startswith(field)
