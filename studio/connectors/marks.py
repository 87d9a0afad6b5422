"""How an action finds out whether it was done before: by a short mark in the text that it leaves in the shop."""

from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from studio.core import ids


def mark(effect_key: str) -> str:
    """The same for the same step of the same run, and nobody can tell the key by it."""
    return f"(Studio {sha256(effect_key.encode()).hexdigest()[:12]})"


def marked_text(text: str, effect_key: str) -> str:
    """The text with its mark behind it; the text alone where there is no key."""
    return f"{text} {mark(effect_key)}".strip() if effect_key else text


def bears(text: str | None, effect_key: str) -> bool:
    """Whether a text that stands in the shop was left under this key."""
    return bool(effect_key) and mark(effect_key) in (text or "")


def once_key(effect_key: str) -> str:
    """For providers that take an idempotency key: a UUID, the same for the same step of the same run."""
    return str(uuid5(NAMESPACE_URL, f"studio:{effect_key}")) if effect_key else str(ids.new_id())
