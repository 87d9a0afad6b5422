"""What steps bring about and triggers hear of, as names: `shop:main:order.cancelled`, `flag:new-checkout`.

By them a workflow is found that would start itself, or another one that starts it again.
"""

from collections.abc import Iterable

ANY = "*"
"""At the end of a topic: whatever follows there."""


def topic(*parts: object) -> str | None:
    """A topic, or None where a part is not known before a run: empty, or made by an expression."""
    words = [str(part).strip().casefold() if isinstance(part, str) else "" for part in parts]
    return ":".join(words) if all(words) and not any("{{" in word for word in words) else None


def shared(stirred: Iterable[str], heard: Iterable[str]) -> str | None:
    """One topic that is both brought about and heard of; None: none is."""
    ears = sorted(heard)
    return next((one for one in sorted(stirred) if any(_meet(one, ear) for ear in ears)), None)


def _meet(one: str, other: str) -> bool:
    if one.endswith(ANY) or other.endswith(ANY):
        short, long = sorted((one.removesuffix(ANY), other.removesuffix(ANY)), key=len)
        return long.startswith(short) and (one if short == one.removesuffix(ANY) else other).endswith(ANY)
    return one == other
